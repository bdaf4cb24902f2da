//! What several tests share: fixtures, an account, and fields as JSON.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use wechat_events::fields::{Field, Fields};
use wechat_events::push::Stamp;
use wechat_events::{
    Callback, CallbackQuery, CallbackToken, EncodingAesKey, EventParser, EventParserBuilder,
    ParseError,
};
use wechat_types::id::AppId;

pub(crate) const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
pub(crate) const APP_ID: &str = "wx0123456789abcdef";

pub(crate) fn app_id(text: &str) -> AppId {
    AppId::new(text).unwrap()
}

pub(crate) fn token(text: &str) -> CallbackToken {
    CallbackToken::new(text).unwrap()
}

pub(crate) fn key(text: &str) -> EncodingAesKey {
    EncodingAesKey::parse(text).unwrap()
}

pub(crate) fn builder() -> EventParserBuilder {
    EventParser::builder(app_id(APP_ID), token("tok3n"))
}

/// Sends a body through the whole parser as a plain push.
pub(crate) fn parse_plain(body: &[u8]) -> Result<Callback, ParseError> {
    let token = token("tok3n");
    let query = Stamp::new(&token, "1700000001", "987654321", "oTESTfan").plain("").query;
    builder().build().parse(&CallbackQuery::parse(&query), body)
}

/// A push of one event with more fields than the header's.
pub(crate) fn event(name: &str, more: &str) -> String {
    format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>\
         <CreateTime>1700000000</CreateTime><MsgType>event</MsgType><Event>{name}</Event>{more}</xml>"
    )
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

pub(crate) fn file(folder_name: &str, name: &str) -> Vec<u8> {
    let path = folder(folder_name).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of a folder's expected readings, without `.json`, sorted.
pub(crate) fn names(folder_name: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder(folder_name))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".body.json"))
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    names
}

pub(crate) fn json(folder_name: &str, name: &str) -> Value {
    serde_json::from_slice(&file(folder_name, &format!("{name}.json"))).unwrap()
}

/// Fields in the shape of the fixtures: texts, objects, and lists for the names that repeat.
pub(crate) fn to_json(fields: &Fields) -> Value {
    object(fields.iter())
}

fn object<'a>(fields: impl Iterator<Item = Field<'a>>) -> Value {
    let mut object = Map::new();
    for field in fields {
        let (name, value) = (field.name().to_owned(), field_to_json(field));
        if !["item", "List", "AroundBeacon", "fail_idx", "detail"].contains(&field.name()) {
            assert!(object.insert(name, value).is_none(), "{} repeats", field.name());
        } else if let Value::Array(list) = object.entry(name).or_insert(Value::Array(Vec::new())) {
            list.push(value);
        }
    }
    Value::Object(object)
}

fn field_to_json(field: Field<'_>) -> Value {
    if field.is_empty() {
        return Value::from(field.text());
    }
    assert_eq!(field.text(), "", "{} mixes text and fields", field.name());
    object(field.iter())
}

/// `null` in a JSON push is an empty text for the reader. The fixtures give one entry of a list as
/// an object where the push did.
pub(crate) fn json_expectation(value: &Value) -> Value {
    match value {
        Value::Null => Value::from(""),
        Value::Object(map) => {
            let entry = |(name, value): (&String, &Value)| {
                let value = json_expectation(value);
                let value = if name == "item" && !value.is_array() {
                    Value::Array(vec![value])
                } else {
                    value
                };
                (name.clone(), value)
            };
            Value::Object(map.iter().map(entry).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(json_expectation).collect()),
        other => other.clone(),
    }
}
