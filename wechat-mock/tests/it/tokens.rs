//! Lifetimes, overlaps and refusals of the two kinds of token.

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::AccountKind;

use crate::rig::{GET, Rig, code, request, text};

/// What a call with this token answers: 40059 means that the token was good.
fn with(rig: &Rig, token: &str) -> i64 {
    code(&rig.post_with(token, GET, &json!({"msg_id": 1})))
}

fn forced(rig: &Rig) -> Value {
    let mut body = rig.credentials();
    body["force_refresh"] = json!(true);
    rig.post("/cgi-bin/stable_token", &body)
}

#[test]
fn plain_tokens_overlap_for_five_minutes() {
    let rig = Rig::new();
    let first = text(&rig.get(&rig.token_url()), "access_token");
    rig.advance(100);
    let reply = rig.get(&rig.token_url());
    let second = text(&reply, "access_token");
    assert_eq!(reply["expires_in"], 7200);
    assert_ne!(first, second);
    rig.advance(299);
    assert_eq!((with(&rig, &first), with(&rig, &second)), (40059, 40059));
    rig.advance(1);
    assert_eq!((with(&rig, &first), with(&rig, &second)), (40001, 40059));
    rig.advance(6900);
    assert_eq!(with(&rig, &second), 42001);
}

#[test]
fn stable_tokens_are_repeated_and_renewed_by_the_platform() {
    let rig = Rig::new();
    let stable = || rig.post("/cgi-bin/stable_token", &rig.credentials());
    let first = text(&stable(), "access_token");
    rig.advance(6000);
    let reply = stable();
    assert_eq!(text(&reply, "access_token"), first);
    assert_eq!(reply["expires_in"], 1200);
    rig.advance(900);
    let reply = stable();
    assert_eq!(reply["expires_in"], 7200);
    assert_ne!(text(&reply, "access_token"), first);
    rig.advance(299);
    assert_eq!(with(&rig, &first), 40059);
    rig.advance(1);
    assert_eq!(with(&rig, &first), 40001);
}

#[test]
fn the_two_kinds_do_not_touch_each_other() {
    let rig = Rig::new();
    let stable = rig.token();
    let plain = text(&rig.get(&rig.token_url()), "access_token");
    forced(&rig);
    rig.get(&rig.token_url());
    assert_eq!((with(&rig, &stable), with(&rig, &plain)), (40001, 40059));
}

#[test]
fn force_kills_at_once_but_not_within_thirty_seconds() {
    let rig = Rig::new();
    let first = rig.token();
    let second = text(&forced(&rig), "access_token");
    assert_eq!((with(&rig, &first), with(&rig, &second)), (40001, 40059));
    rig.advance(29);
    let reply = forced(&rig);
    assert_eq!(
        (text(&reply, "access_token"), reply["expires_in"].clone()),
        (second.clone(), json!(7171))
    );
    rig.advance(1);
    assert_ne!(text(&forced(&rig), "access_token"), second);
    for _ in 2..20 {
        rig.advance(30);
        assert_eq!(code(&forced(&rig)), 0);
    }
    rig.advance(30);
    assert_eq!(code(&forced(&rig)), 45009);
    // The next day in Beijing.
    rig.advance(24 * 3600);
    assert_eq!(code(&forced(&rig)), 0);
}

#[test]
fn two_forced_refreshes_kill_both_overlapping_tokens() {
    let rig = Rig::new();
    let old = rig.token();
    rig.advance(6950);
    let current = rig.token();
    assert_ne!(old, current);
    rig.advance(1);
    forced(&rig);
    assert_eq!((with(&rig, &old), with(&rig, &current)), (40059, 40001));
    rig.advance(30);
    forced(&rig);
    assert_eq!(with(&rig, &old), 40001);
}

#[test]
fn revoked_malformed_missing_and_unknown_tokens() {
    let rig = Rig::new();
    let token = rig.token();
    rig.server.revoke_tokens(rig.now());
    assert_eq!(with(&rig, &token), 40001);
    assert_ne!(rig.token(), token);
    assert_eq!(with(&rig, "75_unknown"), 40001);
    assert_eq!(with(&rig, "75%20x"), 40014);
    assert_eq!(with(&rig, ""), 41001);
    assert_eq!(code(&rig.post(GET, &json!({"msg_id": 1}))), 41001);
}

#[test]
fn wrong_credentials() {
    let rig = Rig::new();
    let (id, secret) = (rig.server.app_id(), rig.server.app_secret());
    let url = |grant: &str, id: &str, secret: &str| {
        code(&rig.get(&format!("/cgi-bin/token?grant_type={grant}&appid={id}&secret={secret}")))
    };
    let grant = "client_credential";
    assert_eq!(url("password", id.as_str(), secret.expose()), 40002);
    assert_eq!(url(grant, "", secret.expose()), 41002);
    assert_eq!(url(grant, id.as_str(), ""), 41004);
    assert_eq!(url(grant, "wx0000000000000000", secret.expose()), 40013);
    assert_eq!(url(grant, id.as_str(), "wrong"), 40125);
    rig.server.configure(|s| s.wrong_secret_code = 40001);
    assert_eq!(url(grant, id.as_str(), "wrong"), 40001);
    rig.server.configure(|s| s.secret_frozen = true);
    assert_eq!(url(grant, id.as_str(), secret.expose()), 40243);

    let stable = |method: &str, body: &'static [u8]| {
        code(&rig.answer(&request(method, "/cgi-bin/stable_token", Bytes::from_static(body))))
    };
    assert_eq!(stable("GET", b""), 43002);
    assert_eq!(stable("POST", b""), 44002);
    assert_eq!(stable("POST", b"grant_type=client_credential"), 47001);
    assert_eq!(code(&rig.answer(&request("POST", &rig.token_url(), Bytes::new()))), 43001);
}

#[test]
fn addresses_outside_the_white_list_get_no_token_but_may_use_one() {
    let rig = Rig::new();
    let token = rig.token();
    rig.server.configure(|s| s.ip_white_list = Some(vec!["192.0.2.1".parse().unwrap()]));
    let reply = rig.get(&rig.token_url());
    assert_eq!(code(&reply), 40164);
    let errmsg = text(&reply, "errmsg");
    let start = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: ";
    assert!(errmsg.starts_with(start), "{errmsg}");
    assert_eq!(with(&rig, &token), 40059);
}

#[test]
fn limits_of_token_calls() {
    let rig = Rig::with(|b| {
        b.settings(|s| {
            s.tokens_per_day = 2;
            s.stable_tokens_per_minute = 2;
            s.stable_tokens_per_day = 3;
        })
    });
    let stable = || code(&rig.post("/cgi-bin/stable_token", &rig.credentials()));
    assert_eq!([stable(), stable(), stable()], [0, 0, 45011]);
    rig.advance(60);
    assert_eq!([stable(), stable()], [0, 45009]);
    let plain = || code(&rig.get(&rig.token_url()));
    assert_eq!([plain(), plain(), plain()], [0, 0, 45009]);
}

#[test]
fn kinds_of_account_may_do_different_things() {
    use AccountKind::{UnverifiedService, VerifiedService, VerifiedSubscription};
    let body = json!({"touser": ["o1", "o2"], "msgtype": "text", "text": {"content": "x"}});
    let paths = [GET, "/cgi-bin/draft/add", "/cgi-bin/message/mass/send"];
    for (kind, codes) in [
        (UnverifiedService, [48001, 48001, 48001]),
        (VerifiedSubscription, [40059, 44003, 48001]),
        (VerifiedService, [40059, 44003, 40003]),
    ] {
        let rig = Rig::with(|b| b.settings(|s| s.account_kind = kind));
        assert_eq!(paths.map(|path| rig.code(path, &body)), codes, "{kind:?}");
    }
}
