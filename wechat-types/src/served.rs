//! The other direction: a request read, an answer written, for whatever stands in for the platform.

use serde::de::DeserializeOwned;

use crate::codec::{EncodeError, ReplyError, json};
use crate::endpoint::Endpoint;

/// A request as it came in, without method and path.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    query: &'a [(&'a str, &'a str)],
    content_type: Option<&'a str>,
    body: &'a [u8],
}

impl<'a> Incoming<'a> {
    /// A request with its decoded query, `access_token` left out or not.
    pub const fn new(query: &'a [(&'a str, &'a str)], body: &'a [u8]) -> Self {
        Self { query, content_type: None, body }
    }

    /// The same with its content type, which an upload needs.
    #[must_use]
    pub const fn with_content_type(self, content_type: &'a str) -> Self {
        Self { content_type: Some(content_type), ..self }
    }

    /// A query parameter.
    pub fn query(&self, name: &str) -> Option<&'a str> {
        self.query.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// A query parameter that must be there; the error shows its name only.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, ReplyError> {
        self.query(name).ok_or_else(|| ReplyError::unusable(format!("no query parameter {name}")))
    }

    /// The content type.
    pub const fn content_type(&self) -> Option<&'a str> {
        self.content_type
    }

    /// The body's bytes.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// A JSON body.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ReplyError> {
        json::read_object(self.body)
    }
}

impl std::fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming")
            .field("content_type", &self.content_type)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An endpoint seen from the platform's side.
///
/// Reading takes every documented shape, the legacy ones too; writing gives the current one.
pub trait Served: Endpoint {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`ReplyError::Unreadable`] when it is not a request of this call.
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError>;

    /// Writes an answer's body.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] when it cannot be written as JSON.
    fn encode_response(response: &Self::Response) -> Result<Vec<u8>, EncodeError>;

    /// The headers that belong to an answer which is a file: type and file name. None for JSON.
    fn response_headers(_: &Self::Response) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
