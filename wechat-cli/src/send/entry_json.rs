//! A recorded fact as the program's other JSON has such things: calls and articles from 1, times in seconds.

use serde_json::{Map, Value};
use wechat_mass::journal::Entry;

/// A journal numbers calls, and articles to come, from 0, and has milliseconds.
pub(super) fn entry_json(entry: &Entry) -> Value {
    let is_sent = matches!(entry, Entry::Deleted { .. });
    let Ok(Value::Object(fields)) = serde_json::to_value(entry) else { return Value::Null };
    let shown = fields.into_iter().map(|(name, value)| match (name.as_str(), value.as_u64()) {
        ("chunk", Some(chunk)) => ("call".to_owned(), Value::from(chunk + 1)),
        ("article", Some(article)) if !is_sent => (name, Value::from(article + 1)),
        ("at", Some(millis)) => (name, Value::from(millis / 1000)),
        _ => (name, value),
    });
    Value::Object(shown.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use serde_json::json;

    use super::*;

    #[test]
    fn calls_count_from_one_and_times_are_seconds() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_775_000_000_999);
        let shown = entry_json(&Entry::Intent { chunk: 7, at });
        assert_eq!(shown, json!({ "entry": "intent", "call": 8, "at": 1_775_000_000 }));
        let (source, url) = ("a.jpg".to_owned(), "http://x/".to_owned());
        let shown = entry_json(&Entry::Picture { article: 0, source, url });
        assert_eq!(shown["article"], 1);
    }
}
