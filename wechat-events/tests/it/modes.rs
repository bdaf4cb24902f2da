//! Which pushes a parser takes in which mode, and during a change of secrets.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wechat_events::event::Event;
use wechat_events::push::{Cipher, Push, Stamp};
use wechat_events::{Callback, CallbackQuery, EventParser, ParseError, ParseErrorKind};

use crate::support::{APP_ID, KEY, app_id, builder, event, key, token};

const OTHER_KEY: &str = "zyxwvutsrqponmlkjihgfedcba9876543210ZYXWVUT";

struct Pushes {
    plain: Push,
    compatible: Push,
    safe: Push,
}

/// The same event in the three modes.
fn pushes(token_text: &str, key_text: &str) -> Pushes {
    let (token, key, app_id) = (token(token_text), key(key_text), app_id(APP_ID));
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let cipher = Cipher::new(&key, &app_id, *b"0123456789abcdef");
    let xml = event("subscribe", "<EventKey></EventKey>");
    Pushes {
        plain: stamp.plain(&xml),
        compatible: stamp.compatible(&cipher, &xml),
        safe: stamp.safe(&cipher, "gh_1", &xml),
    }
}

fn parse(parser: &EventParser, push: &Push) -> Result<Callback, ParseError> {
    parser.parse(&CallbackQuery::parse(&push.query), push.body.as_bytes())
}

fn kind(parser: &EventParser, push: &Push) -> ParseErrorKind {
    parse(parser, push).unwrap_err().kind()
}

#[test]
fn with_a_key_the_encrypted_part_counts_and_plain_is_refused() {
    let parser = builder().aes_key(key(KEY)).build();
    let pushes = pushes("tok3n", KEY);
    let callback = parse(&parser, &pushes.safe).unwrap();
    assert!(matches!(callback.event, Event::Subscribe(_)), "{callback:?}");
    assert_eq!(parse(&parser, &pushes.compatible).unwrap(), callback);
    assert_eq!(kind(&parser, &pushes.plain), ParseErrorKind::PlainRefused);

    let lenient = builder().aes_key(key(KEY)).allow_plain().build();
    assert_eq!(parse(&lenient, &pushes.plain).unwrap(), callback);
}

#[test]
fn without_a_key_the_readable_part_counts() {
    let parser = builder().build();
    let pushes = pushes("tok3n", KEY);
    let callback = parse(&parser, &pushes.plain).unwrap();
    assert_eq!(parse(&parser, &pushes.compatible).unwrap().header, callback.header);
    let error = parse(&parser, &pushes.safe).unwrap_err();
    assert_eq!(error.kind(), ParseErrorKind::MissingKey);
    assert!(error.is_verified());
}

/// Somebody who saw one safe push has a valid `signature`, and must gain nothing by it.
#[test]
fn a_safe_push_cannot_be_turned_into_a_plain_one() {
    let parser = builder().aes_key(key(KEY)).build();
    let seen = pushes("tok3n", KEY).safe;
    let (query, _) = seen.query.split_once("&encrypt_type").unwrap();
    let body = event("MASSSENDJOBFINISH", "<MsgID>1</MsgID><Status>send success</Status>");
    let refused = |query: String| {
        parser.parse(&CallbackQuery::parse(&query), body.as_bytes()).unwrap_err().kind()
    };
    for more in ["", "&encrypt_type=", "&encrypt_type=raw"] {
        assert_eq!(refused(format!("{query}{more}")), ParseErrorKind::PlainRefused);
    }
    for encrypt_type in ["AES", "aes ", "des"] {
        let query = format!("{query}&encrypt_type={encrypt_type}");
        assert_eq!(refused(query), ParseErrorKind::EncryptType);
    }
}

#[test]
fn one_signature_is_no_stand_in_for_the_other() {
    let parser = builder().aes_key(key(KEY)).build();
    let Push { query, body, .. } = pushes("tok3n", KEY).safe;
    let parsed = CallbackQuery::parse(&query);
    let mut swapped = parsed.clone();
    swapped.msg_signature = parsed.signature.clone();
    let error = parser.parse(&swapped, body.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ParseErrorKind::MsgSignature);

    let mut missing = parsed;
    missing.msg_signature = None;
    let error = parser.parse(&missing, body.as_bytes()).unwrap_err();
    assert_eq!(
        (error.kind(), error.path()),
        (ParseErrorKind::MissingParameter, Some("msg_signature"))
    );
}

#[test]
fn the_secrets_from_before_a_change_still_count() {
    let both = builder()
        .aes_key(key(KEY))
        .previous_aes_key(key(OTHER_KEY))
        .previous_token(token("0ldToken"))
        .build();
    for token in ["tok3n", "0ldToken"] {
        for key in [KEY, OTHER_KEY] {
            parse(&both, &pushes(token, key).safe).unwrap();
            parse(&both, &pushes(token, key).compatible).unwrap();
        }
    }
    assert_eq!(kind(&both, &pushes("0ther", KEY).safe), ParseErrorKind::MsgSignature);
    let new_only = builder().aes_key(key(KEY)).build();
    assert_eq!(kind(&new_only, &pushes("0ldToken", KEY).safe), ParseErrorKind::MsgSignature);
    let error = kind(&new_only, &pushes("tok3n", OTHER_KEY).safe);
    assert!(matches!(error, ParseErrorKind::Decrypt(_)), "{error:?}");
}

#[test]
fn an_address_without_echostr_is_not_answered() {
    let push = pushes("tok3n", KEY).plain;
    let query = CallbackQuery::parse(&push.query);
    let error = builder().build().verify_url(&query).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ParseErrorKind::MissingParameter, Some("echostr")));
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The pushes are signed at 1700000001.
#[test]
fn the_window_holds_at_its_edges_and_in_both_modes() {
    let parser =
        builder().aes_key(key(KEY)).allow_plain().max_age(Duration::from_secs(300)).build();
    let pushes = pushes("tok3n", KEY);
    for push in [&pushes.plain, &pushes.compatible, &pushes.safe] {
        let parse =
            |now| parser.parse_at(&CallbackQuery::parse(&push.query), push.body.as_bytes(), now);
        for inside in [1_700_000_001, 1_700_000_301, 1_699_999_701] {
            parse(at(inside)).unwrap();
        }
        let almost = Duration::from_millis(1);
        for outside in [at(1_700_000_301) + almost, at(1_699_999_701) - almost, UNIX_EPOCH] {
            let error = parse(outside).unwrap_err();
            assert_eq!(error.kind(), ParseErrorKind::Age);
            assert!(error.is_verified());
        }
    }
}

#[test]
fn a_window_is_not_forgotten_and_needs_a_signed_time() {
    let parser = builder().max_age(Duration::from_secs(300)).build();
    let push = pushes("tok3n", KEY).plain;
    assert_eq!(kind(&parser, &push), ParseErrorKind::TimeNeeded);

    // Another timestamp is another signature, whatever the time.
    let query = push.query.replace("1700000001", "1700000002");
    let error =
        parser.parse_at(&CallbackQuery::parse(&query), push.body.as_bytes(), at(1_700_000_002));
    assert_eq!(error.unwrap_err().kind(), ParseErrorKind::Signature);

    let token = token("tok3n");
    for timestamp in ["soon", "-1", "18446744073709551615", "18446744073709551616"] {
        let push = Stamp::new(&token, timestamp, "1", "o").plain(&push.body);
        let query = CallbackQuery::parse(&push.query);
        let error = parser.parse_at(&query, push.body.as_bytes(), at(0)).unwrap_err();
        assert_eq!(error.kind(), ParseErrorKind::Age, "{timestamp}");
    }

    // Without a window the time does not count.
    let query = CallbackQuery::parse(&push.query);
    builder().build().parse_at(&query, push.body.as_bytes(), UNIX_EPOCH).unwrap();
}

/// The parts of a signature are sorted before they are hashed.
#[test]
fn what_was_recorded_does_not_come_back_with_timestamp_and_nonce_exchanged() {
    let parser = builder().aes_key(key(KEY)).max_age(Duration::from_secs(300)).build();
    let (token, aes_key, app) = (token("tok3n"), key(KEY), app_id(APP_ID));
    let recorded = Stamp::new(&token, "1700000001", "1763744870", "oTESTfan").safe(
        &Cipher::new(&aes_key, &app, [3; 16]),
        "gh_1",
        &event("CLICK", "<EventKey>k</EventKey>"),
    );
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let read = |query: &str, now| {
        parser.parse_at(&CallbackQuery::parse(query), recorded.body.as_bytes(), at(now))
    };
    read(&recorded.query, 1_700_000_002).unwrap();
    let exchanged = recorded
        .query
        .replace("1700000001", "!")
        .replace("1763744870", "1700000001")
        .replace('!', "1763744870");
    assert!(exchanged.contains("timestamp=1763744870"), "{exchanged}");
    let error = read(&exchanged, 1_763_744_900).unwrap_err();
    assert_eq!((error.kind(), error.is_verified()), (ParseErrorKind::Age, true));
}
