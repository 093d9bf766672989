//! Reads the files of one folder that can hold a configuration.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use memchr::memmem::find;

use super::python_version::PythonVersion;

/// A file with more bytes is no configuration that somebody wrote.
const LARGEST: u64 = 1 << 20;

/// The names of the files that can hold a configuration.
pub(super) const NAMES: [&str; 2] = ["untrust.toml", "pyproject.toml"];

/// The text of an `untrust.toml`; `None` if there is none. The error says why it is refused.
pub(super) fn own(path: &Path) -> Result<Option<String>, String> {
    let Some(kind) = kind(path)? else { return Ok(None) };
    if kind.is_symlink() {
        return Err(LINK.to_owned());
    }
    bytes(path).and_then(text).map(Some)
}

/// The text of a file that was named.
pub(super) fn named(path: &Path) -> Result<String, String> {
    bytes(path).and_then(text)
}

const LINK: &str = "it is a symbolic link, which could lead anywhere; put the configuration itself there, or name its file with --config";

/// A `pyproject.toml` as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct Project {
    /// Its text, if it may hold a configuration.
    pub(super) text: Option<String>,
    /// Whether it is a link, whose configuration is refused.
    pub(super) is_link: bool,
    /// The lower bound of its `requires-python`.
    pub(super) requires_python: Option<PythonVersion>,
}

impl Project {
    /// Why a configuration in it is refused.
    pub(super) fn refused(&self) -> Option<&'static str> {
        self.is_link.then_some(LINK)
    }
}

/// What a `pyproject.toml` says. It belongs to many tools, so that one which is broken or a link is
/// only refused if it may hold a configuration. A link is followed up to files below `top`.
pub(super) fn project(path: &Path, top: &Path) -> Result<Project, String> {
    let Some(kind) = kind(path)? else { return Ok(Project::default()) };
    let is_link = kind.is_symlink();
    if is_link {
        let target = path.canonicalize().map_err(|_| "it is a broken symbolic link".to_owned())?;
        if !target.starts_with(top) {
            return Err("it is a symbolic link that leads out of the repository".to_owned());
        }
        if target.is_dir() {
            return Ok(Project::default());
        }
    }
    let bytes = bytes(path)?;
    let may_configure = find(&bytes, b"untrust").is_some();
    if !may_configure && find(&bytes, b"requires-python").is_none() {
        return Ok(Project { is_link, ..Project::default() });
    }
    let text = match text(bytes) {
        Ok(text) => text,
        Err(message) if may_configure => return Err(message),
        Err(_) => return Ok(Project::default()),
    };
    let requires_python = requires_python(&text);
    Ok(Project { text: may_configure.then_some(text), is_link, requires_python })
}

fn requires_python(text: &str) -> Option<PythonVersion> {
    let table: toml::Table = text.parse().ok()?;
    let specifiers = table.get("project")?.as_table()?.get("requires-python")?.as_str()?;
    PythonVersion::lower_bound(specifiers)
}

/// What stands at a path: `None` if it is nothing, or a folder, which nobody means as a
/// configuration.
fn kind(path: &Path) -> Result<Option<std::fs::FileType>, String> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata.file_type()).filter(|kind| !kind.is_dir())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("it cannot be read: {error}")),
    }
}

/// The bytes of a regular file. One that is not regular is not opened, for that could wait for ever.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read: {error}");
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("it is larger than {LARGEST} bytes, which no configuration is"));
    }
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "it is not TOML: it is not UTF-8".to_owned())
}
