//! What the edits of a decision concern beyond the program: commands that run a script which behaves
//! otherwise now, assertions of tests about mocks of what gains a parameter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::Solution;
use crate::plan::op::Op;
use crate::program::Program;
use crate::program::scripts::RunLine;
use crate::transforms::finding::{Chain, Elsewhere, Fix};
use crate::workspace::FileId;

/// The solutions with what they concern elsewhere: it is looked for once for all of them.
pub(super) fn noted(solutions: Vec<Solution>, program: &Program) -> Vec<Solution> {
    let fixes = solutions.iter().filter_map(|solution| match solution {
        Solution::Done(fix) => Some(fix),
        Solution::Left(_) => None,
    });
    let (mut scripts, mut names) = (BTreeSet::new(), BTreeSet::new());
    for fix in fixes {
        scripts.extend(files(fix));
        names.extend(called(fix));
    }
    if scripts.is_empty() {
        return solutions;
    }
    let scripts: Vec<FileId> = scripts.into_iter().collect();
    let names: Vec<String> = names.into_iter().collect();
    let words: Vec<&str> = names.iter().map(String::as_str).collect();
    let runs = program.runs_of(&scripts);
    let mocks = program.mock_assertions(&words);
    let mocks: BTreeMap<&str, &Vec<RunLine>> =
        mocks.iter().map(|(index, lines)| (words[*index], lines)).collect();
    if runs.is_empty() && mocks.is_empty() {
        return solutions;
    }
    let scene = Scene { program, runs: &runs, mocks: &mocks };
    let with_notes = |solution| match solution {
        Solution::Done(fix) => Solution::Done(scene.with_notes(fix)),
        left @ Solution::Left(_) => left,
    };
    solutions.into_iter().map(with_notes).collect()
}

struct Scene<'s> {
    program: &'s Program<'s>,
    runs: &'s BTreeMap<FileId, Vec<RunLine>>,
    mocks: &'s BTreeMap<&'s str, &'s Vec<RunLine>>,
}

impl Scene<'_> {
    fn with_notes(&self, fix: Fix) -> Fix {
        let runs: Vec<Elsewhere> = files(&fix)
            .into_iter()
            .filter_map(|file| Some((file, self.runs.get(&file)?)))
            .flat_map(|(file, lines)| {
                let script = slashed(self.program.relative(file));
                lines.iter().map(move |line| elsewhere(line, &script))
            })
            .collect();
        let mocks: Vec<Elsewhere> = called(&fix)
            .iter()
            .filter_map(|name| Some((name, self.mocks.get(name.as_str())?)))
            .flat_map(|(name, lines)| lines.iter().map(move |line| elsewhere(line, name)))
            .collect();
        if runs.is_empty() && mocks.is_empty() {
            return fix;
        }
        let chain = fix.chain.as_deref().cloned().unwrap_or_default();
        Fix { chain: Some(Arc::new(Chain { mocks, runs, ..chain })), ..fix }
    }
}

fn elsewhere(line: &RunLine, about: &str) -> Elsewhere {
    Elsewhere { path: line.path.clone(), line: line.line, about: about.to_owned() }
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The files whose code changes, apart from signatures alone.
fn files(fix: &Fix) -> BTreeSet<FileId> {
    fix.ops.iter().map(|op| op.anchor().file).collect()
}

/// The last names of what gains a parameter; for a constructor that of its class.
fn called(fix: &Fix) -> BTreeSet<String> {
    let is_any = fix.ops.iter().any(|op| matches!(op, Op::AddParameter { .. }));
    let chain = fix.chain.as_deref().filter(|_| is_any);
    let hosts = chain.into_iter().flat_map(|chain| &chain.hosts);
    hosts
        .filter_map(|host| {
            let name = host.name.strip_suffix(".__init__").unwrap_or(&host.name);
            name.rsplit('.').next().map(str::to_owned)
        })
        .collect()
}
