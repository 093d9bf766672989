//! Which keys are valid, and what they do.

use super::decision::Decision;
use super::model::{Key, Mode, Rest};
use super::state::Review;

/// A key and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHelp {
    /// The key as it is shown, `Tab`.
    pub key: &'static str,
    /// What it does, in a few words.
    pub does: String,
}

fn help(key: &'static str, does: impl Into<String>) -> KeyHelp {
    KeyHelp { key, does: does.into() }
}

impl Review {
    /// The keys that are valid at the change at hand, in the order in which they are shown.
    pub fn keys(&self) -> Vec<KeyHelp> {
        let item = &self.items[self.item()];
        let counted = |rest| self.rest(rest).len();
        let mut keys = vec![help("y", "apply it"), help("n", "leave the code as it is")];
        if self.is_auto(self.item()) {
            "apply it, and so does Enter".clone_into(&mut keys[0].does);
        }
        let (at, count) = self.position();
        if at > 0 || self.trail.iter().any(|step| *step != self.step()) {
            keys.push(help("u", "go back to the one decided before"));
        }
        if at + 1 < count {
            keys.push(help("j", "go to the next one without deciding"));
        }
        if at > 0 {
            keys.push(help("k", "go to the previous one without deciding"));
        }
        if count > 1 {
            keys.push(help("g", "go to one of a list"));
            keys.push(help("/", "search"));
        }
        keys.push(help("a", format!("apply this and the rest of {}", item.transform)));
        keys.push(help("f", format!("apply this and the rest of {}", item.path)));
        let auto = counted(Rest::Auto);
        if auto > 0 {
            keys.push(help("A", format!("apply the rest that is level auto, {auto} in all")));
        }
        keys.push(help("d", format!("leave this and the rest of {}", item.path)));
        keys.push(help("D", format!("leave this and the rest of {}", item.transform)));
        if item.options.len() > 1 {
            let others: Vec<&str> = item
                .options
                .iter()
                .filter(|option| **option != self.item())
                .map(|option| self.items[*option].title.as_str())
                .collect();
            keys.push(help("Tab", format!("look at another way: {}", others.join("; "))));
        }
        if self.items[self.step()].parts.len() > 1 {
            let parts = self.items[self.step()].parts.len();
            keys.push(help("s", format!("split it into {parts} changes")));
        }
        if item.can_edit {
            keys.push(help("e", "edit the new text"));
        }
        if item.can_stay {
            keys.push(help("x", "keep the code, with a comment that says why"));
        }
        keys.push(help("v", "show the function around it, then the file"));
        keys.push(help("i", format!("what {} is about", item.transform)));
        keys.push(help("q", "stop and go to the last screen"));
        keys.push(help("Q", "stop and write nothing, as Ctrl-C does"));
        keys.push(help("?", "what the keys do"));
        keys
    }

    /// Whether a key does something at the change at hand.
    pub(super) fn is_valid(&self, key: Key) -> bool {
        match key {
            Key::Enter => self.is_auto(self.item()),
            Key::Tab => self.items[self.step()].options.len() > 1,
            Key::Char(' ' | 'b') => true,
            Key::Char(c) => {
                let mut shown = [0; 4];
                let shown: &str = c.encode_utf8(&mut shown);
                self.keys().iter().any(|help| help.key == shown)
            }
            Key::Escape | Key::Backspace => false,
            _ => true,
        }
    }

    /// The line in which a key or a text is asked for.
    pub fn prompt(&self) -> String {
        match &self.mode {
            Mode::Change => {
                let keys: Vec<&str> = self.keys().iter().map(|help| help.key).collect();
                let what = match self.shown_decision() {
                    Decision::Except(_) => "keep the code with this comment",
                    Decision::Edit(_) => "apply this text",
                    _ => "apply this change",
                };
                format!("{what} [{}]? ", keys.join(","))
            }
            Mode::Help => "any key goes back ".to_owned(),
            Mode::Page => "space scrolls, q goes back ".to_owned(),
            Mode::List { digits, .. } if !digits.is_empty() => format!("go to {digits}"),
            Mode::List { .. } => "j, k or a number, then Enter; q goes back ".to_owned(),
            Mode::Search(text) => format!("search: {text}"),
            Mode::Justify(text) => format!("it may stay because: {text}"),
            Mode::All(steps) => {
                let count = steps.len();
                let changes = if count == 1 { "change" } else { "changes" };
                format!("apply {count} {changes} of level auto [y,n]? ")
            }
            Mode::Last if self.chosen(None).is_empty() => {
                "nothing would be written; k goes back, q ends ".to_owned()
            }
            Mode::Last => {
                "write these files [y: write, k: back, g: list, q: end, keep the decisions]? "
                    .to_owned()
            }
        }
    }
}
