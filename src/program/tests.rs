//! Programs that tests write to a temporary folder.

use std::path::{Path, PathBuf};

use super::Program;
use crate::workspace::{FileId, Options, Workspace};

/// A folder with files.
pub(super) struct Written {
    folder: tempfile::TempDir,
}

impl Written {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { folder }
    }

    fn options(&self) -> Options {
        Options { root: Some(self.path()), ..Options::default() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(super) fn open(&self) -> Workspace {
        Workspace::open(&[self.path()], self.options()).unwrap()
    }

    pub(super) fn program<'w>(&self, workspace: &'w Workspace) -> Program<'w> {
        Program::new(workspace, self.options())
    }
}

/// The id of a file.
pub(super) fn id(workspace: &Workspace, path: &str) -> FileId {
    workspace.files.iter().find(|file| file.relative.as_path() == Path::new(path)).unwrap().id
}
