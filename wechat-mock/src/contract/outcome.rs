//! What a check comes to, and how an answer is judged.

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};
use wechat_http::{Error, describe};
use wechat_types::error_code::{ErrorClass, ErrorCode};

/// What became of a promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The server does so.
    Held,
    /// The server does something else.
    Differs {
        /// What was promised.
        expected: String,
        /// What the server did.
        found: String,
    },
    /// It was not or could not be judged.
    Skipped {
        /// Why.
        why: String,
    },
}

/// A promise that was not seen to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unheld {
    /// The server does something else.
    Differs {
        /// What was promised.
        expected: String,
        /// What the server did.
        found: String,
    },
    /// It was not or could not be judged.
    Skipped {
        /// Why.
        why: String,
    },
}

impl Outcome {
    /// The server does something else.
    pub const fn is_difference(&self) -> bool {
        matches!(self, Self::Differs { .. })
    }
}

impl From<Unheld> for Outcome {
    fn from(unheld: Unheld) -> Self {
        match unheld {
            Unheld::Differs { expected, found } => Self::Differs { expected, found },
            Unheld::Skipped { why } => Self::Skipped { why },
        }
    }
}

impl fmt::Display for Unheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Outcome::from(self.clone()).fmt(f)
    }
}

impl StdError for Unheld {}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held => f.write_str("held"),
            Self::Differs { expected, found } => {
                write!(f, "differs: expected {expected}, found {found}")
            }
            Self::Skipped { why } => write!(f, "skipped: {why}"),
        }
    }
}

pub(super) fn differs(expected: impl Into<String>, found: impl Into<String>) -> Unheld {
    Unheld::Differs { expected: expected.into(), found: found.into() }
}

pub(super) fn skipped(why: impl Into<String>) -> Unheld {
    Unheld::Skipped { why: why.into() }
}

/// Held when it is so. What was found is told without ids, so that two reports can be compared.
pub(super) fn promised(
    holds: bool,
    expected: &str,
    found: impl FnOnce() -> String,
) -> Result<(), Unheld> {
    if holds { Ok(()) } else { Err(differs(expected, found())) }
}

/// A call that should have succeeded did not.
///
/// What the account may not do, has used up or is asked to try later says nothing about the promise.
pub(super) fn failed(expected: &str) -> impl Fn(Error) -> Unheld {
    move |error| match unfit(&error) {
        Some(why) => why,
        None => differs(expected, told(&error)),
    }
}

/// A call that must be refused with one of these codes.
pub(super) fn refused<T>(answer: Result<T, Error>, codes: &[ErrorCode]) -> Result<(), Unheld> {
    let expected = || {
        let codes: Vec<String> = codes.iter().map(|code| code.get().to_string()).collect();
        format!("a refusal with {}", codes.join(" or "))
    };
    match answer {
        Ok(_) => Err(differs(expected(), "it was accepted")),
        Err(error) => match answered(&error) {
            Some(code) if codes.contains(&code) => Ok(()),
            _ => Err(unfit(&error).unwrap_or_else(|| differs(expected(), told(&error)))),
        },
    }
}

/// The code that the server answered; not one that the client knew without asking.
pub(super) fn answered(error: &Error) -> Option<ErrorCode> {
    error.api().map(|error| error.code)
}

fn unfit(error: &Error) -> Option<Unheld> {
    let code = answered(error)?;
    match code.class()? {
        ErrorClass::Quota | ErrorClass::Permission | ErrorClass::Admin | ErrorClass::RetryLater => {
            Some(skipped(format!("the server answered {code}")))
        }
        _ => None,
    }
}

/// An error without request ids.
fn told(error: &Error) -> String {
    answered(error).map_or_else(|| describe(error), |code| code.to_string())
}
