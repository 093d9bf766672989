//! The definitions of commands and options.

use std::ops::Deref;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::threading::Reach;

/// Finds the places where Python code trusts what it should not, and rewrites them with minimal
/// text edits.
#[derive(Debug, Parser)]
#[command(
    name = "untrust",
    version,
    after_help = "Exit codes: 0 nothing left to do, 1 findings, 2 the command could not do what was asked."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find and report; change nothing
    Check(ReportArguments),
    /// Print the unified diff of every fix; change nothing
    Diff(DiffArguments),
    /// Apply the fixes in place; `fix -` rewrites standard input to standard output
    Fix(FixArguments),
    /// Decide change by change, then apply what was approved
    Review(ReviewArguments),
    /// Put back what the last (or a listed) run wrote
    Undo(UndoArguments),
    /// List the documented exceptions: place, justification and owners
    Exceptions(ExceptionsArguments),
    /// Say why a pattern is unsafe and what its fix does
    Explain {
        /// A transform, or the code of another tool
        transform: String,
    },
    /// List every transform with its level and aliases
    Transforms,
    /// Print the JSON schema of a file that goes in or comes out
    Schema {
        /// What is described
        #[arg(value_enum)]
        what: SchemaKind,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Options of all commands that scan.
#[derive(Debug, Args)]
pub struct ScanArguments {
    /// Files and folders to look at; `-` is standard input [default: .]
    pub paths: Vec<PathBuf>,
    /// Run only these transforms (names, or bandit and ruff codes)
    #[arg(long, value_delimiter = ',', value_name = "TRANSFORM")]
    pub select: Vec<String>,
    /// Leave these transforms out
    #[arg(long, value_delimiter = ',', value_name = "TRANSFORM")]
    pub ignore: Vec<String>,
    /// Include fixes that need a review
    #[arg(long)]
    pub review_level: bool,
    /// Look at tests too
    #[arg(long)]
    pub include_tests: bool,
    /// Edit vendored and generated code too
    #[arg(long)]
    pub include_vendored: bool,
    /// Leave out files that match
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Look only at files that match
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Look at files that git ignores too
    #[arg(long)]
    pub no_gitignore: bool,
    /// Only findings on lines changed since the branch left REV; without REV, on lines that are not
    /// committed
    #[arg(long, value_name = "REV", num_args = 0..=1, require_equals = true, default_missing_value = "HEAD")]
    pub changed: Option<String>,
    /// Use this configuration for every file, instead of the closest above each
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write the findings, the diff, or the list of files to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Findings that this file holds are known: they do not count and are left alone
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write a baseline of all findings; with --baseline, take from it what is gone, and add
    /// nothing
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorChoice,
    /// The folder that holds the program; no file outside is read or written [default: the
    /// repository's top, else the common folder of the paths]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// How far a decision is handed on: through the program, within the function, or not at all
    /// (the safe value is written)
    #[arg(long, value_enum, default_value = "program")]
    pub thread: Thread,
    /// Parse every file, also where no text hints at a finding
    #[arg(long)]
    pub no_prefilter: bool,
    /// How many threads to use [default: one for each core]
    #[arg(short, value_name = "N")]
    pub jobs: Option<usize>,
    /// Show secrets, and apply changes whose diffs show one
    #[arg(long)]
    pub show_secrets: bool,
    /// Print no summary and no explanations
    #[arg(short, long)]
    pub quiet: bool,
    /// Name every skipped file and every exception
    #[arg(short, long)]
    pub verbose: bool,
    /// The name that standard input goes by
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// Exit with 0 instead of 1
    #[arg(long)]
    pub exit_zero: bool,
    /// Skip files larger than this many MiB
    #[arg(long, value_name = "MIB", default_value_t = 10)]
    pub size_limit: u64,
}

/// Options of the commands that report findings.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// What to scan.
    #[command(flatten)]
    pub scan: ScanArguments,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

impl Deref for ReportArguments {
    type Target = ScanArguments;

    fn deref(&self) -> &ScanArguments {
        &self.scan
    }
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// What to scan.
    #[command(flatten)]
    pub report: ReportArguments,
    /// Write one patch for each transform, change or set of owners, and beside it the text of a
    /// pull request
    #[arg(long, value_enum, value_name = "BY", requires = "output_dir", conflicts_with = "output")]
    pub split: Option<Split>,
    /// The folder for the patches, a new or an empty one
    #[arg(long, value_name = "DIR", requires = "split")]
    pub output_dir: Option<PathBuf>,
}

impl Deref for DiffArguments {
    type Target = ReportArguments;

    fn deref(&self) -> &ReportArguments {
        &self.report
    }
}

/// What the changes of one patch have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Split {
    /// The transform that asks for them
    Transform,
    /// Nothing: each change is a patch
    Change,
    /// The owners of the files that they edit
    Owner,
}

/// Options of `fix`.
#[derive(Debug, Args)]
pub struct FixArguments {
    /// What to scan.
    #[command(flatten)]
    pub scan: ReportArguments,
    /// Write files that have uncommitted changes too
    #[arg(long)]
    pub allow_dirty: bool,
    /// Write files outside version control too
    #[arg(long)]
    pub allow_no_vcs: bool,
    /// List the written files separated by zero bytes
    #[arg(long)]
    pub print0: bool,
}

/// Options of `review`.
#[derive(Debug, Args)]
pub struct ReviewArguments {
    /// What to scan and how to write.
    #[command(flatten)]
    pub fix: FixArguments,
    /// Apply the decisions of FILE without asking: a JSON object, the id of each change to
    /// "apply", "leave" or {"except": "why the code may stay"}; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["resume", "save_decisions"])]
    pub decisions: Option<PathBuf>,
    /// Write the decisions to FILE when the review ends
    #[arg(long, value_name = "FILE")]
    pub save_decisions: Option<PathBuf>,
    /// Go on with the review that was stopped, killed or closed here
    #[arg(long)]
    pub resume: bool,
    /// Begin anew, and forget what was decided in a review that was not finished
    #[arg(long, conflicts_with = "resume")]
    pub restart: bool,
}

/// Options of `exceptions`.
#[derive(Debug, Args)]
pub struct ExceptionsArguments {
    /// What to scan.
    #[command(flatten)]
    pub scan: ScanArguments,
    /// How exceptions are printed
    #[arg(long, value_enum, default_value = "text")]
    pub format: ExceptionsFormat,
    /// Only those that were added since the branch left REV
    #[arg(long, value_name = "REV")]
    pub new_since: Option<String>,
    /// Also what stays for another reason than a comment: what the user decides, safe loaders,
    /// constant commands
    #[arg(long)]
    pub all: bool,
}

/// Options of `undo`.
#[derive(Debug, Args)]
pub struct UndoArguments {
    /// The run to undo [default: the last one]
    pub run: Option<String>,
    /// List the runs that can be undone
    #[arg(long)]
    pub list: bool,
    /// The folder that the run was about [default: the repository's top, else this folder]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

impl ScanArguments {
    /// How far decisions are handed. A text from standard input has no program around it.
    pub fn reach(&self, stdin: bool) -> Reach {
        match self.thread {
            Thread::Off => Reach::Off,
            Thread::Program if !stdin => Reach::Program,
            _ => Reach::Function,
        }
    }
}

/// How far decisions are handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Thread {
    /// Through the whole program
    Program,
    /// Within the function that holds the place
    Function,
    /// Not at all
    Off,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// One JSON object a line
    Jsonl,
}

impl Format {
    /// Whether changes are printed one by one, those that are not applied included.
    pub fn lists_changes(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

/// How exceptions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExceptionsFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// The part of a pull request's description that asks the owners for a review
    Markdown,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// What `--format json` prints; a line of `--format jsonl` is `$defs/Line` in it
    Findings,
    /// `untrust.toml`, and the table `tool.untrust` of `pyproject.toml`
    Config,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
