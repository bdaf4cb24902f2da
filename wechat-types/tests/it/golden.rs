//! Every documented example of an endpoint, through its type and back.

use serde_json::Value;
use wechat_types::codec::{Reply, ReplyError};
use wechat_types::endpoint::{Endpoint as _, Method};
use wechat_types::served::{Incoming, Served};
use wechat_types::tag;

use crate::fixtures;

/// A place where a documented example is not what we write: a legacy shape, read and written as
/// today's.
struct Legacy {
    file: &'static str,
    /// What we write for it instead.
    written: &'static str,
    #[allow(dead_code, reason = "says why, to whoever reads the table")]
    why: &'static str,
}

/// Legacy shapes. Everything else comes back equal.
const LEGACY: &[Legacy] = &[];

#[test]
fn tags() {
    golden::<tag::CreateTag>("tags/create");
    golden::<tag::GetTags>("tags/get");
}

/// Holds one endpoint against all examples of its folder.
fn golden<E: Served>(folder: &str) {
    let index = fixtures::json("index.json");
    let entry = index.as_array().unwrap().iter().find(|entry| entry["endpoint"] == folder);
    let entry = entry.unwrap_or_else(|| panic!("{folder} is not in the index"));
    assert_eq!(entry["path"], E::SPEC.path, "{folder}");
    let method = if E::SPEC.method == Method::Get { "GET" } else { "POST" };
    assert_eq!(entry["method"], method, "{folder}");
    for file in entry["files"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        let name = file.rsplit('/').next().unwrap();
        match name.split(['-', '.']).next().unwrap() {
            "request" if name.ends_with(".json") => json_request::<E>(file),
            "request" => text_request::<E>(file),
            "response" if name.ends_with(".json") => json_response::<E>(file),
            "response" => {} // Binary answers: downloads.rs.
            "error" => error::<E>(file),
            _ => panic!("{file}: what is that?"),
        }
    }
}

fn json_request<E: Served>(file: &str) {
    let bytes = fixtures::bytes(file);
    let request = E::decode_request(Incoming::new(&[], &bytes))
        .unwrap_or_else(|e| panic!("{file}: {e}: {:?}", std::error::Error::source(&e)));
    let body = request.encode().unwrap_or_else(|e| panic!("{file}: {e}"));
    assert_eq!(body.content_type(), Some("application/json"), "{file}");
    let text = String::from_utf8(body.into_bytes()).unwrap();
    assert!(!text.contains("\\u"), "{file}: escaped text");
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written, expected(file, fixtures::json(file)), "{file}");
}

fn text_request<E: Served>(file: &str) {
    let text = String::from_utf8(fixtures::bytes(file)).unwrap();
    let facts: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(": ")).collect();
    if facts.iter().any(|(name, _)| *name == "part") {
        return; // Uploads: golden_requests.rs.
    }
    let query: Vec<(&str, &str)> = facts
        .iter()
        .filter(|(name, _)| *name == "query")
        .filter_map(|(_, value)| value.split_once('='))
        .filter(|(key, _)| *key != "access_token")
        .collect();
    let request =
        E::decode_request(Incoming::new(&query, b"")).unwrap_or_else(|e| panic!("{file}: {e}"));
    assert!(request.encode().unwrap().as_bytes().is_empty(), "{file}");
    let written = request.query();
    let written: Vec<(&str, &str)> =
        written.iter().map(|(key, value)| (*key, value.as_ref())).collect();
    assert_eq!(written, query, "{file}");
}

fn json_response<E: Served>(file: &str) {
    let bytes = fixtures::bytes(file);
    let answer = E::decode(Reply::new(200, &bytes))
        .unwrap_or_else(|e| panic!("{file}: {e}: {:?}", std::error::Error::source(&e)));
    let written = E::encode_response(&answer).unwrap_or_else(|e| panic!("{file}: {e}"));
    let mut written: Value = serde_json::from_slice(&written).unwrap();
    let mut expected = expected(file, fixtures::json(file));
    // A success may or may not say so.
    for value in [&mut written, &mut expected] {
        if value["errcode"] == 0 {
            value.as_object_mut().unwrap().remove("errcode");
            value.as_object_mut().unwrap().remove("errmsg");
        }
    }
    assert_eq!(written, expected, "{file}");
}

fn error<E: Served>(file: &str) {
    let wire = fixtures::json(file);
    let Err(ReplyError::Api(error)) = E::decode(Reply::new(200, &fixtures::bytes(file))) else {
        panic!("{file} is not read as an API error");
    };
    assert_eq!(Some(error.code.get()), wire["errcode"].as_i64(), "{file}");
}

fn expected(file: &str, value: Value) -> Value {
    match LEGACY.iter().find(|legacy| legacy.file == file) {
        Some(legacy) => serde_json::from_str(legacy.written).unwrap(),
        None => value,
    }
}
