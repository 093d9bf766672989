//! Globs that name files.

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::OpenError;

/// A longer glob is no glob of a path, and would take long to read.
const LONGEST: usize = 1 << 10;

/// More globs in one list take more memory than they are worth: each some kilobytes.
const MOST: usize = 10_000;

/// A pattern of git with more `**` takes time that grows with a power of the path's length.
const MOST_DEEP: usize = 2;

/// Whether git's way of matching a pattern ends soon, whatever the path is.
pub(super) fn is_tame(pattern: &[u8]) -> bool {
    memchr::memmem::find_iter(pattern, b"**").count() <= MOST_DEEP
}

/// A set of globs; one without a slash matches at any depth, a folder's glob all below it. The
/// error names the glob that cannot be read.
pub fn set(patterns: &[String]) -> Result<GlobSet, OpenError> {
    let too_many = || OpenError::Glob {
        glob: patterns
            .iter()
            .take(3)
            .map(String::as_str)
            .chain(["…"])
            .collect::<Vec<_>>()
            .join(", "),
        message: "there is more of it than can be searched for; write fewer or shorter globs"
            .to_owned(),
    };
    if patterns.len() > MOST {
        return Err(too_many());
    }
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        for glob in forms(pattern)? {
            builder.add(glob);
        }
    }
    // Each was read, so that only their size can be wrong.
    builder.build().map_err(|_| too_many())
}

/// Whether a glob can be read, which takes less than to make a set of it.
pub fn check(pattern: &str) -> Result<(), OpenError> {
    forms(pattern).map(drop)
}

/// What a pattern stands for: what it names, and all below that.
fn forms(pattern: &str) -> Result<[Glob; 2], OpenError> {
    let refused = |message: String| OpenError::Glob { glob: pattern.to_owned(), message };
    if pattern.len() > LONGEST {
        return Err(OpenError::Glob {
            glob: pattern.chars().take(60).chain(['…']).collect(),
            message: format!("it is longer than {LONGEST} bytes"),
        });
    }
    let bare = pattern.trim_end_matches('/').trim_start_matches("./");
    if bare.is_empty() {
        return Err(refused("it is empty".to_owned()));
    }
    let anywhere = !bare.contains('/');
    let form = |form: &str| {
        let form =
            if anywhere { format!("**/{form}") } else { form.trim_start_matches('/').to_owned() };
        Glob::new(&form).map_err(|error| refused(error.kind().to_string()))
    };
    Ok([form(bare)?, form(&format!("{bare}/**"))?])
}
