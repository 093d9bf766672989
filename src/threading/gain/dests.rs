//! Which arguments of a command line name what a decision is about.

use crate::transforms::finding::Decision;

/// Words of the names of arguments that say where a model comes from.
const MODEL: [&str; 6] = ["model", "checkpoint", "ckpt", "pretrained", "repo", "tokenizer"];

/// Words of the names of arguments that say where data comes from.
const DATA: [&str; 10] =
    ["data", "dataset", "file", "path", "npy", "npz", "input", "dir", "features", "embeddings"];

/// How well a name says where what the decision is about comes from; 0 if not at all.
pub(super) fn fitness(dest: &str, decision: &Decision) -> usize {
    let is_data = decision.argument == "allow_pickle";
    let words: &[&str] = if is_data { &DATA } else { &MODEL };
    let parts: Vec<&str> = dest.split('_').collect();
    let Some(rank) = words.iter().position(|word| parts.contains(word)) else { return 0 };
    let is_place =
        parts.iter().any(|part| matches!(*part, "path" | "name" | "dir" | "id" | "file"));
    let is_plain = parts.len() == 1;
    1 + 2 * (words.len() - rank) + usize::from(is_place || is_plain)
}
