//! Where two requests first differ, in words.

use serde_json::Value;

use super::{Asked, Content};

/// More of a value is not shown.
const SHOWN_CHARS: usize = 80;

/// The first difference, if there is one.
pub(super) fn first(recorded: &Asked, now: &Asked) -> Option<String> {
    let texts = [
        ("its method", Some(&recorded.method), Some(&now.method)),
        ("its path", Some(&recorded.path), Some(&now.path)),
    ];
    let kinds = ("its content type", recorded.content_type.as_ref(), now.content_type.as_ref());
    let told = |(what, recorded, now): (&str, Option<&String>, Option<&String>)| {
        (recorded != now).then(|| differs(what, &shown(recorded), &shown(now)))
    };
    texts
        .into_iter()
        .find_map(told)
        .or_else(|| query(&recorded.query, &now.query))
        .or_else(|| told(kinds))
        .or_else(|| body(&recorded.body, &now.body))
}

fn query(recorded: &[(String, String)], now: &[(String, String)]) -> Option<String> {
    let longest = recorded.len().max(now.len());
    (0..longest).find_map(|index| {
        let pair = |(key, value): &(String, String)| format!("{key}={value}");
        let (recorded, now) = (recorded.get(index).map(pair), now.get(index).map(pair));
        (recorded != now)
            .then(|| differs("its query", &shown(recorded.as_ref()), &shown(now.as_ref())))
    })
}

fn body(recorded: &Content, now: &Content) -> Option<String> {
    if recorded == now {
        return None;
    }
    let (Content::Text(recorded), Content::Text(now)) = (recorded, now) else {
        return Some("its body has other bytes".to_owned());
    };
    match (serde_json::from_str(recorded), serde_json::from_str(now)) {
        // The same value in other letters is the same request.
        (Ok(recorded), Ok(now)) => value("its body", &recorded, &now),
        _ => {
            let same = recorded.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
            let rest = |text: &str| -> String { text.chars().skip(same).collect() };
            let what = format!("its body from character {} on", same + 1);
            Some(differs(&what, &shown(Some(&rest(recorded))), &shown(Some(&rest(now)))))
        }
    }
}

/// The first place where two values differ, such as `its body at .text.content`.
fn value(place: &str, recorded: &Value, now: &Value) -> Option<String> {
    match (recorded, now) {
        (Value::Object(recorded), Value::Object(now)) => {
            let keys = recorded.keys().chain(now.keys().filter(|key| !recorded.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let place = format!("{place}.{key}");
                member(&place, recorded.get(key), now.get(key))
            })
        }
        (Value::Array(recorded), Value::Array(now)) => {
            let longest = recorded.len().max(now.len());
            (0..longest).find_map(|index| {
                member(&format!("{place}[{index}]"), recorded.get(index), now.get(index))
            })
        }
        _ if recorded == now => None,
        _ => {
            let (recorded, now) = (recorded.to_string(), now.to_string());
            Some(differs(place, &cut(&recorded), &cut(&now)))
        }
    }
}

fn member(place: &str, recorded: Option<&Value>, now: Option<&Value>) -> Option<String> {
    match (recorded, now) {
        (Some(recorded), Some(now)) => value(place, recorded, now),
        _ => {
            let told = |value: Option<&Value>| {
                value.map_or_else(|| "nothing".to_owned(), |value| cut(&value.to_string()))
            };
            Some(differs(place, &told(recorded), &told(now)))
        }
    }
}

fn differs(what: &str, recorded: &str, now: &str) -> String {
    format!("{what}: recorded {recorded}, now {now}")
}

fn shown(text: Option<&String>) -> String {
    text.map_or_else(|| "nothing".to_owned(), |text| cut(&format!("{text:?}")))
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARS).collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_with_its_place() {
        for (recorded, now, expected) in [
            (r#"{"a":1,"b":[1]}"#, r#"{"b": [1], "a": 1}"#, None),
            (
                r#"{"a":{"b":[1,2]}}"#,
                r#"{"a":{"b":[1,3]}}"#,
                Some("its body.a.b[1]: recorded 2, now 3"),
            ),
            (r#"{"a":1}"#, r#"{"a":1,"k":"x"}"#, Some("its body.k: recorded nothing, now \"x\"")),
            (r#"[1,2]"#, r#"[1]"#, Some("its body[1]: recorded 2, now nothing")),
            ("春茶a", "春茶b", Some("its body from character 3 on: recorded \"a\", now \"b\"")),
        ] {
            let text = |text: &str| Content::Text(text.to_owned());
            assert_eq!(body(&text(recorded), &text(now)).as_deref(), expected);
        }
    }
}
