//! The modules that a solve has looked into, kept for as long as it goes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::program::Program;
use crate::python::module::Module;
use crate::workspace::FileId;

/// Modules by file, each found once.
pub(super) struct Modules<'p> {
    program: &'p Program<'p>,
    held: boxcar::Vec<Arc<Module>>,
    places: RefCell<FxHashMap<FileId, Option<usize>>>,
}

impl<'p> Modules<'p> {
    /// With those that are at hand.
    pub(super) fn new(program: &'p Program<'p>, known: &BTreeMap<FileId, Arc<Module>>) -> Self {
        let modules = Self { program, held: boxcar::Vec::new(), places: RefCell::default() };
        for (file, module) in known {
            let place = modules.held.push(Arc::clone(module));
            modules.places.borrow_mut().insert(*file, Some(place));
        }
        modules
    }

    /// The module of a file; `None` if it cannot be read.
    pub(super) fn get(&self, file: FileId) -> Option<&Module> {
        self.shared(file).map(|module| &**module)
    }

    /// The same, as it is shared.
    pub(super) fn shared(&self, file: FileId) -> Option<&Arc<Module>> {
        let known = self.places.borrow().get(&file).copied();
        let place = known.unwrap_or_else(|| {
            let found = self.program.module(file);
            let place = found.map(|member| self.held.push(member.module));
            self.places.borrow_mut().insert(file, place);
            place
        });
        place.and_then(|place| self.held.get(place))
    }
}
