//! What star imports bring.

use super::{Meaning, Search, Within, add, bound};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::workspace::FileId;
use crate::workspace::span::Span;

impl Search<'_, '_> {
    /// What a name means by the star imports behind an offset in one of the scopes, and the rest as
    /// attributes of it. Not sure where a star from outside the program may bring it.
    pub(super) fn by_stars(
        &mut self,
        within: &Within,
        scopes: &[usize],
        name: &str,
        rest: &[&str],
        offset: usize,
    ) -> Option<Meaning> {
        let all = &within.module.names.scopes;
        let stars = scopes.iter().flat_map(|scope| all[*scope].stars.iter().rev());
        let mut found = None;
        let mut is_foreign = false;
        for (target, statement) in stars.filter(|(_, statement)| statement.start >= offset) {
            let places = self.paths.modules(target, within.file);
            if places.is_empty() {
                is_foreign |= !name.starts_with('_');
                continue;
            }
            let is_one = places.len() == 1;
            let before = found.is_some();
            for place in places {
                if !place.file.is_some_and(|file| self.exports(file, name)) {
                    continue;
                }
                let names: Vec<&str> = std::iter::once(name).chain(rest.iter().copied()).collect();
                if let Some(meaning) = self.below(place, &names) {
                    add(&mut found, if is_one { meaning } else { meaning.unsure() });
                }
            }
            // What it brings replaces what those before it bring.
            if found.is_some() && !before && is_at_top(within.module, *statement) {
                break;
            }
        }
        match found {
            Some(meaning) if is_foreign => Some(meaning.unsure()),
            None if is_foreign => Some(Meaning::unknown()),
            found => found,
        }
    }

    /// Whether a star import from a file can bring a name.
    fn exports(&self, file: FileId, name: &str) -> bool {
        let Some(member) = self.program.module(file) else { return true };
        match listed(&member.module) {
            Some(names) => names.contains(&name),
            None => !name.starts_with('_') || is_listed_somehow(&member.module),
        }
    }
}

fn is_at_top(module: &Module, statement: Span) -> bool {
    let around = module.statement_at(statement).and_then(|node| module.parent(node));
    around.is_some_and(|around| around.kind() == "module")
}

/// Whether a module has an `__all__`, however it is made.
fn is_listed_somehow(module: &Module) -> bool {
    module.names.scopes.first().is_some_and(|top| bound::is_bound(top, "__all__"))
}

/// The names in a module's `__all__`, if that is a plain list or tuple of strings.
fn listed(module: &Module) -> Option<Vec<&str>> {
    let [binding] = module.names.scopes.first()?.bindings.get("__all__")?.as_slice() else {
        return None;
    };
    let BindingKind::Assignment { value } = binding.kind else { return None };
    let node = tree::unparenthesised(module.nodes().covering(value)?);
    if !matches!(node.kind(), "list" | "tuple") || is_extended(module) {
        return None;
    }
    tree::children(node).into_iter().map(|entry| plain(module, entry)).collect()
}

/// Whether entries are added to `__all__` by a call of its methods.
fn is_extended(module: &Module) -> bool {
    let mut uses = module.names.named("__all__", module.text());
    uses.any(|used| {
        let around = module.nodes().covering(used.span).and_then(|node| module.parent(node));
        around.is_some_and(|around| around.kind() == "attribute")
    })
}

/// The text of a string without prefix and escapes.
fn plain<'m>(module: &'m Module, node: tree_sitter::Node) -> Option<&'m str> {
    let text = module.text_of(node);
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let inner = text.trim_matches(quote);
    (node.kind() == "string" && !inner.contains('\\')).then_some(inner)
}
