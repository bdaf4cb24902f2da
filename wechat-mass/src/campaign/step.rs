//! What a campaign asks for, and why it waits or gives up.

use std::time::SystemTime;

use wechat_types::id::MsgId;

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Upload the picture that an article names so.
    UploadPicture {
        /// The article, from 0.
        article: usize,
        /// Its `src`.
        source: String,
    },
    /// Upload an article's cover.
    AddCover {
        /// The article, from 0.
        article: usize,
    },
    /// Make the draft that a chunk will use up.
    AddDraft {
        /// The chunk, from 0.
        chunk: usize,
    },
    /// Make a chunk's call.
    Send {
        /// The chunk, from 0.
        chunk: usize,
        /// An earlier attempt may have been accepted: only 0 and 45065 settle it.
        repeat: bool,
    },
    /// Make no further attempt at a call.
    GiveUp {
        /// The chunk, from 0.
        chunk: usize,
        /// Why.
        why: GiveUp,
    },
    /// Tell that a job should have ended long ago.
    Overdue {
        /// The job.
        msg_id: MsgId,
    },
    /// Ask for a job's status.
    Poll {
        /// The job.
        msg_id: MsgId,
    },
    /// Nothing to do before this moment, unless a report comes.
    Wait {
        /// The moment.
        until: SystemTime,
        /// What is waited for.
        reason: WaitReason,
    },
    /// Every call is settled, or nothing more can be done about it by itself.
    Done,
}

/// Why no further attempt is made at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GiveUp {
    /// The platform may have forgotten its key by now: a repeat could be a second message.
    KeyTooOld,
    /// [`Policy::not_after`](super::Policy::not_after) has passed, or will have before the call can be made. That holds for the
    /// repeat of a lost call too: if the first attempt was not taken, it would send now.
    Ended,
}

/// Why a campaign waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitReason {
    /// 60 calls a minute are allowed, or the platform asked for a pause.
    Pace,
    /// The calls of the day or of the month are used up.
    Quota,
    /// A call's answer was lost; the same call with the same key will tell.
    Repeat,
    /// Jobs are running.
    Jobs,
    /// [`Policy::not_before`](super::Policy::not_before) has not come.
    NotBefore,
    /// Other workers are at what is left.
    Workers,
    /// This program has no access token, or no way to the platform; other workers may have one. Or an upload or a
    /// draft failed for a while.
    NoWay,
}
