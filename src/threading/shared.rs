//! What many places share: it is worked out once for a file, a local or a function.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Request, variadic};
use crate::transforms::finding::{Level, ThreadPlace};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// A statement that binds a local to the unsafe value, how sure its fix is, and why not more.
type LocalFix = (Span, Level, String);

/// The statements of a file that bind a local to the unsafe value, in order, and how sure the fix
/// of each is.
#[derive(Debug, Default)]
pub(super) struct Hardcoded {
    pub(super) spans: Vec<Span>,
    pub(super) fixes: Vec<LocalFix>,
}

/// What else is to be known of a local that carries the decision.
#[derive(Debug)]
pub(super) struct Local {
    /// Whether a statement that binds it is a documented exception.
    pub(super) is_excepted: bool,
    /// Why it is what somebody sends.
    pub(super) sent: Option<String>,
}

/// What becomes of a function that gains a parameter, wherever the place in it is.
#[derive(Debug)]
pub(super) struct Grown {
    /// Why it cannot.
    pub(super) taken: Option<String>,
    pub(super) proof: Vec<String>,
    pub(super) level: Level,
    pub(super) reason: String,
    pub(super) variadic: variadic::Key,
}

/// The statements that bind locals to the unsafe value, by file and parameter.
pub(super) fn hardcoded(requests: &[Request]) -> FxHashMap<(FileId, String), Rc<Hardcoded>> {
    let mut found: FxHashMap<(FileId, String), Vec<LocalFix>> = FxHashMap::default();
    for request in requests {
        if let ThreadPlace::Local { at } = &request.asked.place {
            let key = (request.file, request.parameter.to_owned());
            let (level, reason) = (request.asked.level, request.asked.reason.clone());
            found.entry(key).or_default().push((at.range, level, reason));
        }
    }
    let sorted = |mut fixes: Vec<LocalFix>| {
        fixes.sort_by_key(|(span, ..)| *span);
        let spans = fixes.iter().map(|(span, ..)| *span).collect();
        Rc::new(Hardcoded { spans, fixes })
    };
    found.into_iter().map(|(key, fixes)| (key, sorted(fixes))).collect()
}

/// The hardcoded values of each file, in order.
pub(super) fn places_of(requests: &[Request]) -> FxHashMap<FileId, Vec<Span>> {
    let mut found: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
    for request in requests {
        found.entry(request.file).or_default().push(request.asked.place.anchor().range);
    }
    for spans in found.values_mut() {
        spans.sort_unstable();
    }
    found
}
