//! The documentation's errors of mass/delete, of the speed and of the platform calls.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::golden_errors::{with_body, with_field};
use crate::rig::{DELETE, Rig, SENDALL, mpnews_to_all, request};

const RID: &str = "6969ae35-9e543a57-a3edc39e";

/// A callback address, so that there is something to check; without the feature there never is.
pub(crate) fn with_callback(rig: &Rig) {
    #[cfg(feature = "callbacks")]
    rig.server.set_callback(Some(wechat_mock::CallbackTarget::plain(
        "http://127.0.0.1/wx",
        crate::callbacks::token(),
    )));
    #[cfg(not(feature = "callbacks"))]
    let _ = rig;
}

/// A good request of one of these endpoints; `None`: of another.
pub(crate) fn good(rig: &Rig, name: &str) -> Option<http::Request<Bytes>> {
    let get = |path: &str| {
        let url = format!("/cgi-bin/{path}?access_token={}", rig.token());
        Some(request("GET", &url, Bytes::new()))
    };
    let (path, body) = match name {
        "mass/delete" => {
            let draft = rig.server.add_draft();
            let id = rig.call(SENDALL, &mpnews_to_all(draft.as_str(), "k"))["msg_id"].clone();
            (DELETE, json!({"msg_id": id}))
        }
        "mass/speed-get" => ("/cgi-bin/message/mass/speed/get", json!({})),
        "mass/speed-set" => ("/cgi-bin/message/mass/speed/set", json!({"speed": 1})),
        "token/getcallbackip" => return get("getcallbackip"),
        "token/get-api-domain-ip" => return get("get_api_domain_ip"),
        "token/callback-check" => {
            with_callback(rig);
            let body = json!({"action": "all", "check_operator": "DEFAULT"});
            ("/cgi-bin/callback/check", body)
        }
        "token/clear-quota" => {
            ("/cgi-bin/clear_quota", json!({"appid": rig.server.app_id().as_str()}))
        }
        "token/clear-quota-v2" => {
            let (id, secret) = (rig.server.app_id(), rig.server.app_secret());
            let body = json!({"appid": id.as_str(), "appsecret": secret.expose()});
            ("/cgi-bin/clear_quota/v2", body)
        }
        "token/openapi-quota-get" => ("/cgi-bin/openapi/quota/get", json!({"cgi_path": SENDALL})),
        "token/openapi-quota-clear" => {
            ("/cgi-bin/openapi/quota/clear", json!({"cgi_path": SENDALL}))
        }
        "token/openapi-rid-get" => {
            rig.server.add_past_error(RID, rig.now());
            ("/cgi-bin/openapi/rid/get", json!({"rid": RID}))
        }
        _ => return None,
    };
    let url = format!("{path}?access_token={}", rig.token());
    Some(request("POST", &url, Bytes::from(body.to_string())))
}

/// Makes the good request one that this error answers; `false`: by no rule of this file.
pub(crate) fn spoil(rig: &Rig, r: &mut http::Request<Bytes>, name: &str, code: i64) -> bool {
    match (name, code) {
        ("mass/delete", 40008) => {
            let id = rig.send_text(&rig.server.followers(), "x", None)["msg_id"].clone();
            with_body(r, |b| b["msg_id"] = id);
        }
        ("mass/delete", 40059) => with_body(r, |b| b["msg_id"] = json!(1)),
        ("mass/delete", 40060) => with_body(r, |b| b["article_idx"] = json!(2)),
        ("mass/delete", 40065) => assert_eq!(rig.answer(r)["errcode"], 0),
        ("mass/delete", 45009) => rig.server.configure(|s| s.deletes_per_day = 0),
        ("mass/speed-set", 45083) => with_body(r, |b| b["speed"] = json!(5)),
        ("mass/speed-set", 45084) => with_body(r, |b| b["speed"] = Value::Null),
        #[cfg(feature = "callbacks")]
        ("token/callback-check", 40201) => rig.server.set_callback(None),
        ("token/callback-check", 40202) => with_field(r, "action", "x"),
        ("token/callback-check", 40203) => with_field(r, "check_operator", "x"),
        ("token/clear-quota" | "token/clear-quota-v2", 48006) => {
            rig.server.configure(|s| s.quota_clears_per_month = 0);
        }
        ("token/clear-quota-v2", 40125) => with_field(r, "appsecret", "wrong"),
        ("token/clear-quota-v2", 41004) => with_field(r, "appsecret", ""),
        ("token/openapi-quota-clear", 45009) => {
            rig.server.configure(|s| s.single_quota_clears_per_month = 0);
        }
        ("token/openapi-quota-get", 76003) => with_field(r, "cgi_path", "cgi-bin/token"),
        (_, 76021) => with_field(r, "cgi_path", "/cgi-bin/nothing"),
        (_, 76022) => with_field(r, "cgi_path", "/sns/userinfo"),
        ("token/openapi-rid-get", 76001) => with_field(r, "rid", "6969ae36-9e543a57-a3edc39e"),
        ("token/openapi-rid-get", 76002) => with_field(r, "rid", "x"),
        ("token/openapi-rid-get", 76004) => {
            let eight_days = std::time::Duration::from_secs(8 * 86_400);
            rig.server.add_past_error(RID, rig.now() - eight_days);
        }
        _ => return false,
    }
    true
}
