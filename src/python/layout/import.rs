//! Changing import statements, and where a new one goes.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::Edit;
use super::list::{self, Item, List, NewItem};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// The edits after which an import statement no longer has the items in `drop` (their spans) and
/// has the names in `add`. `None` if an item is not there, or if nothing would be left.
pub fn change(module: &Module, statement: Node, drop: &[Span], add: &[&str]) -> Option<Vec<Edit>> {
    let list = items(statement)?;
    let places: FxHashMap<Span, usize> =
        list.items.iter().enumerate().map(|(index, item)| (item.span, index)).collect();
    let dropped: Vec<usize> =
        drop.iter().map(|span| places.get(span).copied()).collect::<Option<_>>()?;
    let gone: FxHashSet<usize> = dropped.iter().copied().collect();
    let kept: Vec<Item> = (0..list.items.len())
        .filter(|index| !gone.contains(index))
        .map(|index| list.items[index])
        .collect();
    if kept.is_empty() && add.is_empty() {
        return None;
    }
    let region = Span::new(list.items.first()?.span.start, list.items.last()?.span.end);
    // Outside parentheses a name cannot stand on a line of its own: the lines are joined.
    let bracketed =
        module.text()[..region.start].trim_end().ends_with('(') || list.open != region.start;
    if bracketed && module.slice(region).contains(['\n', '#', '\\']) {
        return Some(over_lines(module, &list, &dropped, &kept, add));
    }
    let original: Vec<&str> = list.items.iter().map(|item| module.slice(item.span)).collect();
    Some(vec![Edit::replace(region, merged(&original, &gone, add).join(", "))])
}

/// The names of a statement on one line: sorted if they were, else a new one takes the place of
/// the one that it replaces.
fn merged<'a>(original: &[&'a str], dropped: &FxHashSet<usize>, add: &[&'a str]) -> Vec<&'a str> {
    let mut slots: Vec<Option<&str>> =
        (0..original.len()).map(|i| (!dropped.contains(&i)).then_some(original[i])).collect();
    let mut rest = Vec::new();
    for name in add {
        let replaces = |i: &usize| slots[*i].is_none() && name.ends_with(original[*i]);
        let slot = (0..slots.len()).find(replaces).filter(|_| sort_key(original).is_none());
        match slot {
            Some(slot) => slots[slot] = Some(name),
            None => rest.push(*name),
        }
    }
    let mut names: Vec<&str> = slots.into_iter().flatten().collect();
    for name in rest {
        names.insert(place(original, &names, name), name);
    }
    names
}

/// How the names are sorted, if they are.
fn sort_key(names: &[&str]) -> Option<SortKey> {
    let orders: [SortKey; 3] = [by_type, caseless, plain];
    orders.into_iter().find(|key| names.is_sorted_by_key(|name| key(name)))
}

/// The items of an import statement, inside its parentheses if it has any.
fn items(statement: Node) -> Option<List> {
    let parts = tree::all_children(statement);
    let keyword = parts.iter().position(|part| part.kind() == "import")?;
    let parts = &parts[keyword + 1..];
    let items = list::items_of(parts);
    let open = parts.iter().find(|part| part.kind() == "(");
    let close = parts.iter().find(|part| part.kind() == ")");
    Some(List {
        open: open.map_or(items.first()?.span.start, Node::end_byte),
        close: close.map_or(items.last()?.span.end, Node::start_byte),
        items,
    })
}

fn over_lines(
    module: &Module,
    list: &List,
    dropped: &[usize],
    kept: &[Item],
    add: &[&str],
) -> Vec<Edit> {
    // As many as can be take the places of what goes: lines, commas and comments stay.
    let mut edits = Vec::new();
    let mut remaining: Vec<usize> = dropped.to_vec();
    remaining.sort_unstable();
    let original: Vec<&str> = list.items.iter().map(|item| module.slice(item.span)).collect();
    let survivors: Vec<&str> = kept.iter().map(|item| module.slice(item.span)).collect();
    let mut new = Vec::new();
    let mut ordered: Vec<&str> = add.to_vec();
    ordered.sort_unstable();
    for name in ordered {
        let index = place(&original, &survivors, name);
        // The place of an item that goes is the same place if no survivor stands between.
        let same = remaining.iter().position(|&gone| {
            kept.iter().filter(|item| item.span.start < list.items[gone].span.start).count()
                == index
        });
        let only = kept.is_empty().then_some(0).filter(|_| !remaining.is_empty());
        match same.or(only) {
            Some(position) => {
                let gone = remaining.remove(position);
                edits.push(Edit::replace(list.items[gone].span, name));
            }
            None => new.push(NewItem { index, pieces: vec![Piece::text(name)] }),
        }
    }
    // Items that were replaced count among those that stay.
    for item in &mut new {
        let replaced = dropped.iter().filter(|gone| !remaining.contains(gone));
        let before = kept.get(item.index).map_or(usize::MAX, |next| next.span.start);
        item.index += replaced.filter(|&&gone| list.items[gone].span.start < before).count();
    }
    edits.extend(list::change(module, list, &remaining, &new));
    edits
}

/// What a way of sorting names compares.
type SortKey = fn(&str) -> (u8, String);

/// Where a new name goes among those that stay: in its order if the names were sorted, else last.
fn place(original: &[&str], names: &[&str], new: &str) -> usize {
    match sort_key(original) {
        Some(key) => names.partition_point(|name| key(name) <= key(new)),
        None => names.len(),
    }
}

/// isort's default: constants, classes, then the rest.
fn by_type(name: &str) -> (u8, String) {
    let name = name.split_whitespace().next().unwrap_or(name);
    let kind = if name.len() > 1 && name.chars().all(|c| !c.is_lowercase()) {
        0
    } else if name.starts_with(|c: char| c.is_uppercase()) {
        1
    } else {
        2
    };
    (kind, name.to_lowercase())
}

fn caseless(name: &str) -> (u8, String) {
    (0, name.to_lowercase())
}

fn plain(name: &str) -> (u8, String) {
    (0, name.to_owned())
}
