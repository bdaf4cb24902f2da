//! Typed stubs, received requests and expectations.

use serde_json::json;
use wechat_mock::JobProgress;
use wechat_types::id::{MediaId, MsgId, TagId};
use wechat_types::mass::{Preview, Send, SendAll, SendAllResponse};
use wechat_types::material::GetMaterial;
use wechat_types::media::UploadImage;
use wechat_types::tag::{CreateTag, CreateTagResponse, GetTags};

use crate::rig::{JPEG, PREVIEW, Rig, SEND, SENDALL, code, text_to, text_to_all, upload};

fn rig() -> Rig {
    Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::Immediate))
}

#[test]
fn a_stub_answers_before_faults_and_world_and_the_newest_wins() {
    let rig = rig();
    rig.server.on(SENDALL).errcode(-1);
    rig.server.stub::<SendAll>(|_| Ok(SendAllResponse::new(MsgId::new(7))));
    let answer = rig.call(SENDALL, &text_to_all("x"));
    assert_eq!((code(&answer), &answer["msg_id"]), (0, &json!(7)));
    assert_eq!((rig.server.faults_left(), rig.server.jobs().len()), (1, 0));
    rig.server.stub_some::<SendAll>(|request| {
        let is_second = serde_json::to_string(request).unwrap().contains("second");
        is_second.then_some(Err(45028))
    });
    let refused = rig.call(SENDALL, &text_to_all("second"));
    assert_eq!(code(&refused), 45028);
    assert!(refused["errmsg"].as_str().unwrap().contains(" rid: "), "{refused}");
    assert_eq!(rig.call(SENDALL, &text_to_all("first"))["msg_id"], 7);
    assert_eq!(rig.server.received().last().unwrap().answer.errcode, None);
    rig.server.clear_stubs();
    assert_eq!(rig.code(SENDALL, &text_to_all("x")), -1);
    assert_eq!(rig.code(SENDALL, &text_to_all("x")), 0);
    assert_eq!(rig.server.jobs().len(), 1);
}

#[test]
fn a_stub_may_look_into_the_server_and_ends_with_a_reset() {
    let rig = rig();
    let inner = rig.server.clone();
    rig.server.stub::<CreateTag>(move |_| {
        let name = format!("{} followers", inner.followers().len());
        Ok(CreateTagResponse::new(TagId::new(500), name))
    });
    let made = rig.call("/cgi-bin/tags/create", &json!({"tag": {"name": "猫"}}));
    assert_eq!(made["tag"], json!({"id": 500, "name": "2 followers"}));
    rig.server.reset();
    let made = rig.call("/cgi-bin/tags/create", &json!({"tag": {"name": "猫"}}));
    assert_eq!(made["tag"], json!({"id": 100, "name": "猫"}));
}

#[test]
fn received_requests_come_back_typed() {
    let rig = rig();
    let fans = rig.server.followers();
    rig.call(SEND, &text_to(&fans, "一", Some("k1")));
    rig.call(SEND, &json!({"touser": "no list"}));
    rig.call(SENDALL, &text_to_all("二"));
    rig.call("/cgi-bin/material/get_material", &json!({"media_id": "M"}));
    let sends = rig.server.received_as::<Send>();
    assert_eq!(sends.len(), 1, "the second is no send");
    assert_eq!(sends[0].client_msg_id.as_ref().unwrap().as_str(), "k1");
    assert_eq!(rig.server.received_as::<SendAll>().len(), 1);
    assert_eq!(rig.server.received_as::<GetMaterial>()[0].media_id, MediaId::new("M").unwrap());
    assert!(rig.server.received_as::<GetTags>().is_empty());
}

#[test]
fn expectations_count_from_where_they_were_made() {
    let rig = rig();
    let fans = rig.server.followers();
    rig.call(SEND, &text_to(&fans, "before", None));
    let once = rig.server.expect::<Send>().times(1);
    let some = rig.server.expect::<Send>();
    let keyed = rig.server.expect::<Send>().matching(|send| send.client_msg_id.is_some()).times(0);
    let few = rig.server.expect::<SendAll>().times(1..=2);
    let none = rig.server.expect::<Preview>().times(0);
    rig.call(SEND, &text_to(&fans, "after", None));
    rig.call(SENDALL, &text_to_all("x"));
    once.verify();
    for expectation in [some, keyed] {
        drop(expectation);
    }
    drop((few, none));
}

/// Neither a reset nor a short log nor an upload hides a call from an expectation.
#[test]
fn a_call_counts_although_the_log_does_not_show_it() {
    let rig = rig();
    let token = rig.token();
    let none = rig.server.expect::<UploadImage>().times(0);
    let path = format!("/cgi-bin/media/uploadimg?access_token={token}");
    assert_eq!(code(&rig.answer(&upload(&path, "a.jpg", JPEG))), 0);
    assert!(panics(|| drop(none)).contains("it came 1 time(s)"));

    let none = rig.server.expect::<GetTags>().times(0);
    let twice = rig.server.expect::<GetTags>().times(2);
    rig.get("/cgi-bin/tags/get?access_token=x");
    rig.server.reset();
    rig.get("/cgi-bin/tags/get?access_token=x");
    drop(twice);
    assert!(panics(|| drop(none)).contains("\n> #1 GET /cgi-bin/tags/get"));

    rig.server.configure(|s| s.request_log_bytes = 1000);
    let none = rig.server.expect::<GetTags>().times(0);
    rig.get("/cgi-bin/tags/get?access_token=x");
    for _ in 0..20 {
        rig.get("/cgi-bin/user/get?access_token=x");
    }
    assert!(panics(|| drop(none)).contains("it came 1 time(s)"));
}

#[test]
fn an_expectation_may_look_into_the_server() {
    let rig = rig();
    let inner = rig.server.clone();
    let once = rig.server.expect::<GetTags>().matching(move |_| inner.follower_count() == 2);
    rig.get("/cgi-bin/tags/get?access_token=x");
    once.times(1).verify();
}

#[test]
fn what_came_instead_is_told_and_secrets_are_not() {
    let rig = rig();
    let token = rig.token();
    let fans = rig.server.followers();
    let message = panics(|| {
        let _once = rig.server.expect::<SendAll>().times(2..);
        rig.post_with(&token, PREVIEW, &json!({"touser": fans[0], "msgtype": "text"}));
        rig.post_with(&token, SENDALL, &text_to_all("你好"));
    });
    assert!(message.starts_with("expected /cgi-bin/message/mass/sendall at least 2 time(s)"));
    assert!(message.contains("it came 1 time(s)"), "{message}");
    assert!(message.contains("\n  #2 POST /cgi-bin/message/mass/preview?"), "{message}");
    assert!(message.contains("\n> #3 POST /cgi-bin/message/mass/sendall?"), "{message}");
    assert!(message.contains("你好") && !message.contains(&token), "{message}");
    let message = panics(|| rig.server.expect::<SendAll>().verify());
    assert!(message.ends_with("since then came: nothing that the log still holds"), "{message}");
}

/// The first panic is the test's own; a second one would end the process.
#[test]
fn a_panicking_test_hears_of_its_own_failure() {
    let rig = rig();
    let message = panics(|| {
        let _once = rig.server.expect::<SendAll>();
        panic!("the test's own words");
    });
    assert_eq!(message, "the test's own words");
}

fn panics(run: impl FnOnce()) -> String {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
    let text = caught.downcast_ref::<String>().cloned();
    text.or_else(|| caught.downcast_ref::<&str>().map(ToString::to_string)).unwrap()
}
