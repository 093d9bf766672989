//! The dialogue: keys go in, decisions come out.

use std::collections::{BTreeMap, BTreeSet};

use super::decision::Decision;
use super::item::Item;
use super::model::Rest;
pub use super::model::{Around, Check, Decided, Effect, Key, Mode, Refused};
use crate::transforms::finding::Level;

/// A review.
#[derive(Debug, Clone)]
pub struct Review {
    /// What there is to decide about.
    pub items: Vec<Item>,
    /// The decisions, by the steps.
    pub decided: BTreeMap<usize, Decided>,
    /// What is asked for.
    pub mode: Mode,
    /// How much code is shown.
    pub around: Around,
    /// Rows above the screen.
    pub scroll: usize,
    /// Whether the first changed row is to be shown, wherever it is.
    pub seeks: bool,
    /// What the last key came to, if that needs words.
    pub message: String,
    /// The item of the step at hand.
    pub(super) at: usize,
    /// The steps that were decided, in order: the way back.
    pub(super) trail: Vec<usize>,
    /// The ways that were looked at last, by the steps.
    pub(super) shown: BTreeMap<usize, usize>,
    /// The items that are split.
    pub(super) split: BTreeSet<usize>,
    /// What was searched last.
    pub(super) sought: String,
    /// How far it can be scrolled, and by how much at once.
    pub(super) limits: (usize, usize),
}

impl Review {
    /// A review of the items, with what was decided before.
    pub fn new(items: Vec<Item>, decided: BTreeMap<usize, Decided>) -> Self {
        let split = decided.keys().filter_map(|step| items[*step].whole).collect();
        let mut review = Self {
            items,
            decided,
            mode: Mode::Change,
            around: Around::Lines,
            scroll: 0,
            seeks: false,
            message: String::new(),
            at: 0,
            trail: Vec::new(),
            shown: BTreeMap::new(),
            split,
            sought: String::new(),
            limits: (0, 1),
        };
        let first = review.steps().first().copied();
        review.at = first.unwrap_or_default();
        if first.is_none() || review.decided.contains_key(&review.at) {
            review.advance();
        }
        review
    }

    /// The items that are asked about, in order.
    pub fn steps(&self) -> Vec<usize> {
        (0..self.items.len()).filter(|item| self.is_step(*item)).collect()
    }

    fn is_step(&self, item: usize) -> bool {
        let found = &self.items[item];
        !found.is_alternative
            && !self.split.contains(&item)
            && found.whole.is_none_or(|whole| self.split.contains(&whole))
    }

    /// The step at hand.
    pub fn step(&self) -> usize {
        self.at
    }

    /// The item that is shown: the step at hand, or another way to do it.
    pub fn item(&self) -> usize {
        self.way_of(self.at)
    }

    /// The way of a step that is shown.
    pub fn way_of(&self, step: usize) -> usize {
        let decided = || self.decided.get(&step).map(|decided| decided.item);
        self.shown.get(&step).copied().or_else(decided).unwrap_or(step)
    }

    /// The decision that is shown: the one that was taken if it changes files, else to apply the item.
    pub fn shown_decision(&self) -> Decision {
        let taken = self.decided.get(&self.at).filter(|decided| decided.item == self.item());
        match taken.map(|decided| &decided.decision) {
            Some(decision) if *decision != Decision::Leave => decision.clone(),
            _ => Decision::Apply,
        }
    }

    /// The position of the step at hand among all, from 0, and how many there are.
    pub fn position(&self) -> (usize, usize) {
        let steps = self.steps();
        let at = steps.iter().position(|step| *step == self.at).unwrap_or_default();
        (at, steps.len())
    }

    /// The number that a person sees of an item.
    pub fn number(&self, item: usize) -> usize {
        let step = self.step_of(item);
        self.steps().iter().position(|other| *other == step).map_or(0, |at| at + 1)
    }

    fn step_of(&self, item: usize) -> usize {
        let found = &self.items[item];
        let first = found.options.first().copied().filter(|_| found.is_alternative);
        let step = first.unwrap_or(item);
        self.items[step].whole.filter(|whole| !self.split.contains(whole)).unwrap_or(step)
    }

    /// The decisions that change files, in the order of the items, without that about a step.
    pub fn chosen(&self, but: Option<usize>) -> Vec<Decided> {
        let all = self.decided.iter().filter(|(step, _)| Some(**step) != but);
        let mut chosen: Vec<Decided> = all
            .filter(|(_, decided)| decided.decision != Decision::Leave)
            .map(|(_, decided)| decided.clone())
            .collect();
        chosen.sort_by_key(|decided| decided.item);
        chosen
    }

    /// Takes over from a screen that was drawn what part of it is shown.
    pub fn fit(&mut self, screen: &super::screen::Screen) {
        self.limits = (screen.furthest, screen.page.max(1));
        self.scroll = screen.from;
        self.seeks = false;
    }

    /// What a key does.
    pub fn press(&mut self, key: Key, check: Check) -> Effect {
        self.message.clear();
        if key == Key::Interrupt {
            return Effect::End;
        }
        match self.mode.clone() {
            Mode::Change => self.in_change(key, check),
            Mode::Help => self.back(),
            Mode::Page => match key {
                Key::Char('q' | 'i') | Key::Escape | Key::Enter => self.back(),
                _ => self.scrolled(key),
            },
            Mode::List { cursor, digits } => self.in_list(key, cursor, digits),
            Mode::Search(text) => self.in_search(key, text),
            Mode::Justify(text) => self.in_justification(key, text, check),
            Mode::All(steps) => match key {
                Key::Char('y') => self.apply_all(&steps, check),
                _ => self.back(),
            },
            Mode::Last => self.in_last(key),
        }
    }

    pub(super) fn back(&mut self) -> Effect {
        self.open(Mode::Change)
    }

    pub(super) fn open(&mut self, mode: Mode) -> Effect {
        self.mode = mode;
        self.scroll = 0;
        Effect::Show
    }

    pub(super) fn say(&mut self, message: impl Into<String>) -> Effect {
        self.message = message.into();
        Effect::Show
    }

    pub(super) fn scrolled(&mut self, key: Key) -> Effect {
        let (furthest, page) = self.limits;
        self.scroll = match key {
            Key::Up => self.scroll.saturating_sub(1),
            Key::Down => self.scroll + 1,
            Key::PageUp | Key::Char('b') => self.scroll.saturating_sub(page),
            Key::PageDown | Key::Char(' ') => self.scroll + page,
            Key::Home => 0,
            Key::End => furthest,
            _ => self.scroll,
        };
        self.scroll = self.scroll.min(furthest);
        Effect::Show
    }

    fn in_change(&mut self, key: Key, check: Check) -> Effect {
        if !self.is_valid(key) {
            return self.invalid(key);
        }
        match key {
            Key::Char('y') | Key::Enter => self.apply(self.shown_decision(), check),
            Key::Char('n') => {
                let decided = Decided { item: self.at, decision: Decision::Leave };
                self.decide(vec![(self.at, decided)])
            }
            Key::Char('u') => self.go_back(),
            Key::Char('j') => self.go(1),
            Key::Char('k') => self.go(-1),
            Key::Char('g') => {
                let cursor = self.position().0;
                self.open(Mode::List { cursor, digits: String::new() })
            }
            Key::Char('/') => self.open(Mode::Search(String::new())),
            Key::Char('a') => self.apply_all(&self.rest(Rest::Transform), check),
            Key::Char('f') => self.apply_all(&self.rest(Rest::File), check),
            Key::Char('A') => {
                let steps = self.rest(Rest::Auto);
                self.open(Mode::All(steps))
            }
            Key::Char('d') => self.leave_all(Rest::File),
            Key::Char('D') => self.leave_all(Rest::Transform),
            Key::Tab => self.next_way(),
            Key::Char('s') => self.split_up(),
            Key::Char('e') => Effect::Edit(self.item()),
            Key::Char('x') => self.open(Mode::Justify(String::new())),
            Key::Char('v') => {
                self.around = match self.around {
                    Around::Lines => Around::Function,
                    Around::Function => Around::File,
                    Around::File => Around::Lines,
                };
                self.seeks = self.around != Around::Lines;
                self.open(Mode::Change)
            }
            Key::Char('i') => self.open(Mode::Page),
            Key::Char('?') => self.open(Mode::Help),
            Key::Char('q') => self.open(Mode::Last),
            Key::Char('Q') => Effect::End,
            _ => self.scrolled(key),
        }
    }

    fn invalid(&mut self, key: Key) -> Effect {
        match key {
            Key::Enter => self.say("a change that needs a review wants its y"),
            Key::Char('j') => self.say("this is the last one; q goes to the last screen"),
            Key::Char('k' | 'u') => self.say("this is the first one"),
            Key::Char(c) if !c.is_control() => {
                self.say(format!("{c} does nothing here; ? says what the keys do"))
            }
            _ => Effect::Show,
        }
    }

    /// Takes a decision that changes files about the item that is shown, if it can be carried out.
    pub(super) fn apply(&mut self, decision: Decision, check: Check) -> Effect {
        let decided = Decided { item: self.item(), decision };
        if let Err(why) = self.fits(self.at, &decided, check) {
            return self.say(why);
        }
        self.decide(vec![(self.at, decided)])
    }

    /// Takes a text that a person wrote for the item that is shown.
    pub fn edited(&mut self, rewrites: Vec<super::decision::Rewrite>, check: Check) -> Effect {
        self.mode = Mode::Change;
        self.apply(Decision::Edit(rewrites), check)
    }

    /// Whether a decision can be carried out beside the others; else why not.
    pub fn fits(&self, step: usize, decided: &Decided, check: Check) -> Result<(), String> {
        if !matches!(decided.decision, Decision::Except(_))
            && let Some(missing) = self.missing(decided.item)
        {
            return Err(format!(
                "it makes no sense without {}, which is not approved",
                missing + 1
            ));
        }
        let mut all = self.chosen(Some(step));
        all.push(decided.clone());
        all.sort_by_key(|decided| decided.item);
        match check(&all).first() {
            None => Ok(()),
            Some(refused) => Err(self.refusal(refused, decided.item)),
        }
    }

    pub(super) fn refusal(&self, refused: &Refused, wanted: usize) -> String {
        let other = match refused.by {
            Some(by) if refused.item == wanted => Some(by),
            _ => Some(refused.item).filter(|item| *item != wanted),
        };
        match other {
            Some(other) => {
                format!("it cannot stand beside {}: {}", self.number(other), refused.why)
            }
            None => format!("it cannot be applied: {}", refused.why),
        }
    }

    /// The position of a step that an item needs and that is not approved.
    pub(super) fn missing(&self, item: usize) -> Option<usize> {
        let lacks = |needed: &&usize| {
            let step = self.step_of(**needed);
            let decided = self.decided.get(&step).filter(|decided| decided.item == **needed);
            !decided.is_some_and(|d| matches!(d.decision, Decision::Apply | Decision::Edit(_)))
        };
        let needed = self.items[item].requires.iter().find(lacks)?;
        self.number(*needed).checked_sub(1)
    }

    /// Notes decisions and goes on.
    pub(super) fn decide(&mut self, decisions: Vec<(usize, Decided)>) -> Effect {
        let mut steps = Vec::new();
        for (step, decided) in decisions {
            self.shown.remove(&step);
            self.decided.insert(step, decided);
            steps.push(step);
        }
        // What rests on something that is not approved any more is asked again.
        loop {
            let lacks = |(_, decided): &(&usize, &Decided)| {
                matches!(decided.decision, Decision::Apply | Decision::Edit(_))
                    && self.missing(decided.item).is_some()
            };
            let Some(step) = self.decided.iter().find(lacks).map(|(step, _)| *step) else { break };
            self.decided.remove(&step);
            steps.push(step);
        }
        self.trail.retain(|step| *step != self.at);
        self.trail.push(self.at);
        self.advance();
        Effect::Decided(steps)
    }

    /// Goes to the next step that is not decided, else to the first one, else to the last screen.
    fn advance(&mut self) {
        let steps = self.steps();
        let is_open = |step: &&usize| !self.decided.contains_key(*step);
        let later = steps.iter().find(|step| **step > self.at && is_open(step));
        let next = later.or_else(|| steps.iter().find(is_open)).copied();
        self.mode = if next.is_some() { Mode::Change } else { Mode::Last };
        self.go_to(next.unwrap_or(self.at));
    }

    pub(super) fn go_to(&mut self, step: usize) {
        self.at = step;
        self.scroll = 0;
        self.around = Around::Lines;
    }

    fn go(&mut self, by: isize) -> Effect {
        let (at, _) = self.position();
        let step = at.checked_add_signed(by).and_then(|at| self.steps().get(at).copied());
        if let Some(step) = step {
            self.go_to(step);
        }
        Effect::Show
    }

    fn go_back(&mut self) -> Effect {
        while let Some(step) = self.trail.pop() {
            if step != self.at && self.is_step(step) {
                self.go_to(step);
                return Effect::Show;
            }
        }
        self.go(-1)
    }

    fn next_way(&mut self) -> Effect {
        let options = &self.items[self.at].options;
        let now = options.iter().position(|option| *option == self.item()).unwrap_or_default();
        let next = options[(now + 1) % options.len()];
        self.shown.insert(self.at, next);
        self.open(Mode::Change)
    }

    fn split_up(&mut self) -> Effect {
        let whole = self.at;
        self.split.insert(whole);
        let was = self.decided.remove(&whole);
        self.trail.retain(|step| *step != whole);
        if let Some(first) = self.items[whole].parts.first().copied() {
            self.go_to(first);
        }
        self.message = format!("split into {} parts", self.items[whole].parts.len());
        if was.is_some() { Effect::Decided(vec![whole]) } else { Effect::Show }
    }

    /// Whether a change is sure enough to be taken without a look.
    pub(super) fn is_auto(&self, item: usize) -> bool {
        self.items[item].level == Level::Auto
    }
}
