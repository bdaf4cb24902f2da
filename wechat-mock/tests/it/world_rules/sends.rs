//! Who may send, what a key is good for, what the website sent.

use std::time::Duration;

use serde_json::json;
use wechat_mock::{AccountKind, JobState, KeyCheck, Settings, Verdict, WebsiteSend};
use wechat_types::id::TagId;

use super::{DAY, UPLOAD, draft, preset, rig};
use crate::rig::{
    DELETE, PNG, PREVIEW, Rig, SEND, SENDALL, code, mpnews_to_all, msg_id, text_to, text_to_all,
    upload,
};

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
