//! What decisions make of the files, worked out as the dialogue asks for it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::diff::patch_path;
use super::super::session::Session;
use super::items::{Subject, is_import};
use crate::plan::change::Change;
use crate::plan::materialize::{Cause, Dropped, Materialized, materialize};
use crate::plan::op::{Anchor, Op};
use crate::python::layout::comment;
use crate::python::module::Module;
use crate::report::diff::{Context, FileDiff, unified_with};
use crate::review::decision::{Decision, Rewrite};
use crate::review::state::{Around, Decided, Refused};
use crate::transforms::finding::Remedy;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// The changes, and what was found to fit together last.
pub(super) struct Planner<'s> {
    pub(super) session: &'s Session,
    pub(super) subjects: &'s [Subject],
    modules: BTreeMap<FileId, &'s Module>,
    by_id: BTreeMap<&'s str, usize>,
    /// Decisions of which it is known that they can be carried out together.
    good: RefCell<Vec<Decided>>,
    /// What was worked out last.
    known: RefCell<Vec<(Asked, Rc<Made>)>>,
}

/// Decisions, and the files that are asked about.
type Asked = (Vec<Decided>, BTreeSet<FileId>);

/// How many answers are remembered.
const KNOWN: usize = 4;

/// What decisions make of files.
struct Made {
    /// Their items, and whether they only add comments.
    items: Vec<(usize, bool)>,
    result: Materialized,
}

impl<'s> Planner<'s> {
    pub(super) fn new(session: &'s Session, subjects: &'s [Subject]) -> Self {
        let ids = subjects.iter().enumerate();
        Self {
            session,
            subjects,
            modules: session.scan.by_file(),
            by_id: ids.map(|(at, subject)| (subject.change.id.as_str(), at)).collect(),
            good: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// The item of a change.
    pub(super) fn item_of(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// What tells whether the files that an item concerns are still as they were.
    pub(super) fn files_hash(&self, item: usize) -> String {
        let mut hasher = blake3::Hasher::new();
        let first = self.session.finding_of(&self.subjects[item].change).file;
        let files: BTreeSet<FileId> = self.subjects[item].files().chain([first]).collect();
        for file in files {
            let path = &self.session.workspace.file(file).relative;
            hasher.update(path.as_os_str().as_encoded_bytes());
            hasher.update(&[0]);
            hasher.update(self.modules[&file].source.hash.as_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The change that carries a decision out.
    pub(super) fn change(&self, decided: &Decided) -> Change {
        change(self.session, &self.subjects[decided.item].change, &decided.decision)
    }

    /// What cannot be carried out together.
    pub(super) fn refused(&self, all: &[Decided]) -> Vec<Refused> {
        let mut files: BTreeSet<FileId> = BTreeSet::new();
        {
            let good = self.good.borrow();
            let other = |a: &[Decided], b: &[Decided]| -> Vec<Decided> {
                a.iter().filter(|one| !b.contains(one)).cloned().collect()
            };
            for differs in [other(all, &good), other(&good, all)].into_iter().flatten() {
                files.extend(files_of(&self.change(&differs)));
            }
        }
        let made = self.made(all, &files);
        let refused = self.refusals(&made);
        if refused.is_empty() {
            *self.good.borrow_mut() = all.to_vec();
        }
        refused
    }

    /// What was left out, and why.
    fn refusals(&self, made: &Made) -> Vec<Refused> {
        let why = |dropped: &Dropped| {
            let (item, is_comment) = made.items[dropped.change];
            let (by, why) = match &dropped.cause {
                Cause::Conflict { with } => {
                    (Some(made.items[*with].0), "both change the same text".to_owned())
                }
                Cause::Failed { .. } if is_comment => {
                    let why = "no line of it can end in a comment; write it by hand";
                    (None, why.to_owned())
                }
                Cause::Held { message } | Cause::Failed { message } => (None, message.clone()),
            };
            Refused { item, by, why }
        };
        let shared = made.items.iter().filter(|(_, is_comment)| *is_comment);
        let shared = shared.filter_map(|(item, _)| {
            let line = self.covered(*item)?;
            let why = format!(
                "the comment would speak for another one in line {line} too; write it by hand"
            );
            Some(Refused { item: *item, by: None, why })
        });
        made.result.dropped.iter().map(why).chain(shared).collect()
    }

    /// The 1-based line of another finding of the same transform for which a comment about an item
    /// would speak too.
    fn covered(&self, item: usize) -> Option<usize> {
        let change = &self.subjects[item].change;
        let findings = &self.session.scan.findings;
        change.findings.iter().find_map(|index| {
            let finding = &findings[*index];
            let module = self.modules[&finding.file];
            let line = module.lines.of(comment::end_of_comment_line(module, finding.range)?);
            let other = findings.iter().enumerate().find(|(other, one)| {
                let lines = || module.lines.of(one.range.start)..=module.lines.of(one.range.end);
                one.file == finding.file
                    && one.transform == finding.transform
                    && !change.findings.contains(other)
                    && !matches!(one.remedy, Remedy::Exception(_))
                    && lines().contains(&line)
            });
            other.map(|(_, one)| module.lines.of(one.range.start) + 1)
        })
    }

    /// What decisions make of some files. The last few answers are known, for one key asks the same
    /// thing several times.
    fn made(&self, all: &[Decided], files: &BTreeSet<FileId>) -> Rc<Made> {
        let is_near = |decided: &&Decided| {
            self.subjects[decided.item].files().any(|file| files.contains(&file))
                || self.finding_files(decided.item).any(|file| files.contains(&file))
        };
        let near: Vec<Decided> = all.iter().filter(is_near).cloned().collect();
        let key = (near, files.clone());
        if let Some((_, made)) = self.known.borrow().iter().find(|(known, _)| *known == key) {
            return Rc::clone(made);
        }
        let changes: Vec<Change> = key.0.iter().map(|decided| self.change(decided)).collect();
        let modules = self.modules.iter().filter(|(file, _)| files.contains(file));
        let modules = modules.map(|(file, module)| (*file, *module)).collect();
        let chosen: Vec<&Change> = changes.iter().collect();
        let result = materialize(&modules, &chosen);
        let item = |d: &Decided| (d.item, matches!(d.decision, Decision::Except(_)));
        let made = Rc::new(Made { items: key.0.iter().map(item).collect(), result });
        let mut known = self.known.borrow_mut();
        known.truncate(KNOWN - 1);
        known.insert(0, (key, Rc::clone(&made)));
        made
    }

    /// The files of the findings of an item.
    fn finding_files(&self, item: usize) -> impl Iterator<Item = FileId> {
        let findings = self.subjects[item].change.findings.iter();
        findings.map(|index| self.session.scan.findings[*index].file)
    }

    /// The lines of the diff of a decision beside others, file by file, the first one first.
    pub(super) fn diff(
        &self,
        decided: &Decided,
        others: &[Decided],
        around: Around,
    ) -> (Vec<u8>, Vec<Refused>) {
        let own = self.change(decided);
        let files = files_of(&own);
        let before = self.made(others, &files);
        let mut all = others.to_vec();
        all.push(decided.clone());
        all.sort_by_key(|decided| decided.item);
        let after = self.made(&all, &files);
        let first = self.session.finding_of(&own).file;
        let mut order: Vec<FileId> = files.into_iter().collect();
        order.sort_by_key(|file| (*file != first, *file));
        let mut out = Vec::new();
        for file in order {
            let old = &self.modules[&file].source.bytes;
            let bytes = |made: &Made| {
                let new = made.result.files.get(&file);
                new.map_or_else(|| old.clone(), |new| new.bytes.clone())
            };
            let (old, new) = (bytes(&before), bytes(&after));
            let path = patch_path(self.session, file);
            let context = match around {
                Around::Lines => Context::Lines,
                Around::Function => Context::Function,
                Around::File => Context::File,
            };
            out.extend(unified_with(&FileDiff { old: &old, new: &new, path: &path }, context));
        }
        let mask = &self.session.mask;
        if let Cow::Owned(masked) = mask.text(&String::from_utf8_lossy(&out)) {
            out = masked.into_bytes();
        }
        (out, self.refusals(&after))
    }

    /// The paths of the files that decisions would change, as they are shown.
    pub(super) fn written(&self, all: &[Decided]) -> Vec<std::path::PathBuf> {
        let changes: Vec<Change> = all.iter().map(|decided| self.change(decided)).collect();
        let made = super::all_files(self.session, &changes);
        made.files.keys().map(|file| self.session.shown(*file)).collect()
    }

    /// The new text of an item in the file that it begins in: the 1-based line where it begins, the
    /// lines that it replaces, and the text.
    pub(super) fn new_text(&self, item: usize) -> Option<(usize, usize, String)> {
        let change = &self.subjects[item].change;
        let file = self.session.finding_of(change).file;
        let module = self.modules[&file];
        let ops = change.ops.iter().filter(|op| op.anchor().file == file && !is_import(op));
        let own = Change { ops: ops.cloned().collect(), ..change.clone() };
        let only = BTreeMap::from([(file, module)]);
        let made = materialize(&only, &[&own]);
        let new = made.files.get(&file)?;
        let (first, last) = (new.edits.first()?, new.edits.last()?);
        let (from, to) = (module.lines.of(first.range.start), module.lines.of(last.range.end));
        let lines = Span::new(module.lines.start(from), module.lines.span(to).end);
        let text = crate::plan::flatten::apply(module.text(), &new.edits);
        let end = text.len() - (module.text().len() - lines.end);
        Some((from + 1, to + 1 - from, text[lines.start..end].to_owned()))
    }

    /// The text of lines of the file that an item begins in: a 1-based line and how many.
    pub(super) fn old_text(&self, item: usize, line: usize, count: usize) -> String {
        let file = self.session.finding_of(&self.subjects[item].change).file;
        let module = self.modules[&file];
        module.slice(span_of(module, line, count)).to_owned()
    }
}

/// The files that a change edits.
fn files_of(change: &Change) -> BTreeSet<FileId> {
    change.ops.iter().map(|op| op.anchor().file).collect()
}

/// The change that carries a decision out.
pub(super) fn change(session: &Session, change: &Change, decision: &Decision) -> Change {
    let first = session.finding_of(change).file;
    let ops = match decision {
        Decision::Apply | Decision::Leave => return change.clone(),
        Decision::Except(why) => {
            let comment = format!("# untrust: allow[{}] {why}", change.transform);
            let places = change.findings.iter().map(|index| {
                let finding = &session.scan.findings[*index];
                let at = Anchor { file: finding.file, range: finding.range };
                Op::AddComment { at, text: comment.clone() }
            });
            places.collect()
        }
        Decision::Edit(rewrites) => {
            let module = &session.scan.modules[&first];
            let is_kept = |op: &&Op| op.anchor().file != first || is_import(op);
            let mut ops: Vec<Op> = change.ops.iter().filter(is_kept).cloned().collect();
            ops.extend(rewrites.iter().map(|rewrite| Op::RewriteLines {
                at: Anchor { file: first, range: span_of(module, rewrite.line, rewrite.count) },
                text: rewrite.text.clone(),
            }));
            ops
        }
    };
    Change { ops, ..change.clone() }
}

/// The range of lines: a 1-based line and how many; what the file does not have is left out.
fn span_of(module: &Module, line: usize, count: usize) -> Span {
    let lines = module.lines.count();
    let from = line.saturating_sub(1).min(lines.saturating_sub(1));
    let start = module.lines.start(from);
    match count.min(lines - from) {
        0 => Span::at(start),
        count => Span::new(start, module.lines.span(from + count - 1).end),
    }
}

/// The lines in which a text that a person wrote differs from the one that is there from a 1-based
/// line on.
pub(super) fn rewrites(line: usize, old: &str, new: &str) -> Vec<Rewrite> {
    let (old, new) = (old.replace("\r\n", "\n"), new.replace("\r\n", "\n"));
    crate::report::diff::changed_lines(old.as_bytes(), new.as_bytes())
        .into_iter()
        .map(|(lines, text)| Rewrite {
            line: line + lines.start,
            count: lines.len(),
            text: String::from_utf8_lossy(&text).into_owned(),
        })
        .collect()
}
