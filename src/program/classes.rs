//! Which classes a program has and which derive from which, by name: read off the bytes, without
//! parsing.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Program;
use crate::workspace::{FileId, FileKind};

/// The classes of a program by their names.
#[derive(Debug, Default)]
pub struct Classes {
    /// The class statements of each name.
    by_name: BTreeMap<String, Vec<ClassStatement>>,
    /// The names of the classes that have a base of that name.
    derived: BTreeMap<String, Vec<String>>,
}

/// One class statement.
#[derive(Debug, Clone)]
pub struct ClassStatement {
    /// The file.
    pub file: FileId,
    /// The last names of its bases, `Module` for `nn.Module`.
    pub bases: Vec<String>,
}

impl Classes {
    fn add(&mut self, name: String, statement: ClassStatement) {
        for base in &statement.bases {
            self.derived.entry(base.clone()).or_default().push(name.clone());
        }
        self.by_name.entry(name).or_default().push(statement);
    }

    /// Whether the program has a class of that name.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The names of the classes in the inheritance trees of a class: its bases of the program, and
    /// all that derive from it or them. Its own name is not among them.
    pub fn family(&self, name: &str) -> Vec<&str> {
        let mut roots: Vec<&str> = Vec::new();
        let mut waiting: Vec<&str> =
            self.by_name.get_key_value(name).map(|(n, _)| n.as_str()).into_iter().collect();
        while let Some(class) = waiting.pop() {
            if roots.contains(&class) {
                continue;
            }
            roots.push(class);
            let statements = self.by_name.get(class).into_iter().flatten();
            let bases = statements.flat_map(|statement| &statement.bases);
            waiting.extend(bases.filter(|base| self.has(base)).map(String::as_str));
        }
        let mut known: FxHashSet<&str> = roots.iter().copied().collect();
        let mut family = roots.clone();
        let mut waiting = roots;
        while let Some(class) = waiting.pop() {
            for derived in self.derived.get(class).into_iter().flatten() {
                if known.insert(derived) {
                    family.push(derived);
                    waiting.push(derived);
                }
            }
        }
        family.retain(|class| *class != name);
        family.sort_unstable();
        family
    }

    /// The names of the classes that derive from a class, directly or not.
    pub fn derived(&self, name: &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let mut waiting = vec![name];
        let mut known: FxHashSet<&str> = FxHashSet::default();
        while let Some(class) = waiting.pop() {
            for derived in self.derived.get(class).into_iter().flatten() {
                if known.insert(derived) {
                    found.push(derived);
                    waiting.push(derived);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The last names of the bases outside the program of the classes that derive from a class.
    pub fn foreign_bases_of_derived(&self, name: &str) -> Vec<String> {
        let statements = self.derived(name).into_iter().filter_map(|class| self.by_name.get(class));
        let bases: Vec<String> =
            statements.flatten().flat_map(|statement| statement.bases.clone()).collect();
        self.foreign_bases(&bases)
    }

    /// The last names of the bases outside the program of a class and of those it derives from.
    pub fn foreign_bases(&self, bases: &[String]) -> Vec<String> {
        let mut found = Vec::new();
        let mut known: Vec<&str> = Vec::new();
        let mut waiting: Vec<&str> = bases.iter().map(String::as_str).collect();
        while let Some(base) = waiting.pop() {
            if known.contains(&base) {
                continue;
            }
            known.push(base);
            match self.by_name.get(base) {
                None => found.push(base.to_owned()),
                Some(statements) => {
                    let further = statements.iter().flat_map(|statement| &statement.bases);
                    waiting.extend(further.map(String::as_str));
                }
            }
        }
        found.sort();
        found
    }

    /// The files that hold a class of one of the names.
    pub fn files(&self, names: &[&str]) -> Vec<FileId> {
        let statements = names.iter().filter_map(|name| self.by_name.get(*name)).flatten();
        let mut files: Vec<FileId> = statements.map(|statement| statement.file).collect();
        files.sort();
        files.dedup();
        files
    }
}

impl Program<'_> {
    /// The classes outside tests.
    pub fn classes(&self) -> &Classes {
        static EMPTY: OnceLock<Classes> = OnceLock::new();
        if self.is_alone {
            return EMPTY.get_or_init(Classes::default);
        }
        self.classes.get_or_init(|| {
            let workspace = self.whole();
            let files = workspace
                .files
                .iter()
                .filter(|file| !file.test && matches!(file.kind, FileKind::Python));
            let files: Vec<FileId> = files.map(|file| file.id).collect();
            let found: Vec<(String, ClassStatement)> = files
                .par_iter()
                .map_init(Vec::new, |bytes, file| {
                    if workspace.read(*file, bytes).is_err() {
                        return Vec::new();
                    }
                    let statement = |(name, bases)| (name, ClassStatement { file: *file, bases });
                    statements(bytes).into_iter().map(statement).collect()
                })
                .flatten()
                .collect();
            let mut classes = Classes::default();
            for (name, statement) in found {
                classes.add(name, statement);
            }
            classes
        })
    }
}

/// The names and bases of the class statements in a text, in order.
fn statements(bytes: &[u8]) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for at in memmem::find_iter(bytes, b"class ") {
        let line = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |i| i + 1);
        if !bytes[line..at].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')) {
            continue;
        }
        let rest = &bytes[at + b"class ".len()..];
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        if length == 0 {
            continue;
        }
        let name = String::from_utf8_lossy(&rest[..length]).into_owned();
        found.push((name, bases(&rest[length..])));
    }
    found
}

/// The last names of what stands in the parentheses at the beginning of a text, outside inner
/// brackets; keywords are left out.
fn bases(bytes: &[u8]) -> Vec<String> {
    let Some(list) = bytes.strip_prefix(b"(") else { return Vec::new() };
    let list = &list[..list.len().min(4096)];
    let mut found = Vec::new();
    let mut current = String::new();
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(&byte) = list.get(at) {
        at += 1;
        match byte {
            b'#' => at += memchr::memchr2(b'\n', b'\r', &list[at..]).unwrap_or(list.len() - at),
            b'(' | b'[' | b'{' => open += 1,
            b')' if open == 0 => break,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b',' if open == 0 => push(&mut found, &std::mem::take(&mut current)),
            _ if open == 0 => current.push(char::from(byte)),
            _ => {}
        }
    }
    push(&mut found, &current);
    found
}

fn push(found: &mut Vec<String>, base: &str) {
    let base = base.trim();
    let last = base.rsplit('.').next().unwrap_or_default().trim();
    if !last.is_empty() && !base.contains('=') {
        found.push(last.to_owned());
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_bases_are_read_off_the_bytes() {
        let text = "class A:\n  pass\nclass B(A, m.C[int], metaclass=M):\n  class D(\n      A,  # (x\n      B,\n  ): pass\nsubclass E(F)\n";
        let expected = [("A", vec![]), ("B", vec!["A", "C"]), ("D", vec!["A", "B"])];
        let expected: Vec<(String, Vec<String>)> = expected
            .into_iter()
            .map(|(n, b)| (n.to_owned(), b.into_iter().map(str::to_owned).collect()))
            .collect();
        for ending in ["\n", "\r\n", "\r"] {
            assert_eq!(statements(text.replace('\n', ending).as_bytes()), expected);
        }
    }

    #[test]
    fn a_family_holds_bases_siblings_and_what_derives() {
        let mut classes = Classes::default();
        for (name, bases) in [
            ("A", vec!["Foreign"]),
            ("B", vec!["A"]),
            ("C", vec!["A"]),
            ("D", vec!["C"]),
            ("E", vec![]),
        ] {
            let bases: Vec<String> = bases.into_iter().map(str::to_owned).collect();
            let statement = ClassStatement { file: FileId(0), bases };
            classes.add(name.to_owned(), statement);
        }
        assert_eq!(classes.family("B"), ["A", "C", "D"]);
        assert!(classes.family("E").is_empty());
        assert_eq!(classes.foreign_bases(&["B".to_owned()]), ["Foreign"]);
    }
}
