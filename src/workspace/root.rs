//! Where the paths that were named lead, and what bounds the program around them.

use std::path::{Component, Path, PathBuf};

use super::{OpenError, Options, repository_top};

/// The topmost folder in which a configuration is looked for: the repository's top, else the root.
/// A root that nobody named can lie below the working folder, whose configuration is meant as well.
pub(super) fn top_of(root: &Path, options: &Options) -> PathBuf {
    let here = || {
        let here = std::env::current_dir().ok().filter(|_| options.root.is_none());
        here.filter(|here| root.starts_with(here))
    };
    repository_top(root).or_else(here).unwrap_or_else(|| root.to_owned())
}

/// Where a path that was named leads; the error says why it cannot be looked at.
pub(super) fn locate(path: &Path, options: &Options) -> Result<PathBuf, String> {
    if path == Path::new("-") {
        return Err("`-` stands for standard input and can only stand alone".to_owned());
    }
    let target = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound if path.is_symlink() => "it is a broken link".to_owned(),
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        _ => error.to_string(),
    })?;
    let written = std::path::absolute(path).map_err(|error| error.to_string())?;
    let leaves = written.ancestors().filter(|part| part.is_symlink()).any(|link| {
        let repository = || link.parent().and_then(repository_top);
        let bound = match &options.root {
            Some(root) => root.canonicalize().ok(),
            None => repository().and_then(|top| top.canonicalize().ok()),
        };
        bound.is_some_and(|bound| !target.starts_with(bound))
    });
    if leaves {
        return Err(format!("it leads out of the repository, to {}", target.display()));
    }
    Ok(target)
}

/// The folder that bounds the program: the one that was named, else the repository's top, else the
/// folder that the paths share.
pub(super) fn root_of(paths: &[PathBuf], options: &Options) -> Result<PathBuf, OpenError> {
    if let Some(root) = &options.root {
        let found = root.canonicalize().ok().filter(|root| root.is_dir());
        return found.ok_or_else(|| OpenError::NotFound(root.clone()));
    }
    let mut common: Option<PathBuf> = None;
    for path in paths {
        let folder =
            if path.is_dir() { path.clone() } else { path.parent().unwrap_or(path).to_owned() };
        common = Some(match common {
            None => folder,
            Some(before) => shared(&before, &folder),
        });
    }
    let common =
        common.map_or_else(std::env::current_dir, Ok).unwrap_or_else(|_| PathBuf::from("/"));
    Ok(repository_top(&common).unwrap_or(common))
}

fn shared(a: &Path, b: &Path) -> PathBuf {
    let both = a.components().zip(b.components());
    both.take_while(|(x, y)| x == y).map(|(x, _)| x).collect::<Vec<Component>>().iter().collect()
}
