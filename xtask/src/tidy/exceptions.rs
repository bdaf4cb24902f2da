//! The exceptions from house rules, each with its reason.
//!
//! An exception that is no longer needed because its file is gone is itself a problem.

use super::{File, Problem};

/// A file that a rule does not bind.
pub(super) struct Exception {
    pub(super) path: &'static str,
    /// Why.
    pub(super) reason: &'static str,
}

/// Files of more lines than `source::LINES`.
pub(super) const LONG: &[Exception] = &[];

/// Files whose `.unwrap()` or `.expect(` is none of `Option` or `Result`, or cannot fail.
pub(super) const UNWRAP: &[Exception] = &[];

/// Files that name a path outside the repository because that is what they are about.
pub(super) const OUTSIDE: &[Exception] = &[];

pub(super) fn has(list: &[Exception], path: &str) -> bool {
    list.iter().any(|exception| exception.path == path)
}

/// Exceptions for files that do not exist.
pub(super) fn unused(files: &[File]) -> Vec<Problem> {
    let lists = [LONG, UNWRAP, OUTSIDE];
    lists
        .into_iter()
        .flatten()
        .filter(|exception| !files.iter().any(|file| file.path == exception.path))
        .map(|exception| {
            Problem::new(
                "xtask/src/tidy/exceptions.rs",
                1,
                format!("there is no file `{}` ({})", exception.path, exception.reason),
                "take its exception out",
            )
        })
        .collect()
}
