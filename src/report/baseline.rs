//! The baseline: findings that are known and do not count, so that only new ones fail a check. It
//! is a ratchet: what is gone goes, and nothing comes by itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::json::one_line;

/// The version of the file that is written, and the newest that is read.
const VERSION: u64 = 1;

/// A known finding. There is no line in it: that would change with every edit above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The finding's id.
    pub id: String,
    /// The transform that found it.
    pub transform: String,
    /// The file, relative to the root, with forward slashes.
    pub path: String,
    /// The sink as the catalogue spells it.
    pub sink: String,
}

/// Why a baseline cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is not what was written.
    #[error(
        "is no baseline or is damaged ({0}); restore it, or write it anew with --write-baseline alone"
    )]
    Broken(String),
    /// A later version of the tool wrote it.
    #[error(
        "has version {0}, which a newer untrust wrote; this one reads version {VERSION}, so use a newer one"
    )]
    Newer(u64),
}

#[derive(Deserialize)]
struct Head {
    version: u64,
}

#[derive(Deserialize)]
struct File {
    findings: Vec<Entry>,
}

/// Reads the entries from the bytes of a file, sorted; one that stands there twice is one.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, BaselineError> {
    let broken = |error: serde_json::Error| BaselineError::Broken(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(broken)?;
    match head.version {
        VERSION => {}
        0 => return Err(BaselineError::Broken("there is no version 0".to_owned())),
        newer => return Err(BaselineError::Newer(newer)),
    }
    let file: File = serde_json::from_slice(bytes).map_err(broken)?;
    Ok(sorted(file.findings))
}

/// The text of a file with the entries: sorted, each on a line of its own, so that two branches
/// that change it seldom meet.
pub fn render(entries: &[Entry]) -> String {
    let lines: Vec<String> =
        sorted(entries.to_vec()).iter().map(|entry| format!("\n    {}", one_line(entry))).collect();
    let end = if lines.is_empty() { "" } else { "\n  " };
    format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{}{end}]\n}}\n", lines.join(","))
}

fn key(entry: &Entry) -> [&str; 4] {
    [&entry.path, &entry.transform, &entry.sink, &entry.id]
}

/// By file first, as people look for them.
fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| key(a).cmp(&key(b)));
    entries.dedup();
    entries
}

/// Whether an entry is of a finding that is gone: it was looked for, and it is not among the ids
/// of those that are open.
pub fn is_gone(
    entry: &Entry,
    open: &BTreeSet<&str>,
    was_looked_for: impl FnOnce(&Entry) -> bool,
) -> bool {
    !open.contains(entry.id.as_str()) && was_looked_for(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, path: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            transform: "torch-load".to_owned(),
            path: path.to_owned(),
            sink: "torch.load".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_and_is_sorted_and_a_line_each() {
        let entries = [entry("2", "b.py"), entry("3", "a\u{1b}.py"), entry("1", "b.py")];
        let text = render(&entries);
        let line = |id: &str, path: &str| {
            format!(
                "    {{\"id\":\"{id}\",\"transform\":\"torch-load\",\"path\":\"{path}\",\"sink\":\"torch.load\"}}"
            )
        };
        let expected = format!(
            "{{\n  \"version\": 1,\n  \"findings\": [\n{},\n{},\n{}\n  ]\n}}\n",
            line("3", "a\\u001b.py"),
            line("1", "b.py"),
            line("2", "b.py")
        );
        assert_eq!(text, expected);
        let read = parse(text.as_bytes()).unwrap();
        assert_eq!(read, [entries[1].clone(), entries[2].clone(), entries[0].clone()]);
        assert_eq!(render(&read), text);
    }

    #[test]
    fn nothing_known_is_a_file_too() {
        assert_eq!(render(&[]), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
        assert_eq!(parse(render(&[]).as_bytes()), Ok(Vec::new()));
    }

    #[test]
    fn what_two_branches_both_added_counts_once() {
        let twice = [entry("1", "a.py"), entry("1", "a.py")];
        assert_eq!(parse(render(&twice).as_bytes()), Ok(vec![entry("1", "a.py")]));
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_the_reason() {
        for broken in ["", "[]", "{}", "{\"version\": 1}", "{\"version\": 0, \"findings\": []}"] {
            let error = parse(broken.as_bytes()).unwrap_err();
            assert!(matches!(error, BaselineError::Broken(_)), "{broken}");
        }
        let conflict = render(&[entry("1", "a.py")]).replace("    {", "<<<<<<< HEAD\n    {");
        let error = parse(conflict.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("line 4"), "{error}");
        // Whatever else a later version holds, its number is understood.
        assert_eq!(parse(b"{\"version\": 2, \"known\": 7}"), Err(BaselineError::Newer(2)));
    }

    #[test]
    fn only_what_was_looked_for_can_be_gone() {
        let open = BTreeSet::from(["1"]);
        assert!(!is_gone(&entry("1", "a.py"), &open, |_| true));
        assert!(!is_gone(&entry("2", "a.py"), &open, |_| false));
        assert!(is_gone(&entry("2", "a.py"), &open, |_| true));
    }
}
