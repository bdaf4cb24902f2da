//! What an answer may turn out to be instead of the call's own: a return code, or not readable.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;

use serde::Deserialize;

use crate::codec::Reply;
use crate::error_code::ErrorCode;
use crate::id::{MsgId, OpenId};

/// The platform answered with a return code other than 0.
///
/// Decide by [`code`](Self::code), never by the text: it varies and ends in changing request ids.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The return code.
    #[doc(alias = "errcode")]
    pub code: ErrorCode,
    /// The text, without hint and request id.
    #[doc(alias = "errmsg")]
    pub message: String,
    /// What older answers have for a request id, and newer ones sometimes beside it.
    pub hint: Option<String>,
    /// The request id, for `openapi/rid/get` and the platform's support.
    #[doc(alias = "rid")]
    pub request_id: Option<String>,
    /// The whole answer: some codes carry more, such as 45065 the job that already exists.
    pub body: Box<[u8]>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, text: String, body: &[u8]) -> Self {
        let (text, request_id) = match text.rsplit_once("rid: ") {
            Some((text, id)) => (text.trim_end(), Some(id.trim().to_owned())),
            None => (text.as_str(), None),
        };
        let (text, hint) = cut_hint(text);
        Self { code, message: text.to_owned(), hint, request_id, body: body.into() }
    }

    /// The job that the answer names, as 45065 (clientmsgid exist) does.
    #[doc(alias = "msg_id")]
    pub fn existing_job(&self) -> Option<MsgId> {
        #[derive(Deserialize)]
        struct Existing {
            msg_id: MsgId,
        }
        serde_json::from_slice::<Existing>(&self.body).ok().map(|existing| existing.msg_id)
    }

    /// This machine's address as the platform sees it, as 40164 (not in the white list) names it.
    pub fn refused_address(&self) -> Option<IpAddr> {
        let mut words = self.message.split(|c: char| c.is_whitespace() || c == ',');
        words.find(|word| word.eq_ignore_ascii_case("ip"))?;
        words.next()?.parse().ok()
    }

    /// The followers for whom a batch failed, as 45171 (partial failure) names them.
    #[doc(alias = "fail_openid_list")]
    pub fn failed_open_ids(&self) -> Option<Vec<OpenId>> {
        #[derive(Deserialize)]
        struct Failed {
            fail_openid_list: Vec<OpenId>,
        }
        serde_json::from_slice::<Failed>(&self.body).ok().map(|failed| failed.fail_openid_list)
    }
}

/// Cuts ` hint: […]` or ` hints: […]` off the end of a text.
fn cut_hint(text: &str) -> (&str, Option<String>) {
    let inside = text.trim_end().strip_suffix(']');
    for mark in ["hint: [", "hints: ["] {
        if let Some((text, hint)) = inside.and_then(|inside| inside.rsplit_once(mark)) {
            return (text.trim_end(), Some(hint.trim().to_owned()));
        }
    }
    (text, None)
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("hint", &self.hint)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if !self.message.is_empty() && self.code.meaning() != Some(&self.message) {
            write!(f, ", answered as: {}", self.message)?;
        }
        if let Some(hint) = &self.hint {
            write!(f, " [hint {hint}]")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " [rid {id}]")?;
        }
        Ok(())
    }
}

impl StdError for ApiError {}

/// An answer that is not the call's own.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplyError {
    /// A return code other than 0.
    Api(Box<ApiError>),
    /// A failure of HTTP: status 500 and above, or a status that explains an unreadable body.
    Status {
        /// The status.
        status: u16,
        /// The body's beginning, for a person.
        excerpt: String,
    },
    /// Not JSON, not an object, cut short, or without a field that the call must answer.
    Unreadable {
        /// The body's beginning, for a person.
        excerpt: String,
        /// What the reader met.
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
}

impl ReplyError {
    pub(crate) fn status(reply: Reply<'_>) -> Self {
        Self::Status { status: reply.status(), excerpt: excerpt(reply.body()) }
    }

    pub(crate) fn not_an_object(reply: Reply<'_>) -> Self {
        if reply.status() == 200 {
            Self::Unreadable { excerpt: excerpt(reply.body()), source: None }
        } else {
            Self::status(reply)
        }
    }

    /// A request that lacks what it must have; `problem` names no value of it.
    pub(crate) fn unusable(problem: impl Into<String>) -> Self {
        Self::Unreadable { excerpt: problem.into(), source: None }
    }

    pub(crate) fn unreadable(body: &[u8], source: serde_json::Error) -> Self {
        Self::Unreadable { excerpt: excerpt(body), source: Some(Box::new(source)) }
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Status { status, excerpt } => write!(f, "HTTP status {status}: {excerpt}"),
            Self::Unreadable { excerpt, .. } => {
                write!(f, "the answer is not the JSON that this call answers with: {excerpt}")
            }
        }
    }
}

impl StdError for ReplyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unreadable { source: Some(source), .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}

/// The beginning of a body for a person; nothing of one that may hold a token or a secret.
fn excerpt(body: &[u8]) -> String {
    const CHARS: usize = 120;
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    if body.is_empty() {
        "an empty body".to_owned()
    } else if lower.contains("token") || lower.contains("secret") {
        format!("{} bytes, not shown because they may hold a secret", body.len())
    } else {
        let start: String =
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS).collect();
        format!("{} bytes beginning {start:?}", body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refused_address_is_read_out_of_both_forms_of_40164() {
        let address = |text: &str| {
            let text = text.to_owned();
            ApiError::new(ErrorCode::IP_NOT_IN_WHITELIST, text, b"{}").refused_address()
        };
        let known = Some(IpAddr::from([203, 0, 113, 7]));
        for text in [
            "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6969a6d2-6b79c3aa-984a1230",
            "invalid ip 203.0.113.7, not in whitelist hint: [PpYYQXsH_C23pW]",
        ] {
            assert_eq!(address(text), known, "{text}");
        }
        for text in ["", "invalid ip", "invalid ip x, not in whitelist", "not in whitelist"] {
            assert_eq!(address(text), None, "{text}");
        }
    }
}
