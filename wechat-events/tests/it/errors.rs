//! What errors say, and that neither they nor the parser show a secret.

use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use wechat_events::push::{Cipher, Stamp};
use wechat_events::{CallbackQuery, ParseError, ParseErrorKind};

use crate::support::{APP_ID, KEY, app_id, builder, event, key, parse_plain, token};

const MESSAGE: &str = "verySecretMessage";

/// One error of each kind, made by the parser itself.
fn errors() -> Vec<ParseError> {
    let (token, key, app) = (token("tok3n"), key(KEY), app_id(APP_ID));
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let cipher = Cipher::new(&key, &app, [7; 16]);
    let xml = event("subscribe", &format!("<EventKey>{MESSAGE}</EventKey>"));
    let plain = stamp.plain(&xml);
    let safe = stamp.safe(&cipher, "gh_1", &xml);
    let other = app_id("wxffffffffffffffff");
    let foreign = stamp.safe(&Cipher::new(&key, &other, [7; 16]), "gh_1", &xml);
    let keyless = builder().build();
    let keyed = builder().aes_key(key.clone()).build();
    let timed = builder().max_age(Duration::from_secs(300)).build();
    let late = UNIX_EPOCH + Duration::from_secs(1_700_000_302);

    let query = |raw: &str| CallbackQuery::parse(raw);
    let field = |more: &str| parse_plain(event("MASSSENDJOBFINISH", more).as_bytes());
    let results = [
        keyless.parse(&query("signature=1&timestamp=2"), plain.body.as_bytes()),
        keyless.parse(&query("signature=1&timestamp=2&nonce=3"), plain.body.as_bytes()),
        keyed.parse(&query(&format!("{}1", safe.query)), safe.body.as_bytes()),
        timed.parse_at(&query(&plain.query), plain.body.as_bytes(), late),
        timed.parse(&query(&plain.query), plain.body.as_bytes()),
        keyed.parse(&query(&format!("{}&encrypt_type=des", plain.query)), plain.body.as_bytes()),
        keyed.parse(&query(&plain.query), plain.body.as_bytes()),
        keyless.parse(&query(&safe.query), safe.body.as_bytes()),
        keyed.parse(&query(&safe.query), plain.body.as_bytes()),
        keyed.parse(&query(&foreign.query), foreign.body.as_bytes()),
        parse_plain(format!("<xml>{MESSAGE}").as_bytes()),
        field(&format!("<Status>{MESSAGE}</Status>")),
        field(&format!("<MsgID>{MESSAGE}</MsgID><Status/>")),
    ];
    results.into_iter().map(|result| result.unwrap_err()).collect()
}

#[test]
fn each_kind_says_what_to_do() {
    let mut lines = Vec::new();
    for error in errors() {
        let source = error.source().map(|source| format!("\n  source: {source}"));
        lines.push(format!("{:?}\n  {error}{}", error.kind(), source.unwrap_or_default()));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn no_error_shows_a_secret_or_the_message() {
    let errors = errors();
    assert!(errors.iter().any(|error| matches!(error.kind(), ParseErrorKind::Decrypt(_))));
    for error in errors {
        let shown = format!("{error} {error:?} {:?}", error.source().map(ToString::to_string));
        for secret in ["tok3n", KEY, MESSAGE, "abcdef", "CDATA"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

/// Whoever reads a signature in a log can send any plain body with it.
#[test]
fn a_push_shows_no_signature() {
    let (token, key, app) = (token("tok3n"), key(KEY), app_id(APP_ID));
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let xml = event("subscribe", &format!("<EventKey>{MESSAGE}</EventKey>"));
    let cipher = Cipher::new(&key, &app, [7; 16]);
    for push in [stamp.plain(&xml), stamp.safe(&cipher, "gh_1", &xml)] {
        let query = CallbackQuery::parse(&push.query);
        let shown = format!("{push:?} {push:#?} {stamp:?} {cipher:?}");
        for secret in [query.signature, query.msg_signature].into_iter().flatten() {
            assert!(!shown.contains(&secret), "{shown}");
        }
        assert!(!shown.contains(MESSAGE) && !shown.contains("tok3n"), "{shown}");
    }
}

#[test]
fn a_parser_shows_no_secret() {
    let builder = builder()
        .aes_key(key(KEY))
        .previous_aes_key(key(&"Z".repeat(43)))
        .previous_token(token("0ldToken"));
    let shown = format!("{builder:?} {:#?}", builder.clone().build());
    assert!(shown.contains(APP_ID) && shown.contains("[redacted]"), "{shown}");
    // 105 and 183 begin the first key's bytes.
    for secret in ["tok3n", "0ldToken", KEY, "ZZZ", "105", "183"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
