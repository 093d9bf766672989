//! Names of methods that libraries define: a call of one of them on an object of unknown class may
//! be anybody's.

use std::sync::OnceLock;

/// The public methods of the classes of Python 3.11's standard library, torch 2.0 and the common
/// parts of transformers 4.46, one a line, sorted by bytes.
const NAMES: &str = include_str!("known_methods.txt");

/// Whether the standard library, torch or transformers has a method of that name.
pub(super) fn is_known(name: &str) -> bool {
    static LINES: OnceLock<Vec<&str>> = OnceLock::new();
    LINES.get_or_init(|| NAMES.lines().collect()).binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_knows_common_methods() {
        assert!(NAMES.lines().is_sorted());
        for name in ["load", "fetch", "get", "from_pretrained", "state_dict", "zero_grad"] {
            assert!(is_known(name), "{name}");
        }
        assert!(!is_known("fetch_weights"));
    }
}
