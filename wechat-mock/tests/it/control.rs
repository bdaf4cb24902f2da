//! The control API: what it shows, what it changes, and what it refuses.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wechat_mock::{AccountBuilder, ListenOptions, Listening, MockServer, MockServerBuilder};
use wechat_types::id::AppId;

use crate::rig::{Rig, SEND, SENDALL, text_to, text_to_all};

pub(crate) struct Control {
    pub(crate) rig: Rig,
    listening: Listening,
}

impl Control {
    pub(crate) async fn with(build: impl FnOnce(MockServerBuilder) -> MockServerBuilder) -> Self {
        Self::allowing(ListenOptions::new(), build).await
    }

    async fn allowing(
        options: ListenOptions,
        build: impl FnOnce(MockServerBuilder) -> MockServerBuilder,
    ) -> Self {
        let rig = Rig::with(build);
        let listening = rig.server.listen_with("127.0.0.1:0", options).await.unwrap();
        Self { rig, listening }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.listening.addr()
    }

    /// Where it listens can be stopped by whoever has taken this.
    pub(crate) fn split(self) -> (Rig, Listening) {
        (self.rig, self.listening)
    }

    /// Status and JSON of the answer.
    pub(crate) async fn raw(&self, line: &str, headers: &str, body: &[u8]) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.addr()).await.unwrap();
        let (host, length) = (self.addr(), body.len());
        let host =
            if headers.contains("Host:") { String::new() } else { format!("Host: {host}\r\n") };
        let head = format!(
            "{line} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses early may have closed its side already.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap_or_else(|| panic!("{line}: {answer:?}"));
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{line}: {answer:?}"));
        (status.parse().unwrap(), value)
    }

    pub(crate) async fn ask(&self, line: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.raw(line, "", body.as_bytes()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, value) = self.ask(&format!("GET {path}"), &Value::Null).await;
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    pub(crate) async fn did(&self, line: &str, body: Value) -> Value {
        let (status, value) = self.ask(line, &body).await;
        assert_eq!(status, 200, "{line}: {value}");
        value
    }

    /// All that a control call could have changed.
    async fn world(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for path in
            ["state", "faults", "settings", "followers", "tags", "quotas", "callback", "clock"]
        {
            all.push(self.get(&format!("/_mock/{path}")).await);
        }
        all.push(self.get("/_mock/accounts/wx0000000000000002/state").await);
        all
    }
}

fn two(builder: MockServerBuilder) -> MockServerBuilder {
    let second = AccountBuilder::new().app_id(AppId::new("wx0000000000000002").unwrap());
    builder.followers(3).account(second.followers(1))
}

#[tokio::test]
async fn each_account_is_shown_and_changed_by_its_name() {
    let control = Control::with(two).await;
    let server = &control.rig.server;
    let accounts = control.get("/_mock/accounts").await;
    assert_eq!(accounts["accounts"][0]["app_id"], json!(server.app_id()));
    assert_eq!(
        accounts["accounts"][1],
        json!({"app_id": "wx0000000000000002", "kind": "verified_service"})
    );
    let other = "/_mock/accounts/wx0000000000000002";
    assert_eq!(control.get(&format!("{other}/state")).await["followers"], 1);
    assert_eq!(control.get("/_mock/state").await["followers"], 3);
    control.did(&format!("POST {other}/faults"), json!({"effect": "reset"})).await;
    assert_eq!(control.get(&format!("{other}/faults")).await["faults"][0]["effect"], "reset");
    assert_eq!(control.get("/_mock/faults").await, json!({"faults": []}));
    control.did(&format!("PATCH {other}/settings"), json!({"title_limit": 64})).await;
    assert_eq!(control.get(&format!("{other}/settings")).await["title_limit"], 64);
    assert_eq!(control.get("/_mock/settings").await["title_limit"], 32);
    control.did(&format!("POST {other}/reset"), Value::Null).await;
    assert_eq!(control.get(&format!("{other}/settings")).await["title_limit"], 32);
    assert_eq!(control.get(&format!("{other}/faults")).await, json!({"faults": []}));
}

#[tokio::test]
async fn a_send_is_followed_and_everything_can_start_anew() {
    let control = Control::with(|b| {
        b.followers(2).setup(|account| {
            account.add_tag(wechat_types::id::TagId::new(101), "猫");
        })
    })
    .await;
    let rig = &control.rig;
    let fans = rig.server.followers();
    control.did("POST /_mock/verdicts", json!({"verdict": {"refused": 20001}})).await;
    let tag = json!({"id": 102, "name": "狗", "first_followers": 1});
    assert_eq!(control.did("POST /_mock/tags", tag.clone()).await, tag);
    let line = format!("PATCH /_mock/followers/{}", fans[1]);
    control.did(&line, json!({"hindrance": "refuses", "add_tags": [101], "remark": "老王"})).await;
    rig.call(SEND, &text_to(&fans, "一", None));
    rig.call(SEND, &text_to(&fans, "二", None));
    assert_eq!(control.get("/_mock/jobs").await["jobs"][0]["verdict"], json!({"refused": 20001}));
    let due = control.get("/_mock/clock").await["next_due"].as_u64().unwrap();
    assert_eq!(control.did("POST /_mock/clock", json!({"to_next_due": true})).await["now"], due);
    rig.server.due(rig.now());
    let jobs = rig.server.jobs();
    let job = control.get(&format!("/_mock/jobs/{}", jobs[1].msg_id)).await;
    assert_eq!((&job["state"], &job["counts"]["sent"]), (&json!("success"), &json!(1)), "{job}");
    let fan = control.get(&format!("/_mock/followers/{}", fans[0])).await;
    assert_eq!((&fan["inbox"], &fan["tags"]), (&json!([jobs[1].msg_id]), &json!([102])));
    let hindered = control.get(&format!("/_mock/followers/{}", fans[1])).await;
    assert_eq!((&hindered["hindrance"], &hindered["inbox"]), (&json!("refuses"), &json!([])));
    let quotas = control.get("/_mock/quotas").await;
    let send = quotas["quotas"].as_array().unwrap().iter().find(|q| q["path"] == SEND).unwrap();
    assert_eq!((&send["limit"], &send["used"]), (&json!(100), &json!(2)));
    let received = control.get("/_mock/received?after=2&bodies=1").await;
    let [token, send] = received["received"].as_array().unwrap().as_slice() else {
        panic!("{received}")
    };
    assert_eq!(token["body"]["secret"], "[redacted]");
    assert_eq!(send["query"]["access_token"], "[redacted]");
    assert_eq!((&send["body"]["text"]["content"], send["at"].is_u64()), (&json!("二"), true));
    assert_eq!(send["body"]["touser"].as_array().unwrap().len(), fans.len());
    let briefly = control.get("/_mock/received?after=2").await;
    assert_eq!(briefly["received"][0].get("body"), None);

    control.did("PUT /_mock/quotas", json!({"mass_sends_left": 0})).await;
    assert_eq!(rig.code(SEND, &text_to(&fans, "三", None)), 45028);
    let token = rig.token();
    control.did("DELETE /_mock/tokens", Value::Null).await;
    assert_eq!(crate::rig::code(&rig.post_with(&token, SEND, &json!({}))), 40001);

    control.did("POST /_mock/reset", Value::Null).await;
    assert_eq!(rig.server.followers(), fans, "the same seed");
    assert_eq!(control.get("/_mock/tags").await["tags"].as_array().unwrap().len(), 4);
    let state = control.get("/_mock/state").await;
    assert_eq!((&state["jobs"], &state["received"]), (&json!(0), &json!(0)));
    assert_eq!(crate::rig::code(&rig.send_text(&fans, "一", None)), 0);
}

/// A job of several slices, which the background task carries out in turns with the calls.
#[tokio::test]
async fn a_control_call_finds_done_what_was_due_before_it() {
    const FOLLOWERS: usize = 150_000;
    let control = Control::with(|b| b.followers(FOLLOWERS)).await;
    let sent = control.rig.call(SENDALL, &text_to_all("x"));
    let job = format!("/_mock/jobs/{}", sent["msg_id"]);
    assert_eq!(control.get(&job).await["state"], "sending");
    control.did("POST /_mock/clock", json!({"to_next_due": true})).await;
    let done = control.get(&job).await;
    assert_eq!((&done["state"], &done["counts"]["sent"]), (&json!("success"), &json!(FOLLOWERS)));

    // Due by a clock that nobody told the server of: the change comes after it.
    let last = &control.rig.server.followers()[FOLLOWERS - 1];
    control.rig.server.set_mass_quota_left(Some(1));
    control.rig.call(SENDALL, &text_to_all("y"));
    control.rig.advance(3600);
    let path = format!("PATCH /_mock/followers/{last}");
    let changed = control.did(&path, json!({"hindrance": "refuses"})).await;
    assert_eq!(changed["inbox"].as_array().unwrap().len(), 2, "{changed}");
}

#[tokio::test]
async fn faults_come_with_every_effect_and_go() {
    let control = Control::with(|b| b.followers(2)).await;
    for (number, effect) in [
        json!("refused"),
        json!("reset"),
        json!("answer_lost"),
        json!("garbled"),
        json!("stale_node"),
        json!({"errcode": {"code": -1, "after_effect": true}}),
        json!({"html": {"status": 200}}),
        json!({"cut": {"bytes": 3}}),
        json!({"delayed": {"seconds": 2.5}}),
    ]
    .into_iter()
    .enumerate()
    {
        let rule = json!({"path": SEND, "nth": 2, "times": 3, "effect": effect});
        assert_eq!(control.did("POST /_mock/faults", rule).await["id"], number + 1);
    }
    let shown = control.get("/_mock/faults").await;
    assert_eq!(shown["faults"].as_array().unwrap().len(), 9);
    assert_eq!(shown["faults"][4]["token_younger_than_seconds"], 60);
    assert_eq!(shown["faults"][4]["effect"]["errcode"]["code"], 40001);
    assert_eq!(shown["faults"][7]["effect"], json!({"cut": {"bytes": 3}}));
    assert_eq!((&shown["faults"][7]["nth"], &shown["faults"][7]["times"]), (&json!(2), &json!(3)));
    control.did("DELETE /_mock/faults/8", Value::Null).await;
    assert_eq!(control.get("/_mock/faults").await["faults"][7]["id"], 9);
    control.did("DELETE /_mock/faults", Value::Null).await;
    let html = json!({"path": SEND, "effect": {"html": {"status": 200}}});
    control.did("POST /_mock/faults", html).await;
    let path = format!("{SEND}?access_token={}", control.rig.token());
    let exchange = control.rig.exchange(&crate::rig::request("POST", &path, "{}".into()));
    let response = exchange.response.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.body().starts_with(b"<html>"));
}

#[tokio::test]
async fn bad_input_names_the_field_and_changes_nothing() {
    let control = Control::with(two).await;
    let fan = control.rig.server.followers()[0].clone();
    let before = control.world().await;
    for (line, body, status, part) in [
        (
            "POST /_mock/faults",
            json!({"effect": "explode"}),
            400,
            "effect: unknown variant `explode`",
        ),
        (
            "POST /_mock/faults",
            json!({"effect": {"errcode": {"code": "x"}}}),
            400,
            "effect.errcode.code",
        ),
        (
            "POST /_mock/faults",
            json!({"effect": {"errcode": {"code": 0}}}),
            400,
            "effect.errcode.code",
        ),
        (
            "POST /_mock/faults",
            json!({"effect": {"html": {"status": 99}}}),
            400,
            "effect.html.status",
        ),
        (
            "POST /_mock/faults",
            json!({"effect": {"delayed": {"seconds": -1}}}),
            400,
            "effect.delayed.seconds",
        ),
        ("POST /_mock/faults", json!({"effect": "reset", "nth": -1}), 400, "nth: invalid value"),
        ("POST /_mock/faults", json!({"effect": "reset", "nth": 0}), 400, "nth: "),
        ("POST /_mock/faults", json!({"effect": "reset", "times": 0}), 400, "times: "),
        (
            "POST /_mock/faults",
            json!({"effect": "stale_node", "token_younger_than_seconds": 0}),
            400,
            "token_younger_than_seconds: ",
        ),
        (
            "POST /_mock/faults",
            json!({"effect": "reset", "times": 1, "always": true}),
            400,
            "always: ",
        ),
        (
            "POST /_mock/faults",
            json!({"effect": "reset", "probability": 1.5}),
            400,
            "probability: ",
        ),
        ("POST /_mock/faults", json!({"effect": "reset", "seed": 1}), 400, "seed: "),
        (
            "POST /_mock/faults",
            json!({"effect": "reset", "path": "/cgi-bin/nowhere"}),
            400,
            "path: ",
        ),
        ("POST /_mock/faults", json!({"effect": "reset", "containing": ""}), 400, "containing: "),
        ("POST /_mock/faults", json!({"effect": "reset", "chance": 1}), 400, "chance"),
        ("POST /_mock/faults", json!({"times": 1}), 400, "missing field `effect`"),
        ("POST /_mock/faults", json!([]), 400, "the body: "),
        ("POST /_mock/faults", Value::Null, 400, "the body must be a JSON object"),
        ("DELETE /_mock/faults/77", Value::Null, 404, "id: "),
        (
            "PATCH /_mock/settings",
            json!({"title_limit": 64, "tittle_limit": 1}),
            400,
            "tittle_limit: ",
        ),
        (
            "PATCH /_mock/settings",
            json!({"title_limit": 64, "text_limit": "x"}),
            400,
            "text_limit: ",
        ),
        ("PATCH /_mock/settings", json!({"mass_quota_code": 0}), 400, "mass_quota_code: "),
        (
            "PATCH /_mock/settings",
            json!({"calls_per_day": {"/cgi-bin/typo": 1}}),
            400,
            "calls_per_day: ",
        ),
        ("PATCH /_mock/settings", json!({"key_memory": -1}), 400, "key_memory: "),
        ("PATCH /_mock/settings", json!({"account_kind": "x"}), 400, "account_kind: "),
        ("POST /_mock/clock", json!({}), 400, "exactly one of"),
        ("POST /_mock/clock", json!({"advance_seconds": 1, "to": 5}), 400, "exactly one of"),
        ("POST /_mock/clock", json!({"advance_seconds": "1"}), 400, "advance_seconds: "),
        ("POST /_mock/clock", json!({"advance_seconds": 400_000_000}), 400, "advance_seconds: "),
        ("POST /_mock/clock", json!({"to": 5}), 400, "to: "),
        ("POST /_mock/advance?seconds=x", Value::Null, 400, "seconds: "),
        ("POST /_mock/advance", Value::Null, 400, "seconds: "),
        ("POST /_mock/tags", json!({"id": 1, "name": "x"}), 400, "id: "),
        ("POST /_mock/tags", json!({"id": 101}), 400, "missing field `name`"),
        ("POST /_mock/verdicts", json!({"verdict": "maybe"}), 400, "verdict: unknown variant"),
        ("PUT /_mock/quotas", json!({}), 400, "missing field `mass_sends_left`"),
        ("PATCH /_mock/followers/nobody", json!({}), 404, "openid: "),
        ("PATCH /_mock/followers/FAN", json!({"hindrance": "asleep"}), 400, "hindrance: "),
        ("PATCH /_mock/followers/FAN", json!({"remark": "x", "add_tags": [7]}), 400, "add_tags: "),
        ("PATCH /_mock/followers/FAN", json!({"remark": "x", "add_tags": [1]}), 400, "add_tags: "),
        ("GET /_mock/inbox", Value::Null, 400, "openid: "),
        ("GET /_mock/inbox?openid=nobody", Value::Null, 404, "was never a follower"),
        (
            "GET /_mock/received?aftr=2",
            Value::Null,
            400,
            "aftr: this call takes after, limit, bodies",
        ),
        ("GET /_mock/tags?id=1", Value::Null, 400, "id: this call takes nothing in the query"),
        (
            "POST /_mock/faults",
            json!({"effect": {"errcode": 45009}}),
            400,
            "expected an object such as {\"code\": 45009}",
        ),
        ("GET /_mock/jobs/x", Value::Null, 404, "msg_id: "),
        ("GET /_mock/received?after=x", Value::Null, 400, "after: "),
        ("GET /_mock/accounts/wx9/state", Value::Null, 404, "app_id: "),
        ("POST /_mock/accounts/wx9/reset", Value::Null, 404, "app_id: "),
        ("GET /_mock/nothing", Value::Null, 404, "no control call /_mock/nothing"),
        ("GET /_mock/accounts/wx0000000000000002/clock", Value::Null, 404, "no control call"),
        ("PUT /_mock/faults", json!({}), 405, "GET, POST, DELETE"),
        ("PUT /_mock/callback", json!({"url": "http://10.0.0.1/", "token": "abc"}), 400, "url: "),
        ("PUT /_mock/callback", json!({"url": "https://localhost/", "token": "abc"}), 400, "url: "),
        (
            "PUT /_mock/callback",
            json!({"url": "http://localhost/", "token": "5ecret!"}),
            400,
            "token: ",
        ),
        (
            "PUT /_mock/callback",
            json!({"url": "http://[::1]/", "token": "abc", "mode": "safe"}),
            400,
            "encoding_aes_key: ",
        ),
        ("POST /_mock/callback-faults", json!({"effect": "eaten"}), 400, "effect: unknown variant"),
    ] {
        let (got, answer) = control.ask(&line.replace("FAN", fan.as_str()), &body).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(got == status && message.contains(part), "{line} {body}: {got} {answer}");
        assert!(!message.contains("5ecret"), "{message}");
    }
    let huge = vec![b' '; (1 << 20) + 1];
    let (status, answer) = control.raw("POST /_mock/faults", "", &huge).await;
    assert_eq!(status, 413, "{answer}");
    let (status, _) = control.raw("POST /_mock/faults", "", b"{\"effect\":\"reset\"} {}").await;
    assert_eq!(status, 400);
    assert_eq!(control.world().await, before);
}

#[tokio::test]
async fn foreign_pages_and_names_are_refused_and_a_token_is_asked_for() {
    let options = ListenOptions::new().control_token("0pen-sesame");
    assert!(!format!("{options:?}").contains("sesame"));
    let control = Control::allowing(options, two).await;
    let with = |more: &str| format!("Authorization: Bearer 0pen-sesame\r\n{more}");
    for (headers, status) in [
        (with(""), 200),
        (String::new(), 401),
        ("Authorization: Bearer wrong\r\n".to_owned(), 401),
        ("Authorization: Basic 0pen-sesame\r\n".to_owned(), 401),
        (with("Origin: http://evil.example\r\n"), 403),
        (with("Origin: null\r\n"), 403),
        (with("Host: evil.example\r\n"), 403),
        (with("Host: 127.0.0.1.evil.example:80\r\n"), 403),
        (with("Host: localhost:1\r\n"), 200),
    ] {
        let before = control.rig.server.faults_left();
        let (got, answer) =
            control.raw("POST /_mock/faults", &headers, b"{\"effect\":\"reset\"}").await;
        assert_eq!(got, status, "{headers}: {answer}");
        assert!(!answer.to_string().contains("sesame"));
        let added = control.rig.server.faults_left() - before;
        assert_eq!(added, usize::from(status == 200));
    }
    // What it is may be asked by everyone, but by no page.
    assert_eq!(control.raw("GET /_mock", "Host: evil.example\r\n", b"").await.0, 200);
    assert_eq!(control.raw("GET /_mock", "Origin: http://evil.example\r\n", b"").await.0, 403);
    let anywhere = Control::allowing(ListenOptions::new().remote_control(), two).await;
    assert_eq!(anywhere.raw("GET /_mock/state", "Host: mock.ci\r\n", b"").await.0, 200);
    assert_eq!(anywhere.raw("GET /_mock/state", "Origin: http://a\r\n", b"").await.0, 403);
}

#[tokio::test]
async fn every_setting_has_a_name_and_a_plain_value() {
    let control = Control::with(|b| b).await;
    let settings = control.get("/_mock/settings").await;
    assert_eq!(settings["key_memory"], 86_400);
    assert_eq!(settings["repeat_too_fast"], Value::Null);
    assert_eq!(
        settings["progress"],
        json!({"by_time": {"review": 2, "followers_per_minute": 800_000}})
    );
    assert!(!settings.to_string().contains("nanos"), "a span is a number of seconds");
    let before = control.rig.server.settings();
    // As it is read it can be written, name by name.
    for (name, value) in settings.as_object().unwrap() {
        control.did("PATCH /_mock/settings", json!({name: value})).await;
    }
    assert_eq!(*control.rig.server.settings(), *before);
    let all = json!({"progress": "immediate", "key_memory": 0.5, "ip_white_list": ["127.0.0.1"]});
    control.did("PATCH /_mock/settings", all).await;
    let after: std::sync::Arc<wechat_mock::Settings> = control.rig.server.settings();
    assert_eq!(after.progress, wechat_mock::JobProgress::Immediate);
    assert_eq!(after.key_memory, std::time::Duration::from_millis(500));
}

#[test]
fn a_probability_strikes_the_calls_that_its_seed_decides() {
    let struck = |seed| {
        let server = MockServer::builder().followers(2).build();
        server.on_any().probability(0.3, seed).errcode(-1);
        let now = server.manual_clock().unwrap().now();
        (0..200)
            .map(|_| {
                let request = crate::rig::request("GET", "/cgi-bin/tags/get", "".into());
                let answer = server.handle(&request, now, crate::rig::PEER).response.unwrap();
                answer.body().starts_with(b"{\"errcode\":-1,")
            })
            .collect::<Vec<bool>>()
    };
    assert_eq!(struck(1), struck(1));
    assert_ne!(struck(1), struck(2));
    let count = struck(1).iter().filter(|struck| **struck).count();
    assert!((30..=90).contains(&count), "{count} of 200");
}
