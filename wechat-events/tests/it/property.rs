//! Properties: the cipher is its own inverse, nothing panics, no changed byte passes.

use proptest::prelude::*;
use wechat_events::crypto::{DecryptErrorKind, decrypt, encrypt};
use wechat_events::event::Event;
use wechat_events::push::{Cipher, Stamp};
use wechat_events::{CallbackQuery, ParseErrorKind};

use crate::support::{APP_ID, KEY, app_id, builder, event, key, parse_plain, token};

#[test]
fn every_length_comes_back() {
    let (key, app_id) = (key(KEY), app_id(APP_ID));
    for length in 0..=200_u8 {
        let message: Vec<u8> = (0..length).collect();
        let text = encrypt(&key, [length; 16], &message, &app_id);
        assert_eq!(decrypt(&key, &text, &app_id).unwrap(), message);
        // Base64 of a multiple of 32 bytes.
        assert_eq!(text.trim_end_matches('=').len() * 3 / 4 % 32, 0, "{length}");
    }
}

/// A change is refused by the signature, wherever it is: before anything is decrypted.
#[test]
fn no_changed_byte_passes() {
    let (token, key, app_id) = (token("tok3n"), key(KEY), app_id(APP_ID));
    let parser = builder().aes_key(key.clone()).build();
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let push = stamp.safe(&Cipher::new(&key, &app_id, [9; 16]), "gh_1", &event("x", ""));
    let query = CallbackQuery::parse(&push.query);
    parser.parse(&query, push.body.as_bytes()).unwrap();

    let start = push.body.find("<Encrypt><![CDATA[").unwrap() + "<Encrypt><![CDATA[".len();
    let end = push.body.find("]]></Encrypt>").unwrap();
    for at in start..end {
        let mut body = push.body.clone().into_bytes();
        body[at] = if body[at] == b'A' { b'B' } else { b'A' };
        let error = parser.parse(&query, &body).unwrap_err();
        assert_eq!(error.kind(), ParseErrorKind::MsgSignature, "byte {at}");
    }

    let good = query.msg_signature.clone().unwrap();
    for at in 0..good.len() {
        let mut digits = good.clone().into_bytes();
        digits[at] = if digits[at] == b'0' { b'1' } else { b'0' };
        let mut query = query.clone();
        query.msg_signature = Some(String::from_utf8(digits).unwrap());
        let error = parser.parse(&query, push.body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ParseErrorKind::MsgSignature, "digit {at}");
    }
}

/// The query's other parts, in both modes: a changed one is refused by the signature that covers it.
#[test]
fn no_changed_parameter_passes() {
    let (token, key, app_id) = (token("tok3n"), key(KEY), app_id(APP_ID));
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let safe = stamp.safe(&Cipher::new(&key, &app_id, [9; 16]), "gh_1", &event("x", ""));
    let plain = stamp.plain(&event("x", ""));
    let both = [
        (
            builder().aes_key(key.clone()).build(),
            safe,
            "msg_signature",
            ParseErrorKind::MsgSignature,
        ),
        (builder().build(), plain, "signature", ParseErrorKind::Signature),
    ];
    for (parser, push, signature, kind) in both {
        let mut refused = 0;
        for name in ["timestamp", "nonce", signature] {
            // With an `&` before it, no name ends another one.
            let start =
                format!("&{}", push.query).find(&format!("&{name}=")).unwrap() + name.len() + 1;
            let length = push.query[start..].find('&').unwrap_or(push.query.len() - start);
            for at in start..start + length {
                let mut query = push.query.clone().into_bytes();
                query[at] = if query[at] == b'7' { b'8' } else { b'7' };
                let query = CallbackQuery::parse(std::str::from_utf8(&query).unwrap());
                let error = parser.parse(&query, push.body.as_bytes()).unwrap_err();
                assert_eq!(error.kind(), kind, "{name} at {at}");
                refused += 1;
            }
        }
        // Ten digits, nine digits, forty digits.
        assert_eq!(refused, 59);
    }
}

#[test]
fn no_other_app_id_passes() {
    let key = key(KEY);
    for at in 0..APP_ID.len() {
        let mut other = APP_ID.as_bytes().to_vec();
        other[at] ^= 1;
        let other = app_id(std::str::from_utf8(&other).unwrap());
        let text = encrypt(&key, [3; 16], b"message", &other);
        let error = decrypt(&key, &text, &app_id(APP_ID)).unwrap_err();
        assert_eq!(error.kind(), DecryptErrorKind::AppId, "byte {at}");
        assert_eq!(decrypt(&key, &text, &other).unwrap(), b"message");
    }
    for other in [&APP_ID[1..], &APP_ID[..17], "x", "wx0123456789abcdef0"] {
        let text = encrypt(&key, [3; 16], b"message", &app_id(other));
        let error = decrypt(&key, &text, &app_id(APP_ID)).unwrap_err();
        assert_eq!(error.kind(), DecryptErrorKind::AppId, "{other}");
    }
}

#[test]
fn long_messages_come_back() {
    let (key, app_id) = (key(KEY), app_id(APP_ID));
    for length in [1000, 65_535, 65_536, 300_000] {
        let message: Vec<u8> = (0..length).map(|at: u32| at.wrapping_mul(97) as u8).collect();
        let text = encrypt(&key, [5; 16], &message, &app_id);
        assert_eq!(decrypt(&key, &text, &app_id).unwrap(), message);
    }
}

/// Pieces of XML in any order reach more of the reader than random bytes do.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<xml>",
        "</xml>",
        "<a>",
        "</a>",
        "<a/>",
        "<![CDATA[",
        "]]>",
        "&lt;",
        "&#0;",
        "&x;",
        "&",
        "<!--",
        "-->",
        "<?xml?>",
        "<?",
        "?>",
        "<!DOCTYPE",
        " b=\"\"",
        "<",
        ">",
        "中",
        " ",
        "\n",
        "<MsgType>event</MsgType>",
        "<Event>MASSSENDJOBFINISH</Event>",
        "<ToUserName>t</ToUserName>",
        "<FromUserName>f</FromUserName>",
        "<CreateTime>1</CreateTime>",
        "<MsgID>1</MsgID>",
        "<Status/>",
        "<CopyrightCheckResult>",
        "</CopyrightCheckResult>",
        "<ResultList>",
        "</ResultList>",
        "<item>",
        "</item>",
        "<Count>",
        "</Count>",
        "<ArticleUrlResult>",
        "</ArticleUrlResult>",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| format!("<xml>{}</xml>", pieces.concat()))
}

/// The numbers of an article's originality check.
const ITEM_NUMBERS: [&str; 7] = [
    "ArticleIdx",
    "UserDeclareState",
    "AuditState",
    "OriginalArticleType",
    "CanReprint",
    "NeedReplaceContent",
    "NeedShowReprintSource",
];

proptest! {
    #[test]
    fn any_bytes_are_an_answer(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_plain(&body);
    }

    #[test]
    fn any_pieces_of_xml_are_an_answer(body in pieces()) {
        let _ = parse_plain(body.as_bytes());
    }

    #[test]
    fn any_query_is_an_answer(query in "\\PC{0,80}", body in pieces()) {
        let query = CallbackQuery::parse(&query);
        let parser = builder().aes_key(key(KEY)).build();
        prop_assert!(parser.verify_url(&query).is_err());
        prop_assert!(parser.parse(&query, body.as_bytes()).is_err());
    }

    /// With the right signature, so that decrypting and parsing are reached.
    #[test]
    fn any_encrypted_message_is_an_answer(message in pieces(), random: [u8; 16]) {
        let (token, key, app_id) = (token("tok3n"), key(KEY), app_id(APP_ID));
        let stamp = Stamp::new(&token, "1", "2", "o");
        let push = stamp.safe(&Cipher::new(&key, &app_id, random), "gh_1", &message);
        let parser = builder().aes_key(key.clone()).build();
        let result = parser.parse(&CallbackQuery::parse(&push.query), push.body.as_bytes());
        prop_assert!(result.is_ok() || result.is_err_and(|error| error.is_verified()));
    }

    /// Any bytes as ciphertext: decrypting must refuse or succeed, never panic.
    #[test]
    fn any_ciphertext_is_an_answer(text in "[A-Za-z0-9+/]{0,200}={0,2}") {
        let _ = decrypt(&key(KEY), &text, &app_id(APP_ID));
    }

    #[test]
    fn any_message_comes_back(message in prop::collection::vec(any::<u8>(), 0..500), random: [u8; 16]) {
        let (key, app_id) = (key(KEY), app_id(APP_ID));
        let text = encrypt(&key, random, &message, &app_id);
        prop_assert_eq!(decrypt(&key, &text, &app_id).unwrap(), message);
    }
    /// Whatever stands in an item, in whatever order and how often: of each name the first counts.
    #[test]
    fn the_first_of_a_name_counts_in_any_order(
        fields in prop::collection::vec((0..ITEM_NUMBERS.len() + 1, 0..9_u64), 0..14),
    ) {
        let name = |of: usize| ITEM_NUMBERS.get(of).copied().unwrap_or("Unknown");
        let item: String =
            fields.iter().map(|(of, number)| format!("<{0}>{number}</{0}>", name(*of))).collect();
        let more = format!(
            "<MsgID>1</MsgID><Status>send success</Status><CopyrightCheckResult><ResultList>\
             <item>{item}</item></ResultList></CopyrightCheckResult>"
        );
        let callback = parse_plain(event("MASSSENDJOBFINISH", &more).as_bytes()).unwrap();
        let Event::MassSendJobFinish(report) = callback.event else { panic!("another event") };
        let item = &report.copyright.unwrap().items[0];
        let first = |of: usize| Some(fields.iter().find(|(field, _)| *field == of)?.1);
        let numbers =
            [item.article_index, item.user_declare_state, item.audit_state, item.original_article_type];
        prop_assert_eq!(numbers, [first(0), first(1), first(2), first(3)]);
        let flags = [item.can_reprint, item.need_replace_content, item.need_show_reprint_source];
        let first_flag = |of: usize| first(of).map(|number| number != 0);
        prop_assert_eq!(flags, [first_flag(4), first_flag(5), first_flag(6)]);
    }
}
