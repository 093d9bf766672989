//! Smaller programs that fail too.

use super::model::{Item, Program, Step, UnitId};

/// So many programs are tried.
const MOST: usize = 300;

/// A smaller program for which `fails` holds; the program itself if there is none.
pub fn smaller(program: &Program, mut fails: impl FnMut(&Program) -> bool) -> Program {
    let mut best = program.clone();
    let mut left = MOST;
    loop {
        let mut changed = false;
        for candidate in candidates(&best) {
            if left == 0 {
                return best;
            }
            left -= 1;
            if fails(&candidate) {
                best = candidate;
                changed = true;
                break;
            }
        }
        if !changed {
            return best;
        }
    }
}

/// Programs with one thing less, the largest things first.
fn candidates(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Program)| {
        let mut less = program.clone();
        change(&mut less);
        all.push(less);
    };
    for index in 0..program.items.len() {
        if !is_used(program, program.items[index]) {
            add(&|less| {
                less.items.remove(index);
            });
        }
    }
    if !program.script.is_empty() {
        add(&|less| less.script.clear());
    }
    for module in 0..program.modules.len() {
        if !program.modules[module].calls.is_empty() {
            add(&|less| less.modules[module].calls.clear());
        }
    }
    for unit in program.written() {
        for step in (0..program.units[unit].steps.len()).rev() {
            add(&|less| drop(less.units[unit].steps.remove(step)));
        }
    }
    all
}

/// Whether something in the program names an item.
fn is_used(program: &Program, item: Item) -> bool {
    let units = program.written();
    let by_step = |step: &Step| match (step, item) {
        (Step::Call(call), Item::Function(id)) => call.target == id,
        (Step::Recur(target) | Step::Forward(target), Item::Function(id)) => *target == id,
        (Step::Use(used), Item::Function(id)) => {
            used.factory == Some(id) || hands(&used.accesses, id)
        }
        (Step::UseTaken(accesses), Item::Function(id)) => hands(accesses, id),
        (Step::Use(used), Item::Class(class)) => used.class == class,
        (Step::ClassCall(named, ..), Item::Class(class)) => *named == class,
        _ => false,
    };
    let by_unit = |id: &UnitId| {
        let unit = &program.units[*id];
        let named = match item {
            Item::Class(class) => {
                unit.takes == Some(class)
                    || unit.makes.is_some_and(|(made, declared)| [made, declared].contains(&class))
            }
            Item::Function(_) => false,
        };
        named || unit.steps.iter().any(by_step)
    };
    let by_class = |other: &Item| match (other, item) {
        (Item::Class(other), Item::Class(class)) => program.classes[*other].base == Some(class),
        _ => false,
    };
    let by_module = |id: UnitId| {
        program.script.contains(&id) || program.modules.iter().any(|m| m.calls.contains(&id))
    };
    units.iter().any(by_unit)
        || program.items.iter().any(by_class)
        || matches!(item, Item::Function(id) if by_module(id))
}

fn hands(accesses: &[super::model::Access], id: UnitId) -> bool {
    accesses.iter().any(|access| matches!(access, super::model::Access::Hand(unit) if *unit == id))
}
