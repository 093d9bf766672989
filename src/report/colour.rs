//! Diffs for a terminal.

use super::escape::visible_bytes;

/// The patch for a terminal: coloured, every character visible.
pub fn coloured(patch: &[u8]) -> String {
    patch.split(|&byte| byte == b'\n').map(visible_bytes).collect::<Vec<_>>().join("\n")
}
