//! Calls that are taken for calls of functions by their names alone: changes of their own, which a
//! person looks at.

use super::chain::{Steps, Whole};
use super::edits::Wholes;
use crate::transforms::finding::Offer;

/// The offers of the steps on a way.
pub(super) fn of(steps: &Steps, whole: &Whole, wholes: &mut Wholes) -> Vec<Offer> {
    let with_offers = whole.steps.iter().filter(|step| !steps.list[**step].offers.is_empty());
    with_offers.map(|step| offer(steps, *step, wholes)).collect()
}

fn offer(steps: &Steps, index: usize, wholes: &mut Wholes) -> Offer {
    let step = &steps.list[index];
    let mut ops = wholes.of(steps, index).ops.clone();
    let mut proof = Vec::new();
    for (op, needs, fact) in &step.offers {
        ops.push(op.clone());
        if let Some(needs) = needs {
            for op in &wholes.of(steps, *needs).ops {
                if !ops.contains(op) {
                    ops.push(op.clone());
                }
            }
        }
        proof.push(format!("`{}` {}", fact.name, fact.text));
    }
    let count = step.offers.len();
    let calls = if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
    Offer {
        key: step.name.clone(),
        title: format!("hand the decision on in {calls} of {}", step.name),
        reason: format!(
            "the class of the object is not known; every definition of that name in the program is {} or of its family",
            step.name
        ),
        ops,
        proof,
    }
}
