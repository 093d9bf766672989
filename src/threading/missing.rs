//! What only shows in the whole program: calls of its functions that hardcode the decision by
//! position, and calls that hold it and do not hand it on.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::takers::{NameIn, Takers};
use super::{Reach, Rules, not_handed, positional};
use crate::program::Program;
use crate::python::module::Module;
use crate::scan::{Asked, Scan, Settings};
use crate::transforms::decisions::{TAKEN, Taken};
use crate::workspace::{File, FileId, FileKind, Workspace};

/// One decision that is looked for in the scanned files.
pub(super) struct Inquiry<'i> {
    pub(super) taken: &'static Taken,
    pub(super) workspace: &'i Workspace,
    pub(super) program: &'i Program<'i>,
    pub(super) settings: &'i Settings<'i>,
    /// What the parameter is called.
    pub(super) name_in: NameIn<'i>,
    /// What takes it.
    pub(super) takers: Takers,
    /// The modules that hold the parameter's name, in the order of their paths.
    pub(super) holders: Vec<Arc<Module>>,
}

impl Inquiry<'_> {
    /// What is asked of a file; `None` if it is not looked at.
    pub(super) fn asked(&self, file: FileId) -> Option<Asked> {
        let file = self.workspace.files.get(file.0 as usize)?;
        let asked = (self.settings.per_file)(file);
        is_asked(self.settings, self.taken, file, &asked).then_some(asked)
    }
}

/// Whether a transform looks at a scanned file.
fn is_asked(settings: &Settings, taken: &Taken, file: &File, asked: &Asked) -> bool {
    let bit = settings.transforms.iter().position(|t| t.about().name == taken.transform);
    let is_left_out = file.excluded || (file.test && !asked.tests);
    let is_code = matches!(file.kind, FileKind::Python | FileKind::Stub);
    is_code && !is_left_out && bit.is_some_and(|bit| asked.transforms >> bit & 1 == 1)
}

/// Adds to a scan what shows in the whole program only. Nothing where decisions are not handed
/// through it.
pub fn look_beyond(
    scan: &mut Scan,
    workspace: &Workspace,
    program: &Program,
    settings: &Settings,
    reach: Reach,
    rules: &Rules,
) {
    if reach != Reach::Program || program.is_alone {
        return;
    }
    for module in scan.modules.values().filter(|module| module.has_tree()) {
        program.adopt(module.file, module);
    }
    let mut inquiries = Vec::new();
    for taken in &TAKEN {
        if !settings.transforms.iter().any(|t| t.about().name == taken.transform) {
            continue;
        }
        let name_in = |file: FileId| {
            if taken.decision.renamable {
                (rules.parameter)(file)
            } else {
                taken.decision.parameter
            }
        };
        inquiries.push((taken, name_in));
    }
    let mut open: Vec<Inquiry> = Vec::new();
    for (taken, name_in) in &inquiries {
        let names: BTreeSet<&str> = workspace.files.iter().map(|file| name_in(file.id)).collect();
        let names: Vec<&str> = names.into_iter().collect();
        if !may_matter(workspace, settings, taken, &names) {
            continue;
        }
        let files = program.files_holding(&names);
        let holders: Vec<Arc<Module>> = files
            .par_iter()
            .filter_map(|file| program.module(*file).map(|member| member.module))
            .collect();
        let mut takers = Takers::default();
        for module in &holders {
            takers.add(program, module, name_in(module.file));
        }
        if !takers.words.is_empty() {
            open.push(Inquiry { taken, workspace, program, settings, name_in, takers, holders });
        }
    }
    for inquiry in &open {
        positional::look(inquiry, scan);
    }
    for inquiry in &open {
        not_handed::look(inquiry, scan, rules);
    }
}

/// Whether the scanned files can hold such a call. Where they are all files of the program, what it
/// takes to tell is no less work than the search itself.
fn may_matter(workspace: &Workspace, settings: &Settings, taken: &Taken, names: &[&str]) -> bool {
    if workspace.whole {
        return true;
    }
    let finders: Vec<memchr::memmem::Finder> =
        names.iter().map(memchr::memmem::Finder::new).collect();
    workspace
        .files
        .par_iter()
        .filter(|file| is_asked(settings, taken, file, &(settings.per_file)(file)))
        .map_init(Vec::new, |bytes, file| {
            workspace.read(file.id, bytes).is_ok()
                && (positional::may_give_true(bytes)
                    || finders.iter().any(|finder| finder.find(bytes).is_some()))
        })
        .any(|matters| matters)
}
