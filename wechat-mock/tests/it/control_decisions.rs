//! What people decide, over the control API: confirmations, the website, originals, publications.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wechat_mock::{CallbackTarget, JobProgress};

use crate::callbacks::token;
use crate::control::Control;
use crate::rig::{SENDALL, text_to_all};

async fn control() -> Control {
    Control::with(|b| b.followers(3).settings(|s| s.progress = JobProgress::Immediate)).await
}

#[tokio::test]
async fn the_administrator_confirms_or_refuses() {
    let control = control().await;
    control.rig.server.configure(|s| s.mass_protection = true);
    control.rig.server.set_mass_quota_left(Some(2));
    for (approved, state) in [(true, "success"), (false, "fail")] {
        let sent = control.rig.call(SENDALL, &text_to_all(state))["msg_id"].clone();
        let job = control.get(&format!("/_mock/jobs/{sent}")).await;
        assert_eq!((&job["waiting"], &job["reported"]), (&json!(true), &Value::Null), "{job}");
        let word = json!({"msg_id": sent, "approved": approved});
        control.did("POST /_mock/confirmations", word.clone()).await;
        let job = control.get(&format!("/_mock/jobs/{sent}")).await;
        assert_eq!((&job["waiting"], &job["state"]), (&json!(false), &json!(state)), "{job}");
        let (status, again) = control.ask("POST /_mock/confirmations", &word).await;
        assert_eq!((status, again["error"]["message"].is_string()), (409, true), "{again}");
    }
    let nobody = json!({"msg_id": 1, "approved": true});
    assert_eq!(control.ask("POST /_mock/confirmations", &nobody).await.0, 404);
}

#[tokio::test]
async fn somebody_sends_on_the_website_and_reprints() {
    let control = control().await;
    let send = "POST /_mock/website-sends";
    let draft = control.rig.server.add_draft();
    let title = control.get("/_mock/drafts").await["drafts"][0]["titles"][0].clone();
    let original =
        json!({"title": title, "can_reprint": false, "url": "http://mp.weixin.qq.com/o"});
    control.did("POST /_mock/originals", original).await;
    for wrong in [
        json!({"text": "x"}),
        json!({"text": "x", "everyone": false}),
        json!({"text": "x", "everyone": true, "tag_id": 2}),
        json!({"everyone": true}),
        json!({"text": "x", "draft": draft.as_str(), "everyone": true}),
    ] {
        assert_eq!(control.ask(send, &wrong).await.0, 400, "{wrong}");
    }
    assert!(control.rig.server.jobs().is_empty());
    let sent = control.did(send, json!({"draft": draft.as_str(), "everyone": true})).await;
    let job = control.get(&format!("/_mock/jobs/{}", sent["msg_id"])).await;
    assert_eq!((&job["from_website"], &job["check_state"]), (&json!(true), &json!(3)), "{job}");
    let reprint =
        json!({"article": 1, "original": "http://mp.weixin.qq.com/o", "can_reprint": false});
    assert_eq!(job["reprints"], json!([reprint]));
    let (status, refused) = control.ask(send, &json!({"text": "x", "tag_id": 999})).await;
    assert_eq!(status, 409);
    assert!(refused["error"]["message"].as_str().unwrap().ends_with("40152"), "{refused}");
}

#[tokio::test]
async fn publications_are_listed_ended_and_banned() {
    let control = control().await;
    let publish = || {
        let draft = control.rig.server.add_draft();
        control.rig.call("/cgi-bin/freepublish/submit", &json!({"media_id": draft.as_str()}));
    };
    let next = json!({"status": {"originality_failed": [1]}});
    control.did("POST /_mock/publish-statuses", next).await;
    (0..2).for_each(|_| publish());
    control.did("POST /_mock/clock", json!({"advance_seconds": 3600})).await;
    let list = || async { control.get("/_mock/publications").await["publications"].clone() };
    let all = list().await;
    assert_eq!((&all[0]["status"], &all[1]["status"]), (&json!(2), &json!(0)), "{all}");
    let path = format!("DELETE /_mock/publications/{}", all[1]["article_id"].as_str().unwrap());
    control.did(&path, Value::Null).await;
    assert_eq!(list().await[1]["status"], 6);
    assert_eq!(control.ask("DELETE /_mock/publications/none", &Value::Null).await.0, 404);
}

#[tokio::test]
async fn an_address_is_taken_when_it_echoes() {
    let control = control().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/new", listener.local_addr().unwrap());
    let before = CallbackTarget::plain("http://127.0.0.1:1/old", token());
    control.rig.server.set_callback(Some(before));
    for (echoes, wanted) in
        [(false, json!({"wrong_answer": {"status": 200}})), (true, json!("verified"))]
    {
        let target = json!({"url": url, "token": "abc", "verify": true});
        let told = control.did("PUT /_mock/callback", target).await;
        assert_eq!(told, json!({"url": "http://127.0.0.1:1/old", "check": null}));
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.unwrap());
        }
        let asked = String::from_utf8(asked).unwrap();
        let echo = asked.split("echostr=").nth(1).unwrap().split([' ', '&']).next().unwrap();
        let echo = if echoes { echo } else { "no" };
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{echo}", echo.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        let mut shown = Value::Null;
        for _ in 0..1000 {
            shown = control.get("/_mock/callback").await;
            if !shown["check"].is_null() {
                break;
            }
        }
        let in_force = if echoes { url.as_str() } else { "http://127.0.0.1:1/old" };
        assert_eq!(shown, json!({"url": in_force, "check": wanted}));
    }
}

#[tokio::test]
async fn two_callbacks_may_change_places() {
    let control = control().await;
    control.did("POST /_mock/callback-faults", json!({"effect": "swapped"})).await;
    let (status, _) = control.ask("POST /_mock/callback-faults", &json!({"effect": "x"})).await;
    assert_eq!(status, 400);
}
