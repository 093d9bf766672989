//! Lists that are handed to a shell, and lists that start one.

use tree_sitter::Node;

use super::calls::{Scene, bound_name, ensure, replace_command};
use super::classify::{Form, Takes, classify};
use super::command::{Done, at, parameterised};
use super::literal::literal;
use super::read::template;
use super::site::{Site, Style};
use super::write::Written;
use crate::plan::op::Op;
use crate::python::literal::plain_string;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::transforms::finding::{Fix, Level};
use crate::transforms::shell_command::script_place;
use crate::workspace::source::Piece;

impl<'m> Scene<'m, '_> {
    /// The list that a variable holds which is handed to a shell.
    pub(super) fn list_in_variable(&self, site: &Site<'m>, command: Node<'m>) -> Option<Node<'m>> {
        let module = self.module();
        if command.kind() != "identifier" || site.style != Style::Keyword {
            return None;
        }
        let scope = module.names.scope_at(command.start_byte());
        let [binding] = module.names.bindings(module.text_of(command), scope) else { return None };
        let BindingKind::Assignment { value } = binding.kind else { return None };
        let value = tree::unparenthesised(module.nodes().covering(value)?);
        matches!(value.kind(), "list" | "tuple").then_some(value)
    }

    /// A list with `shell=True`: the shell ran its first element only.
    pub(super) fn of_list(&self, site: &Site<'m>, list: Node<'m>) -> Result<Option<Fix>, String> {
        let module = self.module();
        let elements = tree::children(list);
        let first = elements.first().ok_or_else(|| "the command is empty".to_owned())?;
        let read = template(module, *first).ok_or_else(|| {
            "the first element of the list is the whole command, and comes from elsewhere"
                .to_owned()
        })??;
        let is_word = self.writer.is_one_word(*first).is_ok()
            && matches!(classify(&read.text, Takes::NOTHING), Ok(Form::List(_)));
        if !is_word {
            if read.values.is_empty() {
                return Ok(None);
            }
            return Err("the first element of the list is the whole command: hand it over as one text or as words".to_owned());
        }
        let is_option = elements.get(1).and_then(|e| plain_string(*e, module.text()));
        if is_option.is_some_and(|option| option.starts_with('-') && option.ends_with('c')) {
            return Err(
                "the list starts a shell within the shell; hand over the one that is meant"
                    .to_owned(),
            );
        }
        let mut ops = Vec::new();
        self.drop_shell(site, &mut ops)?;
        if let Some((executable, _)) = site.executable {
            let call = at(module, tree::span(site.call.node));
            ops.push(Op::DropArgument { call, argument: tree::span(executable.node) });
        }
        Ok(Some(Fix {
            title: "drop shell=True beside a list".to_owned(),
            reason: "of a list with `shell=True` only the first element ever ran as the command"
                .to_owned(),
            level: Level::Review,
            ops,
            group: None,
            proof: Vec::new(),
            chain: None,
            offers: Vec::new(),
            alternatives: Vec::new(),
        }))
    }

    /// A list that starts a shell on a text with values in it: they become its parameters.
    pub(super) fn of_shell_list(&mut self, site: &Site<'m>, list: Node<'m>) -> Result<Fix, String> {
        let module = self.module();
        let elements = tree::children(list);
        let plain = |node: &Node| plain_string(*node, module.text()).map(str::to_owned);
        let place = script_place(&elements, &plain);
        let (Some(shell), Some(text)) =
            (elements.first().copied(), place.and_then(|at| elements.get(at)).copied())
        else {
            return Err("the script in the list cannot be read".to_owned());
        };
        if place != Some(elements.len() - 1) {
            return Err("the list hands the script parameters already".to_owned());
        }
        if module.holds_comment(tree::span(text)) {
            return Err("a comment stands inside the command".to_owned());
        }
        let read =
            template(module, text).ok_or_else(|| "the script cannot be read".to_owned())??;
        let read = read.trimmed();
        let takes = Takes::NOTHING;
        classify(&read.text, takes)?;
        let script = parameterised(module, &read)?;
        let mut done = Done { is_script: true, ..Done::default() };
        let all: String = script.text.iter().map(|(c, _)| c).collect();
        let mut pieces = vec![Piece::text(literal(&all, self.writer.quote)), Piece::text(", ")];
        pieces.push(Piece::Original(tree::span(shell)));
        for value in &script.parameters {
            let written = self.writer.parameter(&read.values[*value])?;
            done.take(&written);
            pieces.push(Piece::text(", "));
            pieces.extend(written.pieces);
        }
        done.doubts.push("it still needs a shell, which the list starts".to_owned());
        done.command = Some((
            super::lay::range(module, tree::unparenthesised(text)),
            Written { pieces, ..Written::default() },
        ));
        let mut ops = Vec::new();
        replace_command(module, &done, &mut ops);
        for name in done.modules.clone() {
            let (bound, _) = bound_name(module, name, site.call.node)?;
            ops.push(ensure(module, site.call.node, name, bound));
        }
        Ok(Fix {
            title: "hand the values to a constant script".to_owned(),
            reason: done.doubts.join("; "),
            level: Level::Review,
            ops,
            group: None,
            proof: Vec::new(),
            chain: None,
            offers: Vec::new(),
            alternatives: Vec::new(),
        })
    }
}
