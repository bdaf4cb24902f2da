//! Strict reading of JSON bodies.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::reply::Refusal;
use crate::settings::EscapedText;

pub(super) type Object = Map<String, Value>;

/// The body as a JSON object: 44002 when empty, 47001 when it is anything else.
pub(super) fn object(body: &[u8]) -> Result<Object, Refusal> {
    if body.trim_ascii().is_empty() {
        return Err(44002.into());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(Refusal::from(47001).at("the body").given(kind(&other))),
        Err(_) => Err(Refusal::from(47001).at("the body").given("no JSON")),
    }
}

/// How a value is called in the log.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// 47001 for a field of a wrong type.
pub(super) fn wrong(key: &str, value: &Value) -> Refusal {
    Refusal::from(47001).at(key).given(kind(value))
}

/// The same, with the platform's view of `\uXXXX` escapes.
pub(super) fn object_with_text(body: &[u8], escaped: EscapedText) -> Result<Object, Refusal> {
    object(text_of(body, escaped)?.as_bytes())
}

/// The body as the platform reads its `\uXXXX` escapes: 44002 when empty, 47001 when it is no
/// UTF-8, 47002 when it has escapes and must not.
pub(super) fn text_of(body: &[u8], escaped: EscapedText) -> Result<Cow<'_, str>, Refusal> {
    if body.trim_ascii().is_empty() {
        return Err(44002.into());
    }
    let text = std::str::from_utf8(body).map_err(|_| 47001)?;
    // Most bodies have none, and a large one is not copied for nothing.
    if escaped == EscapedText::Decoded || !text.contains("\\u") {
        return Ok(Cow::Borrowed(text));
    }
    let kept = escape_escapes(body);
    if escaped == EscapedText::Refused && kept.len() != body.len() {
        return Err(47002.into());
    }
    String::from_utf8(kept).map(Cow::Owned).map_err(|_| 47001.into())
}

/// Doubles the backslash of each `\u`, so that decoding leaves the six characters as they stand.
fn escape_escapes(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        out.push(byte);
        if byte == b'\\' {
            if bytes.peek() == Some(&b'u') {
                out.push(b'\\');
            } else if let Some(escaped) = bytes.next() {
                out.push(escaped);
            }
        }
    }
    out
}

/// A text; absent and `null` are the same, another type is 47001.
pub(super) fn text<'a>(object: &'a Object, key: &str) -> Result<Option<&'a str>, Refusal> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(key, other)),
    }
}

/// A text that may be left out, as an owned one.
pub(super) fn owned(object: &Object, key: &str) -> Result<String, Refusal> {
    Ok(text(object, key)?.unwrap_or_default().to_owned())
}

/// A flag: 0, 1, `true` or `false`; absent is no.
pub(super) fn flag(object: &Object, key: &str) -> Result<bool, Refusal> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::Number(number)) => match number.as_u64() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(Refusal::from(47001).at(key).given("neither 0 nor 1")),
        },
        Some(other) => Err(wrong(key, other)),
    }
}

/// A number, as number or text. Absent, `null` and the empty text are none.
pub(super) fn number(object: &Object, key: &str) -> Result<Option<u64>, Refusal> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => {
            text.parse().map(Some).map_err(|_| Refusal::from(47001).at(key).given("no number"))
        }
        Some(Value::Number(number)) => {
            let whole = || Refusal::from(47001).at(key).given("no whole number from 0");
            number.as_u64().map(Some).ok_or_else(whole)
        }
        Some(other) => Err(wrong(key, other)),
    }
}

/// An object inside; none when absent.
pub(super) fn inner<'a>(object: &'a Object, key: &str) -> Result<Option<&'a Object>, Refusal> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(other) => Err(wrong(key, other)),
    }
}

/// Something read from an object inside, its field named with its parent's.
pub(super) fn within<T>(parent: &str, read: Result<T, Refusal>) -> Result<T, Refusal> {
    read.map_err(|refusal| refusal.within(parent))
}

/// A list of texts.
pub(super) fn texts(key: &str, list: &[Value]) -> Result<Vec<String>, Refusal> {
    let text = |(place, value): (usize, &Value)| match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(wrong(&format!("{key}[{place}]"), other)),
    };
    list.iter().enumerate().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_kept_refused_or_decoded() {
        let body = br#"{"a":"\u4f60\\u4f60\n"}"#;
        let read = |escaped| {
            let object = object_with_text(body, escaped)?;
            owned(&object, "a")
        };
        assert_eq!(read(EscapedText::KeptLiterally).unwrap(), "\\u4f60\\u4f60\n");
        assert_eq!(read(EscapedText::Decoded).unwrap(), "你\\u4f60\n");
        assert_eq!(read(EscapedText::Refused).unwrap_err().code, 47002);
    }
}
