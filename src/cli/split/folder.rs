//! The folder that the patches go to.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::report::escape::visible_path;

/// Refuses a folder that holds something, for nothing is written over.
pub(super) fn check(folder: &Path) -> anyhow::Result<()> {
    let shown = visible_path(folder);
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => bail!(
            "{shown} holds something already, and nothing is written over; name a new or an empty folder"
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            bail!("{shown} is no folder, or stands below a file; name a new or an empty folder")
        }
        Err(error) => Err(error).with_context(|| format!("{shown} cannot be read")),
    }
}

/// Writes the files and returns their paths. If one of them cannot be written, those before it are
/// taken away again: a part of the patches could be mistaken for all of them.
pub(super) fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> anyhow::Result<Vec<PathBuf>> {
    let shown = visible_path(folder);
    fs::create_dir_all(folder).with_context(|| format!("{shown} cannot be made"))?;
    // It may have been filled meanwhile.
    check(folder)?;
    let mut written = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Err(error) = write_new(&path, bytes, &mut written) {
            for path in &written {
                let _ = fs::remove_file(path);
            }
            let path = visible_path(&path);
            return Err(error).with_context(|| format!("{path} cannot be written"));
        }
    }
    Ok(written)
}

/// Writes a file that is not there yet, and notes it as soon as it is there.
fn write_new(path: &Path, bytes: &[u8], written: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    written.push(path.to_owned());
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn what_cannot_be_written_whole_is_not_there() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("a/b");
        let file = |name: &str| (name.to_owned(), b"x".to_vec());
        let error = write(&folder, &[file("1"), file("no/2"), file("3")]).unwrap_err();
        assert!(format!("{error:#}").contains("a/b/no/2 cannot be written"), "{error:#}");
        assert_eq!(names(&folder), [""; 0]);
        assert_eq!(write(&folder, &[file("1")]).unwrap(), [folder.join("1")]);
        let error = write(&folder, &[file("2")]).unwrap_err();
        assert!(error.to_string().contains("holds something already"), "{error}");
        assert_eq!(names(&folder), ["1"]);
    }
}
