//! What is around a call: what keeps it from being rewritten, and what makes it doubtful.

use tree_sitter::Node;

use super::calls::Scene;
use super::command::Done;
use super::results::is_used;
use super::site::Site;
use super::windows::is_windows_only;
use crate::python::call::ArgumentKind;
use crate::python::tree;

impl<'m> Scene<'m, '_> {
    /// Why what is around a call keeps it from being rewritten.
    pub(super) fn kept_by(&self, site: &Site<'m>, command: Node) -> Option<String> {
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
    pub(super) fn is_read_elsewhere(&self, command: Node) -> bool {
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

    /// Arguments that may matter to how the program is found.
    pub(super) fn doubt_arguments(&self, site: &Site<'m>, done: &mut Done) {
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
    pub(super) fn doubt_existence(&self, site: &Site<'m>, done: &mut Done) {
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
