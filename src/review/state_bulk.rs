//! Keys that decide about many changes at once.

use super::decision::Decision;
use super::model::{Check, Decided, Effect, Mode, Refused, Rest};
use super::state::Review;

impl Review {
    /// The step at hand and the later ones that are meant and not decided. What is to be applied is of
    /// no lower level than the step at hand.
    pub(super) fn rest(&self, rest: Rest) -> Vec<usize> {
        let here = &self.items[self.at];
        let is_meant = |step: &usize| {
            let other = &self.items[*step];
            let alike = match rest {
                Rest::Transform => other.transform == here.transform,
                Rest::File => other.files.first() == here.files.first(),
                Rest::Auto => self.is_auto(*step),
            };
            let is_open = !self.decided.contains_key(step);
            alike && (*step == self.at || (*step > self.at && is_open))
        };
        self.steps().into_iter().filter(is_meant).collect()
    }

    /// Applies those of the steps that can be applied together and are sure enough.
    pub(super) fn apply_all(&mut self, steps: &[usize], check: Check) -> Effect {
        let level = match &self.mode {
            Mode::All(_) => crate::transforms::finding::Level::Auto,
            _ => self.items[self.item()].level,
        };
        self.mode = Mode::Change;
        let mut wanted: Vec<(usize, Decided)> = Vec::new();
        for step in steps {
            let (item, decision) = if *step == self.at {
                (self.item(), self.shown_decision())
            } else {
                (*step, Decision::Apply)
            };
            if self.items[item].level <= level {
                wanted.push((*step, Decided { item, decision }));
            }
        }
        let count = wanted.len();
        let accepted = self.compatible(wanted, check);
        let left = count - accepted.len();
        if accepted.is_empty() {
            "none of them can be applied".clone_into(&mut self.message);
            return Effect::Show;
        }
        let message = match (accepted.len(), left) {
            (1, 0) => "1 change approved".to_owned(),
            (count, 0) => format!("{count} changes approved"),
            (count, left) => format!(
                "{count} approved; {left} cannot stand beside what is approved and are still open"
            ),
        };
        let effect = self.decide(accepted);
        self.message = message;
        effect
    }

    /// Those of the wanted that fit together and with what is approved, the earlier ones first.
    fn compatible(&self, mut wanted: Vec<(usize, Decided)>, check: Check) -> Vec<(usize, Decided)> {
        let mut review = self.clone();
        for (step, _) in &wanted {
            review.decided.remove(step);
        }
        let together = |review: &Review, wanted: &[(usize, Decided)]| -> Vec<Refused> {
            let mut all = review.chosen(None);
            all.extend(wanted.iter().map(|(_, decided)| decided.clone()));
            all.sort_by_key(|decided| decided.item);
            check(&all)
        };
        // What one of them needs may be another of them.
        let lacks = |wanted: &[(usize, Decided)]| -> Option<usize> {
            let mut with = review.clone();
            with.decided.extend(wanted.iter().cloned());
            wanted.iter().position(|(_, decided)| with.missing(decided.item).is_some())
        };
        loop {
            if let Some(at) = lacks(&wanted) {
                wanted.remove(at);
                continue;
            }
            let refused = together(&review, &wanted);
            if refused.is_empty() {
                return wanted;
            }
            let is_refused =
                |(_, decided): &(usize, Decided)| refused.iter().any(|r| r.item == decided.item);
            if wanted.iter().any(is_refused) {
                wanted.retain(|one| !is_refused(one));
                continue;
            }
            // They stand against what is approved already: one after the other.
            let mut accepted: Vec<(usize, Decided)> = Vec::new();
            for one in wanted {
                accepted.push(one);
                if !together(&review, &accepted).is_empty() || lacks(&accepted).is_some() {
                    accepted.pop();
                }
            }
            return accepted;
        }
    }

    /// Leaves the step at hand and the rest of its file or transform.
    pub(super) fn leave_all(&mut self, rest: Rest) -> Effect {
        let steps = self.rest(rest);
        let count = steps.len();
        let leave = |step: usize| (step, Decided { item: step, decision: Decision::Leave });
        let effect = self.decide(steps.into_iter().map(leave).collect());
        self.message =
            if count == 1 { "1 change left".to_owned() } else { format!("{count} changes left") };
        effect
    }
}
