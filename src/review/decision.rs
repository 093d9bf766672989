//! What a person decides, and the files in which decisions are handed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is decided of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It is applied.
    Apply,
    /// The code stays as it is.
    Leave,
    /// The code stays, with a comment that says why it may.
    Except(String),
    /// It is applied as a person wrote it.
    Edit(Vec<Rewrite>),
}

/// Lines that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    /// The first line that they replace, 1-based, of the file as it was.
    pub line: usize,
    /// How many lines they replace.
    pub count: usize,
    /// The new lines, each with its line feed.
    pub text: String,
}

/// A decision about a change, as a file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// With what the files looked like when it was made: it holds only for those.
    Of {
        /// What was decided.
        decision: Decision,
        /// The hash of the files that the change concerns.
        files: String,
    },
    /// Whatever the files look like.
    Plain(Decision),
}

impl Entry {
    /// What was decided.
    pub fn decision(&self) -> &Decision {
        match self {
            Self::Plain(decision) | Self::Of { decision, .. } => decision,
        }
    }

    /// Whether it was made about other files than those with this hash.
    pub fn is_stale(&self, now: &str) -> bool {
        matches!(self, Self::Of { files, .. } if files != now)
    }
}

/// Decisions by the ids of the changes.
pub type Decisions = BTreeMap<String, Entry>;

/// Reads a file of decisions: one JSON object, the id of a change to `"apply"`, `"leave"`,
/// `{"except": "why the code may stay"}` or what a finished review wrote. The error says where the
/// text is wrong.
pub fn parse(text: &str) -> Result<Decisions, String> {
    let values: Pairs = serde_json::from_str(text)
        .map_err(|error| format!("it is no JSON object of ids and decisions: {error}"))?;
    let mut decisions = Decisions::new();
    for (id, value) in values.0 {
        let shown = value.to_string();
        let entry = serde_json::from_value(value).map_err(|_| {
            format!(
                "{id}: {shown} is no decision; write \"apply\", \"leave\" or {{\"except\": \"why the code may stay\"}}"
            )
        })?;
        if decisions.contains_key(&id) {
            return Err(format!("{id} stands there twice"));
        }
        decisions.insert(id, entry);
    }
    Ok(decisions)
}

/// The pairs of an object as they stand there.
struct Pairs(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> serde::de::Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

/// The text of a file of decisions.
pub fn text(decisions: &Decisions) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(decisions).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let rewrite = Rewrite { line: 3, count: 1, text: "x = 1\n".to_owned() };
        let all = [
            Decision::Apply,
            Decision::Leave,
            Decision::Except("it is ours".to_owned()),
            Decision::Edit(vec![rewrite]),
        ];
        let mut decisions = Decisions::new();
        for (index, decision) in all.into_iter().enumerate() {
            decisions.insert(format!("a{index}"), Entry::Plain(decision.clone()));
            let entry = Entry::Of { decision, files: "0f".to_owned() };
            decisions.insert(format!("b{index}"), entry);
        }
        assert_eq!(parse(&text(&decisions).unwrap()), Ok(decisions));
    }

    #[test]
    fn plain_words_are_decisions() {
        let read = parse(r#"{"a": "apply", "b": {"except": "ours"}}"#).unwrap();
        assert_eq!(read["a"].decision(), &Decision::Apply);
        assert_eq!(read["b"].decision(), &Decision::Except("ours".to_owned()));
        assert!(!read["a"].is_stale("x"));
    }

    #[test]
    fn other_words_are_named() {
        let error = parse(r#"{"a": "yes"}"#).unwrap_err();
        assert!(error.starts_with("a: \"yes\" is no decision"), "{error}");
        assert!(parse("[1]").is_err());
        let twice = r#"{"a": "leave", "a": "apply"}"#;
        assert_eq!(parse(twice), Err("a stands there twice".to_owned()));
    }
}
