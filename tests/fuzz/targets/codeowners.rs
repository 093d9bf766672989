//! A `CODEOWNERS` list of any bytes.

use std::path::Path;

use untrust::workspace::codeowners::Owners;

/// Paths that every list is asked for, besides those that come with it.
const PATHS: [&str; 5] = ["a.py", "pkg/b.py", "pkg/inner/c.py", "docs/x y.md", "pkg/[a].py"];

/// The first line is a path, the rest is the list.
pub fn target(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (path, list) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let owners = Owners::parse(list);
    let path = String::from_utf8_lossy(path).into_owned();
    for path in PATHS.iter().copied().chain([path.as_str()]) {
        let found = owners.of(Path::new(path));
        assert!(found.iter().all(|owner| owner.contains('@')), "no owners: {found:?}");
        let twice = found.iter().enumerate().any(|(at, owner)| found[..at].contains(owner));
        assert!(!twice, "an owner twice: {found:?}");
        if let Some(expected) = simple(list, path) {
            assert_eq!(found, expected, "of {path:?}");
        }
    }
}

/// The owners by the letter of the rules, for lists in which every line is simple: a pattern of
/// plain names, or `*.ext`, and owners.
fn simple(list: &[u8], path: &str) -> Option<Vec<String>> {
    let text = std::str::from_utf8(list).ok()?;
    if !is_plain(path) || path.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        return None;
    }
    let mut named = Vec::new();
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let pattern = words.next()?;
        let owners: Vec<String> = words.map(str::to_owned).collect();
        let is_owner = |owner: &String| {
            owner.strip_prefix('@').is_some_and(|name| is_plain(name) && !name.is_empty())
        };
        if !owners.iter().all(is_owner) {
            return None;
        }
        if matches(pattern, path)? {
            named = owners;
        }
    }
    let mut once: Vec<String> = Vec::new();
    for owner in named {
        if !once.contains(&owner) {
            once.push(owner);
        }
    }
    Some(once)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
}

/// Whether a simple pattern means a path; nothing for a pattern that is not simple.
fn matches(pattern: &str, path: &str) -> Option<bool> {
    let parts: Vec<&str> = path.split('/').collect();
    if let Some(extension) = pattern.strip_prefix("*.") {
        let fine = is_plain(extension) && !extension.is_empty() && !extension.contains('/');
        let ending = format!(".{extension}");
        // A folder of that name counts with all that it holds.
        return fine.then(|| parts.iter().any(|part| part.ends_with(&ending)));
    }
    let bare = pattern.trim_end_matches('/');
    let anchored = bare.contains('/');
    let bare = bare.strip_prefix('/').unwrap_or(bare);
    let wanted: Vec<&str> = bare.split('/').collect();
    if !is_plain(pattern) || wanted.iter().any(|part| part.is_empty()) {
        return None;
    }
    let folder = pattern.ends_with('/');
    let starts = if anchored { 0..1 } else { 0..parts.len() };
    Some(starts.into_iter().any(|start| {
        let rest = &parts[start..];
        rest.starts_with(&wanted) && (!folder || rest.len() > wanted.len())
    }))
}
