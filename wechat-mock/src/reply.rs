//! Answers in wire form: compact JSON written by hand, errors with their ` rid` tail.

use std::fmt::Write as _;
use std::time::SystemTime;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use wechat_types::id::MsgId;

use crate::beijing::unix_seconds;
use crate::code;
use crate::random::digest;
use crate::rule::{self, Finding, Rule};

/// The answer of a call that has nothing to tell.
pub(crate) const OK: &str = "{\"errcode\":0,\"errmsg\":\"ok\"}";

/// A successful answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Json(String),
    File(Download),
}

/// A file handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Download {
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
    pub(crate) content: Bytes,
}

/// A call refused by the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    /// Instead of the usual text.
    pub(crate) text: Option<String>,
    /// The job that 45065 points to.
    pub(crate) msg_id: Option<MsgId>,
    /// Those whom 45171 names.
    pub(crate) failed: Vec<String>,
    /// The rule that was broken, where the code does not say it: some codes are settings.
    pub(crate) rule: Option<&'static Rule>,
    /// Where it was broken, and by what; never a value.
    pub(crate) field: Option<Box<str>>,
    pub(crate) given: Option<Box<str>>,
}

impl From<i64> for Refusal {
    fn from(code: i64) -> Self {
        Self {
            code,
            text: None,
            msg_id: None,
            failed: Vec::new(),
            rule: None,
            field: None,
            given: None,
        }
    }
}

impl Refusal {
    /// Refused by this rule, whatever code the settings have for it.
    pub(crate) fn by(rule: &'static Rule, code: i64) -> Self {
        Self { rule: Some(rule), ..code.into() }
    }

    /// The same, with the field in question.
    pub(crate) fn at(self, field: impl Into<Box<str>>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// The same, with what was given: a kind or a size, for values may be secrets.
    pub(crate) fn given(self, given: impl Into<Box<str>>) -> Self {
        Self { given: Some(given.into()), ..self }
    }

    /// The same, the field being one of this object.
    pub(crate) fn within(self, parent: &str) -> Self {
        let field =
            self.field.map_or_else(|| parent.into(), |key| format!("{parent}.{key}").into());
        Self { field: Some(field), ..self }
    }

    /// What the log and the report say about it.
    pub(crate) fn finding(&self, path: &str) -> Option<Finding> {
        let rule = self.rule.copied().or_else(|| rule::broken(self.code, path))?;
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Some(Finding { rule, field: text(&self.field), given: text(&self.given) })
    }
}

/// A JSON string literal.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The request id of the platform: time, then two numbers that only have to differ.
pub(crate) fn rid(now: SystemTime, number: u64) -> String {
    let seconds = unix_seconds(now);
    let mixed = digest(&[&seconds.to_le_bytes(), &number.to_le_bytes()]);
    format!("{seconds:08x}-{:08x}-{:08x}", mixed >> 32, mixed & 0xffff_ffff)
}

/// The body of an error.
pub(crate) fn error(refusal: &Refusal, rid: &str) -> String {
    let text = refusal.text.as_deref().unwrap_or(code::text(refusal.code));
    let errmsg = quoted(&format!("{text} rid: {rid}"));
    let job = refusal.msg_id.map_or_else(String::new, |id| format!(",\"msg_id\":{id}"));
    let failed = if refusal.failed.is_empty() {
        String::new()
    } else {
        let failed: Vec<String> = refusal.failed.iter().map(|openid| quoted(openid)).collect();
        format!(",\"fail_openid_list\":[{}]", failed.join(","))
    };
    format!("{{\"errcode\":{},\"errmsg\":{errmsg}{job}{failed}}}", refusal.code)
}

/// An answer as the platform sends it: status 200, whatever the body says.
pub(crate) fn json(content_type: &str, body: impl Into<Bytes>) -> http::Response<Bytes> {
    with_body(StatusCode::OK, content_type, body.into())
}

/// A file as the platform hands it out, its header spelled as in the documentation.
pub(crate) fn file(download: Download) -> http::Response<Bytes> {
    let length = download.content.len();
    let mut response = with_body(StatusCode::OK, download.content_type, download.content);
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, length.into());
    let name: String = download.name.chars().filter(|c| *c != '"' && !c.is_control()).collect();
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(value) = http::HeaderValue::from_bytes(disposition.as_bytes()) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// A gateway's answer: no JSON at all.
pub(crate) fn html(status: u16) -> http::Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n\
         <center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    with_body(status, "text/html", Bytes::from(page))
}

fn with_body(status: StatusCode, content_type: &str, body: Bytes) -> http::Response<Bytes> {
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    if let Ok(value) = http::HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}
