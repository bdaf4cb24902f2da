//! Why a list of recipients cannot be had.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use crate::problem::Problems;

/// A list cannot be read, or not be kept.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecipientsError {
    /// What the list holds is wrong, by line.
    Problems(Problems),
    /// A file cannot be read or written.
    #[non_exhaustive]
    Io {
        /// What could not be done, with which file, and what to do.
        problem: String,
        /// The system's own error.
        source: io::Error,
    },
}

impl RecipientsError {
    pub(crate) fn io(problem: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let problem = problem.into();
        move |source| Self::Io { problem, source }
    }

    /// What a list was put aside in has changed.
    pub(crate) fn changed() -> Self {
        Self::io("a list that was put aside has changed since: run the campaign again")(
            io::ErrorKind::InvalidData.into(),
        )
    }

    /// What is wrong, as sentences: one for each problem.
    pub fn list(&self) -> Vec<String> {
        match self {
            Self::Problems(problems) => problems.list.clone(),
            Self::Io { problem, source } => vec![format!("{problem}: {source}")],
        }
    }
}

impl From<Problems> for RecipientsError {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

impl fmt::Display for RecipientsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems(problems) => problems.fmt(f),
            Self::Io { problem, .. } => f.write_str(problem),
        }
    }
}

impl StdError for RecipientsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Problems(_) => None,
            Self::Io { source, .. } => Some(source),
        }
    }
}
