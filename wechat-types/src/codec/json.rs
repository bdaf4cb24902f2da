//! JSON bodies: strict on the way out, tolerant of what the platform really answers on the way in.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ApiError, Body, EncodeError, Reply, ReplyError};
use crate::error_code::ErrorCode;

/// Writes a request. Non-ASCII text goes out raw, never as `\uXXXX` (40033, 47002).
pub(crate) fn encode(request: &impl Serialize) -> Result<Body, EncodeError> {
    let bytes = serde_json::to_vec(request).map_err(EncodeError::json)?;
    Ok(Body::new("application/json", bytes))
}

/// Writes an object whose first entry's value is JSON already. The rest is an object that is not empty.
pub(crate) fn encode_after(
    name: &str,
    value: &[u8],
    rest: &impl Serialize,
) -> Result<Body, EncodeError> {
    let rest = serde_json::to_string(rest).map_err(EncodeError::json)?;
    let rest = rest.strip_prefix('{').unwrap_or_default();
    let before = format!("{{\"{name}\":");
    Ok(Body::new("application/json", [before.as_bytes(), value, b",", rest.as_bytes()].concat()))
}

/// Writes an answer's body, for whatever stands in for the platform.
pub(crate) fn answer(answer: &impl Serialize) -> Result<Vec<u8>, EncodeError> {
    serde_json::to_vec(answer).map_err(EncodeError::json)
}

/// The answer of a call that only succeeds or fails.
#[derive(Serialize)]
pub(crate) struct Done {
    errcode: i64,
    errmsg: &'static str,
}

/// `{"errcode":0,"errmsg":"ok"}`
pub(crate) const DONE: Done = Done { errcode: 0, errmsg: "ok" };

/// Reads the answer of a call that only succeeds or fails.
pub(crate) fn decode_done(reply: Reply<'_>) -> Result<(), ReplyError> {
    decode::<serde::de::IgnoredAny>(reply).map(|_| ())
}

/// Reads a request's body, which must be an object.
pub(crate) fn read_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReplyError> {
    if body.trim_ascii().first() != Some(&b'{') {
        return Err(ReplyError::not_an_object(Reply::new(200, body)));
    }
    serde_json::from_slice(body).map_err(|e| ReplyError::unreadable(body, e))
}

/// What every answer may carry. Absent means success.
#[derive(Deserialize)]
struct Verdict {
    errcode: Option<ErrorCode>,
    errmsg: Option<String>,
}

/// Reads an answer: an object without a return code, or with 0, is the call's own answer.
pub(crate) fn decode<T: DeserializeOwned>(reply: Reply<'_>) -> Result<T, ReplyError> {
    if reply.status() >= 500 {
        return Err(ReplyError::status(reply));
    }
    // A derived struct would take `[]` for an object without fields, that is, for success.
    let body = reply.body();
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if body.first() != Some(&b'{') {
        return Err(ReplyError::not_an_object(reply));
    }
    match read(body) {
        Err(ReplyError::Unreadable { .. }) => {}
        verdict => return verdict,
    }
    // Control characters and invalid UTF-8 inside strings do occur; only what failed is cleaned.
    match clean(body) {
        Cow::Borrowed(_) => read(body),
        Cow::Owned(text) => read(text.as_bytes()),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReplyError> {
    let verdict: Verdict =
        serde_json::from_slice(body).map_err(|e| ReplyError::unreadable(body, e))?;
    match verdict.errcode {
        Some(code) if !code.is_ok() => Err(ReplyError::Api(Box::new(ApiError::new(
            code,
            verdict.errmsg.unwrap_or_default(),
            body,
        )))),
        _ => serde_json::from_slice(body).map_err(|e| ReplyError::unreadable(body, e)),
    }
}

fn clean(body: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(body);
    if text.contains(|c: char| c.is_control()) {
        Cow::Owned(text.replace(|c: char| c.is_control(), " "))
    } else {
        text
    }
}
