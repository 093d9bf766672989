//! What a tree's `.gitattributes` files say of who wrote a file.

use std::path::Path;

use gix::attrs::search::{MetadataCollection, Outcome};
use gix::attrs::{Search, StateRef};
use gix::bstr::BStr;

use super::globs::is_tame;

/// Attribute files with more bytes are not read.
const LARGEST: u64 = 1 << 20;

/// Why a file counts as another project's or a generator's: `linguist-generated` or
/// `linguist-vendored` is set for it in a `.gitattributes` between `base` and its folder, or in the
/// repository's own list.
pub fn vendored(base: &Path, path: &Path) -> Option<&'static str> {
    let relative = path.strip_prefix(base).ok()?;
    let mut collection = MetadataCollection::default();
    let mut search = Search::default();
    let mut folders: Vec<&Path> =
        path.ancestors().skip(1).take_while(|folder| folder.starts_with(base)).collect();
    folders.reverse();
    let lists = folders.iter().map(|folder| folder.join(".gitattributes"));
    for list in lists.chain([base.join(".git/info/attributes")]) {
        let readable = list.symlink_metadata().is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
        let Some(bytes) = readable.then(|| std::fs::read(&list).ok()).flatten() else { continue };
        // A list with lines that would take too long says nothing.
        if bytes.split(|byte| *byte == b'\n').all(is_tame) {
            let _ = search.add_patterns_buffer(&bytes, list, Some(base), &mut collection, true);
        }
    }
    let names = ["linguist-generated", "linguist-vendored"];
    let mut outcome = Outcome::default();
    outcome.initialize_with_selection(&collection, names);
    let name = BStr::new(relative.as_os_str().as_encoded_bytes());
    let case = gix::glob::pattern::Case::Sensitive;
    search.pattern_matching_relative_path(name, case, Some(false), &mut outcome);
    let set = outcome.iter_selected().find_map(|found| {
        let state = found.assignment.state;
        let on = match state {
            StateRef::Set => true,
            StateRef::Value(value) => value.as_bstr() == "true",
            _ => false,
        };
        on.then(|| found.assignment.name.as_str().to_owned())
    })?;
    Some(if set == "linguist-generated" { "generated code" } else { "vendored code" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_list_decides() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        std::fs::create_dir_all(base.join("gen/hand")).unwrap();
        let list = "gen/** linguist-generated\nthird/** linguist-vendored=true\n";
        std::fs::write(base.join(".gitattributes"), list).unwrap();
        std::fs::write(base.join("gen/hand/.gitattributes"), "*.py -linguist-generated\n").unwrap();
        assert_eq!(vendored(base, &base.join("gen/a.py")), Some("generated code"));
        assert_eq!(vendored(base, &base.join("third/a.py")), Some("vendored code"));
        assert_eq!(vendored(base, &base.join("gen/hand/a.py")), None);
        assert_eq!(vendored(base, &base.join("a.py")), None);
    }

    #[test]
    fn lists_that_would_take_too_long_say_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let list = format!("*.py linguist-generated\n{}b linguist-vendored\n", "**/a/".repeat(30));
        std::fs::write(base.join(".gitattributes"), list).unwrap();
        assert_eq!(vendored(base, &base.join("a/".repeat(60)).join("a.py")), None);
    }
}
