//! Who owns a file: the `CODEOWNERS` of a repository as GitHub reads it, with GitLab's sections.

mod pattern;

use std::io::Read;
use std::path::{Path, PathBuf};

use gix::bstr::{BStr, BString, ByteSlice};
use rustc_hash::{FxHashMap, FxHashSet};

use pattern::Pattern;

/// Where the list may stand, relative to the repository's top: the first that exists counts.
/// GitHub knows the first three.
const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// GitHub reads no larger list, in bytes.
const LARGEST: u64 = 3 << 20;

/// The owners of a repository's files.
#[derive(Debug, Default)]
pub struct Owners {
    /// The list, relative to the repository's top, if there is one.
    pub list: Option<PathBuf>,
    /// Why the list was not read, if it was not: then no file has an owner.
    pub refused: Option<&'static str>,
    /// In the order of the list.
    rules: Vec<Rule>,
    /// How many sections there are; what stands before the first heading is one of its own.
    sections: usize,
}

/// One line of the list.
#[derive(Debug)]
struct Rule {
    section: usize,
    pattern: Pattern,
    owners: Vec<String>,
}

/// A part of the list of which the last matching line counts.
struct Section {
    name: BString,
    /// The owners of the lines that name none.
    owners: Vec<String>,
}

impl Owners {
    /// Reads the list of the repository whose top folder is `base`. The error says why a list that
    /// is there cannot be read.
    pub fn load(base: &Path) -> Result<Self, String> {
        let is_there = |place: &&&str| {
            let found = base.join(place).symlink_metadata();
            found.is_ok_and(|found| !found.is_dir())
        };
        let Some(place) = PLACES.iter().find(is_there) else { return Ok(Self::default()) };
        let list = Some(PathBuf::from(place));
        let path = base.join(place);
        if let Some(why) = refusal(base, &path) {
            return Ok(Self { list, refused: Some(why), ..Self::default() });
        }
        let mut bytes = Vec::new();
        std::fs::File::open(&path)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
            .map_err(|error| format!("{place} cannot be read: {error}"))?;
        Ok(Self { list, ..Self::parse(&bytes) })
    }

    /// Reads the text of a list. A line that GitHub would skip as invalid is skipped.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut sections = vec![Section { name: BString::default(), owners: Vec::new() }];
        let mut named: FxHashMap<BString, usize> = FxHashMap::default();
        let mut current = 0;
        let mut rules = Vec::new();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
            if line.is_empty() || line[0] == b'#' {
                continue;
            }
            if let Some(section) = heading(line) {
                let name = section.name.to_ascii_lowercase().into();
                current = *named.entry(name).or_insert(sections.len());
                match sections.get_mut(current) {
                    None => sections.push(section),
                    Some(known) if !section.owners.is_empty() => known.owners = section.owners,
                    Some(_) => {}
                }
                continue;
            }
            let Some((pattern, rest)) = pattern::split(line) else { continue };
            let (Some(pattern), Some(mut owners)) = (Pattern::new(pattern), owners(rest)) else {
                continue;
            };
            if owners.is_empty() {
                owners.clone_from(&sections[current].owners);
            }
            rules.push(Rule { section: current, pattern, owners });
        }
        Self { rules, sections: sections.len(), ..Self::default() }
    }

    /// The owners of a file as the list writes them (`@user`, `@organisation/team`, an address);
    /// none where nobody owns it. `path` is relative to the repository's top. Of each section the
    /// last line that matches counts.
    pub fn of(&self, path: &Path) -> Vec<String> {
        let path = path.as_os_str().as_encoded_bytes();
        let path = if cfg!(windows) { path.replace("\\", "/") } else { path.to_owned() };
        let mut last: Vec<Option<&Rule>> = vec![None; self.sections];
        let mut open = self.sections;
        for rule in self.rules.iter().rev() {
            if open == 0 {
                break;
            }
            if last[rule.section].is_none() && rule.pattern.matches(BStr::new(&path)) {
                last[rule.section] = Some(rule);
                open -= 1;
            }
        }
        let mut known: FxHashSet<&str> = FxHashSet::default();
        let owners = last.into_iter().flatten().flat_map(|rule| &rule.owners);
        owners.filter(|owner| known.insert(owner.as_str())).cloned().collect()
    }
}

/// Why a list is not read though it is there.
fn refusal(base: &Path, path: &Path) -> Option<&'static str> {
    let metadata = path.symlink_metadata().ok()?;
    if !metadata.is_file() {
        return Some("it is not a regular file");
    }
    if metadata.len() > LARGEST {
        return Some("it is larger than 3 MiB, and so GitHub ignores it");
    }
    // The folder may be a link.
    let inside = base.canonicalize().and_then(|base| Ok(path.canonicalize()?.starts_with(base)));
    (!inside.ok()?).then_some("it leads out of the repository")
}

/// `[Name]`, `^[Name]` or `[Name][2]`, with the owners of the lines that name none behind it.
fn heading(line: &[u8]) -> Option<Section> {
    let line = line.strip_prefix(b"^").unwrap_or(line);
    let (name, mut rest) = line.strip_prefix(b"[")?.split_once_str("]")?;
    if let Some(approvals) = rest.strip_prefix(b"[") {
        let (count, behind) = approvals.split_once_str("]")?;
        rest = behind;
        if !count.iter().all(u8::is_ascii_digit) {
            return None;
        }
    }
    if name.trim_ascii().is_empty() || rest.first().is_some_and(|byte| !byte.is_ascii_whitespace())
    {
        return None;
    }
    Some(Section { name: name.trim_ascii().into(), owners: owners(rest).unwrap_or_default() })
}

/// The owners that stand behind a pattern, up to a comment; nothing if a word is none.
fn owners(rest: &[u8]) -> Option<Vec<String>> {
    let words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let words = words.take_while(|word| word[0] != b'#');
    words.map(|word| is_owner(word).then(|| word.to_str_lossy().into_owned())).collect()
}

/// `@user`, `@organisation/team`, GitLab's `@@role`, or an address.
fn is_owner(word: &[u8]) -> bool {
    let name = |text: &[u8]| !text.is_empty() && !text.contains(&b'@');
    match word.strip_prefix(b"@") {
        Some(user) => name(user.strip_prefix(b"@").unwrap_or(user)),
        None => word.split_once_str("@").is_some_and(|(user, host)| name(user) && name(host)),
    }
}

#[cfg(test)]
mod tests;
