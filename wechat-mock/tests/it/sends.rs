//! Accepting mass sends: audience, keys, drafts, quotas.

use serde_json::{Value, json};
use wechat_mock::{
    AccountKind, DefaultKey, DraftConsumed, Hindrance, JobProgress, KeyCheck, MaterialKind, Verdict,
};
use wechat_types::id::{OpenId, TagId, WeChatName};

use crate::rig::{PREVIEW, Rig, SEND, SENDALL, code, mpnews_to_all, msg_id, text_to, text_to_all};

fn rig_with(followers: usize) -> Rig {
    Rig::with(|b| b.followers(followers).settings(|s| s.progress = JobProgress::Immediate))
}

#[test]
fn only_its_own_word_means_everyone() {
    let rig = rig_with(3);
    rig.server.add_tag(TagId::new(101), "会员");
    rig.server.tag_follower(&rig.server.followers()[1], TagId::new(101));
    rig.server.set_mass_quota_left(Some(100));
    rig.server.configure(|s| s.messages_per_follower_and_month = 100);
    let mut number = 0;
    let mut send = |filter: Value| {
        number += 1;
        let reply = rig.call(
            SENDALL,
            &json!({"filter": filter, "msgtype": "text", "text": {"content": number.to_string()}}),
        );
        match code(&reply) {
            0 => Ok(rig.server.deliveries(msg_id(&reply)).len()),
            code => Err(code),
        }
    };
    for filter in [
        json!({"is_to_all": true}),
        json!({"is_to_all": true, "tag_id": null}),
        json!({"is_to_all": true, "tag_id": ""}),
        json!({"is_to_all": true, "group_id": null}),
    ] {
        assert_eq!(send(filter.clone()), Ok(3), "{filter}");
    }
    for filter in [
        json!({"tag_id": 101}),
        json!({"tag_id": "101", "is_to_all": false}),
        json!({"group_id": 101}),
        json!({"group_id": "101", "is_to_all": false}),
    ] {
        assert_eq!(send(filter.clone()), Ok(1), "{filter}");
    }
    for (filter, code) in [
        (json!({}), 40152),
        (json!(null), 40152),
        (json!({"is_to_all": false}), 40152),
        (json!({"is_to_all": null}), 40152),
        (json!({"tag_id": null}), 40152),
        (json!({"tag_id": ""}), 40152),
        (json!({"is_to_all": false, "tag_id": null}), 40152),
        (json!({"tag_id": 999}), 40152),
        (json!({"is_to_all": "true"}), 47001),
        (json!({"is_to_all": 1}), 47001),
        (json!({"tag_id": "x"}), 47001),
        (json!([]), 47001),
    ] {
        assert_eq!(send(filter.clone()), Err(code), "{filter}");
    }
    // Tag 0 is a tag, not everyone.
    assert_eq!(send(json!({"tag_id": 0})), Ok(0));
    assert_eq!(rig.code(SENDALL, &json!({"msgtype": "text", "text": {"content": "x"}})), 40152);
}

#[test]
fn lists_of_openids() {
    let rig = rig_with(3);
    let fans = rig.server.followers();
    let send = |list: Value| {
        let body = json!({"touser": list, "msgtype": "text", "text": {"content": "x"}});
        rig.code(SEND, &body)
    };
    assert_eq!(send(json!([fans[0].as_str()])), 40130);
    assert_eq!(send(json!([])), 40130);
    assert_eq!(send(json!(fans[0].as_str())), 40031);
    assert_eq!(send(json!([fans[0].as_str(), 1])), 40031);
    assert_eq!(send(json!(["o1", "o2"])), 40003);
    assert_eq!(send(json!(vec!["o1"; 10_001])), 40032);
    rig.server.configure(|s| s.too_many_openids_code = 45019);
    assert_eq!(send(json!(vec!["o1"; 10_001])), 45019);

    rig.server.set_hindrance(&fans[2], Some(Hindrance::Unsubscribed));
    let stranger = OpenId::new("oStranger").unwrap();
    let list = [fans[0].clone(), stranger, fans[2].clone(), fans[0].clone(), fans[1].clone()];
    let reply = rig.send_text(&list, "y", None);
    assert_eq!(msg_id(&reply).get(), 3_147_483_649);
    assert!(reply.get("msg_data_id").is_none());
    let counts = rig.server.job(msg_id(&reply)).unwrap().counts;
    assert_eq!((counts.total, counts.after_filter, counts.sent, counts.errors), (2, 2, 2, 0));
    assert_eq!(rig.server.inbox(&fans[0]), [msg_id(&reply)]);
}

#[test]
fn a_known_key_points_to_the_first_job() {
    let rig = rig_with(3);
    let fans = rig.server.followers();
    let first = rig.send_text(&fans[..2], "a", Some("key-1"));
    let again = rig.send_text(&fans, "another text", Some("key-1"));
    assert_eq!((code(&again), msg_id(&again)), (45065, msg_id(&first)));
    assert!(again.get("msg_data_id").is_none());
    assert_eq!(rig.server.jobs().len(), 1);
    // Remembered for 24 hours.
    rig.advance(24 * 3600 - 1);
    assert_eq!(code(&rig.send_text(&fans, "c", Some("key-1"))), 45065);
    rig.advance(1);
    assert_eq!(code(&rig.send_text(&fans, "c", Some("key-1"))), 0);

    assert_eq!(code(&rig.send_text(&fans, "d", Some(&"k".repeat(32)))), 0);
    assert_eq!(code(&rig.send_text(&fans, "d", Some(&"k".repeat(33)))), 45067);
    rig.server.configure(|s| s.key_limit = 64);
    assert_eq!(code(&rig.send_text(&fans, "e", Some(&"k".repeat(64)))), 0);
    assert_eq!(code(&rig.send_text(&fans, "e", Some(&"k".repeat(65)))), 45067);
    rig.server.configure(|s| s.repeat_too_fast = Some(std::time::Duration::from_secs(60)));
    assert_eq!(code(&rig.send_text(&fans, "f", Some("key-2"))), 0);
    assert_eq!(code(&rig.send_text(&fans, "f", Some("key-2"))), 45066);
    rig.advance(60);
    assert_eq!(code(&rig.send_text(&fans, "f", Some("key-2"))), 45065);
}

#[test]
fn without_a_key_audience_and_content_are_it() {
    let rig = rig_with(4);
    let fans = rig.server.followers();
    assert_eq!(code(&rig.send_text(&fans[..2], "a", None)), 0);
    assert_eq!(code(&rig.send_text(&fans[..2], "a", None)), 45065);
    assert_eq!(code(&rig.send_text(&fans[2..], "a", None)), 0);
    assert_eq!(code(&rig.send_text(&fans[..2], "b", None)), 0);
    rig.server.configure(|s| s.default_key = DefaultKey::ContentOnly);
    assert_eq!(code(&rig.send_text(&fans[..2], "c", None)), 0);
    assert_eq!(code(&rig.send_text(&fans[2..], "c", None)), 45065);
    rig.server.configure(|s| s.default_key = DefaultKey::None);
    assert_eq!(code(&rig.send_text(&fans[..2], "c", None)), 0);
}

#[test]
fn a_draft_is_consumed_at_acceptance_or_at_success() {
    let rig = Rig::with(|b| b.followers(2));
    rig.server.set_mass_quota_left(Some(10));
    let draft = rig.server.add_draft();
    let reply = rig.call(SENDALL, &mpnews_to_all(draft.as_str(), "1"));
    assert_eq!(msg_id(&reply).get(), 1_000_000_001);
    assert_eq!(reply["msg_data_id"], 2_247_483_647_u64);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(draft.as_str(), "2")), 40007);
    // The key is checked before the draft, or after it.
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(draft.as_str(), "1")), 45065);
    rig.server.configure(|s| s.key_check = KeyCheck::AfterQuota);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(draft.as_str(), "1")), 40007);

    rig.server.configure(|s| s.draft_consumed = DraftConsumed::WhenJobSucceeds);
    let draft = rig.server.add_draft();
    rig.server.next_job_verdict(Verdict::Refused(20001));
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(draft.as_str(), "3")), 0);
    rig.advance(10);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(draft.as_str(), "4")), 0);
    assert!(!rig.server.draft(&draft).unwrap().consumed);
    rig.advance(10);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(draft.as_str(), "5")), 40007);
    assert!(rig.server.draft(&draft).unwrap().consumed);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all("unknown", "6")), 40007);
}

#[test]
fn contents_are_checked() {
    let rig = rig_with(2);
    let voice = rig.server.add_material(MaterialKind::Voice);
    let send = |rest: Value| {
        let mut body = json!({"filter": {"is_to_all": true}});
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        rig.code(SENDALL, &body)
    };
    assert_eq!(send(json!({})), 40008);
    assert_eq!(send(json!({"msgtype": "pigeon"})), 40008);
    assert_eq!(send(json!({"msgtype": "text"})), 44004);
    assert_eq!(send(json!({"msgtype": "text", "text": {"content": ""}})), 44004);
    assert_eq!(send(json!({"msgtype": "text", "text": {"content": "字".repeat(683)}})), 45002);
    assert_eq!(send(json!({"msgtype": "mpnews", "mpnews": {"media_id": voice.as_str()}})), 40007);
    assert_eq!(send(json!({"msgtype": "image", "images": {"media_ids": []}})), 40215);
    rig.server.configure(|s| (s.wrong_kind_code, s.cards_accepted) = (-1, false));
    assert_eq!(send(json!({"msgtype": "image", "image": {"media_id": voice.as_str()}})), -1);
    assert_eq!(send(json!({"msgtype": "wxcard", "wxcard": {"card_id": "p"}})), 45113);
    assert_eq!(send(json!({"msgtype": "voice", "voice": {"media_id": voice.as_str()}})), 0);
}

#[test]
fn quotas_of_a_service_account() {
    let rig = rig_with(2);
    let mut number = 0;
    let mut to_all = || {
        number += 1;
        rig.code(SENDALL, &text_to_all(&format!("{number}")))
    };
    // One a day, four a month.
    assert_eq!([to_all(), to_all()], [0, 45028]);
    for _ in 0..3 {
        rig.advance(24 * 3600);
        assert_eq!(to_all(), 0);
    }
    rig.advance(24 * 3600);
    assert_eq!(to_all(), 45028);
    // From 2026-01-16 into February.
    rig.advance(16 * 24 * 3600);
    assert_eq!(to_all(), 0);
}

#[test]
fn sixty_calls_a_minute_and_a_hundred_a_day() {
    let rig = rig_with(2);
    let fans = rig.server.followers();
    let send = |i: u32| code(&rig.send_text(&fans, "x", Some(&format!("k{i}"))));
    for i in 0..60 {
        assert_eq!(send(i), 0);
    }
    assert_eq!(send(60), 45011);
    rig.advance(60);
    for i in 60..100 {
        assert_eq!(send(i), 0);
    }
    assert_eq!(send(100), 45009);
    assert_eq!(rig.code(SENDALL, &text_to_all("x")), 0, "each call has its own hundred");
    rig.advance(24 * 3600);
    assert_eq!(send(100), 0);

    let rig = rig_with(2);
    rig.server.configure(|s| (s.mass_calls_per_minute, s.mass_calls_per_day) = (1, 2));
    let send = |key: &str| code(&rig.send_text(&fans, "x", Some(key)));
    assert_eq!([send("a"), send("b")], [0, 45011]);
    rig.advance(60);
    assert_eq!(send("b"), 0);
    rig.advance(60);
    assert_eq!(send("c"), 45009);
}

#[test]
fn every_call_counts_and_none_is_given_back() {
    for kind in [AccountKind::VerifiedService, AccountKind::VerifiedSubscription] {
        let rig = Rig::with(|b| {
            b.followers(2).settings(|s| {
                s.account_kind = kind;
                s.progress = JobProgress::Immediate;
                s.mass_calls_per_day = 3;
            })
        });
        // Neither quotas set by hand nor failed jobs have to do with calls.
        rig.server.set_mass_quota_left(Some(9));
        rig.server.next_job_verdict(Verdict::Fail);
        assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0);
        assert_eq!(rig.code(SENDALL, &json!({})), 40152);
        // Those stopped by what comes before do not count.
        assert_eq!(code(&rig.post_with("75_unknown", SENDALL, &text_to_all("b"))), 40001);
        rig.server.configure(|s| s.mass_calls_per_minute = 2);
        assert_eq!(rig.code(SENDALL, &text_to_all("b")), 45011);
        rig.server.configure(|s| s.mass_calls_per_minute = 60);
        assert_eq!(rig.code(SENDALL, &text_to_all("b")), 0);
        assert_eq!(rig.code(SENDALL, &text_to_all("c")), 45009);
        assert_eq!(rig.code(SENDALL, &json!({})), 45009, "before the body is looked at");
    }
}

#[test]
fn a_subscription_account_sends_once_a_day() {
    let rig = Rig::with(|b| {
        b.followers(2).settings(|s| s.account_kind = AccountKind::VerifiedSubscription)
    });
    rig.server.next_job_verdict(Verdict::Fail);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0);
    assert_eq!(rig.code(SENDALL, &text_to_all("b")), 45028);
    // Only a successful send counts, and a failed one may be sent again.
    rig.advance(10);
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0);
    rig.advance(10);
    assert_eq!(rig.code(SENDALL, &text_to_all("c")), 45028);
}

#[test]
fn quota_set_by_hand() {
    let rig = rig_with(2);
    let fans = rig.server.followers();
    rig.server.set_mass_quota_left(Some(1));
    assert_eq!(rig.code(SEND, &text_to(&fans, "a", None)), 0);
    assert_eq!(rig.code(SEND, &text_to(&fans, "b", None)), 45028);
    rig.server.set_mass_quota_left(None);
    assert_eq!(rig.code(SEND, &text_to(&fans, "b", None)), 0);
}

#[test]
fn a_failed_job_gives_back_what_it_took_and_no_more() {
    let rig = Rig::with(|b| b.followers(2));
    let fans = rig.server.followers();
    let send = |text: &str| rig.code(SEND, &text_to(&fans, text, None));
    // Taken by the rules, or of another number than the one set now.
    for before in [None, Some(1)] {
        rig.server.set_mass_quota_left(before);
        rig.server.next_job_verdict(Verdict::Fail);
        assert_eq!(send("a"), 0);
        rig.server.set_mass_quota_left(Some(0));
        rig.advance(10);
        assert_eq!(send("b"), 45028, "{before:?}");
    }
    rig.server.set_mass_quota_left(Some(1));
    rig.server.next_job_verdict(Verdict::Fail);
    assert_eq!([send("a"), send("b")], [0, 45028]);
    rig.advance(10);
    assert_eq!([send("b"), send("c")], [0, 45028]);
}

#[test]
fn previews_reach_one_person() {
    let rig = rig_with(2);
    let fans = rig.server.followers();
    rig.server.add_wechat_name(WeChatName::new("tea-friend").unwrap(), fans[1].clone());
    let draft = rig.server.add_draft();
    let to = |key: &str, who: &str| json!({key: who, "msgtype": "mpnews", "mpnews": {"media_id": draft.as_str()}});
    let reply = rig.call(PREVIEW, &to("touser", fans[0].as_str()));
    assert_eq!(reply, json!({"errcode": 0, "errmsg": "preview success"}));
    let mut both = to("touser", fans[0].as_str());
    both["towxname"] = json!("tea-friend");
    assert_eq!(rig.code(PREVIEW, &both), 0);
    assert_eq!((rig.server.previews(&fans[0]), rig.server.previews(&fans[1])), (1, 1));
    assert!(!rig.server.draft(&draft).unwrap().consumed);
    assert!(rig.server.jobs().is_empty());

    assert_eq!(rig.code(PREVIEW, &to("towxname", "nobody")), 40132);
    assert_eq!(rig.code(PREVIEW, &to("touser", "nobody")), 40003);
    assert_eq!(rig.code(PREVIEW, &to("touser", &format!("o{}", "x".repeat(27)))), 43004);
    rig.server.set_hindrance(&fans[1], Some(Hindrance::Blacklisted));
    assert_eq!(rig.code(PREVIEW, &to("towxname", "tea-friend")), 43019);
    // The six calls before count too, and the limit comes before what is wrong with a body.
    rig.server.configure(|s| (s.previews_per_day, s.preview_answers_msg_id) = (7, true));
    assert_eq!(code(&rig.call(PREVIEW, &to("touser", fans[0].as_str()))), 0);
    assert_eq!(rig.code(PREVIEW, &to("touser", fans[0].as_str())), 45009);
    assert_eq!(rig.code(PREVIEW, &json!({"touser": "nobody"})), 45009);
}
