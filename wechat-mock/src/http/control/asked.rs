//! One control call as it came in, and why it may be refused.

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::query::Query;
use crate::server::MockServer;

/// A control call on its way to its handler.
pub(super) struct Asked {
    /// The account that the path names, else the first.
    pub(super) account: MockServer,
    /// What stands in the place of `{…}` at the end of the path.
    pub(super) last: String,
    pub(super) query: Query,
    pub(super) body: Bytes,
    /// Callbacks may go to other machines.
    #[cfg_attr(not(feature = "callbacks"), expect(dead_code, reason = "there are none"))]
    pub(super) remote_callbacks: bool,
}

/// Why nothing was done.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// The field, query parameter or path segment that is wrong.
    field: Option<String>,
    message: String,
}

pub(super) type Told = Result<Value, Problem>;

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, field: None, message: message.into() }
    }

    /// 400: this field is wrong.
    pub(super) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let field = Some(field.into());
        Self { status: StatusCode::BAD_REQUEST, field, message: message.into() }
    }

    /// 404: there is no such thing.
    pub(super) fn unknown(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::field(field, message) }
    }

    /// 409: it is good, but not here.
    pub(super) fn conflict(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, ..Self::field(field, message) }
    }

    pub(super) fn to_json(&self) -> Value {
        match &self.field {
            Some(field) => {
                json!({"error": {"field": field, "message": format!("{field}: {}", self.message)}})
            }
            None => json!({"error": {"message": self.message}}),
        }
    }
}

impl Asked {
    /// The body, read strictly: a field that is unknown or of the wrong type is named.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read(&self.body)
    }

    /// A number in the query; without it this one.
    pub(super) fn number(&self, key: &'static str, default: u64) -> Result<u64, Problem> {
        match self.query.get(key) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| {
                Problem::field(key, format!("{text:?} is not a whole number from 0 on"))
            }),
        }
    }
}

/// Reads a JSON object; the error names the field.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "the body must be a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        if path == "." {
            Problem::new(StatusCode::BAD_REQUEST, format!("the body: {message}"))
        } else {
            Problem::field(path, message)
        }
    })?;
    json.end().map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("the body goes on after its end: {error}"))
    })?;
    Ok(value)
}
