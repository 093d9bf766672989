//! Which classes a program has and which derive from which, by name: read off the bytes, without
//! parsing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Program;
use crate::workspace::{FileId, FileKind};

/// The classes of a program by their names.
#[derive(Debug, Default)]
pub struct Classes {
    /// The class statements of each name.
    by_name: BTreeMap<String, Vec<ClassStatement>>,
    /// The names of the classes that have a base of that name.
    derived: BTreeMap<String, Vec<String>>,
    /// What was worked out so far.
    known: Mutex<Known>,
}

/// Classes of one inheritance tree.
#[derive(Debug, Default)]
pub struct Family {
    /// Their names.
    pub names: FxHashSet<String>,
    /// The files that hold them, in order.
    pub files: Vec<FileId>,
}

/// What was worked out of classes by their names.
#[derive(Debug, Default)]
struct Known {
    reaches: FxHashMap<String, Arc<Reach>>,
    /// The families by their topmost classes.
    families: FxHashMap<Vec<String>, Arc<Family>>,
}

/// Where the bases of a class lead.
#[derive(Debug, Default)]
struct Reach {
    /// The topmost classes of the program, sorted; the class itself if it has no base there.
    tops: Vec<String>,
    /// The last names of the bases outside the program, sorted.
    foreign: Vec<String>,
}

/// One class statement.
#[derive(Debug, Clone)]
pub struct ClassStatement {
    /// The file.
    pub file: FileId,
    /// The last names of its bases, `Module` for `nn.Module`.
    pub bases: Vec<String>,
}

impl Reach {
    fn of(tops: BTreeSet<&str>, foreign: BTreeSet<&str>) -> Self {
        let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
        Self { tops: owned(tops), foreign: owned(foreign) }
    }
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

    /// The files that hold class statements of that name.
    pub fn files_of(&self, name: &str) -> Vec<FileId> {
        let statements = self.by_name.get(name).into_iter().flatten();
        statements.map(|statement| statement.file).collect()
    }

    /// The names of the classes in the inheritance trees of a class: its bases of the program, and
    /// all that derive from it or them, itself among them; empty if the program has no such class.
    /// Worked out once for all classes of a tree.
    pub fn family(&self, name: &str) -> Arc<Family> {
        if !self.has(name) {
            return Arc::default();
        }
        let tops = self.reaches(name);
        let mut known = self.known();
        if let Some(family) = known.families.get(&tops.tops) {
            return Arc::clone(family);
        }
        let mut names: FxHashSet<String> = tops.tops.iter().cloned().collect();
        for top in &tops.tops {
            names.extend(self.derived(top, usize::MAX).into_iter().map(str::to_owned));
        }
        let files = self.files(&names);
        let family = Arc::new(Family { names, files });
        known.families.insert(tops.tops.clone(), Arc::clone(&family));
        family
    }

    /// The names of the classes that derive from a class, directly or not, but no more than `most`;
    /// sorted.
    pub fn derived(&self, name: &str, most: usize) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let mut waiting = vec![name];
        let mut known: FxHashSet<&str> = FxHashSet::default();
        while let Some(class) = waiting.pop() {
            for derived in self.derived.get(class).into_iter().flatten() {
                if found.len() < most && known.insert(derived) {
                    found.push(derived);
                    waiting.push(derived);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// Names and those of the classes of the program from which theirs derive, directly or not.
    pub fn above(&self, names: &FxHashSet<String>) -> FxHashSet<String> {
        let mut found = names.clone();
        let mut waiting: Vec<&str> = names.iter().map(String::as_str).collect();
        while let Some(class) = waiting.pop() {
            for base in self.bases(class).filter(|base| self.has(base)) {
                if found.insert(base.to_owned()) {
                    waiting.push(base);
                }
            }
        }
        found
    }

    /// The last names of the bases outside the program of the classes that derive from a class, of
    /// which no more than `most` are looked at.
    pub fn foreign_bases_of_derived(&self, name: &str, most: usize) -> Vec<String> {
        let derived = self.derived(name, most).into_iter();
        let statements = derived.filter_map(|class| self.by_name.get(class));
        let bases: FxHashSet<&String> =
            statements.flatten().flat_map(|statement| &statement.bases).collect();
        self.foreign_bases(bases)
    }

    /// The last names of the bases outside the program of a class and of those it derives from.
    pub fn foreign_bases<'b>(&self, bases: impl IntoIterator<Item = &'b String>) -> Vec<String> {
        let mut found: BTreeSet<String> = BTreeSet::new();
        for base in bases {
            if self.has(base) {
                found.extend(self.reaches(base).foreign.iter().cloned());
            } else {
                found.insert(base.clone());
            }
        }
        found.into_iter().collect()
    }

    /// Where the bases of a class of the program lead. Each class is looked at once: those that it
    /// derives from come first.
    fn reaches(&self, name: &str) -> Arc<Reach> {
        let mut known = self.known();
        let mut entered: FxHashSet<&str> = FxHashSet::default();
        let mut waiting: Vec<(&str, bool)> = self
            .by_name
            .get_key_value(name)
            .map(|(n, _)| (n.as_str(), false))
            .into_iter()
            .collect();
        while let Some((class, are_bases_known)) = waiting.pop() {
            if are_bases_known {
                let found = Arc::new(self.reach(class, &known.reaches));
                known.reaches.insert(class.to_owned(), found);
                continue;
            }
            if known.reaches.contains_key(class) || !entered.insert(class) {
                continue;
            }
            waiting.push((class, true));
            waiting.extend(self.bases(class).filter(|base| self.has(base)).map(|b| (b, false)));
        }
        known.reaches.get(name).map(Arc::clone).unwrap_or_default()
    }

    /// Where the bases of a class lead, by what is known of them. Names that derive from one another
    /// in a circle are followed one by one.
    fn reach(&self, class: &str, known: &FxHashMap<String, Arc<Reach>>) -> Reach {
        let mut tops: BTreeSet<&str> = BTreeSet::new();
        let mut foreign: BTreeSet<&str> = BTreeSet::new();
        for base in self.bases(class) {
            match known.get(base) {
                _ if !self.has(base) => {
                    foreign.insert(base);
                }
                Some(reach) => {
                    tops.extend(reach.tops.iter().map(String::as_str));
                    foreign.extend(reach.foreign.iter().map(String::as_str));
                }
                None => return self.reach_in_circle(class),
            }
        }
        if tops.is_empty() {
            tops.insert(class);
        }
        Reach::of(tops, foreign)
    }

    fn reach_in_circle(&self, class: &str) -> Reach {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut foreign: BTreeSet<&str> = BTreeSet::new();
        let mut waiting = vec![class];
        while let Some(class) = waiting.pop() {
            if !self.has(class) {
                foreign.insert(class);
            } else if seen.insert(class) {
                waiting.extend(self.bases(class));
            }
        }
        seen.insert(class);
        Reach::of(seen, foreign)
    }

    fn bases<'c>(&'c self, class: &str) -> impl Iterator<Item = &'c str> + use<'c> {
        let statements = self.by_name.get(class).into_iter().flatten();
        statements.flat_map(|statement| statement.bases.iter().map(String::as_str))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The files that hold a class of one of the names.
    fn files(&self, names: &FxHashSet<String>) -> Vec<FileId> {
        let statements = names.iter().filter_map(|name| self.by_name.get(name)).flatten();
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
                .map(|file| {
                    let Some(bytes) = self.bytes(*file) else { return Vec::new() };
                    let statement = |(name, bases)| (name, ClassStatement { file: *file, bases });
                    statements(&bytes).into_iter().map(statement).collect()
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
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
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
    if found.iter().any(|(_, bases)| !bases.is_empty()) {
        let renamed = renamed(bytes);
        for (_, bases) in &mut found {
            let others: Vec<String> =
                bases.iter().filter_map(|base| renamed.get(base.as_bytes()).cloned()).collect();
            bases.extend(others);
        }
    }
    found
}

/// What names stand for that an import or an assignment gives to something, by these names: a base may
/// be used under another one.
fn renamed(bytes: &[u8]) -> FxHashMap<&[u8], String> {
    let mut found = FxHashMap::default();
    // `Parent = base.Loader`
    for at in memmem::find_iter(bytes, b" = ") {
        let line = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |i| i + 1);
        let new = bytes[line..at].trim_ascii();
        let rest = &bytes[at + b" = ".len()..];
        let is_dotted = |byte: &&u8| is_word(**byte) || **byte == b'.';
        let value = &rest[..rest.iter().take_while(is_dotted).count()];
        let is_all = rest.get(value.len()).is_none_or(|byte| matches!(byte, b'\n' | b'\r' | b' '));
        let old = value.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        if is_all && !old.is_empty() && old != new && new.iter().all(|byte| is_word(*byte)) {
            found.insert(new, String::from_utf8_lossy(old).into_owned());
        }
    }
    for at in memmem::find_iter(bytes, b" as ") {
        let rest = &bytes[at + b" as ".len()..];
        let new = &rest[..rest.iter().take_while(|byte| is_word(**byte)).count()];
        let start = bytes[..at].iter().rposition(|byte| !is_word(*byte)).map_or(0, |i| i + 1);
        if start < at && !new.is_empty() && new != &bytes[start..at] {
            found.insert(new, String::from_utf8_lossy(&bytes[start..at]).into_owned());
        }
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
        let family = |name: &str| {
            let mut names: Vec<String> = classes.family(name).names.iter().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(family("B"), ["A", "B", "C", "D"]);
        assert_eq!(family("D"), ["A", "B", "C", "D"]);
        assert_eq!(family("E"), ["E"]);
        assert_eq!(classes.foreign_bases(&["B".to_owned()]), ["Foreign"]);
    }

    #[test]
    fn a_base_counts_under_the_name_that_it_was_imported_by_too() {
        let text = "from base import Loader as L, Other\nclass A(L): pass\n";
        let bases = vec!["L".to_owned(), "Loader".to_owned()];
        assert_eq!(statements(text.as_bytes()), [("A".to_owned(), bases)]);
    }

    #[test]
    fn classes_that_derive_from_themselves_end() {
        let mut classes = Classes::default();
        for (name, bases) in [("A", ["B", "X"]), ("B", ["A", "Y"]), ("C", ["C", "B"])] {
            let bases: Vec<String> = bases.into_iter().map(str::to_owned).collect();
            classes.add(name.to_owned(), ClassStatement { file: FileId(0), bases });
        }
        assert_eq!(classes.foreign_bases(&["A".to_owned()]), ["X", "Y"]);
        assert_eq!(classes.family("A").names.len(), 3);
        assert_eq!(classes.foreign_bases(&["B".to_owned()]), ["X", "Y"]);
        assert_eq!(classes.foreign_bases_of_derived("A", 9), ["X", "Y"]);
    }
}
