//! Placeholders for secrets: the same on both sides, as they are numbered in the order of appearance.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Request, Response};
use serde_json::Value;

use super::{Answered, Asked, Content};
use crate::query::Query;
use crate::secrecy::{BEFORE_SECRETS, is_secret, masked_pair, quotes_a_secret};

/// A secret that is shorter is replaced where its key stands, but not looked for elsewhere: it could
/// be part of any word.
const LOOKED_FOR: usize = 8;

/// The secrets seen so far, each with its placeholder.
#[derive(Default)]
pub(super) struct Masker {
    known: BTreeMap<String, String>,
    numbers: BTreeMap<String, u32>,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masker({} secrets)", self.known.len())
    }
}

impl Masker {
    /// The request without secrets.
    pub(super) fn request(&mut self, request: &Request<Bytes>) -> Asked {
        let path = request.uri().path();
        let path = path.find("/cgi-bin/").and_then(|start| path.get(start..)).unwrap_or(path);
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let query = query
            .into_pairs()
            .map(|pair| masked_pair(pair, |name, hidden| self.placeholder(name, hidden)));
        Asked {
            query: query.collect(),
            method: request.method().to_string(),
            path: path.to_owned(),
            content_type: header(request.headers(), &CONTENT_TYPE),
            body: self.content(request.body()),
        }
    }

    /// The answer without secrets.
    pub(super) fn answer(&mut self, response: &Response<Bytes>) -> Answered {
        Answered {
            status: response.status().as_u16(),
            content_type: header(response.headers(), &CONTENT_TYPE),
            content_disposition: header(response.headers(), &CONTENT_DISPOSITION),
            body: self.content(response.body()),
        }
    }

    fn content(&mut self, body: &[u8]) -> Content {
        match std::str::from_utf8(body) {
            Ok(text) => Content::Text(self.text(text)),
            Err(_) if self.may_hold_a_secret(body) => Content::Text(withheld(body.len())),
            Err(_) => Content::Base64(BASE64.encode(body)),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut text = match serde_json::from_str::<Value>(text) {
            Ok(mut value) => {
                if self.mask(&mut value) {
                    value.to_string()
                } else {
                    text.to_owned()
                }
            }
            Err(_) if self.may_hold_a_secret(text.as_bytes()) => withheld(text.len()),
            Err(_) => text.to_owned(),
        };
        let mut known: Vec<_> = self.known.iter().filter(|(s, _)| s.len() >= LOOKED_FOR).collect();
        // Of one that is part of another, the longer goes first.
        known.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        for (secret, placeholder) in known {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), placeholder);
            }
        }
        text
    }

    /// Replaces the secrets of JSON at any depth; tells whether there were any.
    fn mask(&mut self, value: &mut Value) -> bool {
        let mut found = false;
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    let secret = match value {
                        Value::String(text) if is_secret(key) => Some(text.clone()),
                        Value::Number(number) if is_secret(key) => Some(number.to_string()),
                        _ => None,
                    };
                    if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
                        *value = Value::String(self.placeholder(key, &secret));
                        found = true;
                    } else {
                        found |= self.mask(value);
                    }
                }
            }
            Value::Array(list) => {
                for value in list {
                    found |= self.mask(value);
                }
            }
            // A query or JSON inside a text, as `rid/get` answers them.
            Value::String(text) if quotes_a_secret(text) => {
                *text = withheld(text.len());
                found = true;
            }
            _ => {}
        }
        found
    }

    fn placeholder(&mut self, key: &str, secret: &str) -> String {
        if let Some(placeholder) = self.known.get(secret) {
            return placeholder.clone();
        }
        let number = self.numbers.entry(key.to_owned()).or_insert(0);
        *number += 1;
        let placeholder = format!("recorded-{key}-{number}");
        self.known.insert(secret.to_owned(), placeholder.clone());
        placeholder
    }

    fn may_hold_a_secret(&self, body: &[u8]) -> bool {
        let lower = body.to_ascii_lowercase();
        let holds = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
        BEFORE_SECRETS.iter().any(|word| holds(word.as_bytes()))
            || self.known.keys().any(|secret| {
                let secret = secret.to_ascii_lowercase();
                secret.len() >= LOOKED_FOR && holds(secret.as_bytes())
            })
    }
}

fn withheld(length: usize) -> String {
    format!("[{length} bytes withheld: they may hold a secret]")
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The bytes of a recorded body; none: it is no base64.
pub(super) fn bytes(content: &Content) -> Option<Bytes> {
    match content {
        Content::Text(text) => Some(Bytes::from(text.clone().into_bytes())),
        Content::Base64(text) => BASE64.decode(text).ok().map(Bytes::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(masker: &mut Masker, body: &str) -> String {
        match masker.content(body.as_bytes()) {
            Content::Text(text) => text,
            Content::Base64(_) => panic!("{body}"),
        }
    }

    #[test]
    fn a_secret_has_one_placeholder_wherever_it_stands() {
        let mut masker = Masker::default();
        let request =
            Request::get("http://x/y/cgi-bin/a?access_token=75_abcdefgh&type=image&new=n");
        let asked = masker.request(&request.body(Bytes::new()).unwrap());
        assert_eq!(asked.path, "/cgi-bin/a");
        let query: Vec<String> =
            asked.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let masked = ["access_token=recorded-access_token-1", "type=image"];
        assert_eq!(query[..2], masked);
        assert_eq!(query[2], "recorded-parameter-2=recorded-parameter-1");
        for (body, masked) in [
            (r#"{"b":1, "a":"x"}"#, r#"{"b":1, "a":"x"}"#),
            (
                r#"{"errmsg":"no 75_abcdefgh here"}"#,
                r#"{"errmsg":"no recorded-access_token-1 here"}"#,
            ),
            (
                r#"{"x":[{"access_token":"t2"}]}"#,
                r#"{"x":[{"access_token":"recorded-access_token-2"}]}"#,
            ),
            (r#"{"secret":"t2"}"#, r#"{"secret":"recorded-access_token-2"}"#),
            (r#"{"errmsg":"access_token missing"}"#, r#"{"errmsg":"access_token missing"}"#),
            (
                r#"{"u":"a=b&access_token=1"}"#,
                r#"{"u":"[18 bytes withheld: they may hold a secret]"}"#,
            ),
            (r#"{"access_token":"cut"#, "[20 bytes withheld: they may hold a secret]"),
            ("<html>", "<html>"),
            ("", ""),
        ] {
            assert_eq!(text(&mut masker, body), masked);
        }
        assert_eq!(masker.content(b"\xff\x00"), Content::Base64("/wA=".to_owned()));
        let hidden = masker.content(b"\xff 75_abcdefgh");
        assert_eq!(hidden, Content::Text("[13 bytes withheld: they may hold a secret]".to_owned()));
        assert!(!format!("{masker:?}").contains("75_"));
    }
}
