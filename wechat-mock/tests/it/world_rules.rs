//! Rules that are settings: each is tried with its default and with another value.

mod jobs;
mod limits;
mod sends;

use serde_json::{Value, json};
use wechat_mock::{AccountKind, JobProgress, MaterialKind, Settings, Verdict};
use wechat_types::id::{MsgId, TagId};

use crate::rig::{
    DRAFT_ADD, JPEG, Rig, SEND, SENDALL, code, mpnews_to_all, msg_id, text, text_to, text_to_all,
    upload,
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
