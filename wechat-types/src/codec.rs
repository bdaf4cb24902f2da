//! Bytes that go out and come in, without any HTTP library: bodies, answers and their errors.

pub mod download;
pub(crate) mod json;
pub mod multipart;
mod parameter;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::error_code::ErrorCode;
pub use crate::reply::{ApiError, ReplyError};

/// A request's body. Clones share its bytes, which may be a video.
///
/// `Debug` shows its size only, for the body of a token call holds the AppSecret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Body {
    content_type: Option<String>,
    bytes: Arc<Vec<u8>>,
}

impl Body {
    /// No body, as a GET has it.
    pub fn empty() -> Self {
        Self::default()
    }

    /// These bytes, for an endpoint of one's own.
    pub fn new(content_type: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { content_type: Some(content_type.into()), bytes: Arc::new(bytes) }
    }

    /// The `Content-Type` that belongs to the bytes.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, without a copy unless a clone of this is left.
    pub fn into_bytes(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.bytes)
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// An HTTP answer as the platform gave it. The body decides; status and type are hints.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    status: u16,
    body: &'a [u8],
    content_type: Option<&'a str>,
    content_disposition: Option<&'a [u8]>,
}

impl<'a> Reply<'a> {
    /// Takes what came over the wire.
    pub const fn new(status: u16, body: &'a [u8]) -> Self {
        Self { status, body, content_type: None, content_disposition: None }
    }

    /// The same with its content type, which a download keeps.
    #[must_use]
    pub const fn with_content_type(self, content_type: &'a str) -> Self {
        Self { content_type: Some(content_type), ..self }
    }

    /// The same with its `Content-Disposition`, where a download has its file name. Bytes, for the
    /// name need not be ASCII.
    #[must_use]
    pub const fn with_content_disposition(self, content_disposition: &'a [u8]) -> Self {
        Self { content_disposition: Some(content_disposition), ..self }
    }

    /// The HTTP status, 200 for success and for API errors alike.
    pub const fn status(self) -> u16 {
        self.status
    }

    /// The body's bytes.
    pub const fn body(self) -> &'a [u8] {
        self.body
    }

    /// The content type, a hint at best: errors come as `text/plain` too.
    pub const fn content_type(self) -> Option<&'a str> {
        self.content_type
    }

    /// The header `Content-Disposition`.
    pub const fn content_disposition(self) -> Option<&'a [u8]> {
        self.content_disposition
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("body", &self.body.len())
            .finish()
    }
}

/// A request that was not written, because it breaks a documented limit.
#[derive(Debug)]
pub struct EncodeError {
    code: Option<ErrorCode>,
    problem: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl EncodeError {
    /// A limit whose breach the platform answers with `code`.
    pub fn refused(code: ErrorCode, problem: impl Into<String>) -> Self {
        Self { code: Some(code), problem: problem.into(), source: None }
    }

    pub(crate) fn json(source: serde_json::Error) -> Self {
        Self {
            code: None,
            problem: "the request cannot be written as JSON".to_owned(),
            source: Some(Box::new(source)),
        }
    }

    /// The return code the platform would have answered with, where that is known.
    pub const fn code(&self) -> Option<ErrorCode> {
        self.code
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "would be refused with {code}: {}", self.problem),
            None => f.write_str(&self.problem),
        }
    }
}

impl StdError for EncodeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_kept_for_later_is_not_copied() {
        let body = Body::new("application/json", b"{}".to_vec());
        let kept = body.clone();
        assert_eq!(kept.as_bytes().as_ptr(), body.as_bytes().as_ptr());
        let first = body.as_bytes().as_ptr();
        drop(kept);
        let taken = body.into_bytes();
        assert_eq!(taken.as_ptr(), first);
    }
}
