//! What a campaign has done, recorded so that it survives the process: intent before each call,
//! answer after it.

mod file;
mod memory;

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::time::SystemTime;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use wechat_types::id::MediaId;
use wechat_types::mass::MassReport;

use crate::campaign::Answer;

pub use file::FileJournal;
pub use memory::MemoryJournal;

/// A recorded fact about a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A picture of an article was uploaded.
    Picture {
        /// The article, from 0.
        article: usize,
        /// Its `src`.
        source: String,
        /// Its address.
        url: String,
    },
    /// An article's cover was added to the permanent material.
    Cover {
        /// The article, from 0.
        article: usize,
        /// The material.
        media_id: MediaId,
    },
    /// The platform no longer knows the covers (40007): they are added anew.
    CoversRefused {
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
    },
    /// The draft that a call will use up.
    Draft {
        /// The call, from 0.
        chunk: usize,
        /// The draft.
        media_id: MediaId,
    },
    /// The call is about to be made. Recorded before the request is written.
    Intent {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
    },
    /// What came of the call.
    Answer {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
        /// What.
        #[serde(flatten)]
        answer: Answer,
    },
    /// A job's report came in.
    Report {
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
        /// The report.
        report: MassReport,
    },
    /// A new run of the program took the campaign up.
    Resumed {
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
    },
}

/// The durable side of one campaign.
#[async_trait]
pub trait Journal: Debug + Send {
    /// All that is recorded, oldest first.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be read whole; nothing may be sent then.
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError>;

    /// Records a fact. When this returns, the fact survives the process.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain; nothing further may be sent then.
    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError>;
}

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

    /// The same with the storage's own error.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
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

/// Times as milliseconds since 1970.
mod unix_millis {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &SystemTime, s: S) -> Result<S::Ok, S::Error> {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        s.serialize_u64(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<SystemTime, D::Error> {
        let millis = u64::deserialize(d)?;
        UNIX_EPOCH
            .checked_add(Duration::from_millis(millis))
            .ok_or_else(|| serde::de::Error::custom("a time out of range"))
    }
}
