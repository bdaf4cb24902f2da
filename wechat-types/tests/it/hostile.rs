//! Input made to break a reader: any bytes, and JSON that is nearly right.

use proptest::prelude::*;
use serde_json::Value;
use wechat_types::codec::Reply;
use wechat_types::served::{Incoming, Served};

/// Reads a body as request and as answer; only a panic fails. What is read is written, too.
pub(crate) fn read<E: Served>(status: u16, body: &[u8]) {
    if let Ok(answer) = E::decode(Reply::new(status, body)) {
        let _ = E::encode_response(&answer);
    }
    let text = String::from_utf8_lossy(body);
    for query in [&[][..], &[("openid", &*text), ("next_openid", &text), ("lang", &text)]] {
        if let Ok(request) = E::decode_request(Incoming::new(query, body)) {
            let _ = request.encode();
            let _ = request.query();
        }
    }
}

/// A value of any type, without an end to what numbers and texts may be.
pub(crate) fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        Just(Value::Array(Vec::new())),
        Just(Value::Object(serde_json::Map::new())),
        Just(Value::from(u64::MAX)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..5).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[-o0-9a-z_.]{0,6}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
    .boxed()
}

/// Any bytes, and objects whose keys are the given ones and whose values are anything.
pub(crate) fn body(keys: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let leaf = value();
    let object = move |value: BoxedStrategy<Value>| {
        prop::collection::vec((prop::sample::select(keys), value), 0..6)
            .prop_map(|fields| fields.into_iter().map(|(key, v)| (key.to_owned(), v)).collect())
    };
    let value = leaf.prop_recursive(3, 24, 6, move |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array);
        prop_oneof![list, object(inner.boxed())]
    });
    let json = object(value.boxed()).prop_map(|value: Value| value.to_string().into_bytes());
    prop_oneof![json, prop::collection::vec(any::<u8>(), 0..200)]
}
