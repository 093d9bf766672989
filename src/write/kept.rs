//! Takes out of the journal of a finished run what it must not keep, and makes the old bytes of a file
//! from what is left.

use std::fs;
use std::path::{Path, PathBuf};

use super::disk::{create, remove, sync_folder};
use super::journal::{Stored, state};
use super::{FileWrite, Kept, KeptLines, WriteError};

/// The file that holds the replaced lines of a file of a run.
fn lines_file(folder: &Path, index: usize) -> PathBuf {
    folder.join("old").join(format!("{index}.lines"))
}

/// Takes out of a run's journal what is not to be kept of its files.
pub(super) fn forget(run: &Stored, writes: &[FileWrite]) -> std::io::Result<()> {
    let folder = run.folder.join("old");
    let mut changed = false;
    for (index, write) in writes.iter().enumerate() {
        match &write.kept {
            Kept::Whole => continue,
            Kept::Lines(lines) => {
                create(&lines_file(&run.folder, index), &serde_json::to_vec(lines)?)?;
            }
            Kept::Nothing => {}
        }
        sync_folder(&folder)?;
        remove(&folder.join(index.to_string()))?;
        changed = true;
    }
    if changed { sync_folder(&folder) } else { Ok(()) }
}

/// The old bytes of a file of which the journal keeps the replaced lines: those that are there now, or
/// those of the file as the run left it with the old lines put back. The caller compares them with what
/// they should be.
pub(super) fn old_bytes(run: &Stored, index: usize) -> Result<Vec<u8>, WriteError> {
    let entry = &run.manifest.files[index];
    let path = entry.path();
    let file = lines_file(&run.folder, index);
    if !file.exists() {
        return Err(WriteError::NotKept(vec![path]));
    }
    let read = |path: &Path| fs::read(path).map_err(|error| state(path, &error));
    let lines: Vec<KeptLines> =
        serde_json::from_slice(&read(&file)?).map_err(|_| WriteError::Damaged(file.clone()))?;
    let now = read(&path)?;
    // An undo that was killed may have got as far as this file.
    if blake3::hash(&now).to_hex().as_str() == entry.old {
        return Ok(now);
    }
    put_back(&now, &lines).ok_or(WriteError::Damaged(file))
}

/// The new text with the old lines in the place of those that replaced them; `None` if they do not fit.
fn put_back(new: &[u8], kept: &[KeptLines]) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = new.split_inclusive(|byte| *byte == b'\n').collect();
    let mut old = Vec::with_capacity(new.len());
    let mut at = 0;
    for part in kept {
        old.extend(lines.get(at..part.start)?.concat());
        old.extend(&part.old);
        at = part.start.checked_add(part.count)?;
    }
    old.extend(lines.get(at..)?.concat());
    Some(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_lines_take_the_place_of_new_ones() {
        let kept = |start, count, old: &str| KeptLines { start, count, old: old.into() };
        let lines = [kept(0, 1, ""), kept(2, 0, "x\ny\n"), kept(3, 1, "z")];
        assert_eq!(put_back(b"a\nb\nc\nd", &lines).unwrap(), b"b\nx\ny\nc\nz");
        assert_eq!(put_back(b"a\n", &[kept(2, 1, "")]), None);
    }
}
