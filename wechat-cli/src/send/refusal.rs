//! Why nothing was sent by a run.

use wechat_http::describe;
use wechat_mass::journal::{JournalError, JournalErrorKind};

#[derive(Debug)]
pub(super) struct Refusal {
    /// All that is wrong.
    pub(super) problems: Vec<String>,
    /// The record cannot be opened: whoever asked it for more would wait once more, in vain.
    pub(super) is_without_record: bool,
}

impl Refusal {
    pub(super) fn without_record(problem: String) -> Self {
        Self { problems: vec![problem], is_without_record: true }
    }
}

impl From<Vec<String>> for Refusal {
    fn from(problems: Vec<String>) -> Self {
        Self { problems, is_without_record: false }
    }
}

impl From<JournalError> for Refusal {
    fn from(error: JournalError) -> Self {
        let is_without_record = error.kind() == JournalErrorKind::Unreachable;
        Self { problems: vec![describe(&error)], is_without_record }
    }
}
