//! Rules that are settings: each is tried with its default and with another value.

use std::time::Duration;

use serde_json::{Value, json};
use wechat_mock::{
    AccountKind, Hindrance, JobProgress, JobState, KeyCheck, MaterialKind, OriginalArticle,
    Settings, Verdict, WebsiteSend,
};
use wechat_types::id::{MediaId, MsgId, TagId};

use crate::rig::{
    DELETE, DRAFT_ADD, JPEG, PNG, PREVIEW, Rig, SEND, SENDALL, code, mpnews_to_all, msg_id,
    request, text, text_to, text_to_all, upload,
};

const DAY: u64 = 24 * 3600;
const UPLOAD: &str = "/cgi-bin/media/upload";

fn rig(change: impl FnOnce(&mut Settings)) -> Rig {
    Rig::with(|b| {
        b.followers(4).settings(|s| {
            s.progress = JobProgress::Immediate;
            change(s);
        })
    })
}

fn preset(settings: Settings) -> Rig {
    rig(|s| {
        *s = settings;
        s.progress = JobProgress::Immediate;
    })
}

fn article(rig: &Rig, title: &str) -> Value {
    let thumb = rig.server.add_material(MaterialKind::Image);
    json!({"title": title, "content": "<p>c</p>", "thumb_media_id": thumb.as_str()})
}

/// A draft of articles with these titles.
fn draft(rig: &Rig, titles: &[&str]) -> String {
    let articles: Vec<Value> = titles.iter().map(|title| article(rig, title)).collect();
    text(&rig.call(DRAFT_ADD, &json!({"articles": articles})), "media_id")
}

/// Sends a draft to everyone and answers its job.
fn send_draft(rig: &Rig, draft: &str, ignore_reprint: u8) -> MsgId {
    let mut body = mpnews_to_all(draft, &draft[..20]);
    body["send_ignore_reprint"] = json!(ignore_reprint);
    msg_id(&rig.call(SENDALL, &body))
}

fn verdict(rig: &Rig, id: MsgId) -> (Verdict, usize) {
    let job = rig.server.job(id).unwrap();
    (job.verdict, job.originality.reprints.len())
}

// Rights.

#[test]
fn unverified_accounts_may_have_some_rights() {
    let rig = rig(|s| s.account_kind = AccountKind::UnverifiedSubscription);
    let drafts =
        |rig: &Rig| code(&rig.get(&format!("/cgi-bin/draft/count?access_token={}", rig.token())));
    let publishing = |rig: &Rig| rig.code("/cgi-bin/freepublish/get", &json!({"publish_id": "1"}));
    let material = |rig: &Rig| {
        let path = format!("{UPLOAD}?access_token={}&type=image", rig.token());
        code(&rig.answer(&upload(&path, "a.png", PNG)))
    };
    let all = |rig: &Rig| [drafts(rig), publishing(rig), material(rig)];
    assert_eq!(all(&rig), [48001; 3]);
    rig.server.configure(|s| s.verification_for_drafts = false);
    assert_eq!(all(&rig), [0, 48001, 48001]);
    rig.server.configure(|s| s.verification_for_publishing = false);
    assert_eq!(all(&rig), [0, 53502, 48001]);
    rig.server.configure(|s| s.verification_for_material = false);
    assert_eq!(all(&rig), [0, 53502, 0]);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 48001);
}

#[test]
fn a_test_account_sends_texts_to_openids_only() {
    let rig = preset(Settings::sandbox());
    let fans = rig.server.followers();
    assert_eq!(rig.code(SEND, &text_to(&fans, "a", None)), 0);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 45028);
    let draft = draft(&rig, &["t"]);
    let openids: Vec<&str> = fans.iter().map(|fan| fan.as_str()).collect();
    let articles = json!({"touser": openids, "msgtype": "mpnews", "mpnews": {"media_id": draft}});
    assert_eq!(rig.code(SEND, &articles), 48008);
    let preview = json!({"touser": openids[0], "msgtype": "mpnews", "mpnews": {"media_id": draft}});
    assert_eq!(rig.code(PREVIEW, &preview), 48008);
    rig.server.configure(|s| s.sandbox_send_all_code = -1);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), -1);
}

#[test]
fn a_blocked_account_is_refused_everywhere() {
    let rig = rig(|s| s.blocked_code = Some(48004));
    let fans = rig.server.followers();
    assert_eq!(rig.code(SEND, &text_to(&fans, "a", None)), 48004);
    assert_eq!(code(&rig.get(&format!("/cgi-bin/tags/get?access_token={}", rig.token()))), 48004);
    rig.server.configure(|s| s.blocked_code = None);
    assert_eq!(rig.code(SEND, &text_to(&fans, "a", None)), 0);
}

#[test]
fn without_the_agreement_nothing_is_sent() {
    let rig = rig(|s| s.agreement_accepted = false);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 48003);
    rig.server.configure(|s| s.agreement_accepted = true);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0);
}

#[test]
fn subscription_accounts_send_so_many_a_day_or_not_at_all() {
    let rig = rig(|s| {
        s.account_kind = AccountKind::VerifiedSubscription;
        s.sends_per_day_of_subscription = 2;
    });
    let all = |text| rig.code(SENDALL, &text_to_all(text));
    assert_eq!([all("a"), all("b"), all("c")], [0, 0, 45028]);
    // Whom it is for makes no difference, and followers of these accounts have no four a month.
    rig.server.add_tag(TagId::new(101), "t");
    let to_tag = json!({"filter": {"tag_id": 101}, "msgtype": "text", "text": {"content": "d"}});
    assert_eq!(rig.code(SENDALL, &to_tag), 45028);
    rig.advance(DAY);
    rig.server.configure(|s| s.subscription_sends = false);
    assert_eq!(rig.code(SENDALL, &to_tag), 48001);
}

// Keys.

#[test]
fn a_key_is_remembered_as_long_as_set() {
    let rig = rig(|s| s.key_memory = Duration::from_secs(60));
    let fans = rig.server.followers();
    let send = || code(&rig.send_text(&fans, "a", Some("k")));
    assert_eq!([send(), send()], [0, 45065]);
    rig.advance(60);
    assert_eq!(send(), 0);
}

#[test]
fn a_failed_job_frees_its_key_and_its_quota_or_not() {
    for frees in [true, false] {
        let rig = rig(|s| {
            s.failed_job_frees_key = frees;
            s.failed_job_frees_quota = frees;
        });
        rig.server.next_job_verdict(Verdict::Fail);
        let mut body = text_to_all("a");
        body["clientmsgid"] = json!("k");
        assert_eq!(rig.code(SENDALL, &body), 0);
        assert_eq!(rig.code(SENDALL, &body), if frees { 0 } else { 45065 });
        assert_eq!(rig.code(SENDALL, &text_to_all("b")), 45028);
        let sent = rig.server.jobs().iter().filter(|job| job.state == JobState::Success).count();
        assert_eq!(sent, usize::from(frees));
    }
}

/// A repeat with its draft gone and its quota used up shows where the key is looked at.
#[test]
fn the_key_stands_at_one_of_three_places() {
    for (place, draft_gone, quota_gone) in [
        (KeyCheck::BeforeMedia, 45065, 45065),
        (KeyCheck::AfterMedia, 40007, 45065),
        (KeyCheck::AfterQuota, 40007, 45028),
    ] {
        let rig = rig(|s| s.key_check = place);
        let draft = draft(&rig, &["t"]);
        assert_eq!(rig.code(SENDALL, &mpnews_to_all(&draft, "k1")), 0);
        assert_eq!(rig.code(SENDALL, &mpnews_to_all(&draft, "k1")), draft_gone, "{place:?}");
        rig.advance(DAY);
        assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0);
        assert_eq!(rig.code(SENDALL, &text_to_all("a")), quota_gone, "{place:?}");
    }
}

#[test]
fn known_content_is_refused_whatever_its_key() {
    for refused in [false, true] {
        let rig = rig(|s| s.known_content_refused = refused);
        let fans = rig.server.followers();
        let first = rig.send_text(&fans[..2], "a", Some("k1"));
        let second = rig.send_text(&fans[2..], "a", Some("k2"));
        assert_eq!(code(&second), if refused { 45065 } else { 0 });
        assert_eq!(msg_id(&second) == msg_id(&first), refused);
        assert_eq!(code(&rig.send_text(&fans[2..], "b", Some("k3"))), 0);
    }
}

#[test]
fn batches_may_need_a_pause() {
    let rig = rig(|s| s.batch_pause = Some(Duration::from_secs(120)));
    let fans = rig.server.followers();
    assert_eq!(code(&rig.send_text(&fans[..2], "a", Some("k1"))), 0);
    assert_eq!(code(&rig.send_text(&fans[2..], "a", Some("k2"))), 42010);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0, "one to everyone is no batch");
    rig.advance(120);
    assert_eq!(code(&rig.send_text(&fans[2..], "a", Some("k2"))), 0);
}

// Review, originality, administrator.

#[test]
fn words_fail_the_review() {
    let rig =
        rig(|s| s.review_words = vec![("lottery".to_owned(), 20008), ("ad".to_owned(), 10001)]);
    let fans = rig.server.followers();
    let id = msg_id(&rig.send_text(&fans, "an ad for a lottery", None));
    assert_eq!(verdict(&rig, id).0, Verdict::Refused(20008));
    let id = msg_id(&rig.send_text(&fans, "an ad", None));
    assert_eq!(
        (verdict(&rig, id).0, rig.status(id).as_str()),
        (Verdict::Refused(10001), "SEND_FAIL")
    );
    let id = send_draft(&rig, &draft(&rig, &["good", "a lottery"]), 1);
    assert_eq!(verdict(&rig, id).0, Verdict::Refused(20008));
    assert!(rig.server.inbox(&fans[0]).is_empty());
}

#[test]
fn a_reprint_is_stopped_or_goes_on() {
    let rig = rig(|_| {});
    rig.server.set_mass_quota_left(Some(9));
    rig.server.add_original(OriginalArticle::new("reprint"));
    let titles = ["mine", "reprint"];
    let stopped = send_draft(&rig, &draft(&rig, &titles), 0);
    assert_eq!(verdict(&rig, stopped), (Verdict::Refused(30003), 1));
    let sent = send_draft(&rig, &draft(&rig, &titles), 1);
    assert_eq!(verdict(&rig, sent), (Verdict::Success, 1));
    let job = rig.server.job(sent).unwrap();
    assert_eq!((job.originality.check_state(), job.originality.reprints[0].0), (2, 2));
    let mine = send_draft(&rig, &draft(&rig, &["mine"]), 0);
    assert_eq!(verdict(&rig, mine), (Verdict::Success, 0));
    assert_eq!(rig.server.job(mine).unwrap().originality.check_state(), 1);
}

#[test]
fn a_forbidden_reprint_is_never_sent() {
    let rig = rig(|_| {});
    rig.server.set_mass_quota_left(Some(9));
    rig.server.add_original(OriginalArticle::not_to_be_reprinted("theirs"));
    for ignore in [0, 1] {
        let id = send_draft(&rig, &draft(&rig, &["mine", "theirs"]), ignore);
        assert_eq!(verdict(&rig, id), (Verdict::Refused(30002), 1));
        assert_eq!(rig.server.job(id).unwrap().originality.check_state(), 3);
    }
}

#[test]
fn a_broken_check_stops_the_careful() {
    let rig = rig(|s| s.originality_check_broken = true);
    rig.server.set_mass_quota_left(Some(9));
    let careful = send_draft(&rig, &draft(&rig, &["t"]), 0);
    assert_eq!(verdict(&rig, careful).0, Verdict::Refused(30001));
    let bold = send_draft(&rig, &draft(&rig, &["t"]), 1);
    assert_eq!(verdict(&rig, bold).0, Verdict::Success);
    let words = msg_id(&rig.call(SENDALL, &text_to_all("no article")));
    assert_eq!(verdict(&rig, words).0, Verdict::Success);
}

#[test]
fn the_administrator_confirms_refuses_or_is_silent() {
    let rig = rig(|s| {
        s.mass_protection = true;
        s.progress =
            JobProgress::ByTime { review: Duration::from_secs(10), followers_per_minute: 1000 };
    });
    rig.server.set_mass_quota_left(Some(9));
    let fans = rig.server.followers();
    let send = |text| msg_id(&rig.call(SENDALL, &text_to_all(text)));
    let (first, second, third) = (send("a"), send("b"), send("c"));
    assert_eq!(rig.server.waiting_jobs(), [first, second, third]);
    // Sends to some followers wait for nobody.
    let some = msg_id(&rig.send_text(&fans, "d", None));
    rig.advance(29 * 60);
    assert_eq!([rig.status(first), rig.status(some)], ["SENDING", "SEND_SUCCESS"]);
    assert!(rig.server.approve_job(first));
    assert!(rig.server.refuse_job(second));
    assert!(!rig.server.approve_job(some));
    assert_eq!(rig.status(first), "SENDING", "review and delivery take their time");
    assert_eq!(
        (rig.status(second).as_str(), verdict(&rig, second).0),
        ("SEND_FAIL", Verdict::Refused(40001))
    );
    rig.advance(60 - 1);
    assert_eq!([rig.status(first), rig.status(third)], ["SEND_SUCCESS", "SENDING"]);
    rig.advance(1);
    assert_eq!(
        (rig.status(third).as_str(), verdict(&rig, third).0),
        ("SEND_FAIL", Verdict::Refused(40002))
    );
    assert!(!rig.server.approve_job(third), "too late");
    assert_eq!(rig.server.inbox(&fans[0]), [some, first]);

    rig.server.configure(|s| s.confirmation_time = Duration::from_secs(5));
    let fourth = send("e");
    rig.advance(5);
    assert_eq!(rig.status(fourth), "SEND_FAIL");
}

#[test]
fn a_protected_send_may_be_refused_at_once() {
    let rig = rig(|s| {
        s.mass_protection = true;
        s.protection_code = Some(89504);
    });
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 89504);
    assert!(rig.server.jobs().is_empty());
    assert_eq!(rig.code(SEND, &text_to(&rig.server.followers(), "a", None)), 0);
}

// The website.

#[test]
fn a_send_of_the_website_uses_the_same_quotas() {
    let rig = rig(|_| {});
    let fan = rig.server.followers()[0].clone();
    let text = WebsiteSend::text_to_everyone("from the website");
    let id = rig.server.send_on_website(&text).unwrap();
    assert!(rig.server.job(id).unwrap().from_website);
    assert_eq!(rig.server.inbox(&fan), [id]);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 45028, "one a day, wherever it is made");
    assert_eq!(rig.server.send_on_website(&text), Err(45028));
    // It has no key: the same again is another send. And calls are counted for the API only.
    rig.advance(DAY);
    assert!(rig.server.send_on_website(&text).is_ok());
    rig.server.configure(|s| s.mass_calls_per_minute = 0);
    rig.server.add_tag(TagId::new(101), "t");
    rig.server.tag_follower(&fan, TagId::new(101));
    let tagged = WebsiteSend::text_to_tag(TagId::new(101), "b");
    assert!(rig.server.send_on_website(&tagged).is_ok());
    assert_eq!(rig.server.inbox(&fan).len(), 3);
    let unknown = WebsiteSend::text_to_tag(TagId::new(999), "b");
    assert_eq!(rig.server.send_on_website(&unknown), Err(40152));
}

#[test]
fn what_the_website_sent_is_deleted_there() {
    let rig = rig(|_| {});
    let draft = rig.server.add_draft();
    let id = rig.server.send_on_website(&WebsiteSend::draft_to_everyone(&draft)).unwrap();
    assert!(rig.server.draft(&draft).unwrap().consumed);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get()})), 40059);
    rig.server.configure(|s| s.website_sends_deletable = true);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get()})), 0);
}

// Counters and ends.

#[test]
fn the_report_may_know_a_little_less() {
    let rig = Rig::with(|b| b.followers(1500).settings(|s| s.progress = JobProgress::Immediate));
    rig.server.set_mass_quota_left(Some(9));
    let counts = |text, shortfall| {
        rig.server.configure(|s| s.report_shortfall = shortfall);
        let id = msg_id(&rig.call(SENDALL, &text_to_all(text)));
        let job = rig.server.job(id).unwrap();
        (job.counts.sent, job.reported.unwrap().sent, job.reported.unwrap().total)
    };
    assert_eq!(counts("a", 0), (1500, 1500, 1500));
    assert_eq!(counts("b", 3), (1500, 1495, 1500));
    assert_eq!(counts("c", 1000), (1500, 0, 1500));
}

#[test]
fn a_job_that_reached_nobody_may_be_deleted() {
    for (setting, end) in [(false, "SEND_SUCCESS"), (true, "DELETE")] {
        let rig = rig(|s| s.unsent_job_is_deleted = setting);
        let fans = rig.server.followers();
        for fan in &fans {
            rig.server.set_hindrance(fan, Some(Hindrance::Refuses));
        }
        assert_eq!(rig.status(msg_id(&rig.send_text(&fans, "a", None))), end);
    }
}

#[test]
fn speeds_may_be_those_of_the_sample() {
    let rig = rig(|_| {});
    let real = |rig: &Rig| {
        assert_eq!(rig.code("/cgi-bin/message/mass/speed/set", &json!({"speed": 3})), 0);
        rig.call("/cgi-bin/message/mass/speed/get", &json!({}))["realspeed"].clone()
    };
    assert_eq!(real(&rig), 30);
    rig.server.configure(|s| s.speeds[3] = 15);
    assert_eq!(real(&rig), 15);
}

// Codes and limits.

#[test]
fn uncertain_codes_are_settings() {
    let rig = rig(|s| {
        s.missing_audience_code = -1;
        s.unknown_tag_code = -1;
        s.no_valid_openid_code = 40031;
        s.mass_quota_code = 45009;
    });
    let all = |filter| json!({"filter": filter, "msgtype": "text", "text": {"content": "x"}});
    assert_eq!(rig.code(SENDALL, &all(json!({}))), -1);
    assert_eq!(rig.code(SENDALL, &all(json!({"tag_id": 999}))), -1);
    let strangers = json!({"touser": ["o1", "o2"], "msgtype": "text", "text": {"content": "x"}});
    assert_eq!(rig.code(SEND, &strangers), 40031);
    rig.server.set_mass_quota_left(Some(0));
    assert_eq!(rig.code(SENDALL, &text_to_all("x")), 45009);
    rig.server.configure(|s| {
        s.ip_white_list = Some(Vec::new());
        s.unlisted_ip_code = 89503;
    });
    assert_eq!(code(&rig.get(&rig.token_url())), 89503);
}

#[test]
fn limits_of_sends_are_settings() {
    let rig = rig(|s| {
        s.to_all_per_day = 2;
        s.to_all_per_month = 3;
        s.openids_per_send = 3;
        s.fewest_openids_per_send = 1;
        s.text_limit = 5;
        s.recommend_limit = 3;
    });
    let fans = rig.server.followers();
    let all = |text| rig.code(SENDALL, &text_to_all(text));
    assert_eq!([all("a"), all("b"), all("c")], [0, 0, 45028]);
    rig.advance(DAY);
    assert_eq!([all("c"), all("d")], [0, 45028]);
    assert_eq!(rig.code(SEND, &text_to(&fans, "e", None)), 40032);
    assert_eq!(rig.code(SEND, &text_to(&fans[..1], "e", None)), 0);
    assert_eq!(rig.code(SEND, &text_to(&[], "e", None)), 40130);
    assert_eq!(rig.code(SEND, &text_to(&fans[..2], "123456", None)), 45002);
    let picture = rig.server.add_material(MaterialKind::Image);
    let post = json!({"touser": [fans[0].as_str(), fans[1].as_str()], "msgtype": "image",
        "images": {"media_ids": [picture.as_str()], "recommend": "four"}});
    assert_eq!(rig.code(SEND, &post), 40193);
}

#[test]
fn both_calls_may_have_one_limit() {
    let rig = rig(|s| {
        s.mass_calls_per_day = 2;
        s.mass_calls_counted_together = true;
    });
    let fans = rig.server.followers();
    let used = |path| {
        let quota = rig.call("/cgi-bin/openapi/quota/get", &json!({"cgi_path": path}));
        quota["quota"]["used"].as_u64().unwrap()
    };
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0);
    assert_eq!([used(SEND), used(SENDALL)], [1, 1]);
    assert_eq!(rig.code(SEND, &text_to(&fans, "a", None)), 0);
    assert_eq!(rig.code(SEND, &text_to(&fans, "b", None)), 45009);
}

#[test]
fn calls_a_day_are_settings() {
    let rig = rig(|s| {
        s.follower_lists_per_day = 1;
        s.calls_per_day.insert(DRAFT_ADD.to_owned(), 1);
    });
    let list = || code(&rig.get(&format!("/cgi-bin/user/get?access_token={}", rig.token())));
    assert_eq!([list(), list()], [0, 45009]);
    let body = json!({"articles": [article(&rig, "t")]});
    assert_eq!([rig.code(DRAFT_ADD, &body), rig.code(DRAFT_ADD, &body)], [0, 45009]);
}

#[test]
fn articles_have_limits() {
    let rig = rig(|s| {
        s.title_limit = 3;
        s.author_limit = 3;
        s.digest_limit = 3;
        s.content_limit = 20;
        s.content_bytes_limit = 30;
        s.articles_limit = 2;
    });
    let add = |key: &str, value: &str| {
        let mut article = article(&rig, "t");
        article[key] = json!(value);
        rig.code(DRAFT_ADD, &json!({"articles": [article]}))
    };
    assert_eq!([add("title", "一二三"), add("title", "一二三四")], [0, 45003]);
    let closed = |title: &str| {
        let mut article = article(&rig, "t");
        article["title"] = json!(title);
        let body = json!({"articles": [article]});
        ["/cgi-bin/material/add_news", "/cgi-bin/media/uploadnews"]
            .map(|path| rig.code(path, &body))
    };
    assert_eq!([closed(&"长".repeat(64)), closed(&"长".repeat(65))], [[0; 2], [45003; 2]]);
    assert_eq!([add("author", "abc"), add("author", "abcd")], [0, 45110]);
    assert_eq!([add("digest", "abc"), add("digest", "abcd")], [0, 45004]);
    assert_eq!([add("content", &"x".repeat(19)), add("content", &"x".repeat(20))], [0, 45008]);
    assert_eq!([add("content", &"字".repeat(9)), add("content", &"字".repeat(10))], [0, 45008]);
    let articles = |count| json!({"articles": vec![article(&rig, "t"); count]});
    assert_eq!([rig.code(DRAFT_ADD, &articles(2)), rig.code(DRAFT_ADD, &articles(3))], [0, 45008]);
}

#[test]
fn links_that_lead_outside_stay_for_some() {
    let content = "<a href=\"https://example.com/a\">shop</a>";
    for (stays, kept) in [(false, "shop"), (true, content)] {
        let rig = rig(|s| s.links_outside = stays);
        let mut article = article(&rig, "t");
        article["content"] = json!(content);
        let reply = rig.call(DRAFT_ADD, &json!({"articles": [article]}));
        let draft = rig.server.draft(&MediaId::new(text(&reply, "media_id")).unwrap()).unwrap();
        assert_eq!(draft.articles[0].content, kept);
        assert_eq!(draft.articles[0].dropped_links.len(), usize::from(!stays));
    }
}

#[test]
fn temporary_media_ends_by_time_and_by_use() {
    let rig = rig(|s| {
        s.temporary_media_lifetime = Duration::from_secs(100);
        s.temporary_media_uses = Some(2);
    });
    let fans: Vec<String> =
        rig.server.followers().iter().map(|fan| fan.as_str().to_owned()).collect();
    let uploaded = || {
        let path = format!("{UPLOAD}?access_token={}&type=image", rig.token());
        text(&rig.answer(&upload(&path, "a.png", PNG)), "media_id")
    };
    let send = |id: &str, key: &str| {
        let body = json!({"touser": fans, "msgtype": "image", "image": {"media_id": id}, "clientmsgid": key});
        rig.code(SEND, &body)
    };
    let id = uploaded();
    assert_eq!([send(&id, "1"), send(&id, "2"), send(&id, "3")], [0, 0, 40007]);
    let id = uploaded();
    rig.advance(100);
    assert_eq!(send(&id, "4"), 40007);
}

#[test]
fn uploads_in_pieces_and_parts_in_another_order() {
    let rig = rig(|_| {});
    let path = || format!("/cgi-bin/material/add_material?access_token={}&type=image", rig.token());
    let chunked = || {
        let mut request = upload(&path(), "a.png", PNG);
        request.headers_mut().insert("transfer-encoding", "chunked".parse().unwrap());
        code(&rig.answer(&request))
    };
    let late = || {
        let mut body =
            b"--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{}\r\n--b\r\n\
            Content-Disposition: form-data; name=\"media\"; filename=\"a.png\"\r\n\r\n"
                .to_vec();
        body.extend_from_slice(PNG);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let mut request = request("POST", &path(), body.into());
        let kind = "multipart/form-data; boundary=b".parse().unwrap();
        request.headers_mut().insert("content-type", kind);
        code(&rig.answer(&request))
    };
    assert_eq!([chunked(), late()], [41005, 41005]);
    rig.server.configure(|s| (s.chunked_uploads_refused, s.media_part_first) = (false, false));
    assert_eq!([chunked(), late()], [0, 0]);
}

#[test]
fn lifetimes_and_limits_of_tokens_are_settings() {
    let rig = rig(|s| {
        s.token_lifetime = Duration::from_secs(100);
        s.token_overlap = Duration::from_secs(10);
        s.forced_refreshes_per_day = 2;
        s.forced_refresh_pause = Duration::from_secs(5);
    });
    let works = |token: &str| code(&rig.get(&format!("/cgi-bin/tags/get?access_token={token}")));
    let plain = || text(&rig.get(&rig.token_url()), "access_token");
    let (old, new) = (plain(), plain());
    assert_eq!([works(&old), works(&new)], [0, 0]);
    rig.advance(10);
    assert_eq!([works(&old), works(&new)], [40001, 0]);
    rig.advance(90);
    assert_eq!(works(&new), 42001);

    let mut body = rig.credentials();
    body["force_refresh"] = json!(true);
    let force = || rig.post("/cgi-bin/stable_token", &body);
    let first = text(&force(), "access_token");
    assert_eq!(text(&force(), "access_token"), first, "too soon: nothing happens");
    rig.advance(5);
    assert_ne!(text(&force(), "access_token"), first);
    rig.advance(5);
    assert_eq!(code(&force()), 45009);
}

#[test]
fn publications_may_write_numbers() {
    let rig = rig(|_| {});
    let publish = |rig: &Rig| {
        let draft = rig.server.add_draft();
        rig.call("/cgi-bin/freepublish/submit", &json!({"media_id": draft.as_str()}))
    };
    let reply = publish(&rig);
    assert!(reply["publish_id"].is_string() && reply["msg_data_id"].is_string(), "{reply}");
    rig.server.configure(|s| s.publish_id_as_number = true);
    let reply = publish(&rig);
    assert!(reply["publish_id"].is_number() && reply.get("msg_data_id").is_none(), "{reply}");
}

#[tokio::test]
async fn what_only_the_wire_shows() {
    use wechat_http::Transport as _;

    let rig = rig(|s| {
        s.content_type = "text/plain".into();
        s.in_process_ip = [203, 0, 113, 9].into();
        s.ip_white_list = Some(vec![[203, 0, 113, 9].into()]);
    });
    let get =
        |path: &str| rig.exchange(&request("GET", path, bytes::Bytes::new())).response.unwrap();
    let refused = get(&rig.token_url());
    assert_eq!(refused.headers()["content-type"], "text/plain");
    assert_eq!(code(&rig.get(&rig.token_url())), 40164);
    let inside = request("GET", &rig.token_url(), bytes::Bytes::new());
    let answer = rig.server.transport().send(inside).await.unwrap();
    assert!(String::from_utf8_lossy(answer.body()).contains("access_token"));
    assert_eq!(get("/cgi-bin/nothing").status(), 404);
    rig.server.configure(|s| s.unknown_path_code = Some(40066));
    assert_eq!(code(&rig.get("/cgi-bin/nothing")), 40066);
}

// Presets.

#[test]
fn the_page_of_2014() {
    let rig = preset(Settings::year_2014());
    let fans = rig.server.followers();
    rig.server.add_tag(TagId::new(2), "group");
    let all = |filter: Value| {
        rig.code(SENDALL, &json!({"filter": filter, "msgtype": "text", "text": {"content": "x"}}))
    };
    assert_eq!(all(json!({"is_to_all": true})), 40152, "not known yet");
    assert_eq!(all(json!({"group_id": "2"})), 0);
    assert_eq!(all(json!({"group_id": "2"})), 0, "no key, no repeat");
    // Ten calls a day for the family.
    for _ in 0..7 {
        assert_eq!(rig.code(SEND, &text_to(&fans[..1], "x", None)), 0);
    }
    assert_eq!(rig.code(SEND, &text_to(&fans, "x", None)), 45009);
    let path = format!("{UPLOAD}?access_token={}&type=thumb", rig.token());
    let cover = text(&rig.answer(&upload(&path, "a.jpg", JPEG)), "thumb_media_id");
    let one = json!({"title": "长".repeat(64), "content": "c", "thumb_media_id": cover});
    let ten = json!({"articles": vec![one; 10]});
    assert_eq!(rig.code("/cgi-bin/media/uploadnews", &ten), 0);
    rig.server.configure(|s| s.account_kind = AccountKind::VerifiedSubscription);
    assert_eq!(all(json!({"group_id": "2"})), 48001);
    let later = preset(Settings::year_2014());
    later.server.configure(|s| s.to_all_known = true);
    let everyone = json!({"is_to_all": true});
    let body = json!({"filter": everyone, "msgtype": "text", "text": {"content": "x"}});
    assert_eq!(later.code(SENDALL, &body), 0);
}

#[test]
fn older_and_newest_pages() {
    let (older, newest) = (Settings::older_pages(), Settings::newest_pages());
    assert_eq!((older.key_limit, newest.key_limit), (64, 32));
    let rig = preset(newest);
    let card =
        json!({"filter": {"is_to_all": true}, "msgtype": "wxcard", "wxcard": {"card_id": "p"}});
    assert_eq!(rig.code(SENDALL, &card), 45113);
    assert_eq!(rig.code("/cgi-bin/media/uploadnews", &json!({"articles": []})), 45106);
}

// Time.

#[test]
fn two_hours_end_a_token_and_a_month_brings_quotas_back() {
    let rig = rig(|_| {});
    let token = rig.token();
    rig.advance(7199);
    assert_eq!(code(&rig.post_with(&token, SENDALL, &text_to_all("a"))), 0);
    rig.advance(1);
    assert_eq!(code(&rig.post_with(&token, SENDALL, &text_to_all("b"))), 42001);
    rig.server.set_received_this_month(&rig.server.followers()[0], 4, rig.now());
    let sent = |text| {
        let fans = rig.server.followers();
        rig.server.job(msg_id(&rig.send_text(&fans, text, None))).unwrap().counts.sent
    };
    assert_eq!(sent("c"), 3);
    rig.advance(31 * DAY);
    assert_eq!(sent("d"), 4);
}
