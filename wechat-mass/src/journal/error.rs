//! Why a journal cannot be read or written.

use std::error::Error as StdError;
use std::fmt;

use super::Frozen;
use crate::campaign::Plan;
use crate::recipients::RecipientsError;

/// The journal cannot be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct JournalError {
    /// What happened, to which file, and what to do.
    pub problem: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl JournalError {
    /// Says what happened, to what, and what to do.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), source: None }
    }

    pub(crate) fn no_campaign(name: &str) -> Self {
        Self::new(format!("there is no campaign {name:?} of this account in the journal"))
    }

    pub(super) fn taken_up(campaign: &str) -> Self {
        Self::new(format!("another program is sending the campaign {campaign:?}"))
    }

    /// Another plan goes under the name of a campaign that was begun; `lists` tells how the lists of
    /// recipients differ.
    pub(super) fn changed(frozen: &Frozen, plan: &Plan, lists: Vec<String>) -> Self {
        Self::new(format!(
            "the campaign {:?} was begun with another plan: {}. Whoever is in both would get two \
             messages; if that is meant, give the campaign another name",
            frozen.name,
            frozen.difference(plan, lists)
        ))
    }

    /// The same with the storage's own error.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl From<RecipientsError> for JournalError {
    fn from(error: RecipientsError) -> Self {
        Self::new("a list of recipients cannot be had; nothing further is sent").with_source(error)
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl StdError for JournalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
