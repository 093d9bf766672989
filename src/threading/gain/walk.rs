//! The arguments that a parser gets before it parses, as far as the program adds them.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::threading::origin::flags::{Search, Target};
use crate::threading::origin::relation::Relation;
use crate::threading::solve::Solver;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// Functions from elsewhere that are handed parsers and add no flag of a decision.
const HARMLESS: [&str; 9] = [
    "add_argparse_args",
    "add_config_arguments",
    "autocomplete",
    "isinstance",
    "len",
    "print",
    "pprint",
    "repr",
    "type",
];

/// An argument that a statement adds.
#[derive(Debug, Clone)]
pub(in crate::threading) struct Added {
    /// The file of the statement.
    pub(super) file: FileId,
    /// The statement.
    pub(super) statement: Span,
    /// The block that holds it.
    pub(super) block: Span,
    /// The expression that it is added to.
    pub(super) object_text: String,
    /// What holds that, where only one of its arguments may be given.
    pub(super) owner: Option<String>,
    /// What that is to the parser.
    pub(super) relation: Relation,
    /// Its first long option, or its name.
    pub(super) option: String,
    /// The attribute of the namespace.
    pub(super) dest: String,
    /// The quote that its name stands in.
    pub(super) quote: char,
}

/// All that a parser goes through.
#[derive(Debug, Default)]
pub(in crate::threading) struct Walk {
    /// The arguments, in the order in which they were come by.
    pub(super) arguments: Vec<Added>,
    /// The functions and modules whose code it goes through.
    pub(super) code: FxHashSet<(FileId, Span)>,
    /// Whether arguments are added whose names are not written there.
    pub(super) is_open: bool,
    /// What cannot be seen into that is handed it.
    pub(super) stranger: Option<String>,
}

impl<'m> Solver<'_, 'm> {
    /// Walks through all that a parser goes through before a place where it stands.
    pub(super) fn walk(&mut self, file: FileId, module: &'m Module, parser: Node<'m>) -> Walk {
        let around = self.origins.walk.replace(Walk::default());
        self.parser_has(file, module, parser, Search::of(Target::All));
        std::mem::replace(&mut self.origins.walk, around).unwrap_or_default()
    }

    /// Notes a statement that adds an argument.
    pub(in crate::threading) fn note_argument(
        &mut self,
        (file, module): (FileId, &'m Module),
        statement: Node<'m>,
        call: &Call<'m>,
        relation: Relation,
    ) {
        let Some(walk) = &mut self.origins.walk else { return };
        let statement_span = tree::span(statement);
        let is_known = |added: &Added| added.file == file && added.statement == statement_span;
        if walk.arguments.iter().any(is_known) {
            return;
        }
        let named = added(module, call);
        let object = call.function.child_by_field_name("object");
        let (Some((option, dest, quote)), Some(object)) = (named, object) else {
            walk.is_open = true;
            return;
        };
        let Some(block) = module.parent(statement) else { return };
        walk.arguments.push(Added {
            file,
            statement: statement_span,
            block: tree::span(block),
            object_text: module.text_of(object).to_owned(),
            owner: relation.owner.map(|owner| module.slice(owner).to_owned()),
            relation,
            option,
            dest,
            quote,
        });
    }

    /// Notes code that a parser goes through.
    pub(in crate::threading) fn note_code(&mut self, file: FileId, root: Span) {
        if let Some(walk) = &mut self.origins.walk {
            walk.code.insert((file, root));
        }
    }

    /// Notes a call that is handed a parser and cannot be seen into.
    pub(in crate::threading) fn note_stranger(
        &mut self,
        (file, module): (FileId, &Module),
        call: &Call,
        search: Search,
    ) {
        let callee = module.text_of(call.function);
        let last = callee.rsplit('.').next().unwrap_or_default();
        if search.target != Target::All || HARMLESS.contains(&last) {
            return;
        }
        let line = module.lines.of(call.node.start_byte()) + 1;
        let path = self.program.relative(file).display();
        let text = format!("`{callee}` may add such a flag already ({path}:{line})");
        if let Some(walk) = &mut self.origins.walk {
            walk.stranger.get_or_insert(text);
        }
    }
}

/// The first long option or the name of an argument, the attribute that holds it, and its quote.
fn added(module: &Module, call: &Call) -> Option<(String, String, char)> {
    let text = module.text();
    let first = call.positional(0)?.value;
    let quote = module.text_of(first).chars().find(|letter| matches!(letter, '"' | '\''))?;
    let options = (0..).map_while(|index| call.positional(index));
    let options: Vec<&str> =
        options.filter_map(|option| literal::plain_string(option.value, text)).collect();
    let long = options.iter().find(|option| option.starts_with("--"));
    let option = long.or_else(|| options.first())?;
    let given = call.keyword("dest").and_then(|dest| literal::plain_string(dest.value, text));
    let dest =
        given.map_or_else(|| option.trim_start_matches('-').replace('-', "_"), str::to_owned);
    Some(((*option).to_owned(), dest, quote))
}
