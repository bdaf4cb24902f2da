//! Tokens and platform calls: limits from both sides, and secrets that show on the wire only.

use std::error::Error;

use proptest::prelude::*;
use wechat_types::codec::{EncodeError, Reply, ReplyError};
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{AccessToken, AppId, AppSecret};
use wechat_types::platform::{
    CheckAction, CheckCallback, ClearApiQuota, ClearQuota, ClearQuotaBySecret, GetApiDomainIps,
    GetApiQuota, GetCallbackIps, GetRequestRecord, GetRequestRecordResponse, Operator,
};
use wechat_types::served::{Incoming, Served};
use wechat_types::token::{GetStableToken, GetToken, GetTokenResponse};

const SECRET: &str = "bd2b1aaf7ef4f09be9f52ce2d8d59967";

#[test]
fn limits_are_hit_from_both_sides() {
    let get = |path: &str| GetApiQuota::new(path).encode().map(drop);
    let clear = |path: &str| ClearApiQuota::new(path).encode().map(drop);
    let check = |action: &str, operator: &str| {
        let action = CheckAction::from(action.to_owned());
        CheckCallback::new(action, Operator::from(operator.to_owned())).encode().map(drop)
    };
    let record = |id: &str| GetRequestRecord::new(id).encode().map(drop);
    type Case = (&'static str, Result<(), EncodeError>, Result<(), EncodeError>, i64);
    let cases: [Case; 9] = [
        ("slash", get("/cgi-bin/token"), get("cgi-bin/token"), 76003),
        ("host", get("/x"), get("https://api.weixin.qq.com/x?y=1"), 76003),
        ("query", get("/cgi-bin/token"), get("/cgi-bin/token?x=1"), 76021),
        ("slash, to clear", clear("/cgi-bin/token"), clear("cgi-bin/token"), 76021),
        ("query, to clear", clear("/cgi-bin/token"), clear("/cgi-bin/token?x=1"), 76021),
        ("host, to clear", clear("/x"), clear("https://api.weixin.qq.com/x"), 76021),
        ("action", check("all", "DEFAULT"), check("any", "DEFAULT"), 40202),
        ("operator", check("dns", "CAP"), check("dns", "cap"), 40203),
        ("request id", record("6969ae35-9e543a57-a3edc39e"), record(""), 76002),
    ];
    for (what, inside, outside, code) in cases {
        assert!(inside.is_ok(), "{what}: {inside:?}");
        assert_eq!(outside.unwrap_err().code().unwrap().get(), code, "{what}");
    }
}

#[test]
fn requests_keep_their_secret_to_the_wire() {
    let (app_id, secret) = (AppId::new("wx1").unwrap(), AppSecret::new(SECRET).unwrap());
    let by_query = GetToken::new(app_id.clone(), secret.clone());
    let by_body = GetStableToken::new(app_id.clone(), secret.clone());
    let mut clear = ClearQuotaBySecret::new(app_id, secret);
    assert!(clear.query().is_empty());
    assert!(String::from_utf8_lossy(clear.encode().unwrap().as_bytes()).contains(SECRET));
    let shown = format!("{clear:?} {:?}", clear.encode().unwrap());
    clear.in_query = true;
    assert!(clear.encode().unwrap().as_bytes().is_empty());
    let shown = format!("{shown} {by_query:?} {by_body:?} {:?} {clear:?}", by_body.encode());
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn requests_that_cannot_be_read_do_not_show_their_secret() {
    let good = ["client_credential", "wx1", SECRET];
    let token = |[grant, appid, secret]: [&str; 3]| {
        let query = [("grant_type", grant), ("appid", appid), ("secret", secret)];
        GetToken::decode_request(Incoming::new(&query, b""))
    };
    assert_eq!(token(good).unwrap().app_secret.expose(), SECRET);
    let long = format!("{SECRET} {SECRET}");
    let mut errors = vec![
        token(["password", good[1], SECRET]).unwrap_err(),
        token([good[0], "", SECRET]).unwrap_err(),
        token([good[0], good[1], &long]).unwrap_err(),
        GetToken::decode_request(Incoming::new(&[("secret", SECRET)], b"")).unwrap_err(),
    ];
    for body in [
        format!(r#"{{"grant_type":"client_credential","appid":"wx1","secret":"{long}"}}"#),
        format!(r#"{{"grant_type":"{SECRET}","appid":"wx1","secret":"{SECRET}"}}"#),
        format!(r#"{{"grant_type":"client_credential","secret":"{SECRET}"}}"#),
        format!(r#"{{"appid":"wx1","appsecret":"{long}"}}"#),
        format!(r#"["{SECRET}","secret"]"#),
    ] {
        let incoming = Incoming::new(&[], body.as_bytes());
        errors.push(GetStableToken::decode_request(incoming).unwrap_err());
        errors.push(ClearQuotaBySecret::decode_request(incoming).unwrap_err());
    }
    for error in errors {
        assert!(matches!(error, ReplyError::Unreadable { .. }), "{error:?}");
        let shown = format!("{error} {error:?} {:?}", error.source().map(ToString::to_string));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn answers_show_a_token_on_the_wire_only() {
    let answer = GetTokenResponse::new(AccessToken::new("75_verySecret").unwrap(), 7200);
    let written = GetToken::encode_response(&answer).unwrap();
    let expected = r#"{"access_token":"75_verySecret","expires_in":7200}"#;
    assert_eq!(String::from_utf8(written).unwrap(), expected);
    assert!(!format!("{answer:?}").contains("verySecret"));
    let mut record = GetRequestRecordResponse::new(1);
    record.query = "access_token=75_verySecret".to_owned();
    record.request_body = format!(r#"{{"secret":"{SECRET}"}}"#);
    record.response_body = r#"{"access_token":"75_verySecret"}"#.to_owned();
    let shown = format!("{record:?}");
    assert!(!shown.contains("verySecret") && !shown.contains(SECRET), "{shown}");
}

fn read_all(query: &[(&str, &str)], body: &[u8]) {
    let (incoming, reply) = (Incoming::new(query, body), Reply::new(200, body));
    let _ = GetToken::decode_request(incoming).map(|request| request.encode());
    let _ = GetStableToken::decode_request(incoming).map(|request| request.encode());
    let _ = ClearQuotaBySecret::decode_request(incoming).map(|request| request.encode());
    let _ = ClearQuota::decode_request(incoming).map(|request| request.encode());
    let _ = CheckCallback::decode_request(incoming).map(|request| request.encode());
    let _ = GetApiQuota::decode_request(incoming).map(|request| request.encode());
    let _ = ClearApiQuota::decode_request(incoming).map(|request| request.encode());
    let _ = GetRequestRecord::decode_request(incoming).map(|request| request.encode());
    let _ = (GetStableToken::decode(reply), ClearQuota::decode(reply), GetApiQuota::decode(reply));
    let _ = (CheckCallback::decode(reply), GetRequestRecord::decode(reply));
    let _ = (GetCallbackIps::decode(reply), GetApiDomainIps::decode(reply));
}

#[test]
fn a_token_in_a_path_is_not_repeated() {
    let path = "/cgi-bin/draft/add?access_token=75_verySecret";
    for error in [
        GetApiQuota::new(path).encode().unwrap_err(),
        ClearApiQuota::new(path).encode().unwrap_err(),
    ] {
        let text = format!("{error} {error:?}");
        assert!(text.contains("/cgi-bin/draft/add"), "{text}");
        assert!(!text.contains("verySecret"), "{text}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(
        body in prop::collection::vec(any::<u8>(), 0..200),
        query in prop::collection::vec(("grant_type|appid|secret|appsecret", ".{0,20}"), 0..4),
    ) {
        let query: Vec<(&str, &str)> =
            query.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        read_all(&query, &body);
    }

    #[test]
    fn reading_json_never_panics(value in r#"[-0-9.e"a-z\[\]{}:,]{0,14}|null|true|"[a-z]{0,3}""#) {
        let body = format!(
            r#"{{"grant_type":"client_credential","appid":{value},"secret":{value},"appsecret":{value},"force_refresh":{value},"action":{value},"check_operator":{value},"cgi_path":{value},"rid":{value},"ip_list":{value},"quota":{value},"rate_limit":{value},"request":{value},"dns":{value},"ping":{value},"access_token":{value},"expires_in":{value}}}"#
        );
        read_all(&[], body.as_bytes());
    }
}
