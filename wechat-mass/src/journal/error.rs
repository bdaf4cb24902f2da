//! Why a journal cannot be read or written.

use std::error::Error as StdError;
use std::fmt;

use super::{Frozen, Part};
use crate::campaign::Plan;
use crate::recipients::RecipientsError;

/// The journal cannot be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct JournalError {
    /// What happened, to which file, and what to do.
    pub problem: String,
    kind: JournalErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What a program does about a [`JournalError`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalErrorKind {
    /// A human has to look.
    #[default]
    Unusable,
    /// The store cannot be reached now. Whoever takes the campaign up again when it can be goes on.
    Unreachable,
    /// The part is not this worker's any more, so nothing was recorded: it took longer than its lease. What
    /// became of it, the journal's news tell.
    LeaseLost,
    /// Others have recorded something that has to be read first, so nothing was recorded.
    Behind,
    /// Another program has the campaign now. Whoever comes after it finds what it recorded.
    TakenUp,
    /// Another plan goes under the name of a campaign that was begun: it needs another name, or the plan that
    /// was begun.
    AnotherPlan,
    /// The campaign was begun on another server: what that one sent, this one has not. The same one at another
    /// address [has moved](crate::campaign::Driver::moved).
    AnotherServer,
    /// This machine's clock is wrong, or the store's. Nothing is sent until it is set right.
    WrongClock,
    /// A newer program wrote the store, and this one cannot read it.
    Newer,
    /// The account has no campaign of this name in the store.
    NoCampaign,
    /// A job is that of another call already.
    JobTaken,
}

impl JournalError {
    /// Says what happened, to what, and what to do.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), kind: JournalErrorKind::default(), source: None }
    }

    /// The same of another kind.
    #[must_use]
    pub fn with_kind(self, kind: JournalErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// What a program does about it.
    pub fn kind(&self) -> JournalErrorKind {
        self.kind
    }

    pub(crate) fn behind() -> Self {
        Self::new(
            "others have recorded something meanwhile that has to be read first: nothing was recorded; run \
             the same command again",
        )
        .with_kind(JournalErrorKind::Behind)
    }

    pub(super) fn lease_lost(part: Part) -> Self {
        let what = match part {
            Part::Uploads => "an upload".to_owned(),
            Part::Call(number) => format!("call {}", number + 1),
            Part::Job(msg_id) => format!("job {msg_id}"),
        };
        Self::new(format!(
            "{what} took longer than its lease, and may be another worker's by now: nothing was recorded"
        ))
        .with_kind(JournalErrorKind::LeaseLost)
    }

    pub(crate) fn no_campaign(name: &str) -> Self {
        Self::new(format!("there is no campaign {name:?} of this account in the journal"))
            .with_kind(JournalErrorKind::NoCampaign)
    }

    pub(super) fn taken_up(campaign: &str) -> Self {
        Self::new(format!("another program is sending the campaign {campaign:?}"))
            .with_kind(JournalErrorKind::TakenUp)
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
        .with_kind(JournalErrorKind::AnotherPlan)
    }

    pub(super) fn another_server(campaign: &str, known: &str, server: &str) -> Self {
        Self::new(format!(
            "the campaign {campaign:?} was begun on {known}, and would now go on at {server}, which has sent none of it: \
             nothing was sent by this run. Go on at {known}. If {server} is the same server at another address, such as a \
             proxy, say that it has moved (--moved, Driver::moved)"
        ))
        .with_kind(JournalErrorKind::AnotherServer)
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
