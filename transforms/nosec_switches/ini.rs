//! Lists of codes in files of sections and keys.

use super::{Entry, Says, Tool, is_per_file, says};
use crate::workspace::span::Span;

/// The codes in a file of that name.
pub(super) fn codes(name: &str, text: &str) -> Vec<Entry> {
    let (tool, section) = match name {
        ".bandit" => (Tool::Bandit, "bandit"),
        _ => (Tool::Flake8, "flake8"),
    };
    let mut found = Vec::new();
    let mut reader = Reader { tool, key: None, files: None, found: &mut found };
    let mut is_inside = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            is_inside = trimmed.trim_matches(['[', ']']).trim() == section;
            reader.key = None;
        } else if is_inside {
            reader.line(line, at);
        }
    }
    found
}

/// Reads the lines of one section.
struct Reader<'f> {
    tool: Tool,
    /// The key whose value goes on in lines that are indented.
    key: Option<String>,
    /// The glob whose codes go on in further lines.
    files: Option<String>,
    found: &'f mut Vec<Entry>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, at: usize) {
        let mut rest = 0;
        if !line.starts_with([' ', '\t']) {
            let Some(end) = line.find(['=', ':']) else {
                self.key = None;
                return;
            };
            self.key = Some(line[..end].trim().to_ascii_lowercase().replace('_', "-"));
            self.files = None;
            rest = end + 1;
        }
        let Some(key) = self.key.clone() else { return };
        let is_per_file = is_per_file(self.tool, &key);
        let Some(says) = says(self.tool, &key).or(is_per_file.then_some(Says::Off)) else {
            return;
        };
        // A comment may follow where blanks part it.
        let end = [" #", " ;", "\t#"].iter().filter_map(|mark| line[rest..].find(mark)).min();
        let end = end.map_or(line.len(), |end| rest + end);
        if is_per_file && let Some(colon) = line[rest..end].find(':') {
            self.files = Some(line[rest..rest + colon].trim().to_owned());
            rest += colon + 1;
        }
        let is_between = |c: char| c == ',' || c.is_whitespace();
        let mut from = rest;
        while let Some(begin) = line[from..end].find(|c| !is_between(c)) {
            let begin = from + begin;
            let length = line[begin..end].find(is_between).unwrap_or(end - begin);
            from = begin + length;
            self.found.push(Entry {
                tool: self.tool,
                says,
                list: format!("{}.{key}", self.tool.name()),
                files: self.files.clone(),
                code: line[begin..from].to_owned(),
                at: Span::new(at + begin, at + from),
            });
        }
    }
}
