//! What must not be seen of a request: secrets in its query, its JSON and its parts.

use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::multipart;

/// Stands for a secret.
pub const REDACTED: &str = "[redacted]";

/// Query keys whose values are shown; all others are replaced.
const SHOWN_KEYS: [&str; 8] =
    ["grant_type", "appid", "type", "media_id", "openid", "next_openid", "lang", "checkonly"];

/// Query keys of which only the name is shown. Any other name may be a token itself, whose own
/// name was left out or whose `=` was escaped.
const NAMED_KEYS: [&str; 4] = ["access_token", "secret", "appsecret", "description"];

/// Words that stand before a secret in texts that are not read.
pub(crate) const BEFORE_SECRETS: [&str; 3] = ["access_token", "secret", "aeskey"];

/// `secret`, `access_token` and all their relatives.
pub(crate) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("secret") || key.ends_with("token")
}

/// A text in which a secret's name is followed by what follows a name in a query or in JSON, such
/// as the address that openapi/quota/get is asked about.
pub(crate) fn quotes_a_secret(text: &str) -> bool {
    const AFTER_A_NAME: [char; 5] = ['=', '"', '\'', '\\', '%'];
    // Most texts are OpenIDs, ten thousand in a call: several bytes at a time, so without a way out early.
    let may_follow = |b: u8| (b == b'=') | (b == b'"') | (b == b'\'') | (b == b'\\') | (b == b'%');
    if !text.bytes().fold(false, |found, b| found | may_follow(b)) {
        return false;
    }
    let text = text.to_ascii_lowercase();
    text.contains("token=")
        || BEFORE_SECRETS.iter().any(|word| {
            let mut after =
                text.match_indices(word).filter_map(|(at, _)| text.get(at + word.len()..));
            after.any(|after| after.starts_with(AFTER_A_NAME))
        })
}

/// A pair of a query as it may be shown: `hide` gives the placeholder for what follows a name.
pub(crate) fn masked_pair(
    (key, value): (String, String),
    mut hide: impl FnMut(&str, &str) -> String,
) -> (String, String) {
    let shown = SHOWN_KEYS.contains(&key.as_str());
    let named = shown || key.is_empty() || NAMED_KEYS.contains(&key.as_str());
    let name = if named { key.as_str() } else { "parameter" };
    let value = match value.is_empty() || (shown && !quotes_a_secret(&value)) {
        true => value,
        false => hide(name, &value),
    };
    let key = if named { key } else { hide(name, &key) };
    (key, value)
}

/// The body without secrets: as it came if it has none, and not at all if nobody can tell.
pub(crate) fn redacted_body(request: &http::Request<Bytes>) -> Bytes {
    let body = request.body();
    if body.is_empty() {
        return body.clone();
    }
    match serde_json::from_slice(body) {
        Ok(Holds(false)) => body.clone(),
        Ok(Holds(true)) => {
            let mut value: Value = serde_json::from_slice(body).unwrap_or_default();
            redact(&mut value);
            Bytes::from(value.to_string())
        }
        Err(_) => multipart::without(request, |name, content| {
            is_secret(name) || std::str::from_utf8(content).is_ok_and(quotes_a_secret)
        })
        .unwrap_or_else(|| Bytes::from(format!("[{} bytes, not JSON]", body.len()))),
    }
}

/// Does JSON hold a secret, at any depth? Read without keeping any of it: it may be long.
struct Holds(bool);

impl<'de> Deserialize<'de> for Holds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Seeker)
    }
}

struct Seeker;

impl<'de> Visitor<'de> for Seeker {
    type Value = Holds;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Holds, E> {
        Ok(Holds(quotes_a_secret(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Holds, A::Error> {
        let mut found = false;
        while let Some((key, Holds(inside))) = map.next_entry::<String, Holds>()? {
            found |= inside || is_secret(&key);
        }
        Ok(Holds(found))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Holds, A::Error> {
        let mut found = false;
        while let Some(Holds(inside)) = list.next_element()? {
            found |= inside;
        }
        Ok(Holds(found))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Holds, E> {
        Ok(Holds(false))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Holds, E> {
        Ok(Holds(false))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Holds, E> {
        Ok(Holds(false))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Holds, E> {
        Ok(Holds(false))
    }

    fn visit_unit<E>(self) -> Result<Holds, E> {
        Ok(Holds(false))
    }
}

/// Replaces secrets at any depth.
fn redact(value: &mut Value) {
    match value {
        Value::String(text) if quotes_a_secret(text) => REDACTED.clone_into(text),
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                if is_secret(key) {
                    *value = Value::String(REDACTED.to_owned());
                } else {
                    redact(value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(redact),
        _ => {}
    }
}
