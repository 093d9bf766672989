//! What is known of a module while its connections are looked at, and how findings are made.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Fix, Group, Level, Remedy as Outcome};
use super::guard::Guards;
use super::tls::NAME;
use super::tls_meant::may_be_meant;
use super::tls_objects::Key;
use super::tls_roles::Role;
use super::tls_targets::{Makers, Target};
use super::tls_uses::used_behind;
use super::tls_values::{self, Off};
use super::trust_guard::decides_peer;
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::FileId;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

const PATTERN: Pattern = Pattern {
    transform: NAME,
    names: &["verify", "ssl", "tls", "certificate", "cert", "check_hostname", "host key"],
};

/// What is worked out once for a module, and what was found so far.
pub(super) struct Scene<'m> {
    pub(super) module: &'m Module,
    pub(super) program: &'m Program<'m>,
    judge: Judge<'m>,
    guards: Guards<'m>,
    /// Names that a scope declares global or nonlocal.
    declared: FxHashSet<&'m str>,
    /// Whether a star import of another module may bring any name.
    pub(super) has_star: bool,
    /// What is known of questions that come again.
    pub(super) known: Known<'m>,
    /// Nodes that a finding speaks of already.
    spoken_of: RefCell<FxHashSet<usize>>,
    drafts: RefCell<Vec<Draft>>,
}

/// Answers to questions that come again: a file may ask one of them for each of its lines.
#[derive(Default)]
pub(super) struct Known<'m> {
    /// What may have made objects.
    pub(super) makers: Makers,
    /// What contexts are for.
    pub(super) roles: RefCell<FxHashMap<Key, Role>>,
    /// What attributes of `self` always are, by their classes and names.
    pub(super) attributes: RefCell<FxHashMap<(usize, &'m str), Option<Off<'m>>>>,
    /// How many uses an imported name has, by its name and scope.
    pub(super) uses: RefCell<FxHashMap<(&'m str, usize), usize>>,
    /// What functions of the program hand an argument on to, by their places and that argument.
    pub(super) wrappers: RefCell<FxHashMap<(FileId, Span, String), Option<Target>>>,
}

/// A finding, with the number of those that must be fixed together with it, itself included.
struct Draft {
    finding: Finding,
    together: Option<usize>,
}

/// What is found at one place.
pub(super) struct Place<'t> {
    /// The unsafe expression or statement.
    pub(super) node: Node<'t>,
    /// The unsafe argument, if it is one of several.
    pub(super) argument: Option<Span>,
    /// The sink as the catalogue spells it.
    pub(super) sink: String,
    /// Why it is unsafe.
    pub(super) message: String,
    /// What to do by hand, where the code around it cannot be edited.
    pub(super) advice: String,
}

/// The edits of one place: what is to be done, or why a person has to do it.
pub(super) type Edits = Result<Mend, String>;

/// Edits that make a place safe.
#[derive(Debug, Clone, Default)]
pub(super) struct Mend {
    /// What they do.
    pub(super) title: String,
    /// What the person should know.
    pub(super) reason: String,
    pub(super) ops: Vec<Op>,
    /// What they share with those of other places.
    pub(super) group: Option<Group>,
    /// How many places share it, where all of them or none must change.
    pub(super) together: Option<usize>,
}

impl<'m> Scene<'m> {
    /// Nothing is found yet. A reason for an exception must have `exception_words`.
    pub(super) fn new(
        module: &'m Module,
        program: &'m Program<'m>,
        exception_words: usize,
    ) -> Self {
        let scopes = module.names.scopes.iter();
        Self {
            module,
            program,
            judge: Judge::new(module, PATTERN, exception_words),
            guards: Guards::new(module),
            declared: scopes.clone().flat_map(|s| s.declared.keys().map(String::as_str)).collect(),
            has_star: scopes.clone().any(|scope| !scope.stars.is_empty()),
            known: Known::default(),
            spoken_of: RefCell::default(),
            drafts: RefCell::default(),
        }
    }

    /// What was found.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        whole_groups(self.drafts.into_inner())
    }

    /// Whether a scope declares a name global or nonlocal.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.declared.contains(name)
    }

    /// Notes that a finding speaks of a node; false if one does already.
    pub(super) fn speak_of(&self, node: Node) -> bool {
        self.spoken_of.borrow_mut().insert(node.id())
    }

    /// Whether a finding speaks of a node.
    pub(super) fn speaks_of(&self, node: Node) -> bool {
        self.spoken_of.borrow().contains(&node.id())
    }

    /// Where an expression stands.
    pub(super) fn at(&self, node: Node) -> Anchor {
        Anchor { file: self.module.file, range: tree::span(node) }
    }

    /// An expression becomes another one.
    pub(super) fn replace(&self, node: Node, text: &str) -> Op {
        Op::ReplaceExpression { at: self.at(node), pieces: vec![Piece::text(text)] }
    }

    /// The 1-based line of a node.
    pub(super) fn line(&self, node: Node) -> usize {
        self.module.lines.of(node.start_byte()) + 1
    }

    /// The exception that a comment or a user's decision makes of a place.
    pub(super) fn excused(&self, node: Node, argument: Option<Span>) -> Option<Exception> {
        if let Verdict::Documented(reason) = self.judge.judge(node, argument) {
            return Some(Exception { kind: ExceptionKind::Documented, reason });
        }
        let reason = self
            .guards
            .of(node, decides_peer)
            .or_else(|| used_behind(self.module, &self.guards, node))?;
        Some(Exception { kind: ExceptionKind::Guarded, reason })
    }

    /// Adds an exception.
    pub(super) fn except(&self, place: Place, exception: Exception) {
        self.add(place, Outcome::Exception(exception), None);
    }

    /// Adds what nothing mechanical can be done about.
    pub(super) fn report(&self, place: Place, reason: impl Into<String>) {
        self.add(place, Outcome::Report(reason.into()), None);
    }

    /// Adds a place with what is to be done about it, if it is no exception.
    pub(super) fn settle(&self, place: Place, edits: impl FnOnce() -> Edits) {
        if let Some(exception) = self.excused(place.node, place.argument) {
            return self.except(place, exception);
        }
        self.mend(place, edits);
    }

    /// Adds a place that is known to be no exception.
    pub(super) fn mend(&self, place: Place, edits: impl FnOnce() -> Edits) {
        if self.module.is_damaged_near(place.node) {
            let reason = format!("the code around it does not parse; {}", place.advice);
            return self.report(place, reason);
        }
        let edits = match tls_values::default_of_guard(self.module, place.node) {
            Some((_, default)) if default.kind() == "none" => Err(format!(
                "where nothing is given, None counts as no; let the default in line {} ask for checks",
                self.line(default)
            )),
            Some((parameter, default)) => Ok(self.other_default(parameter, default)),
            None => match may_be_meant(self.module, &self.guards, place.node) {
                Some(reason) => Err(format!("{reason}; {}", place.advice)),
                None => edits(),
            },
        };
        let mend = match edits {
            Ok(mend) => mend,
            Err(reason) => return self.report(place, reason),
        };
        let is_wish = matches!(self.judge.judge(place.node, place.argument), Verdict::Wish(_));
        let reason = if is_wish {
            "the comment does not say why the peer can be trusted"
        } else {
            &mend.reason
        };
        let mut fix = Fix::new(mend.title, reason, Level::Review, mend.ops);
        fix.group = mend.group;
        self.add(place, Outcome::Ops(fix), mend.together);
    }

    /// The default of a parameter becomes the other one of True and False.
    pub(super) fn other_default(&self, parameter: Node, default: Node) -> Mend {
        let text = if default.kind() == "true" { "False" } else { "True" };
        let name = self.name_of(parameter);
        Mend {
            title: format!("make the default of {name} {text}"),
            reason: "who calls the function and says nothing is checked from now on".to_owned(),
            ops: vec![self.replace(default, text)],
            group: Some(self.group(parameter, format!("default of {name}"))),
            together: None,
        }
    }

    /// The name of a parameter.
    pub(super) fn name_of(&self, parameter: Node) -> String {
        let name = parameter.child_by_field_name("name");
        name.map_or("", |name| self.module.text_of(name)).to_owned()
    }

    /// What places share whose edit is at a node.
    pub(super) fn group(&self, at: Node, name: String) -> Group {
        Group { at: tree::span(at), scope: self.module.scope_of(at), name }
    }

    fn add(&self, place: Place, remedy: Outcome, together: Option<usize>) {
        let finding = Finding {
            transform: NAME,
            file: self.module.file,
            range: tree::span(place.node),
            scope: self.module.scope_of(place.node),
            sink: place.sink,
            message: place.message,
            remedy,
        };
        self.drafts.borrow_mut().push(Draft { finding, together });
    }
}

/// The findings, those reported that cannot be fixed because others like them are not.
fn whole_groups(drafts: Vec<Draft>) -> Vec<Finding> {
    let mut members: BTreeMap<Group, usize> = BTreeMap::new();
    for draft in &drafts {
        if let (Some(_), Outcome::Ops(Fix { group: Some(group), .. })) =
            (draft.together, &draft.finding.remedy)
        {
            *members.entry(group.clone()).or_default() += 1;
        }
    }
    let settled = drafts.into_iter().map(|mut draft| {
        if let (Some(wanted), Outcome::Ops(Fix { group: Some(group), title, .. })) =
            (draft.together, &draft.finding.remedy)
            && members.get(group) != Some(&wanted)
        {
            let reason =
                format!("the name is imported for other uses too; do it by hand ({title})");
            draft.finding.remedy = Outcome::Report(reason);
        }
        draft.finding
    });
    settled.collect()
}
