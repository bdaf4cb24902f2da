//! A push as JSON: the same keys in `callback listen` and `callback read`.

use serde_json::{Map, Value, json};
use wechat_events::Callback;
use wechat_events::fields::{Field, Fields};

/// `message` or `event`.
pub(super) fn kind(callback: &Callback) -> &'static str {
    if callback.header.event_name.is_some() { "event" } else { "message" }
}

/// What the platform calls it.
pub(super) fn name(callback: &Callback) -> &str {
    callback.header.event_name.as_ref().unwrap_or(&callback.header.msg_type)
}

/// The push as the program understands it.
pub(super) fn event(callback: &Callback) -> Value {
    // A map with texts as keys and without own types cannot fail.
    serde_json::to_value(&callback.event).unwrap_or(Value::Null)
}

/// All fields as texts.
pub(super) fn fields(fields: &Fields) -> Value {
    object(fields.iter())
}

fn object<'a>(fields: impl Iterator<Item = Field<'a>>) -> Value {
    let mut map = Map::new();
    for field in fields {
        let value = if field.is_empty() { Value::from(field.text()) } else { object(field.iter()) };
        match map.get_mut(field.name()) {
            None => {
                map.insert(field.name().to_owned(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    Value::Object(map)
}
