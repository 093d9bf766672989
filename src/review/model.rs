//! What goes into the dialogue, and what comes out.

use super::decision::Decision;

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Tab.
    Tab,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// To the first row.
    Home,
    /// To the last row.
    End,
    /// Ctrl-C.
    Interrupt,
}

/// What is asked for at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// The change at hand.
    Change,
    /// What the keys do.
    Help,
    /// What the transform is about.
    Page,
    /// All changes: the step under the cursor, and the number that is being typed.
    List {
        /// The position among the steps, from 0.
        cursor: usize,
        /// The digits typed so far.
        digits: String,
    },
    /// A text to look for.
    Search(String),
    /// Why the code may stay.
    Justify(String),
    /// Whether these steps, all of level auto, are applied.
    All(Vec<usize>),
    /// What will be written.
    Last,
}

/// How much of the code around a change is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Around {
    /// A few lines.
    Lines,
    /// The functions.
    Function,
    /// The files.
    File,
}

/// What a key asks of those who run the dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing but a new screen.
    Show,
    /// These steps are decided otherwise now.
    Decided(Vec<usize>),
    /// The new text of the item is to be edited.
    Edit(usize),
    /// What is approved is to be written.
    Write,
    /// The dialogue ends, nothing is written.
    End,
}

/// A decision, and for which of the ways to do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The item: the step itself, or one of its alternatives.
    pub item: usize,
    /// What was decided.
    pub decision: Decision,
}

/// Something that cannot be done beside the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The item.
    pub item: usize,
    /// The item that stands against it, if it is one.
    pub by: Option<usize>,
    /// Why.
    pub why: String,
}

/// Tells of decisions, none of which leaves the code as it is, which cannot be carried out together.
pub type Check<'c> = &'c dyn Fn(&[Decided]) -> Vec<Refused>;

/// Which other steps a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Those of the same transform.
    Transform,
    /// Those of the same file.
    File,
    /// Those of level auto.
    Auto,
}
