//! What kind of text a file is, as far as that decides where commands stand in it.

use super::variables::UNKNOWN;

/// The kind of a file that may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A shell script.
    Shell,
    /// A script for PowerShell.
    PowerShell,
    /// A script for the command prompt.
    Batch,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// TOML, and lists of sections with keys.
    Sections,
    /// The same of a project, which names its entry points.
    Project,
    /// Instructions to build an image.
    Docker,
    /// Rules, each with a shell of its own.
    Rules,
    /// Text for people.
    Prose,
}

impl Format {
    /// The kind of a file by its name; `None` if it is not looked at.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        match name {
            "pyproject.toml" | "setup.cfg" => return Some(Self::Project),
            "tox.ini" => return Some(Self::Sections),
            "Makefile" | "makefile" | "GNUmakefile" | "justfile" | "Justfile" | ".justfile"
            | "Procfile" | "Jenkinsfile" => return Some(Self::Rules),
            "README" => return Some(Self::Prose),
            _ => {}
        }
        let is_docker = |word: &str| name == word || name.starts_with(&format!("{word}."));
        if is_docker("Dockerfile") || is_docker("Containerfile") {
            return Some(Self::Docker);
        }
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension {
            "sh" | "bash" | "zsh" | "slurm" | "sbatch" => Self::Shell,
            "ps1" => Self::PowerShell,
            "bat" | "cmd" => Self::Batch,
            "yml" | "yaml" => Self::Yaml,
            "json" => Self::Json,
            "toml" => Self::Sections,
            "dockerfile" => Self::Docker,
            "mk" | "just" => Self::Rules,
            "md" | "markdown" | "rst" => Self::Prose,
            _ => return None,
        })
    }

    /// Whether it names functions as entry points (`pkg.mod:main`).
    pub(super) fn has_entry_points(self) -> bool {
        self == Self::Project
    }

    /// Whether keys can name a script (`program: train.py`).
    pub(super) fn has_keys(self) -> bool {
        matches!(self, Self::Yaml | Self::Json | Self::Sections | Self::Project)
    }

    /// Whether a command can be such a path alone. Elsewhere than in scripts, most paths are no
    /// commands.
    pub(super) fn runs_path(self, path: &str) -> bool {
        match self {
            Self::Json | Self::Sections | Self::Project => false,
            Self::Shell | Self::PowerShell | Self::Batch => {
                path.starts_with("./") || path.starts_with(['/', UNKNOWN])
            }
            _ => path.starts_with("./"),
        }
    }

    /// Whether parentheses run commands in a shell of their own.
    pub(super) fn has_subshells(self) -> bool {
        matches!(self, Self::Shell | Self::Yaml | Self::Docker | Self::Rules)
    }

    /// Whether a folder that one line enters is that of the next line.
    pub(super) fn keeps_folder(self) -> bool {
        matches!(self, Self::Shell | Self::PowerShell | Self::Batch | Self::Yaml | Self::Prose)
    }

    /// Whether a trimmed line is a comment.
    pub(super) fn is_comment(self, line: &str) -> bool {
        match self {
            Self::Prose | Self::Json => false,
            Self::Batch => {
                line.starts_with("::")
                    || line.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("rem "))
            }
            _ => line.starts_with('#'),
        }
    }

    /// Whether a word begins a comment.
    pub(super) fn begins_comment(self, word: &str) -> bool {
        !matches!(self, Self::Prose | Self::Json | Self::Batch) && word.starts_with('#')
    }

    /// Whether a trimmed line begins commands that no earlier one has moved to another folder.
    pub(super) fn begins_anew(self, line: &str) -> bool {
        match self {
            Self::Prose => line.starts_with("```") || line.starts_with("~~~"),
            Self::Yaml => {
                line.contains("script:") || line.contains("run:") || line.ends_with(['|', '>'])
            }
            _ => false,
        }
    }

    /// Whether the next line goes on with what a line without spaces at its end says.
    pub(super) fn goes_on(self, line: &str) -> bool {
        let in_list = || line.ends_with([',', '[']);
        match self {
            Self::PowerShell => line.ends_with('`'),
            Self::Batch => line.ends_with('^'),
            Self::Shell | Self::Prose | Self::Rules => line.ends_with('\\'),
            Self::Docker | Self::Yaml => line.ends_with('\\') || in_list(),
            Self::Json | Self::Sections | Self::Project => in_list(),
        }
    }
}
