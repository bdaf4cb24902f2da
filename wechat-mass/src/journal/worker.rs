//! What several workers on one campaign have of each other: leases, and who is there.

use std::time::Duration;

use wechat_types::id::MsgId;

/// A part of a campaign's work that one worker does while the others leave it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The uploads of pictures and covers, which all calls need.
    Uploads,
    /// A call with its draft, from 0.
    Call(usize),
    /// What becomes of a job.
    Job(MsgId),
}

/// Whether a part is one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hold {
    /// It is, from now on for the span that was asked for, or for good where nobody else takes part.
    Mine,
    /// Another worker has it, for so long if he does not end it earlier.
    #[non_exhaustive]
    Others {
        /// By the store's clock.
        left: Duration,
    },
    /// Others have recorded something about it that was not read yet: read the news first.
    Behind,
}

impl Hold {
    /// Another worker has it.
    pub fn others(left: Duration) -> Self {
        Self::Others { left }
    }
}

/// One who takes part in a campaign, or took part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerStatus {
    /// What he is called.
    pub name: String,
    /// How long ago he last looked into the journal.
    pub idle: Duration,
    /// The calls that are his now, from 0.
    pub calls: Vec<usize>,
}

impl WorkerStatus {
    /// Takes all as they stand.
    pub fn new(name: impl Into<String>, idle: Duration, calls: Vec<usize>) -> Self {
        Self { name: name.into(), idle, calls }
    }
}
