//! Runs the transforms over a text that is no file of the workspace.

use crate::program::Program;
use crate::python::module::Module;
use crate::transforms::Transform;
use crate::transforms::finding::{Finding, Findings};
use crate::workspace::FileId;
use crate::workspace::source::Source;

/// What the transforms find in a text that takes the place of a file, such as its version in an
/// earlier commit, in the order of its positions. Nothing in one that does not decode.
pub fn findings(
    file: FileId,
    bytes: Vec<u8>,
    program: &Program,
    transforms: &[&'static dyn Transform],
) -> Vec<Finding> {
    let mut findings = Findings::default();
    if memchr::memchr(0, &bytes).is_some() {
        return Vec::new();
    }
    let Ok(source) = Source::python(file, bytes) else { return Vec::new() };
    let module = Module::new(source);
    for transform in transforms {
        transform.check(&module, program, &mut findings);
    }
    let mut findings = findings.list;
    findings.sort_by(|a, b| (a.range, a.transform).cmp(&(b.range, b.transform)));
    findings
}
