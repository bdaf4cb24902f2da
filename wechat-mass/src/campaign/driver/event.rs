//! What a run shows while it goes on, and why it can end before its campaign.

use std::fmt;
use std::time::{Duration, SystemTime};

use wechat_types::id::{AppId, MsgId};

use crate::campaign::{CampaignReport, WaitReason};
use crate::journal::{Entry, JournalError};

/// What a run shows while it goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A fact was recorded.
    Recorded(&'a Entry),
    /// Another worker recorded a fact, or somebody from outside.
    News(&'a Entry),
    /// This was not recorded, for it took longer than the worker's lease: another worker may be at it.
    LeaseLost(&'a Entry),
    /// There is no access token, so no call is begun for a while. Other workers may have one.
    NoToken(&'a str),
    /// An upload or a draft failed, and is tried again at this moment.
    PutOff(SystemTime, &'a str),
    /// The journal cannot be reached, so this fact is not recorded and counts for nobody else. The run ends with
    /// the journal's error.
    NotRecorded(&'a Entry),
    /// A job's status could not be had; it is asked for again.
    StatusFailed(&'a str),
    /// A job has had no final report for so long. It is followed further.
    Overdue(MsgId, Duration),
    /// Nothing to do before this moment, unless a report comes.
    Waiting(SystemTime, WaitReason),
}

/// A run ended before the campaign did. What was recorded can be resumed.
#[derive(Debug)]
#[non_exhaustive]
pub enum DriverError {
    /// The client belongs to another account than the plan; nothing was sent.
    #[non_exhaustive]
    WrongAccount {
        /// The plan's account.
        plan: AppId,
        /// The client's account.
        client: AppId,
    },
    /// The journal cannot be read or written; nothing further was sent.
    #[non_exhaustive]
    Journal {
        /// What happened.
        source: JournalError,
        /// What had become of the campaign until then.
        report: Box<CampaignReport>,
    },
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongAccount { plan, client } => {
                write!(f, "the plan is for {plan}, the client for {client}; nothing was sent")
            }
            Self::Journal { .. } => f.write_str("the campaign stopped at its journal"),
        }
    }
}

impl std::error::Error for DriverError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Journal { source, .. } => Some(source),
            Self::WrongAccount { .. } => None,
        }
    }
}
