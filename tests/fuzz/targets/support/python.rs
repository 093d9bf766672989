//! What parsers say of a Python text.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;
use untrust::python::module::{Module, errors};
use untrust::workspace::FileId;
use untrust::workspace::source::Source;

/// Deeper brackets are not parsed here: the second parser recurses.
const DEEPEST: usize = 150;

/// The module of some bytes, if they decode whole and both parsers take them.
pub fn sane(bytes: &[u8]) -> Option<Module> {
    let source = Source::python(FileId(0), bytes.to_vec()).ok()?;
    if !source.undecodable.is_empty() || is_deep(&source.text) {
        return None;
    }
    let module = Module::new(source);
    let fine = module.damage.is_empty() && is_python(module.text());
    fine.then_some(module)
}

/// Whether the second parser takes a text.
pub fn is_python(text: &str) -> bool {
    parse_unchecked(text, ParseOptions::from(Mode::Module)).errors().is_empty()
}

/// How many errors the grammar sees in some bytes; none where they do not decode.
pub fn damage(bytes: &[u8]) -> usize {
    Source::python(FileId(0), bytes.to_vec()).map_or(0, |source| errors(&source.text))
}

fn is_deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let indented = text.lines().map(|line| line.len() - line.trim_start().len()).max();
    let operators = text.matches("not ").count() + text.matches("lambda").count();
    deepest > DEEPEST || indented > Some(2 * DEEPEST) || operators > DEEPEST
}

/// The tokens of a text, comments and what is only layout left out.
pub fn tokens(text: &str) -> Vec<&str> {
    listed(text, |kind| !is_layout(kind) && kind != TokenKind::Comment)
}

/// The comments of a text.
pub fn comments(text: &str) -> Vec<&str> {
    listed(text, |kind| kind == TokenKind::Comment)
}

fn listed(text: &str, wanted: impl Fn(TokenKind) -> bool) -> Vec<&str> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let tokens = parsed.tokens().iter().filter(|token| wanted(token.kind()));
    tokens.map(|token| &text[token.start().to_usize()..token.end().to_usize()]).collect()
}

fn is_layout(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::NonLogicalNewline
            | TokenKind::Newline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
    )
}

/// Whether `part` is left of `whole` when some of its members are taken out.
pub fn is_left_of<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|wanted| whole.any(|found| found == wanted))
}
