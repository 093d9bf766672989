//! The code that runs as one: a function, the top of a module, what a module does when it is run.

use tree_sitter::Node;

use super::TOP;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::python::module::Module;
use crate::python::script::is_main_guard;
use crate::python::tree;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// A piece of code that is run as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The body of a function. What its lambdas do counts as done by itself.
    Function(Definition),
    /// The top of a module: run by whoever imports it, or by running it.
    Top(FileId),
    /// Behind `if __name__ == "__main__":` of a module: done only by running it.
    Script(FileId),
}

impl Place {
    /// The code that runs what stands at a span; `None` if the file cannot be read. What stands in a
    /// decorator or a default is run by the code around the definition.
    pub(super) fn around(program: &Program, file: FileId, at: Span) -> Option<Self> {
        let member = program.module(file)?;
        let module = &*member.module;
        let Some(node) = module.nodes().covering(at) else { return Some(Self::Top(file)) };
        Some(Self::of(file, module, node))
    }

    /// The code that runs a node.
    pub(super) fn of(file: FileId, module: &Module, node: Node) -> Self {
        let mut is_guarded = false;
        let mut below = node;
        for around in module.ancestors(node) {
            let is_in = |field: &str| {
                around.child_by_field_name(field).is_some_and(|part| part.id() == below.id())
            };
            if around.kind() == "function_definition" && is_in("body") {
                return Self::Function(Program::definition_at(file, around));
            }
            is_guarded |= is_main_guard(module, around) && is_in("consequence");
            below = around;
        }
        if is_guarded { Self::Script(file) } else { Self::Top(file) }
    }

    /// The file that holds it.
    pub(super) fn file(self) -> FileId {
        match self {
            Self::Function(function) => function.file,
            Self::Top(file) | Self::Script(file) => file,
        }
    }

    /// The qualified name of a function, `<module>` for other code.
    pub(super) fn name(self, program: &Program) -> String {
        let top = || TOP.to_owned();
        let Self::Function(function) = self else { return top() };
        let Some(member) = program.module(function.file) else { return top() };
        let module = &member.module;
        let Some(node) = module.exact(function.span, &["function_definition"]) else {
            return top();
        };
        let body = node.child_by_field_name("body").map(|body| tree::children(body));
        let first = body.and_then(|body| body.first().copied());
        first.map_or_else(top, |first| module.scope_of(first))
    }
}

/// The line, 1-based, of an offset of a file.
pub(super) fn line(program: &Program, file: FileId, offset: usize) -> usize {
    program.module(file).map_or(0, |member| member.module.lines.of(offset) + 1)
}
