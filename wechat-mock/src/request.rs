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
use crate::secrecy::{REDACTED, masked_pair, redacted_body};

/// One request as the mock received it. The values of `access_token` and `secret` are replaced by
/// `[redacted]`, and so are unknown query keys with their values, secrets in JSON bodies and parts of
/// an upload that are or quote a secret; a body that is neither JSON nor a well-formed upload is left
/// out. Nothing else is changed: a body without secrets is kept byte by byte.
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
        let query =
            query.into_pairs().map(|pair| masked_pair(pair, |_, _| REDACTED.to_owned())).collect();
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
    let pairs = Query::parse(text).into_pairs().map(|pair| {
        let (key, value) = masked_pair(pair, |name, hidden| match name {
            "access_token" => format!("{}xxxx", hidden.chars().take(7).collect::<String>()),
            _ => "xxxx".to_owned(),
        });
        format!("{key}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The first characters of a text on one line, and whether there are more. No more of it is read than that: the
/// body of a call to ten thousand is 300 kB long.
fn beginning(text: &str, most: usize) -> (String, bool) {
    let (mut line, mut length, mut blank) = (String::new(), 0, false);
    for c in text.trim_end().chars() {
        if c.is_whitespace() {
            blank = length > 0;
            continue;
        }
        for c in blank.then_some(' ').into_iter().chain([c]) {
            if length == most {
                return (line, true);
            }
            line.push(if c.is_control() { '?' } else { c });
            length += 1;
        }
        blank = false;
    }
    (line, false)
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
                let (start, more) = beginning(text, SHOWN_CHARS);
                let more = if more { "…" } else { "" };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_on_one_line_as_far_as_it_is_shown() {
        assert_eq!(beginning(" {\n  \"a\": 1\r\t}\n", 200), ("{ \"a\": 1 }".to_owned(), false));
        assert_eq!(beginning("ab\u{7}d", 4), ("ab?d".to_owned(), false));
        assert_eq!(beginning("四个汉字 ", 4), ("四个汉字".to_owned(), false));
        assert_eq!(beginning("四个汉字 五", 5), ("四个汉字 ".to_owned(), true));
        assert_eq!(beginning("", 4), (String::new(), false));
    }
}
