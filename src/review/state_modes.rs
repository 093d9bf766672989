//! Keys in what is opened from a change: the list, a text that is typed, the last screen.

use super::decision::Decision;
use super::model::{Check, Effect, Key, Mode};
use super::state::Review;
use crate::report::escape::is_hidden;

impl Review {
    pub(super) fn in_list(&mut self, key: Key, cursor: usize, mut digits: String) -> Effect {
        let steps = self.steps();
        let last = steps.len().saturating_sub(1);
        let page = self.limits.1;
        let cursor = match key {
            Key::Char('g' | 'q') | Key::Escape => return self.back(),
            Key::Enter => {
                if let Some(step) = steps.get(cursor) {
                    self.go_to(*step);
                }
                return self.back();
            }
            Key::Char(digit) if digit.is_ascii_digit() => {
                digits.push(digit);
                let number = digits.parse().unwrap_or(usize::MAX);
                self.mode = Mode::List { cursor: number.saturating_sub(1).min(last), digits };
                return Effect::Show;
            }
            Key::Up | Key::Char('k') => cursor.saturating_sub(1),
            Key::Down | Key::Char('j') => cursor + 1,
            Key::PageUp | Key::Char('b') => cursor.saturating_sub(page),
            Key::PageDown | Key::Char(' ') => cursor + page,
            Key::Home => 0,
            Key::End => last,
            _ => cursor,
        };
        self.mode = Mode::List { cursor: cursor.min(last), digits: String::new() };
        Effect::Show
    }

    pub(super) fn in_search(&mut self, key: Key, mut text: String) -> Effect {
        if key != Key::Enter {
            let goes_on = typed(key, &mut text);
            return if goes_on { self.open(Mode::Search(text)) } else { self.back() };
        }
        if !text.is_empty() {
            self.sought = text.to_lowercase();
        }
        self.mode = Mode::Change;
        let steps = self.steps();
        let (at, count) = self.position();
        let order = (1..=count).map(|by| steps[(at + by) % count]);
        let holds = |step: &usize| {
            let options = self.items[*step].options.iter();
            std::iter::once(step)
                .chain(options)
                .any(|i| self.items[*i].words.contains(&self.sought))
        };
        let found = order.into_iter().find(holds);
        match found {
            Some(step) if !self.sought.is_empty() => {
                self.go_to(step);
                Effect::Show
            }
            _ => self.say(format!("nothing holds `{}`", self.sought)),
        }
    }

    pub(super) fn in_justification(&mut self, key: Key, mut text: String, check: Check) -> Effect {
        match key {
            Key::Enter if text.trim().is_empty() => self.say("the code can stay only for a reason"),
            Key::Enter => {
                self.mode = Mode::Change;
                self.apply(Decision::Except(text.trim().to_owned()), check)
            }
            _ if typed(key, &mut text) => self.open(Mode::Justify(text)),
            _ => self.back(),
        }
    }

    pub(super) fn in_last(&mut self, key: Key) -> Effect {
        match key {
            Key::Char('y') => Effect::Write,
            Key::Char('q' | 'Q') => Effect::End,
            Key::Char('n' | 'u' | 'k') | Key::Escape if !self.items.is_empty() => {
                self.go_to(self.at);
                self.back()
            }
            Key::Char('g') if !self.items.is_empty() => {
                let cursor = self.position().0;
                self.open(Mode::List { cursor, digits: String::new() })
            }
            _ => self.scrolled(key),
        }
    }
}

/// Changes a text that is typed; whether the key goes on with it.
fn typed(key: Key, text: &mut String) -> bool {
    match key {
        Key::Char(c) if !is_hidden(c) => text.push(c),
        Key::Backspace if !text.is_empty() => {
            text.pop();
        }
        Key::Backspace | Key::Escape => return false,
        _ => {}
    }
    true
}
