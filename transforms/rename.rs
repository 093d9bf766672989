//! The edits by which one callable or class takes the place of another, with the imports that follow.

use super::reference::Reference;
use super::yaml_edits::drop_imports;
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::layout::new_import;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// The edits that make a reference mean `safe`, a dotted name as an import spells it or the name of
/// a builtin; `Err` says why it has to be done by hand.
pub(super) fn rename(
    module: &Module,
    program: &Program,
    found: &Reference,
    safe: &str,
) -> Result<Vec<Op>, String> {
    let at = |range: Span| Anchor { file: module.file, range };
    let node = tree::unparenthesised(found.node);
    let by_hand = |why: &str| format!("{why}; use `{safe}`");
    if node.kind() == "call" {
        return Err(by_hand("the name is looked up by its text"));
    }
    let (home, last) = safe.rsplit_once('.').unwrap_or(("", safe));
    let old_home = found.sink.rsplit_once('.').map_or("", |(home, _)| home);
    let pieces = vec![Piece::text(last)];
    if node.kind() == "attribute" && home == old_home {
        let attribute = node.child_by_field_name("attribute");
        let attribute = attribute.ok_or_else(|| by_hand("the name is incomplete"))?;
        return Ok(vec![Op::ReplaceExpression { at: at(tree::span(attribute)), pieces }]);
    }
    let import = new_import::Import { module: home, name: Some(last), bound_as: last };
    let is_there = !home.is_empty() && new_import::is_there(module, &import, node.start_byte());
    let has_star = module.names.scopes.iter().any(|scope| !scope.stars.is_empty());
    if !is_there && (has_star || !module.names.is_free(last, found.scope)) {
        return Err(by_hand(&format!("the name `{last}` may mean something else here")));
    }
    if module.holds_comment(tree::span(node)) {
        return Err(by_hand("a comment stands inside the name"));
    }
    let mut ops = vec![Op::ReplaceExpression { at: at(tree::span(node)), pieces }];
    if !home.is_empty() {
        ops.push(Op::EnsureImport {
            at: at(tree::span(node)),
            module: home.to_owned(),
            name: Some(last.to_owned()),
            bound_as: last.to_owned(),
        });
    }
    drop_imports(module, program, node, &mut ops);
    Ok(ops)
}
