//! Every documented return code: its example is read, and no code is without one.

use std::collections::BTreeSet;

use wechat_types::codec::{Reply, ReplyError};
use wechat_types::endpoint::Endpoint;
use wechat_types::error_code::ErrorCode;
use wechat_types::tag::DeleteTag;

use crate::fixtures;

/// Answers with the texts of the platform's own table.
fn examples() -> Vec<String> {
    let text = String::from_utf8(fixtures::bytes("codes.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn each_code_has_an_example_that_is_read() {
    let mut seen = BTreeSet::new();
    for example in examples() {
        let wire: serde_json::Value = serde_json::from_str(&example).unwrap();
        let code = ErrorCode::new(wire["errcode"].as_i64().unwrap());
        assert!(seen.insert(code), "twice: {example}");
        let text = wire["errmsg"].as_str().unwrap();
        assert_eq!(code.wire_text(), Some(text), "{example}");
        match DeleteTag::decode(Reply::new(200, example.as_bytes())) {
            Ok(()) => assert!(code.is_ok(), "{example}"),
            Err(ReplyError::Api(error)) => {
                assert_eq!((error.code, error.message.as_str()), (code, text), "{example}");
                assert!(code.class().is_some(), "{example}");
            }
            Err(error) => panic!("{example}: {error}"),
        }
    }
    let all: BTreeSet<ErrorCode> = ErrorCode::all().collect();
    assert_eq!(seen, all, "codes without an example, or examples without a code");
}
