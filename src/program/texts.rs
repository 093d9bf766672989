//! The bytes of the program's files: many searches go over all of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::Program;
use crate::workspace::FileId;

/// How many bytes are held; what is beyond is read again.
const MOST_HELD: usize = 64 << 20;

/// The bytes of files as far as they were read.
#[derive(Default)]
pub(super) struct Texts {
    files: OnceLock<Vec<OnceLock<Arc<[u8]>>>>,
    held: AtomicUsize,
}

impl Program<'_> {
    /// The bytes of a file of the whole program; `None` if it cannot be read.
    pub(super) fn bytes(&self, file: FileId) -> Option<Arc<[u8]>> {
        let texts = &self.texts;
        let count = || self.whole().files.len();
        let files = texts.files.get_or_init(|| (0..count()).map(|_| OnceLock::new()).collect());
        let place = files.get(file.0 as usize)?;
        if let Some(known) = place.get() {
            return Some(Arc::clone(known));
        }
        let mut bytes = Vec::new();
        self.whole().read(file, &mut bytes).ok()?;
        let bytes: Arc<[u8]> = bytes.into();
        if texts.held.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() <= MOST_HELD {
            let _ = place.set(Arc::clone(&bytes));
        }
        Some(bytes)
    }
}
