//! What a call broke or kept in an odd way is said in the log and in the report.

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::{JobProgress, MaterialKind, MockServer, RecordedRequest};

use crate::rig::{PREVIEW, Rig, SEND, SENDALL, code, request, text_to, text_to_all, upload};

fn rig() -> Rig {
    Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::Immediate))
}

fn last(rig: &Rig) -> RecordedRequest {
    last_of(rig, 0)
}

/// The last request, of those after the `after`-th.
fn last_of(rig: &Rig, after: u64) -> RecordedRequest {
    rig.server.received_after(after).pop().unwrap()
}

/// `rule`, or `rule field`, or `rule field: given`.
fn broke(rig: &Rig) -> String {
    let broke = last(rig).answer.broke.unwrap();
    let parts = [Some(broke.rule.id.to_owned()), broke.field, broke.given];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" | ")
}

fn odd(rig: &Rig) -> Vec<String> {
    let findings = last(rig).answer.remarks;
    findings.into_iter().map(|f| format!("{} {}", f.rule.id, f.field.unwrap_or_default())).collect()
}

#[test]
fn a_refusal_names_the_rule_the_field_and_what_was_given() {
    let rig = rig();
    let text = |to: Value| json!({"touser": to, "msgtype": "text", "text": {"content": "x"}});
    let filter =
        |filter: Value| json!({"filter": filter, "msgtype": "text", "text": {"content": "x"}});
    for (path, body, wanted) in [
        (SEND, text(json!(["o1"])), "mass/openids-from-2 | touser | 1 given"),
        (SEND, text(json!(["o1", 2])), "mass/openids-list | touser[1] | a number"),
        (SEND, text(json!("o1")), "mass/openids-list | touser | no list"),
        (SEND, text(json!(vec!["o"; 10_001])), "mass/openids-to-10000 | touser | 10001 given"),
        (SEND, text(json!(["o1", "o2"])), "mass/openids-follow"),
        (SENDALL, filter(Value::Null), "mass/audience | filter | missing"),
        (SENDALL, filter(json!({})), "mass/audience | filter.tag_id | missing"),
        (SENDALL, filter(json!({"is_to_all": "true"})), "general/json | filter.is_to_all | a text"),
        (SENDALL, filter(json!({"tag_id": [1]})), "general/json | filter.tag_id | a list"),
        (SENDALL, filter(json!({"tag_id": 999})), "mass/tag"),
        (
            SENDALL,
            json!({"filter": {"is_to_all": true}, "msgtype": "text", "text": {"content": 1}}),
            "general/json | text.content | a number",
        ),
        (
            SENDALL,
            json!({"filter": {"is_to_all": true}, "msgtype": "voice"}),
            "mass/media-id | voice.media_id | missing",
        ),
        (PREVIEW, json!({"msgtype": "text"}), "mass/preview-openid | touser | missing"),
        ("/cgi-bin/draft/add", json!([]), "general/json | the body | a list"),
        (
            "/cgi-bin/draft/add",
            json!({"articles": [{"title": 1}]}),
            "general/json | articles[0].title | a number",
        ),
        (
            "/cgi-bin/tags/members/batchtagging",
            json!({"openid_list": [], "tagid": 1}),
            "tags/openids-to-50 | openid_list | 0 given",
        ),
        ("/cgi-bin/draft/batchget", json!({"offset": 0}), "general/count | count | missing"),
    ] {
        assert_ne!(rig.code(path, &body), 0, "{path} {body}");
        assert_eq!(broke(&rig), wanted, "{path} {body}");
    }
    // What the settings answer with another code is the same rule.
    rig.server.configure(|s| s.unknown_tag_code = -1);
    assert_eq!(rig.code(SENDALL, &filter(json!({"tag_id": 999}))), -1);
    assert_eq!(broke(&rig), "mass/tag");
}

/// Each call with every kind of bad body: no refusal goes without its rule.
#[test]
fn no_refusal_is_without_a_rule() {
    let rig = rig();
    let bodies = [
        "",
        "x",
        "[]",
        "{}",
        "null",
        r#"{"touser":[],"filter":1,"articles":[1],"openid_list":{},"tag":[],"group":1,"speed":9}"#,
        r#"{"articles":[{}],"openid_list":["x"],"tagid":5,"tag":{"id":0,"name":""},"group":{"id":9},
            "touser":"x","msgtype":"text","text":{"content":"x"},"filter":{},"msg_id":1,"rid":"x",
            "media_id":"x","index":9,"type":"x","offset":0,"count":99,"article_id":"x","appid":"x",
            "publish_id":1,"cgi_path":"x","action":"x","openid":"x","to_groupid":9,"remark":"x",
            "user_list":[{"openid":"x"}],"from_appid":"wx1","grant_type":"x","begin_openid":"x"}"#,
    ];
    let (mut refused, mut calls) = (0, 0);
    for (method, path) in MockServer::routes() {
        for token in [Some(rig.token()), Some("75_x".to_owned()), Some("%20".to_owned()), None] {
            let query = token.map_or_else(String::new, |token| format!("?access_token={token}"));
            for (method, body) in bodies.iter().map(|b| (method.as_str(), *b)).chain([("PUT", "")])
            {
                let exchange =
                    rig.exchange(&request(method, &format!("{path}{query}"), Bytes::from(body)));
                let answer = exchange.response.unwrap();
                let Ok(answer) = serde_json::from_slice::<Value>(answer.body()) else { continue };
                let recorded = last_of(&rig, calls);
                calls = recorded.number;
                assert_eq!(recorded.answer.broke.is_some(), code(&answer) != 0, "{recorded}");
                refused += u32::from(code(&answer) != 0);
            }
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn what_is_odd_is_taken_and_said() {
    let rig = rig();
    let fans = rig.server.followers();
    let json = |body: &Value| request_with(SENDALL, &rig, body, Some("application/json"));
    let of = |filter: Value| {
        rig.server.add_tag(wechat_types::id::TagId::new(7), "t");
        rig.server.tag_follower(&fans[0], wechat_types::id::TagId::new(7));
        let number = rig.server.received().len();
        let text = json!({"content": number.to_string()});
        json!({"filter": filter, "msgtype": "text", "text": text})
    };
    let plain = of(json!({"tag_id": 7}));
    for (request, wanted) in [
        (json(&plain), vec![]),
        (json(&of(json!({"group_id": 7}))), vec!["form/group-id filter.group_id"]),
        (json(&of(json!({"tag_id": "7"}))), vec!["form/id-as-text filter.tag_id"]),
        (
            json(&of(json!({"tag_id": 7, "group_id": null, "send_ignore_reprint": 1}))),
            vec!["form/empty-id filter.group_id", "form/ignored-field filter.send_ignore_reprint"],
        ),
        (request_with(SENDALL, &rig, &of(json!({"tag_id": 7})), None), vec!["form/content-type "]),
        (
            request_with(SENDALL, &rig, &of(json!({"tag_id": 7})), Some("text/5ecret; a=b")),
            vec!["form/content-type "],
        ),
        (
            request_with(
                &format!("/{SENDALL}"),
                &rig,
                &of(json!({"tag_id": 7})),
                Some("application/json"),
            ),
            vec!["form/doubled-slash "],
        ),
    ] {
        assert_eq!(code(&rig.answer(&request)), 0, "{}", last(&rig));
        assert_eq!(odd(&rig), wanted, "{}", last(&rig));
    }
    assert!(!rig.server.report().to_string().contains("5ecret"), "a kind or a size, no value");
    let mut with = of(json!({"tag_id": 7}));
    with["send_ignore_reprint"] = json!(true);
    with["clientmsg_id"] = json!("k");
    assert_eq!(code(&rig.answer(&json(&with))), 0);
    assert_eq!(odd(&rig), ["form/flag send_ignore_reprint", "form/ignored-field clientmsg_id"]);

    let image = rig.server.add_material(MaterialKind::Image);
    let mut one = text_to(&fans, "", None);
    (one["msgtype"], one["image"]) = (json!("image"), json!({"media_id": image.as_str()}));
    one.as_object_mut().unwrap().remove("text");
    assert_eq!(code(&rig.answer(&request_with(SEND, &rig, &one, Some("application/json")))), 0);
    assert_eq!(odd(&rig), ["form/single-image image.media_id"]);

    let body = r#"{"touser":"O","msgtype":"text","text":{"content":"\u4f60\n\u000a"}}"#
        .replace('O', fans[0].as_str());
    let url = format!("{PREVIEW}?access_token={}", rig.token());
    assert_eq!(code(&rig.answer(&request("POST", &url, Bytes::from(body)))), 0);
    assert_eq!(odd(&rig), ["form/content-type ", "general/raw-text "]);

    let speed = format!("/cgi-bin/message/mass/speed/get?access_token={}", rig.token());
    assert_eq!(rig.get(&speed)["speed"], 0);
    assert_eq!(odd(&rig), ["form/speed-by-get "]);

    let url = format!("/cgi-bin/media/upload?type=image&access_token={}", rig.token());
    rig.answer(&upload(&url, "C:\\\\图\\\\a.png", crate::rig::PNG));
    assert_eq!(odd(&rig), ["form/file-path media"]);
}

fn request_with(path: &str, rig: &Rig, body: &Value, kind: Option<&str>) -> http::Request<Bytes> {
    let url = format!("{path}?access_token={}", rig.token());
    let mut request = request("POST", &url, Bytes::from(body.to_string()));
    if let Some(kind) = kind {
        request.headers_mut().insert("content-type", kind.parse().unwrap());
    }
    request
}

#[test]
fn the_report_counts_calls_by_rule_and_names_the_first() {
    let rig = rig();
    let one = json!({"touser": ["o1"], "msgtype": "text", "text": {"content": "x"}});
    rig.code(SEND, &one);
    rig.code(SEND, &one);
    rig.code(SENDALL, &text_to_all(""));
    rig.server.on(SENDALL).errcode(45028);
    rig.code(SENDALL, &text_to_all("x"));
    let report = rig.server.report();
    let refused: Vec<_> =
        report.refused().map(|e| (e.finding.rule.id, e.errcode, e.times, e.first)).collect();
    let wanted =
        [("mass/openids-from-2", Some(40130), 2, 2), ("mass/text-empty", Some(44004), 1, 6)];
    assert_eq!(refused, wanted, "a fault breaks no rule:\n{report}");
    let first = report.refused().next().unwrap();
    assert_eq!((first.path.as_str(), first.finding.field.as_deref()), (SEND, Some("touser")));
    assert_eq!(
        report.odd().map(|e| (e.finding.rule.id, e.times)).collect::<Vec<_>>(),
        [("form/content-type", 8)]
    );
    assert_eq!(report.calls, 8);
    let text = report.to_string();
    assert!(text.starts_with("8 calls; rules broken: 2, kept in an odd way: 1\n"), "{text}");
    assert!(!text.contains(rig.server.app_secret().expose()), "{text}");
}
