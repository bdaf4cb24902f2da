//! Reports of jobs by callback, as data.

use std::time::Duration;

use wechat_events::CallbackToken;
use wechat_mock::{CallbackFault, CallbackTarget, JobProgress, PushOutcome, UrlCheck, Verdict};

use crate::rig::{Rig, SENDALL, mpnews_to_all, msg_id, text_to_all};

pub(crate) fn token() -> CallbackToken {
    CallbackToken::new("tok3n").unwrap()
}

fn rig() -> Rig {
    Rig::with(|b| {
        b.followers(3)
            .settings(|s| s.progress = JobProgress::Immediate)
            .callback(CallbackTarget::plain("http://127.0.0.1/wx?id=1", token()))
    })
}

#[test]
fn a_report_is_pushed_in_the_documented_form() {
    let rig = rig();
    let draft = rig.server.add_draft();
    let id = msg_id(&rig.call(SENDALL, &mpnews_to_all(draft.as_str(), "k")));
    assert_eq!(rig.server.next_due(), Some(rig.now()));
    let pushes = rig.server.due(rig.now());
    assert_eq!(pushes.len(), 1);
    assert!(rig.server.due(rig.now()).is_empty(), "handed out once");
    let push = &pushes[0];
    assert!(push.url.starts_with("http://127.0.0.1/wx?id=1&signature="), "{}", push.url);
    assert_eq!((push.attempt, push.timeout), (1, Duration::from_secs(5)));
    insta::assert_snapshot!(String::from_utf8(push.body.to_vec()).unwrap());
    rig.server.settle(push, &PushOutcome::success(), rig.now());
    assert_eq!(rig.server.next_due(), None);
    assert!(rig.server.job(id).is_some());
}

#[test]
fn silence_and_wrong_answers_bring_three_tries_with_fresh_signatures() {
    let rig = rig();
    rig.call(SENDALL, &text_to_all("a"));
    let wrong = PushOutcome::NoAnswer;
    let mut urls = Vec::new();
    rig.server.run_due(rig.now(), |push| {
        urls.push(push.url.clone());
        wrong.clone()
    });
    assert_eq!(urls.len(), 3);
    urls.dedup();
    assert_eq!(urls.len(), 3, "each try has its own nonce");
    let result = &rig.server.callback_results()[0];
    assert_eq!((result.tries, result.accepted), (3, false));

    // The second try may be taken.
    rig.server.set_mass_quota_left(Some(9));
    rig.call(SENDALL, &text_to_all("b"));
    let mut tries = 0;
    rig.server.run_due(rig.now(), |_| {
        tries += 1;
        if tries == 1 { PushOutcome::NoAnswer } else { PushOutcome::success() }
    });
    let result = &rig.server.callback_results()[1];
    assert_eq!((tries, result.tries, result.accepted), (2, 2, true));
}

#[test]
fn an_outcome_that_comes_too_late_decides_nothing() {
    let rig = rig();
    rig.call(SENDALL, &text_to_all("a"));
    let first = rig.server.due(rig.now()).remove(0);
    rig.server.settle(&first, &PushOutcome::NoAnswer, rig.now());
    let second = rig.server.due(rig.now()).remove(0);
    rig.server.settle(&first, &PushOutcome::success(), rig.now());
    assert_eq!(rig.server.callback_results(), []);
    assert_eq!(rig.server.next_due(), None, "the second try is still on its way");
    rig.server.settle(&second, &PushOutcome::success(), rig.now());
    assert_eq!(rig.server.callback_results()[0].tries, 2);
}

#[test]
fn refusals_are_told_in_their_words() {
    let rig = rig();
    rig.server.set_mass_quota_left(Some(9));
    for (verdict, status) in [
        (Verdict::Fail, "<Status><![CDATA[send fail]]></Status><TotalCount>0</TotalCount>"),
        (Verdict::Refused(20001), "<Status><![CDATA[err(20001)]]></Status><TotalCount>0<"),
        (Verdict::Success, "<Status><![CDATA[send success]]></Status><TotalCount>3<"),
    ] {
        rig.server.next_job_verdict(verdict);
        rig.call(SENDALL, &text_to_all("a"));
        let mut body = String::new();
        rig.server.run_due(rig.now(), |push| {
            body = String::from_utf8(push.body.to_vec()).unwrap();
            PushOutcome::success()
        });
        assert!(body.contains(status), "{verdict:?}: {body}");
    }
}

#[test]
fn callbacks_can_be_lost_doubled_and_overtaken() {
    let rig = rig();
    rig.server.set_mass_quota_left(Some(9));
    let send = |text| {
        rig.call(SENDALL, &text_to_all(text));
    };
    rig.server.disturb_next_callback(CallbackFault::Lost);
    send("a");
    assert_eq!(rig.run_due(), 0);
    rig.server.disturb_next_callback(CallbackFault::Doubled);
    send("b");
    assert_eq!(rig.run_due(), 2);
    rig.server.disturb_next_callback(CallbackFault::Delayed(Duration::from_secs(60)));
    send("c");
    send("d");
    assert_eq!(rig.run_due(), 1);
    rig.advance(60);
    assert_eq!(rig.run_due(), 1);
    let order: Vec<u64> = rig.server.callback_results().iter().map(|result| result.id).collect();
    assert_eq!(order, [1, 2, 4, 3]);
}

#[test]
fn callbacks_go_out_in_the_order_of_time_however_often_somebody_looks() {
    let order = |step: u64| {
        let rig = rig();
        rig.server.set_mass_quota_left(Some(9));
        rig.server.disturb_next_callback(CallbackFault::Delayed(Duration::from_secs(60)));
        for text in ["a", "b"] {
            rig.call(SENDALL, &text_to_all(text));
        }
        for _ in 0..120 / step {
            rig.advance(step);
            rig.run_due();
        }
        rig.server.callback_results().iter().map(|result| result.id).collect::<Vec<_>>()
    };
    assert_eq!(order(1), [2, 1]);
    assert_eq!(order(120), [2, 1]);
}

#[test]
fn without_an_address_nothing_is_pushed() {
    let rig = rig();
    rig.server.set_callback(None);
    rig.call(SENDALL, &text_to_all("a"));
    assert_eq!(rig.run_due(), 0);
    assert_eq!(rig.server.verify_callback_url(rig.now()), None);
}

/// A time in the past here would keep the loopback server's background task busy for ever.
#[test]
fn a_callback_on_its_way_waits_for_the_next_address() {
    let rig = rig();
    rig.call(SENDALL, &text_to_all("a"));
    let push = rig.server.due(rig.now()).remove(0);
    rig.server.set_callback(None);
    rig.server.settle(&push, &PushOutcome::NoAnswer, rig.now());
    assert_eq!(rig.server.next_due(), None);
    rig.server.set_callback(Some(CallbackTarget::plain("http://127.0.0.1/other", token())));
    assert_eq!(rig.server.next_due(), Some(rig.now()));
    let push = rig.server.due(rig.now()).remove(0);
    assert!(push.url.starts_with("http://127.0.0.1/other?"), "{}", push.url);
    assert_eq!(push.attempt, 2);
}

#[test]
fn the_address_is_checked_by_an_echo() {
    let rig = rig();
    let push = rig.server.verify_callback_url(rig.now()).unwrap();
    assert_eq!(push.method, "GET");
    let (_, echo) = push.url.rsplit_once("&echostr=").unwrap();
    let answer = |body: String| PushOutcome::Answered { status: 200, body: body.into() };
    assert_eq!(UrlCheck::of(&push, &answer(echo.to_owned())), UrlCheck::Verified);
    assert!(matches!(
        UrlCheck::of(&push, &answer(format!("{echo}\n"))),
        UrlCheck::WrongAnswer { .. }
    ));
    assert_eq!(UrlCheck::of(&push, &PushOutcome::NoAnswer), UrlCheck::NoAnswer);
}

#[test]
fn the_end_of_a_publication_is_pushed() {
    use wechat_mock::PublishStatus;
    for (status, wanted) in [
        (PublishStatus::Success, "<publish_status>0</publish_status><article_id><![CDATA["),
        (PublishStatus::Failed, "<publish_status>3</publish_status></PublishEventInfo>"),
        (
            PublishStatus::OriginalityFailed(vec![1, 2]),
            "<publish_status>2</publish_status><fail_idx>1</fail_idx><fail_idx>2</fail_idx></Publ",
        ),
    ] {
        let rig = rig();
        rig.server.configure(|s| s.progress = JobProgress::default());
        rig.server.next_publish_status(status);
        let draft = rig.server.add_draft();
        let body = serde_json::json!({"media_id": draft.as_str()});
        let id = rig.call("/cgi-bin/freepublish/submit", &body)["publish_id"].clone();
        assert!(rig.server.due(rig.now()).is_empty(), "not before its end");
        let wait = rig.server.next_due().unwrap().duration_since(rig.now()).unwrap();
        rig.clock.advance(wait);
        let pushes = rig.server.due(rig.now());
        assert_eq!(pushes.len(), 1);
        let xml = String::from_utf8(pushes[0].body.to_vec()).unwrap();
        assert!(xml.contains("<Event><![CDATA[PUBLISHJOBFINISH]]></Event>"), "{xml}");
        let number = id.as_str().unwrap();
        assert!(xml.contains(&format!("<PublishEventInfo><publish_id>{number}<")), "{xml}");
        assert!(xml.contains(wanted), "{xml}");
        // The address is the one that freepublish/get tells.
        let told = rig.call("/cgi-bin/freepublish/get", &serde_json::json!({"publish_id": id}));
        let url = told["article_detail"]["item"][0]["article_url"].as_str();
        let item =
            |url| format!("<count>1</count><item><idx>1</idx><article_url><![CDATA[{url}]]>");
        assert!(url.is_none_or(|url| xml.contains(&item(url))), "{xml}");
        assert!(rig.server.due(rig.now()).is_empty(), "told once");
        rig.server.settle(&pushes[0], &PushOutcome::success(), rig.now());
        assert_eq!(rig.server.next_due(), None);
    }
}

/// Two locks taken in two orders: both calls would wait for ever, and this test until its time is
/// up.
#[test]
fn a_reset_and_a_settled_push_do_not_wait_for_each_other() {
    const ROUNDS: usize = 20_000;
    let rig = rig();
    rig.call(SENDALL, &text_to_all("a"));
    let push = rig.server.due(rig.now()).remove(0);
    let (done, ends) = std::sync::mpsc::channel();
    let spawn = |run: Box<dyn Fn() + Send>| {
        let done = done.clone();
        std::thread::spawn(move || {
            (0..ROUNDS).for_each(|_| run());
            done.send(()).unwrap();
        });
    };
    let (one, other, now) = (rig.server.clone(), rig.server.clone(), rig.now());
    spawn(Box::new(move || one.settle(&push, &PushOutcome::NoAnswer, now)));
    spawn(Box::new(move || other.reset()));
    for _ in 0..2 {
        ends.recv_timeout(Duration::from_secs(60)).expect("both come to their end");
    }
}
