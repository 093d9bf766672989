//! Which of the files of an earlier commit a new file was, as git finds it: by equal content, else
//! by the lines that both hold.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};
use rustc_hash::{FxHashMap, FxHashSet};

use super::kind::{self, FileKind};
use super::lines_changed::with_line_feeds;
use super::past::{Entry, Past};
use super::{FileId, Workspace};

/// The share of the larger text that both must hold, in percent: what git asks for.
const SIMILAR: usize = 50;

/// The score of two files that hold the same.
const EQUAL: usize = 101;

/// With more pairs of a new file and one that is gone, only equal content is looked for.
const MOST_PAIRS: usize = 20_000;

/// A file that the commit does not have under its path.
struct New {
    file: FileId,
    name: BString,
    text: Vec<u8>,
    /// The ids that git may have given the content.
    ids: [Option<ObjectId>; 2],
}

/// A file of the commit that stands nowhere any more.
struct Gone {
    entry: Entry,
    /// In bytes; unknown where the repository lacks the object.
    size: Option<u64>,
}

/// Two files that may be one.
struct Pair {
    score: usize,
    same_name: bool,
    new: usize,
    gone: usize,
}

/// The former file of each of the files that has one. A former file is one file only: all new
/// files of the workspace take part, also those that are not asked for.
pub(super) fn find(
    past: &Past,
    workspace: &Workspace,
    files: &[FileId],
) -> Result<BTreeMap<FileId, ObjectId>, String> {
    let Some(entries) = past.entries()? else { return Ok(BTreeMap::new()) };
    let gone = gone(past, &entries);
    if gone.is_empty() {
        return Ok(BTreeMap::new());
    }
    let new = new_files(past, workspace, &entries);
    let mut pairs = pairs(past, &new, &gone);
    pairs
        .sort_by_key(|pair| (std::cmp::Reverse((pair.score, pair.same_name)), pair.new, pair.gone));
    let mut taken = FxHashSet::default();
    let mut found = BTreeMap::new();
    for pair in pairs {
        let file = new[pair.new].file;
        if !found.contains_key(&file) && taken.insert(pair.gone) {
            found.insert(file, gone[pair.gone].entry.id);
        }
    }
    found.retain(|file, _| files.contains(file));
    Ok(found)
}

fn gone(past: &Past, entries: &[Entry]) -> Vec<Gone> {
    let is_there = |entry: &&Entry| {
        let path = entry.path.to_path().map(|path| past.top.join(path));
        path.is_ok_and(|path| path.symlink_metadata().is_ok())
    };
    let gone = entries.iter().filter(|entry| is_python(&entry.path) && !is_there(entry));
    gone.map(|entry| Gone { size: past.size(entry.id).ok(), entry: entry.clone() }).collect()
}

fn is_python(path: &BString) -> bool {
    let kind = kind::of_name(&name_of(path.as_bstr()).to_str_lossy());
    matches!(kind, Some(FileKind::Python | FileKind::Stub))
}

fn name_of(path: &BStr) -> &BStr {
    path.rsplit_str("/").next().unwrap_or_default().as_bstr()
}

fn new_files(past: &Past, workspace: &Workspace, entries: &[Entry]) -> Vec<New> {
    let known =
        |path: &BStr| entries.binary_search_by(|entry| entry.path.as_bstr().cmp(path)).is_ok();
    let mut found = Vec::new();
    for file in &workspace.files {
        let Ok(relative) = file.path.strip_prefix(&past.top) else { continue };
        let path = BStr::new(relative.as_os_str().as_encoded_bytes());
        let mut bytes = Vec::new();
        // One that cannot be read is reported where it is scanned.
        if known(path) || workspace.read(file.id, &mut bytes).is_err() || bytes.is_empty() {
            continue;
        }
        let text = with_line_feeds(&bytes);
        let ids = [&bytes, &text].map(|bytes| blob_id(past, bytes));
        found.push(New { file: file.id, name: name_of(path).to_owned(), text, ids });
    }
    found
}

fn blob_id(past: &Past, bytes: &[u8]) -> Option<ObjectId> {
    gix::objs::compute_hash(past.hash_kind(), gix::objs::Kind::Blob, bytes).ok()
}

fn pairs(past: &Past, new: &[New], gone: &[Gone]) -> Vec<Pair> {
    let pair = |score, at: usize, gone_at: usize| {
        let same_name = new[at].name == name_of(gone[gone_at].entry.path.as_bstr());
        Pair { score, same_name, new: at, gone: gone_at }
    };
    let mut by_id: FxHashMap<ObjectId, Vec<usize>> = FxHashMap::default();
    for (index, gone) in gone.iter().enumerate() {
        by_id.entry(gone.entry.id).or_default().push(index);
    }
    let mut pairs = Vec::new();
    for (at, file) in new.iter().enumerate() {
        let same = file.ids.iter().flatten().filter_map(|id| by_id.get(id)).flatten();
        let room = MOST_PAIRS.saturating_sub(pairs.len());
        pairs.extend(same.take(room).map(|gone_at| pair(EQUAL, at, *gone_at)));
    }
    let new_left = others(new.len(), pairs.iter().map(|pair| pair.new));
    let gone_left = others(gone.len(), pairs.iter().map(|pair| pair.gone));
    if new_left.len().saturating_mul(gone_left.len()) > MOST_PAIRS {
        return pairs;
    }
    for gone_at in gone_left {
        let Some(size) = gone[gone_at].size else { continue };
        let near = |at: &usize| may_be_similar(new[*at].text.len(), size);
        let candidates: Vec<usize> = new_left.iter().copied().filter(near).collect();
        if candidates.is_empty() {
            continue;
        }
        let Ok(Some(bytes)) = past.bytes(gone[gone_at].entry.id) else { continue };
        let text = with_line_feeds(&bytes);
        let lines = counted(&text);
        let scored =
            candidates.iter().map(|&at| (at, similarity(&lines, text.len(), &new[at].text)));
        let similar = scored.filter(|(_, score)| *score >= SIMILAR);
        pairs.extend(similar.map(|(at, score)| pair(score, at, gone_at)));
    }
    pairs
}

/// The indices below `count` that are not among `taken`.
fn others(count: usize, taken: impl Iterator<Item = usize>) -> Vec<usize> {
    let taken: FxHashSet<usize> = taken.collect();
    (0..count).filter(|index| !taken.contains(index)).collect()
}

/// Whether texts of these sizes can hold enough in common. Line endings may take a byte of two.
fn may_be_similar(size: usize, other: u64) -> bool {
    let size = size as u64;
    4 * size.min(other) >= size.max(other)
}

/// How often each line of a text occurs.
fn counted(text: &[u8]) -> FxHashMap<&[u8], usize> {
    let mut lines = FxHashMap::default();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        *lines.entry(line).or_default() += 1;
    }
    lines
}

/// How many bytes of the larger text stand in lines that both hold, in percent.
fn similarity(old: &FxHashMap<&[u8], usize>, old_size: usize, new: &[u8]) -> usize {
    let new_lines = counted(new);
    let shared = |(line, count): (&&[u8], &usize)| {
        line.len() * (*count).min(old.get(line).copied().unwrap_or_default())
    };
    let common: usize = new_lines.iter().map(shared).sum();
    common * 100 / old_size.max(new.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(old: &str, new: &str) -> usize {
        similarity(&counted(old.as_bytes()), old.len(), new.as_bytes())
    }

    #[test]
    fn similar_texts_share_most_of_their_lines() {
        assert_eq!(score("a\nb\nc\n", "a\nb\nc\n"), 100);
        assert_eq!(score("a\nb\nc\nd\n", "a\nb\nx\ny\n"), 50);
        assert_eq!(score("a\na\n", "a\nb\n"), 50, "each line counts once");
        assert_eq!(score("a\n", "b\n"), 0);
        assert_eq!(score("", ""), 0);
        assert_eq!(score("a\n", "a\nlonger than that by far\n"), 7);
    }

    #[test]
    fn sizes_rule_out_what_cannot_be_similar() {
        assert!(may_be_similar(100, 100));
        assert!(may_be_similar(100, 400), "the old one may end its lines otherwise");
        assert!(!may_be_similar(100, 401));
        assert!(!may_be_similar(401, 100));
    }
}
