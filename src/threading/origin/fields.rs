//! Whether what an object comes from has a field, and never one that somebody sends.

use super::Source;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::mentions::Sought;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::attribute::{self, How, is_record};
use crate::threading::bound;
use crate::threading::escape::is_unseen;
use crate::threading::init::base_init;
use crate::threading::message::is_message;
use crate::threading::place::method;
use crate::threading::solve::Solver;
use crate::transforms::remote::imports_web;
use crate::workspace::FileId;

impl Solver<'_, '_> {
    /// Whether every object of a source has the field, as the decision of the person who runs the
    /// program.
    pub(in crate::threading) fn has_field(&mut self, source: Source, name: &str) -> bool {
        let key = (source, name.to_owned());
        if let Some(known) = self.origins.fields.get(&key) {
            return *known;
        }
        // A source that leads back to itself has nothing to show for it.
        self.origins.fields.insert(key.clone(), false);
        let found = match source {
            Source::Parsed(file, span) => self.has_flag(file, span, name),
            Source::Parser(..) | Source::Nothing => false,
            Source::Made(class) => self.declares(class, name) && !self.is_sent_class(class),
        };
        self.origins.fields.insert(key, found);
        found
    }

    /// Whether a class, or one that it derives from, declares the field for all its objects.
    fn declares(&self, class: Definition, name: &str) -> bool {
        let (ancestry, _) = self.program.ancestry(class);
        // Whether making an object runs the `__init__` of the class that is looked at.
        let mut runs = true;
        let mut is_generated = false;
        for owner in ancestry {
            let Some(module) = self.modules.get(owner.file) else { return false };
            let Some(node) = module.exact(owner.span, &["class_definition"]) else { return false };
            if attribute::is_ruled_out(module, &[node], name)
                || attribute::is_never(module, node, name)
            {
                return false;
            }
            if let Some(kept) = attribute::kept(module, node, name) {
                let chain = &kept.chain[..=kept.giver];
                let is_typed = chain.iter().any(|class| is_typed(module, *class, name));
                return match kept.how {
                    How::Store(..) => runs && !is_generated,
                    How::Property => false,
                    How::Class => is_typed,
                    How::Field => is_typed && runs,
                };
            }
            let init = method(module, node, "__init__");
            runs &= init.is_none_or(|init| base_init(module, init).is_some());
            is_generated |= init.is_none() && is_record(module, node);
        }
        false
    }

    /// Whether objects of a class may be made of what is sent.
    pub(in crate::threading) fn is_sent_class(&mut self, class: Definition) -> bool {
        if let Some(known) = self.origins.sent.get(&class) {
            return *known;
        }
        // A class that holds objects of itself is sent only if something else says so.
        self.origins.sent.insert(class, false);
        let found = self.is_sent_by_itself(class) || self.is_sent_by_others(class);
        self.origins.sent.insert(class, found);
        found
    }

    fn is_sent_by_itself(&self, class: Definition) -> bool {
        let Some(module) = self.modules.get(class.file) else { return true };
        let Some(node) = module.exact(class.span, &["class_definition"]) else { return true };
        let name = self.program.name_of(class).unwrap_or_default();
        let is_message = is_message(module, self.program, node);
        self.references.is_served(&name)
            || (is_message && super::super::serving::is_serving(self.program))
    }

    /// Whether a module that serves requests mentions the class, or a class that is sent has an
    /// object of it.
    fn is_sent_by_others(&mut self, class: Definition) -> bool {
        let Some(name) = self.program.name_of(class) else { return true };
        let sought = Sought {
            word: name.clone(),
            as_attribute: false,
            calls_too: true,
            as_method: false,
            beside: Vec::new(),
            ..Sought::default()
        };
        let mut is_served = false;
        let mut holders: Vec<Definition> = Vec::new();
        let program = self.program;
        program.mentioning(&[sought], &mut |member, _| {
            let module = &*member.module;
            let file = module.file;
            if is_served || !mentions(program, file, module, &name, class) {
                return;
            }
            is_served |= imports_web(module) || is_made_of_unseen(program, module, &name, class);
            holders.extend(classes_with(file, module, &name, class));
        });
        is_served || holders.into_iter().any(|holder| self.is_sent_class(holder))
    }
}

/// Whether a module makes objects of a class of what it unpacks and nobody can see.
fn is_made_of_unseen(program: &Program, module: &Module, name: &str, class: Definition) -> bool {
    let own = module.calls_named("cls").filter(|call| {
        let around = module.ancestors(*call).find(|around| around.kind() == "class_definition");
        around.is_some_and(|around| Program::definition_at(module.file, around) == class)
    });
    module.calls_named(name).chain(own).any(|call| {
        let call = Call::at(call, module.text());
        let mut arguments = call.iter().flat_map(|call| &call.arguments);
        arguments.any(|argument| {
            argument.kind == ArgumentKind::DoubleSplat && is_unseen(program, module, argument.value)
        })
    })
}

/// Whether a module means a class by its name, or may do so.
fn mentions(
    program: &Program,
    file: FileId,
    module: &Module,
    name: &str,
    class: Definition,
) -> bool {
    let mut uses = module.names.named(name, module.text());
    let by_name = uses.any(|used| {
        let meaning = program.local_meaning(module, file, name, used.scope);
        !meaning.is_sure || meaning.definitions.contains(&class)
    });
    by_name
        || file == class.file
        || module.attributes_named(name).next().is_some()
        || module.names.imports_of(name).iter().any(|imported| imported.alias != *name)
        || module.names.quoted.contains(name)
}

/// The classes of a module that annotate a field with a class of that name.
fn classes_with(file: FileId, module: &Module, name: &str, class: Definition) -> Vec<Definition> {
    let classes = module.of_kind("class_definition");
    let holds = classes.filter(|node| {
        let body = node.child_by_field_name("body").map(tree::children).unwrap_or_default();
        body.into_iter().filter_map(bound::assignment).any(|assignment| {
            let annotation = assignment.child_by_field_name("type");
            annotation.is_some_and(|annotation| {
                let text = module.text_of(annotation);
                text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
            })
        })
    });
    let found = holds.map(|node| Program::definition_at(file, node));
    found.filter(|found| *found != class).collect()
}

/// Whether a class body declares the field with an annotation.
fn is_typed(module: &Module, class: tree_sitter::Node, name: &str) -> bool {
    let body = class.child_by_field_name("body").map(tree::children).unwrap_or_default();
    body.into_iter().filter_map(bound::assignment).any(|assignment| {
        let left = assignment.child_by_field_name("left");
        assignment.child_by_field_name("type").is_some()
            && left.is_some_and(|left| module.text_of(left) == name)
    })
}
