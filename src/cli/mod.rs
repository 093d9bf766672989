//! The command line: argument definitions, and one small file per command.

mod alone;
pub mod arguments;
mod baseline;
mod changed;
mod check;
mod configured;
mod diff;
mod exceptions;
mod explain;
mod fix;
mod machine;
mod output;
mod review;
mod schema;
mod secrets;
mod session;
mod split;
mod undo;
mod views;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::report::escape::visible;
use arguments::{Cli, ColorChoice, Command};
use output::note;

/// Parses the command line, runs the command and returns the exit code: 0 nothing left to do,
/// 1 findings, 2 the command could not do what was asked.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Check(scan) => coloured(scan.color, true, || check::run(scan)),
        Command::Diff(diff) => coloured(diff.color, true, || diff::run(diff)),
        Command::Fix(fix) => coloured(fix.scan.color, true, || fix::run(fix)),
        Command::Exceptions(exceptions) => {
            coloured(exceptions.scan.color, true, || exceptions::run(exceptions))
        }
        Command::Review(review) => coloured(review.fix.scan.color, true, || review::run(review)),
        Command::Undo(undo) => undo::run(undo),
        Command::Explain { transform } => explain::explain(transform),
        Command::Transforms => explain::list(),
        Command::Schema { what } => schema::run(*what),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "untrust", &mut script);
            std::io::stdout().write_all(&script).map(|()| 0).map_err(Into::into)
        }
        Command::Man => man(),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_closed_pipe(&error) => ExitCode::from(2),
        Err(error) => {
            for (index, line) in format!("{error:#}").lines().enumerate() {
                let sign = if index == 0 { "error: " } else { "" };
                note(&format!("{sign}{}", visible(line)));
            }
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn coloured<T>(choice: ColorChoice, stdout: bool, command: impl FnOnce() -> T) -> T {
    let terminal =
        if stdout { std::io::stdout().is_terminal() } else { std::io::stderr().is_terminal() };
    let set =
        |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let on = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto => set("CLICOLOR_FORCE") || terminal,
    };
    colored::control::set_override(on);
    command()
}

fn man() -> anyhow::Result<u8> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(0)
}
