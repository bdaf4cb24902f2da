//! How a call fails, and what that says about whether the platform acted on it.

use std::error::Error as StdError;
use std::fmt;

use wechat_types::codec::{ApiError, EncodeError, ReplyError};
use wechat_types::error_code::ErrorCode;

use crate::token::TokenError;
use crate::transport::TransportError;

/// A call that did not succeed. [`outcome`](Self::outcome) says what it left behind.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A documented limit is broken; nothing was sent.
    Encode(EncodeError),
    /// No access token could be had; the call was not sent.
    Token(TokenError),
    /// The network failed.
    Transport(TransportError),
    /// The platform answered, but not with the call's own answer.
    Reply(ReplyError),
}

/// What a failed call left behind on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The request certainly never reached the platform.
    NotSent,
    /// The platform refused it and did nothing. Holds for a **first** attempt: when a repeat is
    /// refused, the first attempt may have been accepted all the same.
    Rejected,
    /// The platform may have done it, whole and for good. Never repeat without a key.
    Unknown,
}

/// Return codes that do not tell whether the request took effect.
const UNKNOWN: [ErrorCode; 5] = [
    ErrorCode::SYSTEM_ERROR,
    ErrorCode::MASS_SERVICE_BUSY,
    ErrorCode::MASS_SERVICE_FAILURE,
    ErrorCode::MASS_SEND_FAILURE,
    ErrorCode::CLIENT_MSG_ID_RETRY_TOO_FAST,
];

/// An error with all its sources, in one line.
pub fn describe(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

impl Error {
    /// What the failed call left behind.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Encode(_) | Self::Token(_) => Outcome::NotSent,
            Self::Transport(error) if error.was_not_sent() => Outcome::NotSent,
            // A code that no document names says nothing: a gateway may have made it up.
            Self::Reply(ReplyError::Api(error))
                if error.code.class().is_some() && !UNKNOWN.contains(&error.code) =>
            {
                Outcome::Rejected
            }
            Self::Transport(_) | Self::Reply(_) => Outcome::Unknown,
        }
    }

    /// The platform's answer, if it is a return code; also that to a token call.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Reply(ReplyError::Api(error)) => Some(error),
            Self::Token(error) => error.api(),
            _ => None,
        }
    }

    /// The return code: the platform's, or the one it would have answered.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Encode(error) => error.code(),
            _ => self.api().map(|error| error.code),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(_) => f.write_str("the request breaks a documented limit"),
            Self::Token(_) => f.write_str("no access token"),
            Self::Transport(_) => f.write_str("the request failed on its way"),
            Self::Reply(ReplyError::Api(_)) if self.outcome() == Outcome::Unknown => {
                f.write_str("the answer leaves open whether the call took effect")
            }
            Self::Reply(ReplyError::Api(_)) => f.write_str("the platform refused the call"),
            Self::Reply(_) => f.write_str("the answer cannot be read"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(match self {
            Self::Encode(error) => error,
            Self::Token(error) => error,
            Self::Transport(error) => error,
            Self::Reply(error) => error,
        })
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
