//! One file through all transforms, its plan and its new bytes.

use super::several::check;
use super::support::program::Files;

/// Fixes the bytes as a module of its own.
pub fn target(data: &[u8]) {
    check(&Files::from([("module.py".to_owned(), data.to_vec())]), data);
}
