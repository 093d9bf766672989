//! Files that mention names.

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::words::{Needed, is_word};
use super::{Member, Program};
use crate::workspace::{File, FileId, FileKind};

/// A name that is looked for, as a whole word.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sought {
    /// The word.
    pub word: String,
    /// Whether a file matters only where the word stands behind a dot and is not called.
    pub as_attribute: bool,
    /// Whether a file matters also where the word is only called with arguments that are written out.
    pub calls_too: bool,
    /// Whether a file matters only where the word stands behind a dot and is called, or is defined.
    pub as_method: bool,
    /// Whether a file matters only where an attribute of the word is read, other than `__init__`.
    pub as_object: bool,
    /// Words of which a file must hold one as well, if there are any.
    pub beside: Vec<String>,
    /// Other texts of which it must hold one too.
    pub also: Vec<String>,
    /// Names of classes of which a file must hold one for what methods read of their own object to
    /// matter (`self.word`), if there are any.
    pub classes: Vec<String>,
    /// Names of which a file must hold one where many files mention the word, if there are any: a
    /// name such as `load` says little by itself.
    pub among_many: Vec<String>,
    /// How many files are looked at that mention it, the first by path; 0 for all.
    pub at_most: usize,
}

/// How many modules a thread parses before they are looked at.
const AT_A_TIME: usize = 4;
/// More files than these are many that mention a word.
const MANY: usize = 24;

impl Program<'_> {
    /// Hands the modules outside tests that mention the words to `visit`, sorted by path, each with
    /// the indices of those it mentions. Every file is read, only these are parsed, and only a few of
    /// them are held at a time.
    pub fn mentioning(&self, sought: &[Sought], visit: &mut dyn FnMut(&Member, &[usize])) {
        self.looking(sought, &mut |member, hits| {
            visit(member, hits);
            false
        });
    }

    /// The same; a module for which `visit` says so is kept, so that it is not parsed again.
    pub fn looking(&self, sought: &[Sought], visit: &mut dyn FnMut(&Member, &[usize]) -> bool) {
        if self.is_alone || sought.is_empty() {
            return;
        }
        let words = sought.iter().map(|sought| sought.word.as_str());
        let Ok(automaton) = AhoCorasick::new(words) else { return };
        let needed: Vec<Needed> =
            sought.iter().map(|sought| Needed::of_word(&sought.word)).collect();
        let workspace = self.whole();
        let mut files: Vec<&File> = workspace
            .files
            .iter()
            .filter(|file| !file.test && matches!(file.kind, FileKind::Python))
            .filter(|file| needed.iter().any(|needed| self.may_hold(file.id, needed)))
            .collect();
        files.sort_by(|a, b| a.relative.cmp(&b.relative));
        let hits: Vec<(FileId, Vec<usize>)> = files
            .into_par_iter()
            .map(|file| {
                let bytes = self.bytes(file.id)?;
                let found = mentioned(&bytes, &automaton, sought);
                (!found.is_empty()).then_some((file.id, found))
            })
            .flatten()
            .collect();
        let hits = self.without_common(hits, sought);
        for some in hits.chunks(AT_A_TIME * rayon::current_num_threads()) {
            let members: Vec<Option<Member>> =
                some.par_iter().map(|(file, _)| self.glance(*file)).collect();
            for (member, (_, hits)) in members.iter().zip(some) {
                if let Some(member) = member
                    && visit(member, hits)
                {
                    self.parsed().entry(member.module.file).or_insert_with(|| Some(member.clone()));
                }
            }
        }
    }
}

impl Program<'_> {
    /// The hits of files without those of words that many files mention, where a file holds none of
    /// the names that it must hold then, and without those that are too many.
    fn without_common(
        &self,
        hits: Vec<(FileId, Vec<usize>)>,
        sought: &[Sought],
    ) -> Vec<(FileId, Vec<usize>)> {
        let mut files = vec![0_usize; sought.len()];
        for index in hits.iter().flat_map(|(_, found)| found) {
            files[*index] += 1;
        }
        let is_common = |index: usize| files[index] > MANY && !sought[index].among_many.is_empty();
        let is_cut =
            |index: usize| sought[index].at_most > 0 && files[index] > sought[index].at_most;
        if !(0..sought.len()).any(|index| is_common(index) || is_cut(index)) {
            return hits;
        }
        let kept = hits.into_par_iter().map(|(file, mut found)| {
            let bytes = self.bytes(file)?;
            let holds = |name: &String| memchr::memmem::find(&bytes, name.as_bytes()).is_some();
            found.retain(|index| !is_common(*index) || sought[*index].among_many.iter().any(holds));
            Some((file, found))
        });
        let mut kept: Vec<(FileId, Vec<usize>)> = kept.flatten().collect();
        let mut taken = vec![0_usize; sought.len()];
        for (_, found) in &mut kept {
            found.retain(|index| {
                taken[*index] += 1;
                sought[*index].at_most == 0 || taken[*index] <= sought[*index].at_most
            });
        }
        kept.retain(|(_, found)| !found.is_empty());
        kept
    }

    /// Whether a module outside tests may assign an attribute of that name to an object other than
    /// the method's own: `base.load = quick`. Read off the bytes, once for all names.
    pub fn assigns_attribute(&self, name: &str) -> bool {
        let names = self.assigned.get_or_init(|| {
            let workspace = self.whole();
            let files = workspace.files.par_iter().filter(|file| !file.test);
            files
                .filter(|file| matches!(file.kind, FileKind::Python))
                .map(|file| {
                    self.bytes(file.id).map(|bytes| assigned_names(&bytes)).unwrap_or_default()
                })
                .reduce(FxHashSet::default, |mut all, some| {
                    all.extend(some);
                    all
                })
        });
        names.contains(name)
    }

    /// The modules outside tests that assign an attribute of that name with `.name =`: methods to
    /// that of their own object only where the file holds the name of one of the classes.
    pub fn modules_assigning(&self, name: &str, classes: &[&str]) -> Vec<Member> {
        let text = format!(".{name} =");
        let finder = memchr::memmem::Finder::new(&text);
        let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
        let files: Vec<FileId> = self
            .files_holding(&[&text])
            .into_par_iter()
            .filter(|file| {
                let Some(bytes) = self.bytes(*file) else { return false };
                finder.find_iter(&bytes).any(|at| !is_behind_self(&bytes, at + 1))
                    || OfClasses::default().holds(&bytes, &classes)
            })
            .collect();
        files.into_par_iter().filter_map(|file| self.glance(file)).collect()
    }

    /// Whether a module outside tests imports one of the packages; `names` are others words that
    /// tell as much. Read off the bytes, once: it is always asked with the same ones.
    pub fn imports_any(&self, packages: &[&str], names: &[&str]) -> bool {
        *self.serving.get_or_init(|| {
            let imports =
                packages.iter().flat_map(|p| [format!("import {p}"), format!("from {p}")]);
            let words: Vec<String> =
                imports.chain(names.iter().map(|name| (*name).to_owned())).collect();
            let Ok(automaton) = AhoCorasick::new(&words) else { return true };
            let workspace = self.whole();
            let files = workspace.files.par_iter().filter(|file| !file.test);
            files
                .filter(|file| matches!(file.kind, FileKind::Python))
                .map(|file| {
                    self.bytes(file.id).is_some_and(|bytes| {
                        automaton
                            .find_overlapping_iter(&*bytes)
                            .any(|hit| is_whole(&bytes, hit.start(), hit.end()))
                    })
                })
                .any(|found| found)
        })
    }
}

/// The names behind a dot and before a single `=`.
fn assigned_names(bytes: &[u8]) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    for at in memchr::memchr_iter(b'=', bytes) {
        if bytes.get(at + 1) == Some(&b'=') {
            continue;
        }
        let head = bytes[at.saturating_sub(200)..at].trim_ascii_end();
        let start = head.iter().rposition(|byte| !is_word(*byte)).map_or(0, |dot| dot + 1);
        let is_attribute = head[..start].trim_ascii_end().ends_with(b".");
        if let Ok(name) = std::str::from_utf8(&head[start..])
            && is_attribute
            && !name.is_empty()
        {
            found.insert(name.to_owned());
        }
    }
    found
}

fn mentioned<'s>(bytes: &[u8], automaton: &AhoCorasick, sought: &'s [Sought]) -> Vec<usize> {
    let mut found: FxHashSet<usize> = FxHashSet::default();
    let mut of_classes = OfClasses::default();
    for hit in automaton.find_overlapping_iter(bytes) {
        let index = hit.pattern().as_usize();
        if found.contains(&index) || !is_whole(bytes, hit.start(), hit.end()) {
            continue;
        }
        let matters = if sought[index].as_method {
            is_method_call(bytes, hit.start(), hit.end())
        } else if sought[index].as_object {
            has_attribute_read(bytes, hit.end())
        } else if sought[index].as_attribute {
            (is_value(bytes, hit.start(), hit.end())
                || is_unpacking_call(bytes, hit.start(), hit.end()))
                && (sought[index].classes.is_empty()
                    || !is_behind_self(bytes, hit.start())
                    || of_classes.holds(bytes, &sought[index].classes))
        } else {
            sought[index].calls_too || is_more_than_called(bytes, hit.end())
        };
        if matters {
            found.insert(index);
        }
    }
    // Many look for the same words beside theirs.
    let mut held: FxHashMap<&str, bool> = FxHashMap::default();
    let holds = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    let mut found: Vec<usize> = found
        .into_iter()
        .filter(|&index| {
            let mut has_one = |words: &'s [String]| {
                words.is_empty()
                    || words.iter().any(|word| {
                        let word = word.as_str();
                        *held.entry(word).or_insert_with(|| holds(word))
                    })
            };
            has_one(&sought[index].beside) && has_one(&sought[index].also)
        })
        .collect();
    found.sort_unstable();
    found
}

/// What one file says of classes, asked for many words.
#[derive(Default)]
struct OfClasses<'s> {
    has_loose_methods: Option<bool>,
    known: FxHashMap<&'s [String], bool>,
}

impl<'s> OfClasses<'s> {
    /// Whether methods of a file may be those of the classes: it holds one of the names, or has
    /// functions outside classes that take an object as methods do.
    fn holds(&mut self, bytes: &[u8], classes: &'s [String]) -> bool {
        *self.has_loose_methods.get_or_insert_with(|| has_loose_methods(bytes))
            || *self.known.entry(classes).or_insert_with(|| {
                classes.iter().any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some())
            })
    }
}

/// Whether a function at the beginning of a line takes `self`.
fn has_loose_methods(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"def ").any(|at| {
        let head = &bytes[at..bytes.len().min(at + 400)];
        let open = memchr::memchr(b'(', head).map_or(head.len(), |open| open + 1);
        let line = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |end| end + 1);
        let is_top = matches!(&bytes[line..at], b"" | b"async ");
        is_top && head[open..].trim_ascii_start().starts_with(b"self")
    })
}

/// Whether a word stands behind `self.`.
fn is_behind_self(bytes: &[u8], start: usize) -> bool {
    let Some(before) = bytes[..start].strip_suffix(b"self.") else { return false };
    !before.last().copied().is_some_and(|byte| is_word(byte) || byte == b'.')
}

/// Whether a word is followed by something else than a plain call: most mentions of a common name
/// are definitions and calls of functions that only share it.
fn is_more_than_called(bytes: &[u8], end: usize) -> bool {
    let rest = bytes[end..bytes.len().min(end + 4096)].trim_ascii_start();
    if !rest.starts_with(b"(") {
        return true;
    }
    let mut open = 0_usize;
    for byte in rest {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            // What is unpacked matters; a string or comment may hide where the call ends.
            b'*' | b'#' => return true,
            _ => {}
        }
        if open == 0 {
            return false;
        }
    }
    true
}

/// Whether a word stands behind a dot and before a bracket, or is defined.
fn is_method_call(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = bytes[..start].trim_ascii_end();
    let behind = bytes[end..bytes.len().min(end + 4096)].trim_ascii_start();
    let is_handed = |byte: Option<&u8>| matches!(byte, Some(b',' | b')'));
    (before.ends_with(b".") && (behind.starts_with(b"(") || is_handed(behind.first())))
        || before.ends_with(b"def")
}

/// Whether a word is followed by a dot and the name of an attribute, other than `__init__`.
fn has_attribute_read(bytes: &[u8], end: usize) -> bool {
    let Some(rest) = bytes[end..].trim_ascii_start().strip_prefix(b".") else { return false };
    let rest = rest.trim_ascii_start();
    let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
    !matches!(&rest[..length], b"" | b"__init__")
}

fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|i| bytes[i]);
    !before.is_some_and(is_word) && !bytes.get(end).copied().is_some_and(is_word)
}

/// Whether a word stands behind a dot and is called with what is unpacked.
fn is_unpacking_call(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = bytes[..start].trim_ascii_end();
    let is_called = bytes[end..].trim_ascii_start().starts_with(b"(");
    before.ends_with(b".") && is_called && is_more_than_called(bytes, end)
}

/// Whether a word stands behind a dot and no call or further attribute follows in its line, nor what
/// can only end a name in a text: a quote or a backtick.
fn is_value(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = bytes[..start].iter().rev().find(|byte| !byte.is_ascii_whitespace());
    let behind = bytes[end..].iter().find(|byte| !matches!(byte, b' ' | b'\t'));
    let is_more = |byte: &u8| matches!(byte, b'(' | b'.' | b'`' | b'\'' | b'"');
    before == Some(&b'.') && !behind.is_some_and(is_more)
}
