//! What the mock remembers of the requests it was sent, without secrets.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use serde_json::Value;

use crate::fault::ConnectionFault;
use crate::query::Query;
#[cfg(feature = "server")]
use crate::reply::quoted;
use crate::rule::Finding;

/// Query keys whose values are shown; all others are replaced.
const SHOWN_KEYS: [&str; 8] =
    ["grant_type", "appid", "type", "media_id", "openid", "next_openid", "lang", "checkonly"];

/// Stands for a secret.
pub const REDACTED: &str = "[redacted]";

/// One request as the mock received it. The values of `access_token`, `secret` and all unknown
/// query keys are replaced by `[redacted]`, likewise secrets in JSON bodies; a body that is neither
/// JSON nor an upload is left out. Nothing else is changed: a body without secrets is kept byte by
/// byte.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Running number, from 1.
    pub number: u64,
    /// When it arrived.
    pub at: SystemTime,
    /// The method.
    pub method: http::Method,
    /// The path as sent, up to the first character that no call has in its path: who mistypes the
    /// `?` puts a token there.
    pub path: String,
    /// The query, decoded and redacted, in the order sent.
    pub query: Vec<(String, String)>,
    /// The body, redacted.
    pub body: Bytes,
    /// What the mock did with it.
    pub answer: RecordedAnswer,
}

/// What the mock did with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedAnswer {
    /// The HTTP status; none when no answer was made.
    pub status: Option<u16>,
    /// The `errcode`, when the answer carried one other than 0.
    pub errcode: Option<i64>,
    /// The connection's failure.
    pub fault: Option<ConnectionFault>,
    /// The rule that the call broke; none when it was accepted, or when a fault answered it.
    pub broke: Option<Finding>,
    /// What is odd about the call although the mock takes it, such as that the platform has closed
    /// it.
    pub remarks: Vec<Finding>,
}

/// Letters, digits and `/_-.~` are all that the paths of calls and of the control API are made of.
fn shown_path(path: &str) -> String {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || "/_-.~".contains(c);
    match path.find(|c| !is_usual(c)) {
        Some(end) => format!("{}{REDACTED}", path.get(..end).unwrap_or_default()),
        None => path.to_owned(),
    }
}

impl RecordedRequest {
    pub(crate) fn new(number: u64, at: SystemTime, request: &http::Request<Bytes>) -> Self {
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let query = query
            .into_pairs()
            .map(|(key, value)| {
                let shown = is_shown(&key) || value.is_empty();
                (key, if shown { value } else { REDACTED.to_owned() })
            })
            .collect();
        Self {
            number,
            at,
            method: request.method().clone(),
            path: shown_path(request.uri().path()),
            query,
            body: redacted_body(request),
            answer: RecordedAnswer::default(),
        }
    }

    /// As the control route tells it: one JSON object.
    #[cfg(feature = "server")]
    pub(crate) fn to_json(&self) -> String {
        let RecordedAnswer { status, errcode, fault, broke, remarks } = &self.answer;
        let mut answer = Vec::new();
        answer.extend(status.map(|status| format!("\"status\":{status}")));
        answer.extend(errcode.map(|code| format!("\"errcode\":{code}")));
        answer.extend(fault.map(|fault| format!("\"fault\":{}", quoted(&format!("{fault:?}")))));
        answer.extend(broke.as_ref().map(|broke| format!("\"broke\":{}", broke.to_json())));
        if !remarks.is_empty() {
            let remarks: Vec<String> = remarks.iter().map(Finding::to_json).collect();
            answer.push(format!("\"remarks\":[{}]", remarks.join(",")));
        }
        format!(
            "{{\"number\":{},\"method\":{},\"path\":{},\"answer\":{{{}}},\"line\":{}}}",
            self.number,
            quoted(self.method.as_str()),
            quoted(&self.path),
            answer.join(","),
            quoted(&self.to_string())
        )
    }

    /// The body as JSON; `Null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// A query as openapi/rid/get shows it: of a token only the beginning, no other secrets.
pub(crate) fn masked_query(text: &str) -> String {
    let pairs = Query::parse(text).into_pairs().map(|(key, value)| {
        if key == "access_token" {
            let start: String = value.chars().take(7).collect();
            format!("{key}={start}xxxx")
        } else if is_shown(&key) || value.is_empty() {
            format!("{key}={value}")
        } else {
            format!("{key}=xxxx")
        }
    });
    pairs.collect::<Vec<_>>().join("&")
}

pub(crate) fn redacted_body(request: &http::Request<Bytes>) -> Bytes {
    let body = request.body();
    if body.is_empty() {
        return body.clone();
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            if redact(&mut value) {
                Bytes::from(value.to_string())
            } else {
                body.clone()
            }
        }
        // JSON that calls itself an upload is no file.
        Err(_) if is_upload(request) => body.clone(),
        Err(_) => Bytes::from(format!("[{} bytes, not JSON]", body.len())),
    }
}

fn is_upload(request: &http::Request<Bytes>) -> bool {
    let kind = request.headers().get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

/// `secret`, `access_token` and all their relatives.
pub(crate) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("secret") || key.ends_with("token")
}

/// The values of this query key hold no secret.
pub(crate) fn is_shown(key: &str) -> bool {
    SHOWN_KEYS.contains(&key)
}

/// Replaces secrets at any depth; tells whether there were any.
fn redact(value: &mut Value) -> bool {
    let mut found = false;
    match value {
        // An address with its query, such as openapi/quota/get is asked about.
        Value::String(text) if text.contains("token=") || text.contains("secret=") => {
            REDACTED.clone_into(text);
            found = true;
        }
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                if is_secret(key) {
                    *value = Value::String(REDACTED.to_owned());
                    found = true;
                } else {
                    found |= redact(value);
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                found |= redact(value);
            }
        }
        _ => {}
    }
    found
}

/// One line: method, path, redacted query, the body's beginning, and what came of it.
impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_CHARS: usize = 200;
        write!(f, "#{} {} {}", self.number, self.method, self.path)?;
        for (i, (key, value)) in self.query.iter().enumerate() {
            write!(f, "{}{key}={}", if i == 0 { '?' } else { '&' }, value.escape_debug())?;
        }
        match std::str::from_utf8(&self.body) {
            Ok("") => {}
            // One line, whatever the body holds.
            Ok(text) if !text.contains("\r\n") => {
                let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let mut chars = line.chars();
                let start: String = chars.by_ref().take(SHOWN_CHARS).collect();
                let more = if chars.next().is_some() { "…" } else { "" };
                let start: String =
                    start.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
                write!(f, " {start}{more}")?;
            }
            _ => write!(f, " [{} bytes]", self.body.len())?,
        }
        f.write_str(" ->")?;
        if let Some(status) = self.answer.status {
            write!(f, " {status}")?;
        }
        if let Some(code) = self.answer.errcode {
            write!(f, " errcode {code}")?;
        }
        if let Some(fault) = self.answer.fault {
            write!(f, " {fault:?}")?;
        }
        if let Some(broke) = &self.answer.broke {
            write!(f, " (broke {broke})")?;
        }
        for remark in &self.answer.remarks {
            write!(f, " (odd: {remark})")?;
        }
        Ok(())
    }
}
