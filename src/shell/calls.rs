//! The call that ran a command becomes one that runs a list.

use tree_sitter::Node;

use super::classify::{Form, Takes, classify};
use super::command::{Done, Manner, Outcome, at, parameterised, turn};
use super::lay::Brackets;
use super::read::template;
use super::results::{Reading, is_success_or_failure, is_used, reading};
use super::site::{Site, Style, entry, is_environment};
use super::windows::is_windows_only;
use super::wrappers::Chain;
use super::write::{Writer, Written, literal};
use crate::config::PythonVersion;
use crate::plan::op::Op;
use crate::program::Program;
use crate::python::call::{ArgumentKind, Call};
use crate::python::layout::new_import::{Import, is_there};
use crate::python::literal::plain_string;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::transforms::finding::{Fix, Group, Level};
use crate::transforms::shell_command::script_place;
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
    fn module(&self) -> &'m Module {
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

    fn is_constant(&self, node: Node) -> bool {
        let call = Call::at(node, self.module().text());
        let command = call.and_then(|call| {
            let names = ["args", "command", "cmd"];
            names.iter().find_map(|name| call.keyword(name)).or_else(|| call.positional(0))
        });
        let read = command.and_then(|command| template(self.module(), command.value));
        matches!(read, Some(Ok(read)) if read.values.is_empty())
    }

    /// Why what is around a call keeps it from being rewritten.
    fn kept_by(&self, site: &Site<'m>, command: Node) -> Option<String> {
        let module = self.module();
        let node = site.call.node;
        if is_windows_only(module, node) {
            return Some("only Windows runs it, where commands are read in another way".to_owned());
        }
        if module.ancestors(node).any(|around| around.kind() == "interpolation") {
            return Some("the call stands inside an f-string; take it out first".to_owned());
        }
        let function = module.ancestors(node).find(|a| a.kind() == "function_definition");
        let around = tree::span(function.unwrap_or_else(|| module.root()));
        let reads = |name: &str| {
            let mut all = module.attributes_named(name);
            all.find(|attribute| around.contains(tree::span(*attribute)))
        };
        if let Some(read) = reads("cmd").filter(|_| module.text().contains("CalledProcessError")) {
            let line = module.lines.of(read.start_byte()) + 1;
            return Some(format!("line {line} may read the command of its exception as text"));
        }
        let target = module.parent(node).filter(|parent| parent.kind() == "assignment");
        let target = target.and_then(|assignment| assignment.child_by_field_name("left"));
        if let (Some(target), Some(read)) = (target, reads("args"))
            && read.child_by_field_name("object").map(|o| module.text_of(o))
                == Some(module.text_of(target))
        {
            return Some("the command is read from the result as text".to_owned());
        }
        let text = module.slice(around);
        if command.kind() == "identifier" && (text.contains("locals()") || text.contains("vars()"))
        {
            return Some("the variables around it are read by name".to_owned());
        }
        if self.is_read_elsewhere(command) {
            return Some("another file reads the variable as text".to_owned());
        }
        None
    }

    /// Whether another file reads a variable of the module.
    fn is_read_elsewhere(&self, command: Node) -> bool {
        let module = self.module();
        if command.kind() != "identifier" {
            return false;
        }
        let name = module.text_of(command);
        let scope = module.names.scope_at(command.start_byte());
        if module.names.binding_scope(name, scope) != Some(0) {
            return false;
        }
        let path = self.program.relative(module.file);
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        if module.names.quoted.contains(name) || self.program.is_tested_with(&[&stem], name) {
            return true;
        }
        let holding = self.program.modules_holding(&[name, &stem], &[]);
        holding.iter().filter(|member| member.module.file != module.file).any(|member| {
            let end = format!("{stem}.{name}");
            let imports = member.module.names.imports_of(name).iter();
            let mut imports = imports.filter(|import| import.target.ends_with(&end));
            imports.next().is_some()
                || member.module.attributes_named(name).any(|attribute| {
                    attribute
                        .child_by_field_name("object")
                        .is_some_and(|object| member.module.text_of(object).ends_with(&stem))
                })
        })
    }

    fn solved(&mut self, node: Node<'m>, callee: &'m str) -> Result<Option<Fix>, String> {
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
            done.shared = Some((tree::span(command), module.text_of(command).to_owned()));
            return self.fix(&site, done).map(Some);
        }
        let done = match turn(&self.writer, command, node, manner) {
            Outcome::Done(done) => *done,
            Outcome::Constant => return Ok(None),
            Outcome::Left(why) => return Err(why),
        };
        self.fix(&site, done).map(Some)
    }

    /// The list that a variable holds which is handed to a shell.
    fn list_in_variable(&self, site: &Site<'m>, command: Node<'m>) -> Option<Node<'m>> {
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
    fn of_list(&self, site: &Site<'m>, list: Node<'m>) -> Result<Option<Fix>, String> {
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
        }))
    }

    /// A list that starts a shell on a text with values in it: they become its parameters.
    fn of_shell_list(&mut self, site: &Site<'m>, list: Node<'m>) -> Result<Fix, String> {
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
        replace_command(module, site, &done, &mut ops);
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
        })
    }

    fn drop_shell(&self, site: &Site<'m>, ops: &mut Vec<Op>) -> Result<(), String> {
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
    fn fix(&self, site: &Site<'m>, mut done: Done) -> Result<Fix, String> {
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
                replace_command(module, site, &done, &mut ops);
                self.add_arguments(site, keywords, &mut ops);
            }
            Style::Async => {
                self.rename_async(site, &mut ops)?;
                replace_command(module, site, &done, &mut ops);
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
            proof: Vec::new(),
            chain: None,
            offers: Vec::new(),
        })
    }

    /// A call of subprocess with a shell: the words take the place of the command, and keywords that
    /// of the shell.
    fn keyword_call(
        &self,
        site: &Site<'m>,
        done: &Done,
        keywords: Vec<(String, Vec<Piece>)>,
        ops: &mut Vec<Op>,
    ) -> Result<(), String> {
        let module = self.module();
        replace_command(module, site, done, ops);
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

    fn add_arguments(
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

    /// The keywords that the call gains, as they are written; an `env=` that is there is extended.
    fn keywords(
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
    fn stream(&self, site: &Site<'m>, done: &mut Done, value: &[Piece]) -> Result<String, String> {
        let Some(Piece::Literal(stream)) = value.first() else {
            return Err("a stream cannot be named".to_owned());
        };
        let name = self.subprocess(done, site.call.node)?;
        Ok(format!("{name}.{stream}"))
    }

    fn subprocess(&self, done: &mut Done, node: Node) -> Result<String, String> {
        let (name, _) = bound_name(self.module(), "subprocess", node)?;
        done.needs("subprocess");
        Ok(name)
    }

    /// Another callable takes the place of the one that ran a shell.
    fn rename(&self, site: &Site<'m>, name: &str, ops: &mut Vec<Op>) {
        let module = self.module();
        let function = site.call.function;
        ops.push(Op::ReplaceExpression {
            at: at(module, tree::span(function)),
            pieces: vec![Piece::text(name)],
        });
        drop_imports(module, self.program, function, ops);
    }

    fn rename_async(&self, site: &Site<'m>, ops: &mut Vec<Op>) -> Result<(), String> {
        let module = self.module();
        let function = tree::unparenthesised(site.call.function);
        let attribute = function.child_by_field_name("attribute");
        let attribute = attribute.ok_or(
            "`create_subprocess_shell` is imported by its name; call `asyncio.create_subprocess_exec`",
        )?;
        ops.push(Op::ReplaceExpression {
            at: at(module, tree::span(attribute)),
            pieces: vec![Piece::text("create_subprocess_exec")],
        });
        Ok(())
    }

    /// `os.popen(...).read()` and `getoutput(...)`: the whole expression is another one.
    fn rewritten(
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

    /// Arguments that may matter to how the program is found.
    fn doubt_arguments(&self, site: &Site<'m>, done: &mut Done) {
        let module = self.module();
        let environment = site.call.keyword("env").map(|argument| argument.value);
        if let Some(display) = environment.filter(|node| node.kind() == "dictionary") {
            let text = module.text_of(display);
            if !text.contains("**") && !text.contains("PATH") {
                done.doubts.push(
                    "its environment has no PATH, in which a shell looks elsewhere than Python"
                        .to_owned(),
                );
            }
        }
        let is_open = site.call.arguments.iter().any(|argument| {
            argument.kind == ArgumentKind::DoubleSplat && argument.value.kind() != "dictionary"
        });
        if is_open {
            done.doubts.push("what stands behind `**` is not seen".to_owned());
        }
    }

    /// A command that is run to see whether there is such a program raises where there is none.
    fn doubt_existence(&self, site: &Site<'m>, done: &mut Done) {
        if done.is_script || !is_used(self.module(), site.call.node) {
            return;
        }
        let asks = |words: &Vec<String>| {
            let first = words.first().map_or("", String::as_str);
            matches!(first, "which" | "whereis" | "nvidia-smi" | "nvcc" | "where")
                || words.iter().any(|word| matches!(word.as_str(), "--version" | "-version" | "-V"))
        };
        if done.programs.iter().any(asks) {
            done.doubts.push(
                "where there is no such program it raises, and a shell gave the status 127"
                    .to_owned(),
            );
        }
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

fn is_false(module: &Module, node: Node) -> bool {
    crate::python::literal::truth(node, module.text()) == Some(false)
}

fn replace_command(module: &Module, site: &Site, done: &Done, ops: &mut Vec<Op>) {
    let _ = site;
    if let Some((range, written)) = &done.command {
        ops.push(Op::ReplaceExpression { at: at(module, *range), pieces: written.pieces.clone() });
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
    let mut pieces = vec![Piece::Original(Span::new(span.start, last.unwrap_or(span.start + 1)))];
    if last.is_some() {
        pieces.push(Piece::text(", "));
    }
    pieces.extend(entries);
    let rest = last.unwrap_or(span.start + 1);
    let tail = module.text()[rest..span.end].trim_start_matches(',').trim_start();
    pieces.push(Piece::text(tail));
    ops.push(Op::ReplaceExpression { at: at(module, span), pieces });
    Ok(())
}

fn tree_end(node: &Node) -> usize {
    node.end_byte()
}

/// What a module calls another one at a place, and whether it has to be imported first.
pub(super) fn bound_name(
    module: &Module,
    name: &str,
    node: Node,
) -> Result<(String, bool), String> {
    let offset = node.start_byte();
    let there = |bound: &str| {
        is_there(module, &Import { module: name, name: None, bound_as: bound }, offset)
    };
    if there(name) {
        return Ok((name.to_owned(), false));
    }
    let aliases = module.names.scopes[0].bindings.iter().filter(|(_, bindings)| {
        bindings.iter().any(
            |binding| matches!(&binding.kind, BindingKind::Import { target, .. } if target == name),
        )
    });
    let mut aliases: Vec<&String> = aliases.map(|(alias, _)| alias).collect();
    aliases.sort();
    if let Some(alias) = aliases.into_iter().find(|alias| there(alias)) {
        return Ok((alias.clone(), false));
    }
    let scope = module.names.scope_at(offset);
    if module.names.binding_scope(name, scope).is_some_and(|bound| bound != 0) {
        return Err(format!("the name `{name}` is bound within a function"));
    }
    let imported = module.names.bindings(name, scope).iter().all(
        |binding| matches!(&binding.kind, BindingKind::Import { target, .. } if target == name),
    );
    if imported || module.names.is_free(name, scope) {
        return Ok((name.to_owned(), true));
    }
    Err(format!("the name `{name}` means something else there"))
}
