//! Versions of Python, and the oldest one that a project supports.

use std::str::FromStr;

use pep440_rs::{Operator, VersionSpecifiers};
use serde::Serialize;

/// A version of Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PythonVersion {
    /// The 3 of 3.9.
    pub major: u8,
    /// The 9 of 3.9.
    pub minor: u8,
}

impl Default for PythonVersion {
    /// The oldest one that is assumed where nothing is said.
    fn default() -> Self {
        Self { major: 3, minor: 9 }
    }
}

impl PythonVersion {
    /// The version that `3.9` or `py39` means.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = match text.strip_prefix("py") {
            Some(digits) => digits.split_at_checked(1)?,
            None => text.split_once('.')?,
        };
        let number = |digits: &str| {
            let plain =
                (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse().ok())?
        };
        let version = Self { major: number(major)?, minor: number(minor)? };
        matches!(version.major, 2 | 3).then_some(version)
    }

    /// The oldest version that a project's `requires-python` allows; `None` if it names none or
    /// is not what PEP 440 calls version specifiers.
    pub fn lower_bound(specifiers: &str) -> Option<Self> {
        let specifiers = VersionSpecifiers::from_str(specifiers).ok()?;
        let bounds = specifiers.iter().filter(|specifier| {
            matches!(
                specifier.operator(),
                Operator::Equal
                    | Operator::EqualStar
                    | Operator::ExactEqual
                    | Operator::TildeEqual
                    | Operator::GreaterThan
                    | Operator::GreaterThanEqual
            )
        });
        // All of them hold at once, so that the highest one decides.
        bounds.filter_map(|specifier| Self::of_release(specifier.version().release())).max()
    }

    fn of_release(release: &[u64]) -> Option<Self> {
        let number = |index: usize| u8::try_from(*release.get(index).unwrap_or(&0)).ok();
        Some(Self { major: number(0)?, minor: number(1)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(u8, u8)> {
        PythonVersion::parse(text).map(|version| (version.major, version.minor))
    }

    fn bound(specifiers: &str) -> Option<(u8, u8)> {
        PythonVersion::lower_bound(specifiers).map(|version| (version.major, version.minor))
    }

    #[test]
    fn both_spellings_are_read() {
        assert_eq!(parsed("3.9"), Some((3, 9)));
        assert_eq!(parsed("py39"), Some((3, 9)));
        assert_eq!(parsed("py313"), Some((3, 13)));
        assert_eq!(parsed("2.7"), Some((2, 7)));
        for wrong in ["", "3", "3.", "py", "py3", "pyé9", "3.9.1", "4.0", "3.+9", "3.999", " 3.9"]
        {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_lower_bound_is_the_highest_of_those_that_hold() {
        assert_eq!(bound(">=3.8"), Some((3, 8)));
        assert_eq!(bound(">=3.8,>=3.10.2, <4, !=3.11.*"), Some((3, 10)));
        assert_eq!(bound("~=3.11"), Some((3, 11)));
        assert_eq!(bound("==3.12.*"), Some((3, 12)));
        assert_eq!(bound(">3.7.1"), Some((3, 7)));
        assert_eq!(bound(">=3"), Some((3, 0)));
        assert_eq!(bound("<4"), None);
        assert_eq!(bound("^3.8"), None);
        assert_eq!(bound(">=99999999999"), None);
    }
}
