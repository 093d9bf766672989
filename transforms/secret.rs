//! Secrets that are written in the code: passwords, keys and tokens in string literals.

use std::ops::Range;
use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Level, Remedy};
use super::secret_fix::{self, Variables};
use super::secret_literals::Literal;
use super::secret_names::Kind;
use super::secret_places::{Form, Place, place};
use super::secret_prefilter::{NEAR, NEAR_LETTERS, is_letters, may_hold_secret};
use super::secret_shapes::{self, Hit, Shape, hits};
use super::secret_values::is_secret;
use super::{About, Transform};
use crate::program::Program;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::span::Span;

/// The transform.
pub struct Secret;

static ABOUT: About = About {
    name: "secret",
    level: Level::Review,
    summary: "reads a secret that is written in the code from the environment",
    codes: &["B105", "B106", "B107", "S105", "S106", "S107"],
    literals: &[],
    asks_program_for: &[],
    confirm: may_hold_secret,
    page: include_str!("secret.md"),
};

const PATTERN: Pattern = Pattern {
    transform: "secret",
    names: &["secret", "password", "passphrase", "token", "credential", "api key", "api_key"],
};

impl Transform for Secret {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, _program: &Program, findings: &mut Findings) {
        let judge = Judge::new(module, PATTERN, findings.policy.exception_words);
        let mut left = Vec::new();
        for found in found(module) {
            let whole = tree::span(found.place.whole);
            let verdict = judge.judge(found.literal.node, Some(whole));
            if let Verdict::Documented(reason) = verdict {
                let exception = Exception { kind: ExceptionKind::Documented, reason };
                findings.list.push(finding(module, &found, Remedy::Exception(exception)));
            } else {
                left.push((found, verdict));
            }
        }
        let variables = Variables::new(module, left.iter().map(|(found, _)| found));
        for (found, verdict) in &left {
            let remedy = secret_fix::remedy(module, found, &variables, verdict);
            findings.list.push(finding(module, found, remedy));
        }
    }
}

/// A secret in a literal.
pub(super) struct Found<'t> {
    /// The literal.
    pub(super) literal: Literal<'t>,
    /// What it is bound to.
    pub(super) place: Place<'t>,
    /// The shape by which it is known, if it is.
    pub(super) shape: Option<&'static Shape>,
    /// The secret parts of the literal's content.
    pub(super) ranges: Vec<Range<usize>>,
    /// The content.
    pub(super) value: String,
}

impl Found<'_> {
    /// Whether nothing but the secret is in the literal.
    pub(super) fn is_whole(&self) -> bool {
        let [range] = self.ranges.as_slice() else { return false };
        self.literal.fields.is_empty() && *range == (0..self.value.len())
    }
}

/// The secrets in the literals of a module, in the order of the text.
fn found(module: &Module) -> Vec<Found<'_>> {
    let text = module.text();
    let everywhere = hits(text);
    let within = |node: Node| {
        module.parent(node).is_some_and(|around| {
            matches!(around.kind(), "concatenated_string" | "expression_statement")
        })
    };
    let strings = module.of_kind("string").filter(|node| !within(*node));
    let joined = module.of_kind("concatenated_string").filter(|node| !within(*node));
    let literals = strings.chain(joined).filter_map(|node| Literal::at(node, text));
    let mut found: Vec<Found> =
        literals.filter_map(|literal| secret(module, literal, &everywhere)).collect();
    found.sort_by_key(|found| found.literal.node.start_byte());
    found
}

/// What is secret in a literal.
fn secret<'t>(module: &'t Module, literal: Literal<'t>, everywhere: &[Hit]) -> Option<Found<'t>> {
    let text = module.text();
    let value = literal.content(text);
    if value.len() < 4 {
        return None;
    }
    let mut known = match literal.parts.as_slice() {
        [only] => within(everywhere, *only),
        _ => joined_hits(&literal, &value),
    };
    // A literal in a field is looked at by itself.
    let in_field = |span: &Span| literal.fields.iter().any(|field| field.contains(*span));
    known.retain(|hit| !literal.spans(&hit.range).iter().all(in_field));
    if let Some(first) = known.first() {
        let shape = Some(first.shape);
        let ranges = known.iter().map(|hit| hit.range.clone()).collect();
        let place = place(module, literal.node);
        return Some(Found { place, shape, ranges, value: value.into_owned(), literal });
    }
    if !literal.fields.is_empty()
        || !(is_secret(Kind::Password, &value) || is_secret(Kind::Secret, &value))
    {
        return None;
    }
    let place = place(module, literal.node);
    let kind = place.kind?;
    // Each part of a key is looked at alone: a file is read only where one of them looks drawn.
    let looks = |part: &Span| is_secret(kind, &text[part.range()]);
    let is_one = is_secret(kind, &value)
        && is_near(&place, literal.node.start_byte(), &value)
        && literal.parts.iter().any(looks);
    let ranges = std::iter::once(0..value.len()).collect();
    is_one.then(|| Found { place, shape: None, ranges, value: value.into_owned(), literal })
}

/// Whether a literal stands as near to its name as files are looked at for it. A word of letters
/// must follow the name of a password that gets it there: texts, kinds and names are words too.
fn is_near(place: &Place, start: usize, value: &str) -> bool {
    let forms = [Form::Assigned, Form::Given, Form::Parameter, Form::Compared];
    let letters = is_letters(value);
    let Some(at) = place.at else { return !letters };
    let reach = if letters { NEAR_LETTERS } else { NEAR } - 8;
    // With a capital it is the text that a person reads beside the field.
    let is_label = value.starts_with(|c: char| c.is_uppercase())
        && !matches!(place.form, Form::Parameter | Form::Compared);
    let is_word = !letters || (start >= at && forms.contains(&place.form) && !is_label);
    start.abs_diff(at) <= reach && is_word
}

/// The hits inside a span, as ranges of it.
fn within(hits: &[Hit], span: Span) -> Vec<Hit> {
    let from = hits.partition_point(|hit| hit.range.start < span.start);
    let inside = hits[from..].iter().take_while(|hit| hit.range.start < span.end);
    let moved = |hit: &Hit| Hit {
        range: hit.range.start - span.start..hit.range.end - span.start,
        shape: hit.shape,
    };
    inside.filter(|hit| hit.range.end <= span.end).map(moved).collect()
}

/// The tokens in the joined content of adjacent literals of which the beginning stands in one.
fn joined_hits(literal: &Literal, value: &str) -> Vec<Hit> {
    let mut found = hits(value);
    let mut ends = Vec::new();
    for part in &literal.parts {
        ends.push(ends.last().copied().unwrap_or(0) + part.len());
    }
    found.retain(|hit| {
        let end = ends.iter().find(|end| hit.range.start < **end).copied().unwrap_or(0);
        let start =
            end - ends.iter().position(|e| *e == end).map_or(0, |at| literal.parts[at].len());
        hit.range.end <= end || secret_shapes::begins(&value[start..end])
    });
    found
}

fn finding(module: &Module, found: &Found, remedy: Remedy) -> Finding {
    let name = found.place.name.as_deref().filter(|_| found.place.kind.is_some());
    let what = match (name, found.shape) {
        (Some(name), _) if found.place.form == Form::Grouped => format!("one of `{name}`"),
        (Some(name), _) => format!("the value of `{name}`"),
        (None, Some(shape)) => shape.label.to_owned(),
        (None, None) => "a literal".to_owned(),
    };
    Finding {
        transform: ABOUT.name,
        file: module.file,
        range: tree::span(found.literal.node),
        scope: module.scope_of(found.literal.node),
        sink: name.or(found.shape.map(|shape| shape.label)).unwrap_or("secret").to_owned(),
        message: format!("a secret is written in the code: {what}"),
        remedy,
    }
}

/// The bytes of all secret values in a module's text, in order, apart from one another: of a
/// longer literal only the secret part, and tokens of known shape also in comments and docstrings.
/// Whether a comment excuses one makes no difference.
pub fn spans(module: &Module) -> Vec<Span> {
    let mut spans: Vec<Span> =
        secret_shapes::shapes(module.text()).into_iter().map(Span::from).collect();
    for found in found(module) {
        spans.extend(found.ranges.iter().flat_map(|range| found.literal.spans(range)));
    }
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}
