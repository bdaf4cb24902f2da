//! What the two doors of the mock hand out: answers and pushes, as data.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::fault::ConnectionFault;
use crate::rule::Finding;

/// The outcome of one request, for a driver to carry out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// The answer to deliver; none when the connection fails instead.
    pub response: Option<http::Response<Bytes>>,
    /// How the connection fails, when it does.
    pub fault: Option<ConnectionFault>,
    /// How long the driver waits before it delivers either.
    pub delay: Duration,
}

impl Exchange {
    pub(crate) fn answer(response: http::Response<Bytes>) -> Self {
        Self { response: Some(response), fault: None, delay: Duration::ZERO }
    }

    pub(crate) fn broken(fault: ConnectionFault) -> Self {
        Self { response: None, fault: Some(fault), delay: Duration::ZERO }
    }
}

/// An exchange with what is recorded of it.
pub(crate) struct Answered {
    pub(crate) exchange: Exchange,
    /// The code, when it is an error.
    pub(crate) errcode: Option<i64>,
    /// The rule that the call broke.
    pub(crate) broke: Option<Finding>,
}

impl From<Exchange> for Answered {
    fn from(exchange: Exchange) -> Self {
        Self { exchange, errcode: None, broke: None }
    }
}

/// One try of one callback, for a driver to carry out and then to
/// [`settle`](crate::MockServer::settle).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Push {
    /// Which callback; the same for all its tries.
    pub id: u64,
    /// Which try, from 1.
    pub attempt: u32,
    /// GET for the check of the address, else POST.
    pub method: http::Method,
    /// The receiver with the query: signature, timestamp, nonce and so on.
    pub url: String,
    /// `text/xml` for a POST.
    pub content_type: &'static str,
    /// The XML, encrypted in safe mode; empty for a GET.
    pub body: Bytes,
    /// Time the receiver has.
    pub timeout: Duration,
    /// The only right answer to the check of the address: its `echostr`.
    pub echo: Option<Bytes>,
    /// Which address handed in it checks; 0: none.
    #[cfg_attr(not(feature = "callbacks"), allow(dead_code, reason = "only callbacks are sent"))]
    pub(crate) check: u64,
    /// Which life of the account it comes from; a reset begins another.
    #[cfg_attr(not(feature = "callbacks"), allow(dead_code, reason = "only callbacks are sent"))]
    pub(crate) epoch: u64,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Push")
            .field("id", &self.id)
            .field("attempt", &self.attempt)
            .field("method", &self.method)
            // Without the query: its signature would pass any plain body off as the platform's.
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .field("timeout", &self.timeout)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What came of one try of a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushOutcome {
    /// The receiver answered. Status 200 with `success`, nothing, or a passive reply ends the tries.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Bytes,
    },
    /// No connection, no answer in time, or a broken one.
    NoAnswer,
}

impl PushOutcome {
    /// The receiver answered 200 `success`.
    pub fn success() -> Self {
        Self::Answered { status: 200, body: Bytes::from_static(b"success") }
    }

    /// No further try is made. That other answers are tried again is a guess: documented is only
    /// that `success` and an empty body end the tries, and that silence does not.
    pub fn is_accepted(&self) -> bool {
        match self {
            Self::Answered { status: 200, body } => {
                let text = body.trim_ascii();
                text.is_empty() || text == b"success" || text.starts_with(b"<xml")
            }
            _ => false,
        }
    }

    /// The passive reply, if that is what the receiver answered.
    #[cfg(feature = "callbacks")]
    pub(crate) fn reply(&self) -> Option<Bytes> {
        match self {
            Self::Answered { status: 200, body } if body.trim_ascii().starts_with(b"<xml") => {
                Some(body.clone())
            }
            _ => None,
        }
    }
}

/// What the check of the callback address showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum UrlCheck {
    /// The receiver echoed the `echostr` and nothing else.
    Verified,
    /// It answered something else.
    WrongAnswer {
        /// The HTTP status.
        status: u16,
        /// The body.
        #[serde(with = "crate::saved::bytes")]
        body: Bytes,
    },
    /// It did not answer in time.
    NoAnswer,
}

impl UrlCheck {
    /// Judges the answer to a push of [`verify_callback_url`](crate::MockServer::verify_callback_url).
    pub fn of(push: &Push, outcome: &PushOutcome) -> Self {
        match outcome {
            PushOutcome::Answered { status: 200, body } if Some(body) == push.echo.as_ref() => {
                Self::Verified
            }
            PushOutcome::Answered { status, body } => {
                Self::WrongAnswer { status: *status, body: body.clone() }
            }
            PushOutcome::NoAnswer => Self::NoAnswer,
        }
    }
}
