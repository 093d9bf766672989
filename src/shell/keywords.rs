//! The keywords that a call gains: its environment, its folder, its streams.

use tree_sitter::Node;

use super::calls::{Scene, bound_name};
use super::command::{Done, at};
use super::site::{Site, is_environment};
use crate::plan::op::Op;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

impl<'m> Scene<'m, '_> {
    /// The keywords that the call gains, as they are written; an `env=` that is there is extended.
    pub(super) fn keywords(
        &self,
        site: &Site<'m>,
        done: &mut Done,
        ops: &mut Vec<Op>,
    ) -> Result<Vec<(String, Vec<Piece>)>, String> {
        let module = self.module();
        let mut found = Vec::new();
        for (name, mut value) in std::mem::take(&mut done.keywords) {
            match name {
                "env" => {
                    let there = site.call.keyword("env").map(|argument| argument.value);
                    if let Some(display) = there.filter(|node| node.kind() == "dictionary") {
                        extend_display(module, display, value, ops)?;
                        continue;
                    }
                    let own = there.filter(|node| is_environment(module, *node));
                    let start = if let Some(node) = own {
                        let function = node.child_by_field_name("function");
                        let base = function.and_then(|f| f.child_by_field_name("object"));
                        module.text_of(base.unwrap_or(node)).to_owned()
                    } else {
                        let (os, _) = bound_name(module, "os", site.call.node)?;
                        done.needs("os");
                        format!("{os}.environ")
                    };
                    value.insert(0, Piece::text(format!("{{**{start}")));
                    value.push(Piece::text("}"));
                    match there {
                        None => found.push(("env".to_owned(), value)),
                        Some(node) => ops.push(Op::ReplaceExpression {
                            at: at(module, tree::span(node)),
                            pieces: value,
                        }),
                    }
                }
                "stdin" | "stdout" | "stderr" => {
                    let name_of = self.stream(site, done, &value)?;
                    found.push((name.to_owned(), vec![Piece::text(name_of)]));
                }
                _ => found.push((name.to_owned(), value)),
            }
        }
        Ok(found)
    }

    /// `subprocess.DEVNULL`, by what the module calls it.
    pub(super) fn stream(
        &self,
        site: &Site<'m>,
        done: &mut Done,
        value: &[Piece],
    ) -> Result<String, String> {
        let Some(Piece::Literal(stream)) = value.first() else {
            return Err("a stream cannot be named".to_owned());
        };
        let name = self.subprocess(done, site.call.node)?;
        Ok(format!("{name}.{stream}"))
    }
}

/// Adds entries to a dictionary display; they begin with a comma.
fn extend_display(
    module: &Module,
    display: Node,
    mut entries: Vec<Piece>,
    ops: &mut Vec<Op>,
) -> Result<(), String> {
    let span = tree::span(display);
    if module.holds_comment(span) {
        return Err("a comment stands inside the environment of the call".to_owned());
    }
    let names = entries.iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text.trim_start_matches(", ").trim_end_matches(": ")),
        Piece::Original(_) => None,
    });
    let text = module.text_of(display);
    let is_there = |name: &str| {
        let bare = name.trim_matches(['"', '\'']);
        [format!("\"{bare}\""), format!("'{bare}'")].iter().any(|quoted| text.contains(quoted))
    };
    if names.into_iter().any(is_there) {
        return Err("the environment of the call has such a variable already".to_owned());
    }
    if let Some(Piece::Literal(first)) = entries.first_mut() {
        *first = first.trim_start_matches(", ").to_owned();
    }
    let last = tree::children(display).last().map(tree_end);
    let rest = last.unwrap_or(span.start + 1);
    let tail = &module.text()[rest..span.end];
    let mut pieces = vec![Piece::Original(Span::new(span.start, rest))];
    if let Some(last) = last {
        // One entry a line stays so.
        let start = module.lines.start(module.lines.of(last - 1));
        let line = &module.text()[start..last];
        let blank = line.len() - line.trim_start().len();
        let newline = module.source.newline_at(last);
        let is_own_line = tail.contains('\n');
        let between =
            if is_own_line { format!(",{newline}{}", &line[..blank]) } else { ", ".to_owned() };
        pieces.push(Piece::text(between));
    }
    pieces.extend(entries);
    pieces.push(Piece::text(tail));
    ops.push(Op::ReplaceExpression { at: at(module, span), pieces });
    Ok(())
}

fn tree_end(node: &Node) -> usize {
    node.end_byte()
}
