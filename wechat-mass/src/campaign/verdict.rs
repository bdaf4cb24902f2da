//! What an answer to a send means: one pure function over answer, attempt and known jobs.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use wechat_http::{Error, Outcome, describe};
use wechat_types::error_code::{ErrorClass, ErrorCode};
use wechat_types::id::{ClientMsgId, MsgDataId, MsgId};

use crate::journal::JobOwner;
use crate::quota::Window;
use crate::sender::Accepted;

/// What is known about a call after its answer, or after none came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// The platform has the job.
    #[non_exhaustive]
    Accepted {
        /// The job.
        msg_id: MsgId,
        /// Joins articles with their statistics.
        msg_data_id: Option<MsgDataId>,
        /// Learnt from 45065: an earlier call with this key was accepted.
        already: bool,
    },
    /// 45065 with a job that is another call's: the platform took this call for that one, and did
    /// nothing.
    #[non_exhaustive]
    Mistaken {
        /// The other call's job.
        msg_id: MsgId,
        /// Both calls in words.
        reason: String,
    },
    /// 45065 with a job that may be this call's, or that of another open call of the same content.
    /// Which, is known when that one is settled.
    #[non_exhaustive]
    Doubtful {
        /// The job.
        msg_id: MsgId,
        /// Both calls in words.
        reason: String,
    },
    /// The platform refused the call and did nothing.
    #[non_exhaustive]
    Rejected {
        /// The return code, where it answered with one.
        code: Option<i64>,
        /// The whole of it in words.
        reason: String,
    },
    /// The call never reached the platform.
    #[non_exhaustive]
    NotSent {
        /// The code that a broken limit or a refused token call has.
        code: Option<i64>,
        /// Why.
        reason: String,
        /// The same may succeed a little later.
        passing: bool,
    },
    /// An earlier attempt may have been accepted, and the platform names a job (45065) that may be this
    /// call's, or that of another one of the same content of which nobody knows either. Two that are named
    /// different jobs know by that whose is whose.
    #[non_exhaustive]
    Ambiguous {
        /// The job.
        msg_id: MsgId,
        /// What is known.
        reason: String,
    },
    /// It may have been accepted. The same call with the same key can tell.
    #[non_exhaustive]
    Unknown {
        /// Why.
        reason: String,
        /// Another attempt can tell: false when the platform gave an answer to a repeat that says
        /// nothing about the first attempt, and will give it again.
        repeatable: bool,
    },
}

/// What earlier attempts at a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// There are none that may have been accepted.
    Nothing,
    /// All were answered, by 45065 with a job that may be another call's.
    Doubtful,
    /// One may have been accepted, and nobody knows.
    Lost,
}

/// The calls that a job in an answer may belong to, beside the one that was answered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Others<'a> {
    /// The call that has it already.
    pub(crate) owner: Option<&'a JobOwner>,
    /// A call of the same content of which nobody knows whether it became a job.
    pub(crate) open: Option<&'a JobOwner>,
}

/// Reads an answer.
///
/// Once an attempt may have been accepted, only 0 and 45065 settle the call, for a consumed draft
/// answers 40007 and a used quota 45028. The platform was seen to answer 45065 with the job of
/// another call of the same content, to a key that was never used before.
pub(crate) fn judge(
    answer: Result<Accepted, Error>,
    key: &ClientMsgId,
    before: Before,
    others: Others<'_>,
) -> Answer {
    let error = match answer {
        Ok(accepted) => return of_job(accepted, key, before, others),
        Err(error) => error,
    };
    let repeat = before != Before::Nothing;
    let reason = reason_of(&error);
    let code = error.code();
    if code == Some(ErrorCode::CLIENT_MSG_ID_EXISTS) {
        // Accepted, but which job it became is not said.
        return Answer::Unknown { reason, repeatable: true };
    }
    if error.api().is_some_and(|error| error.code.class() == Some(ErrorClass::Admin))
        && error.outcome() == Outcome::Rejected
    {
        // Whether the call waits for the administrator, or was turned away, is not documented.
        return Answer::Unknown { reason, repeatable: false };
    }
    match error.outcome() {
        Outcome::Unknown => Answer::Unknown { reason, repeatable: true },
        Outcome::NotSent if repeat => Answer::Unknown { reason, repeatable: true },
        Outcome::NotSent => {
            Answer::NotSent { code: code.map(ErrorCode::get), reason, passing: is_passing(&error) }
        }
        Outcome::Rejected if repeat => Answer::Unknown {
            reason: format!(
                "an earlier attempt may have been accepted, and the repeat was refused: {reason}"
            ),
            repeatable: code.and_then(pause).is_some(),
        },
        _ => Answer::Rejected { code: code.map(ErrorCode::get), reason },
    }
}

/// Whether the same may well go through a while later: nobody was reached, for the call or for its token.
pub(super) fn is_passing(error: &Error) -> bool {
    match error {
        Error::Transport(_) => true,
        Error::Token(error) => {
            error.api().is_none_or(|answer| answer.code == ErrorCode::SYSTEM_ERROR)
        }
        _ => false,
    }
}

/// A call that was claimed and not made, for its time had passed.
pub(crate) fn too_late(before: Before) -> Answer {
    let reason = "the machine slept between the record of the call and the call".to_owned();
    match before {
        Before::Nothing => Answer::NotSent { code: None, reason, passing: true },
        Before::Doubtful | Before::Lost => Answer::Unknown { reason, repeatable: true },
    }
}

/// A job belongs to one call, however the platform came to name it.
fn of_job(accepted: Accepted, key: &ClientMsgId, before: Before, others: Others<'_>) -> Answer {
    let Accepted { msg_id, msg_data_id, already } = accepted;
    let named = |how: &str, call: &JobOwner| {
        format!("{how} call {} of campaign {:?}", call.chunk + 1, call.campaign)
    };
    match (others.owner, others.open) {
        (Some(owner), _) if already => {
            let reason = format!(
                "key {key} was answered 45065 with job {msg_id}, {}: the platform took this call \
                 for that one of the same content",
                named("which belongs to", owner)
            );
            match before {
                Before::Lost => Answer::Unknown { reason, repeatable: true },
                Before::Nothing | Before::Doubtful => Answer::Mistaken { msg_id, reason },
            }
        }
        (Some(owner), _) => Answer::Unknown {
            reason: format!("accepted as job {msg_id}, {}", named("which belongs to", owner)),
            repeatable: false,
        },
        (None, Some(open)) if already => {
            let reason = format!(
                "key {key} was answered 45065 with job {msg_id}, {} of the same content, of which \
                 nobody knows yet what became",
                named("which may be this call's or that of", open)
            );
            match before {
                Before::Lost => Answer::Ambiguous { msg_id, reason },
                Before::Nothing | Before::Doubtful => Answer::Doubtful { msg_id, reason },
            }
        }
        (None, _) => Answer::Accepted { msg_id, msg_data_id, already },
    }
}

/// The platform's clock is not this machine's: a day or a month that has just begun here may not have begun there, and
/// a no of the day before would cost the whole day.
pub(super) const PAST_MIDNIGHT: Duration = Duration::from_secs(60);

/// When a call may succeed that was refused for coming too fast, or too often on this day.
pub(crate) fn opens_again(code: i64, at: SystemTime) -> Option<SystemTime> {
    match ErrorCode::new(code) {
        // A no in the first minute of a day is one of the day before.
        ErrorCode::DAILY_QUOTA_REACHED => {
            Some(Window::Day.ends(at - PAST_MIDNIGHT) + PAST_MIDNIGHT)
        }
        code => Some(at + pause(code)?),
    }
}

/// The pause that the platform asks for.
fn pause(code: ErrorCode) -> Option<Duration> {
    match code {
        ErrorCode::MASS_SEND_TOO_FAST => Some(Duration::from_secs(180)),
        ErrorCode::MINUTE_QUOTA_REACHED => Some(Duration::from_secs(60)),
        _ => None,
    }
}

/// An error with its sources, and what to do about it.
pub(crate) fn reason_of(error: &Error) -> String {
    let mut text = describe(error);
    if let Some(class) = error.code().and_then(ErrorCode::class) {
        text.push_str(&format!("; {} ({})", class.advice(), class.advice_zh()));
    }
    text
}
