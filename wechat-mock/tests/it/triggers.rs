//! Messages and events without a request, and what happens to callbacks on their way.

use std::path::Path;
use std::time::Duration;

use wechat_mock::{
    CallbackFault, CallbackTarget, EncodingAesKey, JobProgress, OriginalArticle, PushOutcome,
    ReportFrom, ReportResults, Trigger, UrlCheck, Verdict, WebsiteSend,
};
use wechat_types::id::OpenId;

use crate::callbacks::token;
use crate::rig::{Rig, SENDALL, mpnews_to_all, text_to_all};

fn rig() -> Rig {
    Rig::with(|b| {
        b.followers(3)
            .settings(|s| s.progress = JobProgress::Immediate)
            .callback(CallbackTarget::plain("http://127.0.0.1/wx", token()))
    })
}

/// The bodies of all that is due, in the order of sending.
fn bodies(rig: &Rig) -> Vec<String> {
    let mut bodies = Vec::new();
    rig.server.run_due(rig.now(), |push| {
        bodies.push(String::from_utf8(push.body.to_vec()).unwrap());
        PushOutcome::success()
    });
    bodies
}

fn after(rig: &Rig, trigger: Trigger) -> String {
    rig.server.trigger(trigger);
    let mut bodies = bodies(rig);
    assert_eq!(bodies.len(), 1);
    bodies.remove(0)
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../wechat-events/fixtures").join(name)
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(folder(name)).unwrap()
}

/// Without the blanks between elements, and without what differs from one callback to the next.
fn bare(xml: &str) -> String {
    let mut bare: String = xml.split('\n').map(str::trim).collect();
    for name in ["ToUserName", "FromUserName", "CreateTime", "MsgId"] {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        if let (Some(start), Some(end)) = (bare.find(&open), bare.find(&close)) {
            bare.replace_range(start + open.len()..end, "");
        }
    }
    bare
}

/// The text of an element of a fixture.
fn value(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    let text = rest.split_once(&format!("</{name}>")).unwrap().0;
    text.trim_start_matches("<![CDATA[").trim_end_matches("]]>").to_owned()
}

#[test]
fn messages_and_events_have_the_documented_form() {
    let rig = rig();
    let fan = &rig.server.followers()[0];
    type Make = fn(&OpenId, &dyn Fn(&str) -> String) -> Trigger;
    let cases: [(&str, Make); 15] = [
        ("messages/text", |f, v| Trigger::text(f, &v("Content"))),
        ("messages/image", |f, v| Trigger::image(f, &v("PicUrl"), &v("MediaId"))),
        ("messages/voice", |f, v| Trigger::voice(f, &v("MediaId"), &v("Format"))),
        ("messages/video", |f, v| Trigger::video(f, &v("MediaId"), &v("ThumbMediaId"))),
        ("messages/shortvideo", |f, v| Trigger::short_video(f, &v("MediaId"), &v("ThumbMediaId"))),
        ("messages/location", |f, v| {
            let degrees = |name| v(name).parse().unwrap();
            let scale = v("Scale").parse().unwrap();
            Trigger::location(f, degrees("Location_X"), degrees("Location_Y"), scale, &v("Label"))
        }),
        ("messages/link", |f, v| Trigger::link(f, &v("Title"), &v("Description"), &v("Url"))),
        ("events/subscribe", |f, _| Trigger::subscribe(f)),
        ("events/subscribe--qr", |f, v| {
            Trigger::subscribe_by_qr(f, v("EventKey").trim_start_matches("qrscene_"), &v("Ticket"))
        }),
        ("events/unsubscribe", |f, _| Trigger::unsubscribe(f)),
        ("events/SCAN", |f, v| Trigger::scan(f, &v("EventKey"), &v("Ticket"))),
        ("events/LOCATION", |f, v| {
            let n = |name| v(name).parse().unwrap();
            Trigger::reports_location(f, n("Latitude"), n("Longitude"), n("Precision"))
        }),
        ("events/CLICK", |f, v| Trigger::click(f, &v("EventKey"))),
        ("events/VIEW", |f, v| Trigger::view(f, &v("EventKey"), v("MenuId").parse().unwrap())),
        ("events/scancode_waitmsg", |f, v| {
            let event = Trigger::event(f, "scancode_waitmsg").field("EventKey", &v("EventKey"));
            event.inside("ScanCodeInfo", |info| {
                let info = info.field("ScanType", &v("ScanType"));
                info.field("ScanResult", &v("ScanResult"))
            })
        }),
    ];
    for (name, make) in cases {
        let documented = fixture(&format!("{name}.xml"));
        let posted = after(&rig, make(fan, &|element| value(&documented, element)));
        assert_eq!(bare(&posted), bare(&documented), "{name}");
        assert_eq!(value(&posted, "FromUserName"), fan.as_str(), "{name}");
    }
}

#[test]
fn every_documented_callback_is_posted_as_it_stands() {
    let rig = rig();
    let mut seen = 0;
    for kind in ["events", "messages"] {
        for file in std::fs::read_dir(folder(kind)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|end| end == "xml") {
                let xml = std::fs::read_to_string(&path).unwrap();
                assert_eq!(after(&rig, Trigger::document(xml.clone())), xml, "{}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn messages_are_numbered_and_events_are_not() {
    let rig = rig();
    let fan = &rig.server.followers()[0];
    let id = |xml: String| value(&xml, "MsgId").parse::<u64>().unwrap();
    let first = id(after(&rig, Trigger::text(fan, "a")));
    assert_eq!(id(after(&rig, Trigger::text(fan, "b"))), first + 1);
    let event = after(&rig, Trigger::platform_event("verify_expired").number("ExpiredTime", 1));
    assert!(!event.contains("MsgId"), "{event}");
    // The query names the sender too.
    rig.server.trigger(Trigger::click(fan, "k"));
    let push = rig.server.due(rig.now()).remove(0);
    assert!(push.url.contains(&format!("openid={fan}")), "{}", push.url);
}

#[test]
fn a_text_stays_inside_of_its_element() {
    let rig = rig();
    let fan = &rig.server.followers()[0];
    let xml = after(&rig, Trigger::text(fan, "a]]><Evil/>"));
    assert!(xml.contains("<Content><![CDATA[a]]]]><![CDATA[><Evil/>]]></Content>"), "{xml}");
}

#[test]
fn who_follows_gets_messages_and_who_leaves_does_not() {
    let rig = rig();
    let fan = rig.server.followers()[0].clone();
    let new = OpenId::new("oNewFollower0000000000000001").unwrap();
    after(&rig, Trigger::unsubscribe(&fan));
    rig.advance(60);
    after(&rig, Trigger::subscribe_by_qr(&new, "123", "ticket"));
    rig.call(SENDALL, &text_to_all("a"));
    assert_eq!((rig.server.inbox(&fan).len(), rig.server.inbox(&new).len()), (0, 1));
    let profile = rig.server.profile(&new).unwrap();
    assert_eq!((profile.followed_at, profile.qr_scene), (rig.now(), 123));
    rig.server.set_callback(None);
    rig.server.trigger(Trigger::subscribe(&fan));
    assert_eq!(bodies(&rig).len(), 0);
    rig.advance(24 * 3600);
    rig.call(SENDALL, &text_to_all("b"));
    assert_eq!(rig.server.inbox(&fan).len(), 1, "the world changes without an address too");
}

#[test]
fn safe_and_compatible_mode_seal_triggers_too() {
    let rig = rig();
    let fan = &rig.server.followers()[0];
    let key = EncodingAesKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap();
    let url = "http://127.0.0.1/wx";
    for (target, readable) in [
        (CallbackTarget::safe(url, token(), key.clone()), false),
        (CallbackTarget::compatible(url, token(), key), true),
    ] {
        rig.server.set_callback(Some(target));
        let body = after(&rig, Trigger::text(fan, "plain words"));
        assert!(body.contains("<Encrypt>"));
        assert_eq!(body.contains("plain words"), readable);
    }
}

#[test]
fn several_callbacks_in_a_row_are_disturbed() {
    let rig = rig();
    let fan = &rig.server.followers()[0];
    let sent = |count: u32| {
        for number in 0..count {
            rig.server.trigger(Trigger::text(fan, &number.to_string()));
        }
        bodies(&rig).iter().map(|xml| value(xml, "Content")).collect::<Vec<_>>().join("")
    };
    rig.server.disturb_callbacks(2, CallbackFault::Lost);
    assert_eq!(sent(4), "23");
    rig.server.disturb_callbacks(2, CallbackFault::Doubled);
    assert_eq!(sent(3), "00112");
    // Two pairs change places.
    rig.server.disturb_callbacks(2, CallbackFault::Swapped);
    assert_eq!(sent(5), "10324");
    rig.server.disturb_callbacks(2, CallbackFault::Delayed(Duration::from_secs(60)));
    assert_eq!(sent(3), "2");
    rig.advance(60);
    assert_eq!(sent(0), "01");
    // The last of all has nobody to change places with, until somebody comes.
    rig.server.disturb_callbacks(1, CallbackFault::Swapped);
    assert_eq!(sent(1), "");
    assert_eq!(sent(1), "00");
}

#[test]
fn an_address_that_is_handed_in_must_echo() {
    let rig = rig();
    let new = || CallbackTarget::plain("http://127.0.0.1/new", token());
    let wrong = PushOutcome::Answered { status: 200, body: "hello".into() };
    let check = |outcome: &dyn Fn(&wechat_mock::Push) -> PushOutcome| {
        rig.server.submit_callback(new());
        assert_eq!((rig.server.next_due(), rig.server.callback_check()), (Some(rig.now()), None));
        let mut methods = Vec::new();
        rig.server.run_due(rig.now(), |push| {
            methods.push(push.method.clone());
            outcome(push)
        });
        assert_eq!(methods, ["GET"]);
        rig.server.callback_check().unwrap()
    };
    let url = || {
        rig.server.trigger(Trigger::platform_event("x"));
        let push = rig.server.due(rig.now()).remove(0);
        rig.server.settle(&push, &PushOutcome::success(), rig.now());
        push.url.split('?').next().unwrap().to_owned()
    };
    assert_eq!(check(&|_| PushOutcome::NoAnswer), UrlCheck::NoAnswer);
    assert!(matches!(check(&|_| wrong.clone()), UrlCheck::WrongAnswer { .. }));
    assert_eq!(url(), "http://127.0.0.1/wx", "the old one stays");
    let echo = |push: &wechat_mock::Push| PushOutcome::Answered {
        status: 200,
        body: push.echo.clone().unwrap(),
    };
    assert_eq!(check(&echo), UrlCheck::Verified);
    assert_eq!(url(), "http://127.0.0.1/new");
}

#[test]
fn the_check_of_one_address_says_nothing_of_another() {
    let rig = rig();
    let at = |path: &str| CallbackTarget::plain(format!("http://127.0.0.1/{path}"), token());
    let in_force = || rig.server.callback_target().unwrap().url().to_owned();
    let before = in_force();
    let check = |path: &str| {
        rig.server.submit_callback(at(path));
        let push = rig.server.due(rig.now()).remove(0);
        let body = push.echo.clone().unwrap();
        (push, PushOutcome::Answered { status: 200, body })
    };
    // The first address echoes when the second is being checked already.
    let (first, echo) = check("a");
    let (second, _) = check("b");
    rig.server.settle(&first, &echo, rig.now());
    assert_eq!((in_force(), rig.server.callback_check()), (before.clone(), None));
    rig.server.settle(&second, &PushOutcome::NoAnswer, rig.now());
    assert_eq!(
        (in_force(), rig.server.callback_check()),
        (before.clone(), Some(UrlCheck::NoAnswer))
    );
    // One from before a reset has the number of the one after it.
    rig.server.reset();
    let (early, echo) = check("c");
    rig.server.reset();
    let (late, _) = check("d");
    rig.server.settle(&early, &echo, rig.now());
    assert_eq!((in_force(), rig.server.callback_check()), (before, None));
    rig.server.settle(&late, &PushOutcome::NoAnswer, rig.now());
    assert_eq!(rig.server.callback_check(), Some(UrlCheck::NoAnswer));
    // A check that was only asked for settles none that was handed in.
    let asked = rig.server.verify_callback_url(rig.now()).unwrap();
    let (_, _) = check("e");
    rig.server.settle(&asked, &PushOutcome::NoAnswer, rig.now());
    assert_eq!(rig.server.callback_check(), None);
}

#[test]
fn tries_pauses_and_wrong_answers() {
    let rig = rig();
    rig.server.configure(|s| {
        s.push_tries = 2;
        s.push_pause = Duration::from_secs(7);
        s.push_timeout = Duration::from_secs(9);
    });
    let fan = &rig.server.followers()[0];
    let wrong = PushOutcome::Answered { status: 500, body: "".into() };
    let tries = || {
        rig.server.trigger(Trigger::text(fan, "a"));
        let mut tries = 0;
        while let Some(at) = rig.server.next_due() {
            rig.clock.advance_to(at);
            rig.server.run_due(rig.now(), |push| {
                assert_eq!(push.timeout, Duration::from_secs(9));
                tries += 1;
                wrong.clone()
            });
        }
        tries
    };
    let start = rig.now();
    assert_eq!(tries(), 2);
    assert_eq!(rig.now(), start + Duration::from_secs(7));
    rig.server.configure(|s| s.wrong_answers_tried_again = false);
    assert_eq!(tries(), 1);
}

// Reports.

fn report(rig: &Rig, body: &serde_json::Value) -> String {
    rig.call(SENDALL, body);
    bodies(rig).remove(0)
}

#[test]
fn a_send_of_the_website_raises_the_event() {
    let rig = rig();
    let id = rig.server.send_on_website(&WebsiteSend::text_to_everyone("a")).unwrap();
    assert_eq!(value(&bodies(&rig)[0], "MsgID"), id.to_string());
}

#[test]
fn reports_have_other_shapes() {
    let rig = rig();
    rig.server.set_mass_quota_left(Some(9));
    rig.server.configure(|s| {
        s.report_from = ReportFrom::MpHelper;
        s.check_state_of_others = 1;
        s.blank_in_status = false;
        s.report_shortfall = 1;
    });
    let xml = report(&rig, &text_to_all("a"));
    assert_eq!(value(&xml, "FromUserName"), "mphelper");
    assert_eq!(
        (value(&xml, "CheckState"), value(&xml, "Status")),
        ("1".into(), "sendsuccess".into())
    );
    assert_eq!((value(&xml, "TotalCount"), value(&xml, "SentCount")), ("3".into(), "2".into()));
    rig.server.next_job_verdict(Verdict::Fail);
    assert_eq!(value(&report(&rig, &text_to_all("b")), "Status"), "sendfail");
    rig.server.configure(|s| s.report_results = ReportResults::ForArticles);
    assert!(!report(&rig, &text_to_all("c")).contains("Result"));
    let articles = |key: &str| mpnews_to_all(rig.server.add_draft().as_str(), key);
    assert!(report(&rig, &articles("k1")).contains("<ArticleUrlResult><Count>1</Count>"));
    rig.server.configure(|s| s.report_results = ReportResults::Never);
    assert!(!report(&rig, &articles("k2")).contains("Result"));
}

/// Against the documented examples of all three states and of a check that failed.
#[test]
fn reprints_are_told_in_full() {
    let rig = rig();
    rig.server.set_mass_quota_left(Some(9));
    let part = |xml: &str| {
        let xml = bare(xml);
        let start = xml.find("<CopyrightCheckResult>").unwrap();
        let end = xml.find("<ArticleUrlResult>").unwrap();
        (value(&xml, "Status"), xml[start..end].to_owned())
    };
    let title = "标题"; // of the drafts that the mock makes
    let url = value(&fixture("events/MASSSENDJOBFINISH--copyright-1.xml"), "OriginalArticleUrl");
    let with = |mut original: OriginalArticle| {
        original.url.clone_from(&url);
        original
    };
    let send = |key: &str, ignore: u8| {
        let mut body = mpnews_to_all(rig.server.add_draft().as_str(), key);
        body["send_ignore_reprint"] = serde_json::json!(ignore);
        report(&rig, &body)
    };
    let documented = |name: &str| part(&fixture(&format!("events/MASSSENDJOBFINISH--{name}.xml")));
    assert_eq!(part(&send("k1", 0)), documented("check-state-1"));
    rig.server.configure(|s| s.originality_check_broken = true);
    assert_eq!(part(&send("k2", 0)), documented("err-30001"));
    rig.server.configure(|s| s.originality_check_broken = false);
    rig.server.next_job_verdict(Verdict::Refused(40002));
    assert_eq!(part(&send("k3", 0)), documented("err-40002"));
    rig.server.add_original(with(OriginalArticle::not_to_be_reprinted(title)));
    assert_eq!(part(&send("k4", 1)), documented("check-state-3"));

    let rig = self::rig();
    rig.server.add_original(with(OriginalArticle::new(title)));
    let mut body = mpnews_to_all(rig.server.add_draft().as_str(), "k5");
    body["send_ignore_reprint"] = serde_json::json!(1);
    assert_eq!(part(&report(&rig, &body)), documented("copyright-1"));
}
