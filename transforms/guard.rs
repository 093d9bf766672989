//! The user's own decision that a call stands behind: `if not weights_only:`, `if trusted:`, an
//! early return.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::remote::Remote;
use crate::python::module::Module;
use crate::python::tree;

/// Whether a condition that holds, or does not, decides that the danger is wanted.
pub type Decides = fn(&Module, Node, bool) -> bool;

/// The decisions of one module.
pub struct Guards<'m> {
    module: &'m Module,
    remote: Remote<'m>,
    /// Whether a condition decides where it holds, or does not. All that is asked about one module
    /// is asked with the same function.
    judged: RefCell<FxHashMap<(usize, bool), bool>>,
    /// For each block, where its first statement ends that leaves it unless the danger is wanted,
    /// and the condition.
    exits: RefCell<FxHashMap<usize, Option<(usize, String)>>>,
}

impl<'m> Guards<'m> {
    /// Nothing is known yet.
    pub fn new(module: &'m Module) -> Self {
        let remote = Remote::new(module);
        Self { module, remote, judged: RefCell::default(), exits: RefCell::default() }
    }

    /// The decision that a call stands behind, within its function.
    pub fn of(&self, call: Node, decides: Decides) -> Option<String> {
        let mut below = call;
        for around in self.module.ancestors(call) {
            if matches!(around.kind(), "function_definition" | "lambda" | "class_definition") {
                return None;
            }
            let branch = branch(around, below).or_else(|| conjunct(around, below));
            let others = skipped(around, below).into_iter().map(|condition| (condition, false));
            for (condition, holds) in branch.into_iter().chain(others) {
                if self.decided(condition, holds, decides) {
                    return Some(format!("behind `{}`", self.module.text_of(condition)));
                }
            }
            if let Some((end, condition)) = self.exit(around, decides)
                && end <= below.start_byte()
            {
                return Some(format!("behind `{condition}`"));
            }
            below = around;
        }
        None
    }

    /// Whether a condition decides, and is not one that somebody sends.
    fn decided(&self, condition: Node<'m>, holds: bool, decides: Decides) -> bool {
        let key = (condition.id(), holds);
        if let Some(known) = self.judged.borrow().get(&key) {
            return *known;
        }
        let found = decides(self.module, condition, holds) && !self.remote.sends(condition);
        self.judged.borrow_mut().insert(key, found);
        found
    }

    fn exit(&self, block: Node<'m>, decides: Decides) -> Option<(usize, String)> {
        if !matches!(block.kind(), "block" | "module") {
            return None;
        }
        if let Some(known) = self.exits.borrow().get(&block.id()) {
            return known.clone();
        }
        let mut conditions = tree::children(block).into_iter().filter_map(early_exit);
        let found = conditions.find(|(_, condition)| self.decided(*condition, false, decides));
        let found = found.map(|(end, condition)| (end, self.module.text_of(condition).to_owned()));
        self.exits.borrow_mut().insert(block.id(), found.clone());
        found
    }
}

/// The condition of an `if` and whether it holds where `inside` stands.
pub(super) fn branch<'t>(around: Node<'t>, inside: Node) -> Option<(Node<'t>, bool)> {
    if around.kind() == "conditional_expression" {
        let parts = tree::children(around);
        let position = parts.iter().position(|part| part.id() == inside.id())?;
        return (position != 1).then_some((*parts.get(1)?, position == 0));
    }
    if !matches!(around.kind(), "if_statement" | "elif_clause") {
        return None;
    }
    let condition = around.child_by_field_name("condition")?;
    let consequence = around.child_by_field_name("consequence")?;
    (condition.id() != inside.id()).then_some((condition, consequence.id() == inside.id()))
}

/// The conditions of the `elif` clauses that do not hold where a later one or the `else` is run.
fn skipped<'t>(around: Node<'t>, inside: Node) -> Vec<Node<'t>> {
    if around.kind() != "if_statement" || !matches!(inside.kind(), "elif_clause" | "else_clause") {
        return Vec::new();
    }
    let before = tree::children(around).into_iter().take_while(|child| child.id() != inside.id());
    let clauses = before.filter(|child| child.kind() == "elif_clause");
    clauses.filter_map(|clause| clause.child_by_field_name("condition")).collect()
}

/// The left side of an `and` whose right side is `inside`.
fn conjunct<'t>(around: Node<'t>, inside: Node) -> Option<(Node<'t>, bool)> {
    if around.kind() != "boolean_operator" {
        return None;
    }
    let left = around.child_by_field_name("left")?;
    let is_and = around.child_by_field_name("operator")?.kind() == "and";
    (is_and && left.id() != inside.id()).then_some((left, true))
}

/// Where an `if` statement ends that leaves its block where its condition holds, and the condition.
fn early_exit(statement: Node) -> Option<(usize, Node)> {
    if statement.kind() != "if_statement" || statement.child_by_field_name("alternative").is_some()
    {
        return None;
    }
    let last = tree::children(statement.child_by_field_name("consequence")?).last().copied()?;
    let exits = ["return_statement", "raise_statement", "continue_statement"];
    let condition = statement.child_by_field_name("condition")?;
    exits.contains(&last.kind()).then_some((statement.end_byte(), condition))
}
