//! Drafts and free publish: what they change, how a publication ends, and what is left.

use serde_json::{Value, json};
use wechat_mock::{AccountKind, DraftConsumed, JobProgress, MaterialKind, PublishStatus};

use crate::rig::{DRAFT_ADD, Rig, SENDALL, code, mpnews_to_all, text};

const SUBMIT: &str = "/cgi-bin/freepublish/submit";

fn rig() -> Rig {
    Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::AfterQueries(1)))
}

fn article(rig: &Rig, title: &str) -> Value {
    let thumb = rig.server.add_material(MaterialKind::Image);
    json!({"title": title, "content": "<p>Long <b>ago</b></p>", "thumb_media_id": thumb.as_str()})
}

fn draft(rig: &Rig, titles: &[&str]) -> String {
    let articles: Vec<Value> = titles.iter().map(|title| article(rig, title)).collect();
    text(&rig.call(DRAFT_ADD, &json!({"articles": articles})), "media_id")
}

fn get(rig: &Rig, id: &str) -> Value {
    rig.call("/cgi-bin/draft/get", &json!({"media_id": id}))
}

fn count(rig: &Rig) -> Value {
    rig.get(&format!("/cgi-bin/draft/count?access_token={}", rig.token()))["total_count"].clone()
}

fn published(rig: &Rig, id: &Value) -> Value {
    rig.call("/cgi-bin/freepublish/get", &json!({"publish_id": id}))
}

#[test]
fn a_draft_is_read_changed_and_deleted() {
    let rig = rig();
    let id = draft(&rig, &["a", "b"]);
    let alone = draft(&rig, &["c"]);
    assert_eq!(get(&rig, &alone)["news_item"][0]["digest"], "Long ago");
    rig.advance(60);
    let update = |index: u64, changed: Value| {
        let body = json!({"media_id": id, "index": index, "articles": changed});
        rig.code("/cgi-bin/draft/update", &body)
    };
    assert_eq!(update(1, article(&rig, "B")), 0);
    assert_eq!(update(2, article(&rig, "B")), 40114);
    assert_eq!(update(1, article(&rig, &"t".repeat(32))), 0);
    assert_eq!(update(1, article(&rig, &"t".repeat(33))), 45003);
    assert_eq!(update(0, json!([article(&rig, "list")])), 47001);
    let kept = get(&rig, &id);
    assert_eq!(kept["news_item"][1]["title"], "t".repeat(32));
    let times = |key: &str| kept[key].as_u64().unwrap();
    assert_eq!(times("update_time") - times("create_time"), 60);

    let list = |no_content: u8| {
        let body = json!({"offset": 0, "count": 20, "no_content": no_content});
        rig.call("/cgi-bin/draft/batchget", &body)
    };
    let all = list(0);
    assert_eq!(
        (&all["item"][0]["media_id"], &all["item"][1]["media_id"]),
        (&json!(id), &json!(alone))
    );
    assert!(all["item"][0]["content"]["news_item"][0]["content"].is_string());
    assert!(list(1)["item"][0]["content"]["news_item"][0]["content"].is_null());

    assert_eq!(count(&rig), 2);
    let delete = || rig.code("/cgi-bin/draft/delete", &json!({"media_id": id}));
    assert_eq!((delete(), delete()), (0, 40007));
    assert_eq!(count(&rig), 1);
    assert_eq!(code(&get(&rig, &id)), 40007);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(&id, "k")), 40007);
    assert_eq!(rig.code(SUBMIT, &json!({"media_id": id})), 40007);
}

#[test]
fn a_sent_draft_is_gone_everywhere() {
    let rig = rig();
    let id = draft(&rig, &["a"]);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(&id, "k")), 0);
    assert_eq!(count(&rig), 0);
    assert_eq!(code(&get(&rig, &id)), 40007);
    assert_eq!(rig.code("/cgi-bin/draft/delete", &json!({"media_id": id})), 40007);
}

#[test]
fn the_switch_goes_one_way() {
    let rig = rig();
    let switch = |query: &str| {
        let url = format!("/cgi-bin/draft/switch?access_token={}{query}", rig.token());
        rig.answer(&crate::rig::request("POST", &url, bytes::Bytes::new()))["is_open"].clone()
    };
    let found = [switch("&checkonly=1"), switch(""), switch("&checkonly=1"), switch("")];
    assert_eq!(found, [0, 1, 1, 1]);
}

#[test]
fn a_publication_uses_its_draft_and_can_be_deleted() {
    let rig = rig();
    let id = draft(&rig, &["a", "b"]);
    let publish_id = rig.call(SUBMIT, &json!({"media_id": id}))["publish_id"].clone();
    assert_eq!(rig.code(SUBMIT, &json!({"media_id": id})), 40007);
    assert_eq!(rig.code(SENDALL, &mpnews_to_all(&id, "k")), 40007);
    let list = || rig.call("/cgi-bin/freepublish/batchget", &json!({"offset": 0, "count": 1}));
    let under_way = published(&rig, &publish_id);
    assert_eq!((&under_way["publish_status"], &under_way["article_id"]), (&json!(1), &Value::Null));
    assert_eq!(list()["total_count"], 0);
    let done = published(&rig, &publish_id);
    assert_eq!((&done["publish_status"], &done["article_detail"]["count"]), (&json!(0), &json!(2)));
    assert_eq!(list()["item"][0]["article_id"], done["article_id"]);

    let article_id = &done["article_id"];
    let delete = |index: u64| {
        let body = json!({"article_id": article_id, "index": index});
        rig.code("/cgi-bin/freepublish/delete", &body)
    };
    assert_eq!((delete(3), delete(2)), (53600, 0));
    let left = rig.call("/cgi-bin/freepublish/getarticle", &json!({"article_id": article_id}));
    let gone = |at: usize| left["news_item"][at]["is_deleted"].clone();
    assert_eq!([gone(0), gone(1)], [false, true]);
    assert_eq!(published(&rig, &publish_id)["publish_status"], 0);
    assert_eq!(delete(0), 0);
    assert_eq!(published(&rig, &publish_id)["publish_status"], 5);
    assert_eq!(list()["total_count"], 0);
}

#[test]
fn publications_fail_in_three_ways_or_are_banned() {
    let rig = rig();
    rig.server.configure(|s| {
        (s.progress, s.draft_consumed) = (JobProgress::default(), DraftConsumed::WhenJobSucceeds);
    });
    for (status, number, failed) in [
        (PublishStatus::OriginalityFailed(vec![1, 2]), 2, json!([1, 2])),
        (PublishStatus::Failed, 3, json!([])),
        (PublishStatus::AuditFailed(vec![2]), 4, json!([2])),
        (PublishStatus::Success, 0, json!([])),
    ] {
        let id = draft(&rig, &["a", "b"]);
        rig.server.next_publish_status(status);
        let publish_id = rig.call(SUBMIT, &json!({"media_id": id}))["publish_id"].clone();
        rig.advance(1);
        assert_eq!(published(&rig, &publish_id)["publish_status"], 1);
        assert_eq!(code(&get(&rig, &id)), 0);
        rig.advance(1);
        let ended = published(&rig, &publish_id);
        assert_eq!((&ended["publish_status"], &ended["fail_idx"]), (&json!(number), &failed));
        assert_eq!(code(&get(&rig, &id)), if number == 0 { 40007 } else { 0 });
    }
    let last = rig.server.publications().pop().unwrap();
    assert!(rig.server.ban_publication(&last.article_id));
    let id = json!(last.publish_id.get());
    assert_eq!(published(&rig, &id)["publish_status"], 6);
}

#[test]
fn a_day_has_a_hundred_publications_and_only_for_verified_accounts() {
    let rig = rig();
    for number in 1..=101 {
        let id = rig.server.add_draft();
        let wanted = if number <= 100 { 0 } else { 45009 };
        assert_eq!(rig.code(SUBMIT, &json!({"media_id": id.as_str()})), wanted, "{number}");
    }
    rig.advance(24 * 3600);
    let id = rig.server.add_draft();
    let submit = || rig.code(SUBMIT, &json!({"media_id": id.as_str()}));
    rig.server.configure(|s| s.account_kind = AccountKind::UnverifiedSubscription);
    assert_eq!(submit(), 48001);
    rig.server.configure(|s| s.account_kind = AccountKind::VerifiedSubscription);
    assert_eq!(submit(), 0);
}
