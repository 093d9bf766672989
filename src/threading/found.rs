//! What was found to take the place of a hardcoded decision.

use super::origin::Source;
use super::references::Key;

/// What takes the place of a hardcoded decision.
#[derive(Debug, Clone)]
pub(super) enum Carrier {
    /// This expression reads it.
    Expression(String),
    /// A function gains a parameter.
    Parameter(Key),
    /// A function has it, and its default becomes safe.
    Existing(Key),
    /// The class keeps it, and this expression reads it.
    Stored {
        /// The class.
        class: Key,
        /// The expression.
        text: String,
    },
    /// This expression reads it, once these have gained it.
    Gained {
        /// The expression.
        text: String,
        /// What gains it.
        sources: Vec<Source>,
    },
    /// The safe value.
    Literal,
    /// Nothing: it is left to a person.
    Nothing(String),
}

/// A carrier and the facts it rests on.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) carrier: Carrier,
    pub(super) proof: Vec<String>,
}

impl Found {
    pub(super) fn new(carrier: Carrier, proof: Vec<String>) -> Self {
        Self { carrier, proof }
    }

    pub(super) fn nothing(why: String) -> Self {
        Self::new(Carrier::Nothing(why), Vec::new())
    }
}

/// The safe value is written: why.
pub(super) fn literal(why: String) -> Found {
    Found::new(Carrier::Literal, vec![why])
}

/// Why an assignment to what carries the user's decision is left.
pub(super) fn overrides(expression: &str) -> String {
    format!("`{expression}` is the user's decision, which it overrides; drop the assignment")
}
