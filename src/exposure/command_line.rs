//! What a command line runs: installed commands, commands of click and typer, modules that are run.

use super::Exposure;
use super::graph::Entry;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::python::call::Call;
use crate::python::literal;
use crate::python::module::Module;
use crate::python::script::runs_itself;
use crate::python::signature::decorators;
use crate::threading::command_maker;
use crate::workspace::FileId;

/// Modules that are there to be run, by the name of their file.
const RUN: [&str; 2] = ["__main__.py", "setup.py"];
/// What reads a command line at the top of a module.
const READS: [&str; 2] = ["parse_args", "parse_known_args"];

/// How a command line runs a function, if it does.
pub(super) fn of_function(program: &Program, function: Definition) -> Option<Entry> {
    installed(program, function).or_else(|| decorated(program, function))
}

/// How a command line runs a module, if it does. `is_script` is what the module does only when it is
/// run.
pub(super) fn of_module(program: &Program, file: FileId, is_script: bool) -> Option<Entry> {
    if is_script {
        return Some(run(program, file));
    }
    let home = program.dotted(file);
    if let Some(script) = program.console_scripts().iter().find(|script| script.module == home) {
        return Some(command(script.name.clone()));
    }
    let member = program.module(file)?;
    let name = member.relative.file_name().unwrap_or_default();
    let is_run = RUN.iter().any(|run| name == *run)
        || runs_itself(&member.module)
        || member.module.text().starts_with("#!")
        || reads_arguments(&member.module);
    is_run.then(|| run(program, file))
}

/// That a module is run.
pub(super) fn run(program: &Program, file: FileId) -> Entry {
    command(program.command_of(file))
}

fn command(text: String) -> Entry {
    Entry { exposure: Exposure::CommandLine, text }
}

/// Whether a module reads the command line at its top.
fn reads_arguments(module: &Module) -> bool {
    let calls = READS.into_iter().flat_map(|name| module.calls_named(name));
    let is_top = |offset: usize| module.names.scope_at(offset) == 0;
    calls.into_iter().any(|call| is_top(call.start_byte()))
}

/// The command that a package installs for a function.
fn installed(program: &Program, function: Definition) -> Option<Entry> {
    let home = program.dotted(function.file);
    let scripts = program.console_scripts().iter();
    let mut runs = scripts.filter(|script| {
        if script.module == home {
            return program.name_of(function).as_deref() == Some(script.function.as_str());
        }
        let dotted = format!("{}.{}", script.module, script.function);
        let meaning = program.meaning(&dotted, function.file);
        meaning.is_sure && meaning.definitions == [function]
    });
    runs.next().map(|script| command(script.name.clone()))
}

/// The command that decorators of click or typer make of a function.
fn decorated(program: &Program, function: Definition) -> Option<Entry> {
    let member = program.module(function.file)?;
    let module = &*member.module;
    let node = module.exact(function.span, &["function_definition"])?;
    let made = decorators(module, node).into_iter().find(|decorator| {
        let callee = decorator.child_by_field_name("function").unwrap_or(*decorator);
        command_maker(module, callee).is_some()
    })?;
    let called = Call::at(made, module.text()).and_then(|call| {
        let named = call.positional(0).or_else(|| call.keyword("name"))?.value;
        literal::plain_string(named, module.text()).map(str::to_owned)
    });
    let name = || program.name_of(function).unwrap_or_default().replace('_', "-");
    Some(command(format!("command {}", called.unwrap_or_else(name))))
}
