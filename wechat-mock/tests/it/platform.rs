//! Platform calls: addresses, quotas and their clearing, errors by their request id.

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::{AccountKind, REDACTED};

use crate::golden_requests::{json as fixture, shape};
use crate::rig::{DELETE, Rig, SENDALL, code, request, text, text_to_all};

const CLEAR: &str = "/cgi-bin/clear_quota";
const CLEAR_V2: &str = "/cgi-bin/clear_quota/v2";
const QUOTA_GET: &str = "/cgi-bin/openapi/quota/get";
const QUOTA_CLEAR: &str = "/cgi-bin/openapi/quota/clear";
const RID_GET: &str = "/cgi-bin/openapi/rid/get";

fn quota(rig: &Rig, path: &str) -> [u64; 3] {
    let reply = rig.call(QUOTA_GET, &json!({"cgi_path": path}));
    assert_eq!(code(&reply), 0, "{path}: {reply}");
    ["daily_limit", "used", "remain"].map(|key| reply["quota"][key].as_u64().unwrap())
}

#[test]
fn every_account_may_ask_the_platform() {
    for kind in [AccountKind::UnverifiedSubscription, AccountKind::UnverifiedService] {
        let rig = Rig::with(|b| b.settings(|s| s.account_kind = kind));
        for path in ["getcallbackip", "get_api_domain_ip"] {
            let reply = rig.get(&format!("/cgi-bin/{path}?access_token={}", rig.token()));
            assert!(!reply["ip_list"].as_array().unwrap().is_empty(), "{reply}");
            assert_eq!(code(&rig.get(&format!("/cgi-bin/{path}"))), 41001);
            assert_eq!(code(&rig.post(&format!("/cgi-bin/{path}"), &json!({}))), 43001);
        }
        let appid = json!({"appid": rig.server.app_id().as_str()});
        assert_eq!(rig.code(CLEAR, &appid), 0);
        assert_eq!(quota(&rig, "/cgi-bin/token")[0], 2000);
    }
}

#[cfg(feature = "callbacks")]
#[test]
fn a_check_of_the_callback_address_needs_one() {
    use crate::golden_platform::with_callback;
    const CHECK: &str = "/cgi-bin/callback/check";
    let rig = Rig::new();
    let body = |action: &str, operator: &str| json!({"action": action, "check_operator": operator});
    assert_eq!(rig.code(CHECK, &body("all", "DEFAULT")), 40201);
    with_callback(&rig);
    for (action, operator, file) in [
        ("all", "DEFAULT", "response"),
        ("dns", "CHINANET", "response-dns"),
        ("ping", "UNICOM", "response-ping"),
    ] {
        let wanted = fixture(&format!("token/callback-check/{file}.json"));
        assert_eq!(rig.call(CHECK, &body(action, operator)), wanted);
    }
    assert_eq!(rig.code(CHECK, &body("trace", "DEFAULT")), 40202);
    assert_eq!(rig.code(CHECK, &body("dns", "OTHER")), 40203);
    assert_eq!(rig.code(CHECK, &json!({})), 40202);
}

#[test]
fn what_is_left_is_told_and_cleared() {
    let rig = Rig::with(|b| b.followers(2).settings(|s| s.mass_calls_per_day = 3));
    assert_eq!(quota(&rig, SENDALL), [3, 0, 3]);
    for _ in 0..3 {
        rig.call(SENDALL, &json!({}));
        rig.call(DELETE, &json!({"msg_id": 1}));
    }
    assert_eq!(rig.code(SENDALL, &text_to_all("x")), 45009);
    assert_eq!((quota(&rig, SENDALL), quota(&rig, DELETE)), ([3, 3, 0], [10, 3, 7]));
    assert_eq!(rig.code(QUOTA_CLEAR, &json!({"cgi_path": SENDALL})), 0);
    assert_eq!((quota(&rig, SENDALL), quota(&rig, DELETE)), ([3, 0, 3], [10, 3, 7]));
    // Calls are cleared, not how many messages may be sent to everyone.
    assert_eq!(rig.code(SENDALL, &text_to_all("x")), 0);
    let appid = json!({"appid": rig.server.app_id().as_str()});
    assert_eq!(rig.code(CLEAR, &appid), 0);
    assert_eq!((quota(&rig, SENDALL), quota(&rig, DELETE)), ([3, 0, 3], [10, 0, 10]));
    assert_eq!(rig.code(SENDALL, &text_to_all("y")), 45028);
    // A new day.
    assert_eq!(quota(&rig, SENDALL)[1], 1);
    rig.advance(24 * 3600);
    assert_eq!(quota(&rig, SENDALL)[1], 0);
    // Only counted where the documents name no limit.
    let [limit, used, remain] = quota(&rig, "/cgi-bin/getcallbackip");
    assert_eq!((used, remain), (0, limit));
    rig.get(&format!("/cgi-bin/getcallbackip?access_token={}", rig.token()));
    assert_eq!(quota(&rig, "/cgi-bin/getcallbackip")[1], 1);
    rig.call(CLEAR, &appid);
    assert_eq!(quota(&rig, "/cgi-bin/getcallbackip")[1], 0);

    let reply = rig.call(QUOTA_GET, &json!({"cgi_path": DELETE}));
    let wanted = fixture("token/openapi-quota-get/response-quota-only.json");
    assert_eq!(shape(&reply), shape(&wanted));
    for (path, wanted) in [
        ("/cgi-bin/nothing", 76021),
        ("", 76021),
        ("/sns/userinfo", 76022),
        ("/cgi-bin/token?x=1", 76021),
        ("cgi-bin/token", 76003),
        ("https://api.weixin.qq.com/cgi-bin/token", 76003),
    ] {
        assert_eq!(rig.code(QUOTA_GET, &json!({"cgi_path": path})), wanted, "{path}");
        let wanted = if wanted == 76003 { 76021 } else { wanted };
        assert_eq!(rig.code(QUOTA_CLEAR, &json!({"cgi_path": path})), wanted, "{path}");
    }
}

#[test]
fn clearing_has_its_own_limits_by_the_month() {
    let rig = Rig::new();
    let (id, secret) = (rig.server.app_id(), rig.server.app_secret());
    let appid = json!({"appid": id.as_str()});
    let v2 = format!("{CLEAR_V2}?appid={id}&appsecret={}", secret.expose());
    let in_query = || code(&rig.answer(&request("POST", &v2, Bytes::new())));
    let in_body = json!({"appid": id.as_str(), "appsecret": secret.expose()});
    for _ in 0..4 {
        assert_eq!(rig.code(CLEAR, &appid), 0);
        assert_eq!(in_query(), 0);
    }
    assert_eq!(code(&rig.post(CLEAR_V2, &in_body)), 0);
    assert_eq!(rig.code(CLEAR, &json!({"appid": "wx0"})), 40013, "counts nothing");
    assert_eq!(rig.code(CLEAR, &json!({})), 40013);
    assert_eq!(rig.code(CLEAR, &appid), 0);
    assert_eq!([rig.code(CLEAR, &appid), in_query()], [48006; 2]);
    rig.advance(31 * 24 * 3600);
    assert_eq!(in_query(), 0);

    for (body, wanted) in [
        (json!({}), 41002),
        (json!({"appid": id.as_str()}), 41004),
        (json!({"appid": "wx0", "appsecret": "x"}), 40013),
        (json!({"appid": id.as_str(), "appsecret": "x"}), 40125),
    ] {
        assert_eq!(code(&rig.post(CLEAR_V2, &body)), wanted, "{body}");
    }
    assert_eq!(code(&rig.answer(&request("POST", CLEAR_V2, Bytes::new()))), 41002);
    // The secret of either form is kept out of the log.
    for logged in rig.server.received().iter().filter(|logged| logged.path == CLEAR_V2) {
        assert!(!logged.to_string().contains(secret.expose()), "{logged}");
    }

    let path = json!({"cgi_path": SENDALL});
    for _ in 0..50 {
        assert_eq!(rig.code(QUOTA_CLEAR, &path), 0);
    }
    assert_eq!(rig.code(QUOTA_CLEAR, &path), 45009);
    assert_eq!(rig.code(CLEAR, &appid), 0);
    assert_eq!(rig.code(QUOTA_CLEAR, &path), 45009, "not cleared by the other");
    // Two of each month's clearings were used, and fifty of the others.
    rig.server.configure(|s| (s.quota_clears_per_month, s.single_quota_clears_per_month) = (3, 51));
    assert_eq!([rig.code(QUOTA_CLEAR, &path), rig.code(QUOTA_CLEAR, &path)], [0, 45009]);
    assert_eq!([rig.code(CLEAR, &appid), rig.code(CLEAR, &appid)], [0, 48006]);
}

fn rid(reply: &Value) -> String {
    text(reply, "errmsg").rsplit(' ').next().unwrap().to_owned()
}

#[test]
fn each_error_can_be_looked_up() {
    let rig = Rig::with(|b| b.followers(2));
    let token = rig.token();
    let body = json!({"filter": {}, "msgtype": "text", "text": {"content": "\"你\""}});
    let error = rig.post_with(&token, SENDALL, &body);
    rig.advance(5);
    let found = rig.call(RID_GET, &json!({"rid": rid(&error)}));
    assert_eq!(shape(&found), shape(&fixture("token/openapi-rid-get/response.json")));
    let call = &found["request"];
    assert_eq!(call["request_url"], format!("access_token={}xxxx", &token[..7]));
    let json = |key: &str| serde_json::from_str::<Value>(call[key].as_str().unwrap()).unwrap();
    assert_eq!((json("request_body"), json("response_body")), (body, error));
    assert_eq!(call["client_ip"], "203.0.113.7");

    // Those of a fault, of an unknown path, and of a lookup itself.
    rig.server.on(DELETE).errcode(-1);
    let fault = rig.call(DELETE, &json!({}));
    rig.server.configure(|s| s.unknown_path_code = Some(40066));
    let unknown = rig.call("/cgi-bin/nothing", &json!({}));
    let lookup = rig.call(RID_GET, &json!({"rid": ""}));
    assert_eq!(code(&lookup), 76002);
    for error in [fault, unknown, lookup] {
        assert_eq!(rig.code(RID_GET, &json!({"rid": rid(&error)})), 0, "{error}");
    }
    // No secret is told.
    let mut wrong = rig.credentials();
    wrong["appid"] = json!("wx0");
    let found = rig.call(RID_GET, &json!({"rid": rid(&rig.post("/cgi-bin/stable_token", &wrong))}));
    assert!(text(&found["request"], "request_body").contains(REDACTED), "{found}");
    let url = rig.token_url().replace("appid=", "appid=x");
    let found = rig.call(RID_GET, &json!({"rid": rid(&rig.get(&url))}));
    assert!(text(&found["request"], "request_url").ends_with("&secret=xxxx"), "{found}");

    for (wrong, wanted) in
        [("x", 76002), ("6969ae35-9e543a57", 76002), ("6969ae35-9e543a57-a3edc39e", 76001)]
    {
        assert_eq!(rig.code(RID_GET, &json!({"rid": wrong})), wanted);
    }
    let week = 7 * 86_400;
    let old = rid(&rig.call(DELETE, &json!({})));
    rig.advance(week);
    assert_eq!(rig.code(RID_GET, &json!({"rid": old})), 0);
    rig.advance(1);
    assert_eq!(rig.code(RID_GET, &json!({"rid": old})), 76004);
}
