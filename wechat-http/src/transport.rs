//! The seam between the client and the network: one request in, one answer out.

#[cfg(feature = "reqwest")]
pub mod reqwest;

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;

/// Carries requests to the platform, or to something that stands for it.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends one request. **Any** HTTP answer is `Ok`, whatever its status.
    ///
    /// The request's extensions carry a [`Deadline`]. An implementation must not write a request
    /// whose deadline has passed (it answers [`TransportErrorKind::DeadlinePassed`]), and gives up
    /// with [`TransportErrorKind::Timeout`] when the answer is not there by then.
    ///
    /// # Errors
    ///
    /// [`TransportError`], whose kind tells whether the request may have reached the platform.
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError>;

    /// What answers instead of the host that the URL names, such as a mock in process; none where that host does. A
    /// transport over another one says what that says.
    fn stand_in(&self) -> Option<&str>;
}

/// The moment after which a request must not be written and its answer is not waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(SystemTime);

impl Deadline {
    /// The request's end.
    pub const fn new(at: SystemTime) -> Self {
        Self(at)
    }

    /// The request's end.
    pub const fn at(self) -> SystemTime {
        self.0
    }
}

/// How a request failed below HTTP. No URL, and so no token, ever stands in it.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// Wraps a transport's own error. The caller has removed any URL from `source`.
    pub fn new(
        kind: TransportErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { kind, source: source.into() }
    }

    /// What failed.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The platform certainly never saw the request.
    pub const fn was_not_sent(&self) -> bool {
        matches!(
            self.kind,
            TransportErrorKind::Malformed
                | TransportErrorKind::Connect
                | TransportErrorKind::DeadlinePassed
        )
    }
}

/// The kinds of transport failure. Each says whether the request may have been processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request cannot be written as HTTP. It was **not** sent.
    Malformed,
    /// No connection: name not found, refused, TLS failed. The request was **not** sent.
    Connect,
    /// The deadline had passed before anything was written. The request was **not** sent.
    DeadlinePassed,
    /// No answer in time. The request may have been processed.
    Timeout,
    /// The connection broke while writing or reading. The request may have been processed.
    Interrupted,
    /// The answer was not HTTP. The request may have been processed.
    BadAnswer,
    /// Anything else. The request may have been processed.
    Other,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Malformed => "the request cannot be written (it was not sent)",
            TransportErrorKind::Connect => "no connection (the request was not sent)",
            TransportErrorKind::DeadlinePassed => {
                "the deadline passed before the request was written (it was not sent)"
            }
            TransportErrorKind::Timeout => {
                "no answer in time (the request may have been processed)"
            }
            TransportErrorKind::Interrupted => {
                "the connection broke (the request may have been processed)"
            }
            TransportErrorKind::BadAnswer => {
                "the answer could not be read as HTTP (the request may have been processed)"
            }
            TransportErrorKind::Other => "transport failed (the request may have been processed)",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}
