//! Lists of codes in bandit's YAML.

use saphyr_parser::{Event, Parser};

use super::{Entry, Tool, says};
use crate::workspace::span::Span;

/// The codes in the lists at the top of a text, as far as it can be read.
pub(super) fn codes(text: &str) -> Vec<Entry> {
    let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let offset = |index: usize| offsets.get(index).copied().unwrap_or(text.len());
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut key: Option<String> = None;
    let mut is_key = true;
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => {
                depth = depth.saturating_sub(1);
                is_key |= depth == 1;
            }
            Event::Scalar(value, ..) if depth == 1 && is_key => {
                key = Some(value.into_owned());
                is_key = false;
            }
            Event::Scalar(value, ..) => {
                is_key |= depth == 1;
                let list = key.as_deref().unwrap_or_default();
                let Some(says) = says(Tool::Bandit, list).filter(|_| depth <= 2) else { continue };
                let at = Span::new(offset(span.start.index()), offset(span.end.index()));
                for code in value.split(',').map(str::trim).filter(|code| !code.is_empty()) {
                    found.push(Entry {
                        tool: Tool::Bandit,
                        says,
                        list: list.to_owned(),
                        files: None,
                        code: code.to_owned(),
                        at,
                    });
                }
            }
            Event::Alias(..) if depth == 1 => is_key = true,
            _ => {}
        }
    }
    found
}
