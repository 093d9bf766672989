//! A baseline file of any bytes.

use untrust::report::baseline::{BaselineError, Entry, parse, render};

/// What is read is written and read again; what is refused is refused with the reason.
pub fn target(data: &[u8]) {
    match parse(data) {
        Ok(entries) => {
            assert!(entries.is_sorted_by(|a, b| key(a) < key(b)), "not sorted, or one twice");
            let text = render(&entries);
            assert_eq!(parse(text.as_bytes()).as_ref(), Ok(&entries));
            let bare = text.chars().any(|c| c.is_control() && c != '\n');
            assert!(!bare, "a control character is written: {text:?}");
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.len() < 600, "{} bytes of message", text.len());
            if let BaselineError::Newer(version) = error {
                assert!(version > 1);
            }
        }
    }
}

fn key(entry: &Entry) -> [&str; 4] {
    [&entry.path, &entry.transform, &entry.sink, &entry.id]
}
