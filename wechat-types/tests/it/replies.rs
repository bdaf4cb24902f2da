//! Answers that are not what the documents show: read where that is safe, else a clear error.

use std::error::Error;

use proptest::prelude::*;
use wechat_types::codec::{Reply, ReplyError};
use wechat_types::draft::{AddDraft, Article};
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{MediaId, OpenId};
use wechat_types::mass::{Audience, Recipients, Send, SendAllResponse};
use wechat_types::mass::{GetMassStatus, SendAll};
use wechat_types::media::UploadImage;
use wechat_types::token::GetToken;

fn send(status: u16, body: &str) -> Result<SendAllResponse, ReplyError> {
    SendAll::decode(Reply::new(status, body.as_bytes()))
}

#[test]
fn harmless_variations_are_read() {
    for body in [
        r#"{"msg_id":"3147483654"}"#,
        r#"{"errcode":0.0,"errmsg":"ok","msg_id":3147483654}"#,
        r#"{"errcode":"0","msg_id":3147483654,"type":"text","new":{"field":[1]}}"#,
        "\u{feff} {\"errcode\":0,\"msg_id\":3147483654,\"msg_data_id\":null}\n",
        "{\"errcode\":0,\"errmsg\":\"o\u{1}k\",\"msg_id\":3147483654}",
    ] {
        assert_eq!(send(200, body).unwrap().msg_id.get(), 3_147_483_654, "{body}");
    }
    // The type is no help: errors and answers come as text, too.
    for kind in ["text/plain", "text/html; charset=utf-8", "application/json; encoding=utf-8", ""] {
        let reply = Reply::new(200, br#"{"msg_id":3147483654}"#).with_content_type(kind);
        assert_eq!(SendAll::decode(reply).unwrap().msg_id.get(), 3_147_483_654, "{kind}");
        let reply = Reply::new(200, br#"{"errcode":40007}"#).with_content_type(kind);
        assert!(matches!(SendAll::decode(reply), Err(ReplyError::Api(_))), "{kind}");
    }
    let broken_text = b"{\"errcode\":0,\"errmsg\":\"\xff\xfe\",\"msg_id\":3147483654}";
    assert!(SendAll::decode(Reply::new(200, broken_text)).is_ok());
}

#[test]
fn what_is_no_answer_is_told_apart() {
    let mut told = Vec::new();
    for (status, body) in [
        (200, ""),
        (200, "[]"),
        (200, "<html><body>502 Bad Gateway</body></html>"),
        (200, r#"{"errcode":0,"errmsg":"ok"}"#),
        (200, r#"{"errcode":0,"errmsg":"ok","msg_id":31474"#),
        (200, r#"{"errcode":0,"errcode":40001}"#),
        (200, r#"{"msg_id":-1}"#),
        (502, "<html>bad gateway</html>"),
        (503, r#"{"errcode":0,"msg_id":1}"#),
        (404, "not found"),
        (
            200,
            r#"{"errcode":48001.0,"errmsg":"api unauthorized hint: [x] rid: 65d8709e-495d7ac7-6d3f45f8"}"#,
        ),
        (200, r#"{"errcode":-1,"errmsg":"system error"}"#),
        (200, r#"{"errcode":123456,"errmsg":"brand new"}"#),
    ] {
        let error = send(status, body).unwrap_err();
        let source = error.source().map(|s| format!("\n  because {s}")).unwrap_or_default();
        told.push(format!("{status} {body}\n  {error}{source}"));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn hint_and_request_id_are_cut_out_and_kept() {
    for (text, message, hint, request_id) in [
        ("invalid media_id", "invalid media_id", None, None),
        ("invalid media_id rid: 6-9-a", "invalid media_id", None, Some("6-9-a")),
        ("invalid media_id hint: [zrHh]", "invalid media_id", Some("zrHh"), None),
        ("invalid media_id hints: [ zrHh ] ", "invalid media_id", Some("zrHh"), None),
        (
            "data format error hint: [k_Z] rid: 6-9-a",
            "data format error",
            Some("k_Z"),
            Some("6-9-a"),
        ),
        ("hint: [x] comes first", "hint: [x] comes first", None, None),
        ("hint: []", "", Some(""), None),
        ("]", "]", None, None),
        ("", "", None, None),
    ] {
        let body = serde_json::json!({"errcode": 40007, "errmsg": text}).to_string();
        let Err(ReplyError::Api(error)) = send(200, &body) else { panic!("{body}") };
        assert_eq!(error.message, message, "{text}");
        assert_eq!(error.hint.as_deref(), hint, "{text}");
        assert_eq!(error.request_id.as_deref(), request_id, "{text}");
    }
}

#[test]
fn an_unreadable_token_answer_does_not_show_the_token() {
    let body = br#"{"access_token":"75_verySecret","expires_in"#;
    let error = GetToken::decode(Reply::new(200, body)).unwrap_err();
    let shown = format!("{error} {error:?} {:?}", error.source().map(|s| s.to_string()));
    assert!(!shown.contains("verySecret"), "{shown}");
}

#[test]
fn one_recipient_is_refused_before_the_call() {
    let ids = |count: usize| (0..count).map(|n| OpenId::new(format!("o{n}")).unwrap()).collect();
    let error = Recipients::new(ids(1)).unwrap_err();
    insta::assert_snapshot!(error, @"would be refused with 40130 (invalid openid list size, at least two openid / openid列表至少2个): the list holds one single OpenID; a mass message goes to at least two (use preview to reach one person)");
    assert_eq!(Recipients::new(ids(0)).unwrap_err().code().unwrap().get(), 40130);
    assert!(Recipients::new(ids(2)).is_ok());
    assert!(Audience::open_ids(ids(1)).is_err());
    assert!(Audience::open_ids(ids(25_003)).is_ok());
}

#[test]
fn article_limits_are_hit_from_both_sides() {
    let article = || Article::new("t", "<p>c</p>", MediaId::new("cover").unwrap());
    type Edit = fn(&mut Article, usize);
    let cases: [(Edit, usize, i64); 6] = [
        (|a, n| a.title = "标".repeat(n), 64, 45003),
        (|a, n| a.author = Some("作".repeat(n)), 16, 45110),
        (|a, n| a.digest = Some("摘".repeat(n)), 128, 45004),
        (|a, n| a.content = "x".repeat(n), 19_999, 45008),
        (|a, n| a.content_source_url = Some("u".repeat(n)), 1024, 41039),
        // The smallest: an empty title and content.
        (
            |a, n| a.content = " ".repeat(usize::from(n > 1)) + &"x".repeat(usize::from(n <= 1)),
            1,
            44003,
        ),
    ];
    for (edit, last, code) in cases {
        let mut allowed = article();
        edit(&mut allowed, last);
        AddDraft::new(vec![allowed]).encode().unwrap();
        let mut refused = article();
        edit(&mut refused, last + 1);
        let error = AddDraft::new(vec![refused]).encode().unwrap_err();
        assert_eq!(error.code().unwrap().get(), code, "{error}");
    }
    assert!(AddDraft::new(vec![article(); 8]).encode().is_ok());
    assert!(AddDraft::new(vec![article(); 9]).encode().is_err());
    assert!(AddDraft::new(Vec::new()).encode().is_err());
}

proptest! {
    #[test]
    fn reading_never_panics(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let reply = Reply::new(status, &body);
        let _ = SendAll::decode(reply);
        let _ = Send::decode(reply);
        let _ = UploadImage::decode(reply);
        let _ = GetMassStatus::decode(reply);
        let _ = GetToken::decode(reply);
    }

    #[test]
    fn reading_json_never_panics(errcode in "[-0-9.e\"]{0,12}", id in "[-0-9.e\"a-z\\[\\]{}]{0,12}") {
        let body = format!(r#"{{"errcode":{errcode},"errmsg":"x","msg_id":{id},"msg_status":{id}}}"#);
        let reply = Reply::new(200, body.as_bytes());
        let _ = SendAll::decode(reply);
        let _ = GetMassStatus::decode(reply);
    }
}
