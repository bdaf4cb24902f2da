//! What must not be seen of a request: secrets in its query, its JSON and its parts.

use bytes::Bytes;
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
    let text = text.to_ascii_lowercase();
    text.contains("token=")
        || BEFORE_SECRETS.iter().any(|word| {
            let mut after =
                text.match_indices(word).filter_map(|(at, _)| text.get(at + word.len()..));
            after.any(|after| after.starts_with(['=', '"', '\'', '\\', '%']))
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
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            if redact(&mut value) {
                Bytes::from(value.to_string())
            } else {
                body.clone()
            }
        }
        Err(_) => multipart::without(request, |name, content| {
            is_secret(name) || std::str::from_utf8(content).is_ok_and(quotes_a_secret)
        })
        .unwrap_or_else(|| Bytes::from(format!("[{} bytes, not JSON]", body.len()))),
    }
}

/// Replaces secrets at any depth; tells whether there were any.
fn redact(value: &mut Value) -> bool {
    let mut found = false;
    match value {
        Value::String(text) if quotes_a_secret(text) => {
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
