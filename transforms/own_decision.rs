//! The decisions that rows of the table hand to callers.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::finding::Decision;
use super::numpy_load::DATA;
use super::sinks::Sink;
use super::trust_remote_code::{REMOTE_CODE, REPOSITORY};

/// Those of arguments that the built-in table does not know, by parameter and argument. There are as
/// many as a configuration has rows.
static OWN: LazyLock<Mutex<BTreeMap<(String, String), &'static Decision>>> =
    LazyLock::new(Mutex::default);

/// The decision that a row is about. The parameter is that of the row's transform, so that one program
/// has one name for one decision, whatever the callables call it: a company's `allow_code` is given
/// `trust_remote_code`, and functions that take either hand it on.
pub(super) fn decision(row: &Sink) -> &'static Decision {
    let argument = row.argument.as_deref().unwrap_or_default();
    let like = match row.transform.as_str() {
        "numpy-load" => &DATA,
        _ if argument == REPOSITORY.argument => &REPOSITORY,
        "deserializer" | "torch-load" | "yaml-load" => &DATA,
        _ => &REMOTE_CODE,
    };
    if argument == like.argument {
        return like;
    }
    let key = (like.parameter.to_owned(), argument.to_owned());
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    own.entry(key).or_insert_with(|| {
        Box::leak(Box::new(Decision {
            argument: Box::leak(argument.to_owned().into_boxed_str()),
            ..copy(like)
        }))
    })
}

fn copy(of: &Decision) -> Decision {
    Decision { ..*of }
}
