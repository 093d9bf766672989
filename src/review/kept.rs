//! Decisions on disk, as they are made: a line each, so that a review that was stopped goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::decision::{Decisions, Entry};

/// One line: a change, and what was decided of it; nothing if a decision was taken back.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    id: String,
    entry: Option<Entry>,
}

/// A file that decisions are added to.
#[derive(Debug)]
pub struct Kept {
    file: File,
    /// Whether what it held is still to be forgotten.
    is_old: bool,
}

impl Kept {
    /// Opens the file, with its folder. What it held is forgotten with the first decision that is added,
    /// unless the review goes `on`.
    pub fn open(path: &Path, on: bool) -> std::io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true).truncate(false);
        Ok(Self { file: options.open(path)?, is_old: !on })
    }

    /// Whether no other review adds to the file. Where that cannot be told, it is taken for granted.
    pub fn is_alone(&self) -> bool {
        !matches!(self.file.try_lock(), Err(std::fs::TryLockError::WouldBlock))
    }

    /// Adds decisions, those that were taken back as `None`. They are there even if the program is
    /// killed afterwards.
    pub fn add(&mut self, lines: Vec<(String, Option<Entry>)>) -> std::io::Result<()> {
        if std::mem::take(&mut self.is_old) {
            self.file.set_len(0)?;
        }
        let mut text = Vec::new();
        for (id, entry) in lines {
            serde_json::to_writer(&mut text, &Line { id, entry })?;
            text.push(b'\n');
        }
        self.file.write_all(&text)
    }
}

/// The decisions that a file holds; none if there is no file. A last line that was not written whole
/// does not count.
pub fn read(path: &Path) -> std::io::Result<Decisions> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Decisions::new()),
        Err(error) => return Err(error),
    };
    let mut decisions: BTreeMap<String, Entry> = BTreeMap::new();
    for line in text.split(|byte| *byte == b'\n') {
        let Ok(Line { id, entry }) = serde_json::from_slice(line) else { continue };
        match entry {
            Some(entry) => decisions.insert(id, entry),
            None => decisions.remove(&id),
        };
    }
    Ok(decisions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::decision::Decision;

    #[test]
    fn the_last_word_counts_and_half_a_line_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.jsonl");
        assert!(read(&path).unwrap().is_empty());
        let plain = |decision| Some(Entry::Plain(decision));
        let mut kept = Kept::open(&path, false).unwrap();
        kept.add(vec![
            ("1".to_owned(), plain(Decision::Apply)),
            ("2".to_owned(), plain(Decision::Apply)),
            ("3".to_owned(), plain(Decision::Leave)),
        ])
        .unwrap();
        let mut kept = Kept::open(&path, true).unwrap();
        kept.add(vec![("1".to_owned(), plain(Decision::Leave)), ("2".to_owned(), None)]).unwrap();
        kept.file.write_all(b"{\"id\": \"4\", \"entry\": \"app").unwrap();
        let read_again = read(&path).unwrap();
        assert_eq!(read_again.keys().collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(read_again["1"].decision(), &Decision::Leave);
        let mut kept = Kept::open(&path, false).unwrap();
        assert_eq!(read(&path).unwrap().len(), 2);
        kept.add(vec![("5".to_owned(), plain(Decision::Apply))]).unwrap();
        assert_eq!(read(&path).unwrap().keys().collect::<Vec<_>>(), ["5"]);
    }
}
