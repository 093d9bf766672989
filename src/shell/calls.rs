//! The call that ran a command becomes one that runs a list.

use tree_sitter::Node;

use super::command::{Done, Manner, Outcome, at, turn};
use super::lay::Brackets;
use super::read::template;
use super::results::{Reading, is_success_or_failure, reading};
use super::site::{Site, Style, entry};
use super::wrappers::Chain;
use super::write::{Writer, Written};
use crate::config::PythonVersion;
use crate::plan::op::Op;
use crate::program::Program;
use crate::python::call::{ArgumentKind, Call};
pub(super) use crate::python::layout::new_import::bound_name;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::transforms::finding::{Fix, Group, Level};
use crate::transforms::yaml_edits::drop_imports;
use crate::workspace::FileId;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// What came of a call.
#[derive(Debug, Clone)]
pub(super) enum Solved {
    /// It is rewritten.
    Done(Box<Fix>),
    /// It stays, for its command is a constant.
    Constant,
    /// It is left to a person, and why.
    Left(String),
}

/// The program, and the writer of the module at hand.
pub(super) struct Scene<'m, 'p> {
    pub(super) program: &'p Program<'p>,
    pub(super) writer: Writer<'m>,
    /// The functions and callers through which the command comes.
    pub(super) chain: Option<&'p Chain>,
    /// The places in which these functions run it.
    pub(super) sinks: &'p [(FileId, Span)],
    /// The places in a file that belong to other commands.
    pub(super) foreign: &'p dyn Fn(FileId) -> Vec<Span>,
    /// The oldest Python that a file is for.
    pub(super) python: &'p dyn Fn(FileId) -> PythonVersion,
}

impl<'m> Scene<'m, '_> {
    pub(super) fn module(&self) -> &'m Module {
        self.writer.module
    }

    /// What the call at a node becomes, which runs a command by this callable.
    pub(super) fn solve(&mut self, node: Node<'m>, callee: &'m str) -> Solved {
        match self.solved(node, callee) {
            Ok(Some(fix)) => Solved::Done(Box::new(fix)),
            Ok(None) => Solved::Constant,
            // No value can be code in it, whatever else keeps it.
            Err(_) if self.is_constant(node) => Solved::Constant,
            Err(why) => Solved::Left(why),
        }
    }

    pub(super) fn is_constant(&self, node: Node) -> bool {
        let call = Call::at(node, self.module().text());
        let command = call.and_then(|call| {
            let names = ["args", "command", "cmd"];
            names.iter().find_map(|name| call.keyword(name)).or_else(|| call.positional(0))
        });
        let read = command.and_then(|command| template(self.module(), command.value));
        matches!(read, Some(Ok(read)) if read.values.is_empty())
    }

    pub(super) fn solved(
        &mut self,
        node: Node<'m>,
        callee: &'m str,
    ) -> Result<Option<Fix>, String> {
        let module = self.module();
        let site = Site::of(module, node, callee)?;
        let (shlex, _) = bound_name(module, "shlex", node)?;
        self.writer.shlex = shlex;
        let command = tree::unparenthesised(site.command.value);
        if let Some(why) = self.kept_by(&site, command) {
            return Err(why);
        }
        if let Some(list) = self.list_in_variable(&site, command) {
            return self.of_list(&site, list);
        }
        if site.style == Style::Keyword && matches!(command.kind(), "list" | "tuple") {
            return match site.shell.filter(|shell| !is_false(module, shell.value)) {
                Some(_) => self.of_list(&site, command),
                None => self.of_shell_list(&site, command).map(Some),
            };
        }
        let shell = site.executable.map_or("sh", |(_, shell)| shell);
        let brackets = if site.style == Style::Async { Brackets::None } else { Brackets::List };
        let manner = Manner { takes: site.takes, shell, brackets, may_stay: true };
        if let Some(chain) = self.chain {
            let mut done = chain.turned(self, shell)?;
            if brackets == Brackets::None {
                let mut written = Written::default();
                written.text("*");
                written.pieces.push(Piece::Original(tree::span(command)));
                done.command = Some((tree::span(command), written));
            }
            // All calls that run the parameter are one change: it is a list for each of them.
            let first = self.sinks.iter().map(|(_, span)| *span).min();
            let shared = first.unwrap_or(tree::span(command));
            done.shared = Some((shared, module.text_of(command).to_owned()));
            done.proof = chain.proof(self.program);
            return self.fix(&site, done).map(Some);
        }
        let done = match turn(&self.writer, command, manner) {
            Outcome::Done(done) => *done,
            Outcome::Constant => return Ok(None),
            Outcome::Left(why) => return Err(why),
        };
        self.fix(&site, done).map(Some)
    }

    pub(super) fn drop_shell(&self, site: &Site<'m>, ops: &mut Vec<Op>) -> Result<(), String> {
        let module = self.module();
        let call = at(module, tree::span(site.call.node));
        let shell = site
            .shell
            .ok_or_else(|| "the argument that asks for a shell is not there".to_owned())?;
        if shell.kind == ArgumentKind::DoubleSplat && tree::children(shell.value).len() > 1 {
            let value =
                entry(module, shell.value).ok_or_else(|| "the call cannot be read".to_owned())?;
            ops.push(Op::ReplaceExpression {
                at: at(module, tree::span(value)),
                pieces: vec![Piece::text("False")],
            });
            return Ok(());
        }
        ops.push(Op::DropArgument { call, argument: tree::span(shell.node) });
        Ok(())
    }

    /// The change of a call whose command became something else.
    pub(super) fn fix(&self, site: &Site<'m>, mut done: Done) -> Result<Fix, String> {
        let module = self.module();
        let node = site.call.node;
        let mut ops = std::mem::take(&mut done.ops);
        let keywords = self.keywords(site, &mut done, &mut ops)?;
        match site.style {
            Style::Keyword => self.keyword_call(site, &done, keywords, &mut ops)?,
            Style::System => {
                if !is_success_or_failure(module, node) {
                    return Err("the wait status that `os.system` gives is used; see what the program does with it".to_owned());
                }
                let name = self.subprocess(&mut done, node)?;
                self.rename(site, &format!("{name}.call"), &mut ops);
                replace_command(module, &done, &mut ops);
                self.add_arguments(site, keywords, &mut ops);
            }
            Style::Async => {
                self.rename_async(site, &mut ops)?;
                replace_command(module, &done, &mut ops);
                self.add_arguments(site, keywords, &mut ops);
            }
            Style::Popen | Style::Output => self.rewritten(site, &mut done, keywords, &mut ops)?,
        }
        for name in done.modules.clone() {
            let (bound, _) = bound_name(module, name, node)?;
            ops.push(ensure(module, node, name, bound));
        }
        for dropped in self.writer.dropped.borrow_mut().drain(..) {
            if let Some(node) = module.nodes().covering(dropped) {
                drop_imports(module, self.program, node, &mut ops);
            }
        }
        self.doubt_existence(site, &mut done);
        self.doubt_arguments(site, &mut done);
        let level = if done.doubts.is_empty() { Level::Auto } else { Level::Review };
        let title = if done.is_script {
            "hand the values to a constant script"
        } else {
            "run the words without a shell"
        };
        let group =
            done.shared.map(|(span, name)| Group { at: span, scope: module.scope_of(node), name });
        Ok(Fix {
            title: title.to_owned(),
            reason: done.doubts.join("; "),
            level,
            ops,
            group,
            proof: done.proof,
            chain: None,
            offers: Vec::new(),
            alternatives: Vec::new(),
        })
    }

    /// A call of subprocess with a shell: the words take the place of the command, and keywords that
    /// of the shell.
    pub(super) fn keyword_call(
        &self,
        site: &Site<'m>,
        done: &Done,
        keywords: Vec<(String, Vec<Piece>)>,
        ops: &mut Vec<Op>,
    ) -> Result<(), String> {
        let module = self.module();
        replace_command(module, done, ops);
        if let Some((executable, _)) = site.executable {
            ops.push(Op::DropArgument {
                call: at(module, tree::span(site.call.node)),
                argument: tree::span(executable.node),
            });
        }
        let shell = site.shell.filter(|shell| shell.kind != ArgumentKind::DoubleSplat);
        match shell.filter(|_| !keywords.is_empty()) {
            None => {
                self.drop_shell(site, ops)?;
                self.add_arguments(site, keywords, ops);
            }
            Some(shell) => {
                let mut pieces = Vec::new();
                for (name, value) in keywords {
                    let comma = if pieces.is_empty() { "" } else { ", " };
                    pieces.push(Piece::text(format!("{comma}{name}=")));
                    pieces.extend(value);
                }
                let range = at(module, tree::span(shell.node));
                ops.push(Op::ReplaceExpression { at: range, pieces });
            }
        }
        Ok(())
    }

    pub(super) fn add_arguments(
        &self,
        site: &Site<'m>,
        keywords: Vec<(String, Vec<Piece>)>,
        ops: &mut Vec<Op>,
    ) {
        let call = at(self.module(), tree::span(site.call.node));
        ops.extend(keywords.into_iter().map(|(name, value)| Op::SetArgument {
            call: call.clone(),
            name,
            value,
        }));
    }

    pub(super) fn subprocess(&self, done: &mut Done, node: Node) -> Result<String, String> {
        let (name, _) = bound_name(self.module(), "subprocess", node)?;
        done.needs("subprocess");
        Ok(name)
    }

    /// Another callable takes the place of the one that ran a shell.
    pub(super) fn rename(&self, site: &Site<'m>, name: &str, ops: &mut Vec<Op>) {
        let module = self.module();
        let function = site.call.function;
        ops.push(Op::ReplaceExpression {
            at: at(module, tree::span(function)),
            pieces: vec![Piece::text(name)],
        });
        drop_imports(module, self.program, function, ops);
    }

    pub(super) fn rename_async(&self, site: &Site<'m>, ops: &mut Vec<Op>) -> Result<(), String> {
        let module = self.module();
        let function = tree::unparenthesised(site.call.function);
        let exec = "create_subprocess_exec";
        let Some(attribute) = function.child_by_field_name("attribute") else {
            return self.rename_imported(function, exec, ops);
        };
        ops.push(Op::ReplaceExpression {
            at: at(module, tree::span(attribute)),
            pieces: vec![Piece::text(exec)],
        });
        Ok(())
    }

    /// A function that is imported by its name gives way to another one of the same module.
    fn rename_imported(
        &self,
        function: Node<'m>,
        name: &str,
        ops: &mut Vec<Op>,
    ) -> Result<(), String> {
        let module = self.module();
        let scope = module.names.scope_at(function.start_byte());
        let bindings = module.names.bindings(module.text_of(function), scope);
        let [binding] = bindings else {
            return Err("the function is imported from several places".to_owned());
        };
        let BindingKind::Import { target, .. } = &binding.kind else {
            return Err("the function is bound to another name".to_owned());
        };
        let (from, _) = target.rsplit_once('.').ok_or("the import cannot be read")?;
        let mine = module.names.bindings(name, scope);
        let is_there = mine.iter().all(
            |b| matches!(&b.kind, BindingKind::Import { target, .. } if target.ends_with(name)),
        );
        if !is_there {
            return Err(format!("the name `{name}` means something else there"));
        }
        ops.push(Op::EnsureImport {
            at: at(module, binding.span),
            module: from.to_owned(),
            name: Some(name.to_owned()),
            bound_as: name.to_owned(),
        });
        ops.push(Op::ReplaceExpression {
            at: at(module, tree::span(function)),
            pieces: vec![Piece::text(name)],
        });
        drop_imports(module, self.program, function, ops);
        Ok(())
    }

    /// `os.popen(...).read()` and `getoutput(...)`: the whole expression is another one.
    pub(super) fn rewritten(
        &self,
        site: &Site<'m>,
        done: &mut Done,
        keywords: Vec<(String, Vec<Piece>)>,
        ops: &mut Vec<Op>,
    ) -> Result<(), String> {
        let module = self.module();
        let node = site.call.node;
        let is_output = site.style == Style::Output;
        let (outer, how) = if is_output {
            (node, Reading::Whole)
        } else {
            reading(module, node).ok_or(
                "what `os.popen` gives is not only read; use `subprocess.Popen` with a list",
            )?
        };
        if module.holds_comment(tree::span(outer)) {
            return Err("a comment stands inside the call".to_owned());
        }
        let name = self.subprocess(done, node)?;
        let mut pieces = vec![Piece::text(format!("{name}.run("))];
        match done.command.take() {
            Some((_, written)) => pieces.extend(written.pieces),
            None => pieces.push(Piece::Original(tree::span(site.command.value))),
        }
        pieces.push(Piece::text(format!(", stdout={name}.PIPE")));
        let has_stderr = keywords.iter().any(|(keyword, _)| keyword == "stderr");
        if is_output && !has_stderr {
            pieces.push(Piece::text(format!(", stderr={name}.STDOUT")));
        }
        for (keyword, value) in keywords {
            pieces.push(Piece::text(format!(", {keyword}=")));
            pieces.extend(value);
        }
        pieces.push(Piece::text(", text=True).stdout"));
        match (is_output, how) {
            (true, _) if !self.writer.has(9) => {
                return Err(
                    "`str.removesuffix` is not in the oldest Python that this is for".to_owned()
                );
            }
            (true, _) => {
                pieces.push(Piece::text(
                    ".removesuffix(\"\\n\")".replace('"', &self.writer.quote.to_string()),
                ));
                done.doubts.push(
                    "a command that cannot be run raises, where its message was the output"
                        .to_owned(),
                );
            }
            (false, Reading::Lines) => {
                pieces.push(Piece::text(".splitlines(keepends=True)"));
                done.doubts.push("lines are split at form feeds too".to_owned());
            }
            (false, Reading::Whole) => {}
        }
        ops.push(Op::ReplaceExpression { at: at(module, tree::span(outer)), pieces });
        drop_imports(module, self.program, site.call.function, ops);
        Ok(())
    }
}

pub(super) fn ensure(module: &Module, node: Node, name: &str, bound: String) -> Op {
    Op::EnsureImport {
        at: at(module, tree::span(node)),
        module: name.to_owned(),
        name: None,
        bound_as: bound,
    }
}

pub(super) fn is_false(module: &Module, node: Node) -> bool {
    crate::python::literal::truth(node, module.text()) == Some(false)
}

pub(super) fn replace_command(module: &Module, done: &Done, ops: &mut Vec<Op>) {
    if let Some((range, written)) = &done.command {
        ops.push(Op::ReplaceExpression { at: at(module, *range), pieces: written.pieces.clone() });
    }
}
