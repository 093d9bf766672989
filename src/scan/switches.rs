//! Looks at the configurations of other tools that stand beside the scanned files.

use std::sync::Arc;

use super::{Scan, Settings};
use crate::python::module::Module;
use crate::transforms::{Transform, nosec, nosec_switches};
use crate::workspace::Workspace;
use crate::workspace::source::Source;

/// Adds what the configurations switch off. One that cannot be read is that tool's matter.
pub(super) fn look(workspace: &Workspace, settings: &Settings, scan: &mut Scan) {
    let name = nosec::Nosec.about().name;
    let Some(bit) = settings.transforms.iter().position(|t| t.about().name == name) else { return };
    let mut bytes = Vec::new();
    for file in &workspace.noted {
        let asked = (settings.per_file)(file);
        let is_left_out =
            (file.test && !asked.tests) || (file.vendored.is_some() && !asked.vendored);
        if is_left_out || asked.transforms >> bit & 1 == 0 {
            continue;
        }
        if workspace.read(file.id, &mut bytes).is_err() {
            continue;
        }
        let Ok(source) = Source::python(file.id, bytes.clone()) else { continue };
        scan.configurations.push(file.id);
        let file_name = file.relative.file_name().unwrap_or_default().to_string_lossy();
        let found = nosec_switches::findings(file.id, &file_name, &source.text, asked.tests);
        if !found.is_empty() {
            scan.modules.insert(file.id, Arc::new(Module::without_tree(source)));
            scan.findings.extend(found);
        }
    }
}
