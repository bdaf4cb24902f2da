//! Temporary media, the library and the closed calls: what they change, and for how long.

use serde_json::{Value, json};
use wechat_mock::{AccountKind, ClosedCalls, JobProgress, MaterialKind};

use crate::rig::{PNG, Rig, SEND, code, text, upload};

const MP4: &[u8] = b"\0\0\0\x08ftyp";
const DAY: u64 = 24 * 3600;

fn rig() -> Rig {
    Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::Immediate))
}

fn uploaded(rig: &Rig, kind: &str, name: &str, content: &[u8]) -> String {
    let url = format!("/cgi-bin/media/upload?access_token={}&type={kind}", rig.token());
    text(&rig.answer(&upload(&url, name, content)), "media_id")
}

fn added(rig: &Rig, kind: &str, name: &str, content: &[u8]) -> String {
    let url = format!("/cgi-bin/material/add_material?type={kind}&access_token={}", rig.token());
    text(&rig.answer(&upload(&url, name, content)), "media_id")
}

fn media_get(rig: &Rig, id: &str) -> String {
    format!("/cgi-bin/media/get?media_id={id}&access_token={}", rig.token())
}

fn send(rig: &Rig, kind: &str, id: &str) -> i64 {
    let fans = rig.server.followers();
    let fans: Vec<&str> = fans.iter().map(|fan| fan.as_str()).collect();
    rig.code(SEND, &json!({"touser": fans, "msgtype": kind, kind: {"media_id": id}}))
}

#[test]
fn temporary_media_lives_for_three_days() {
    let rig = rig();
    let id = uploaded(&rig, "image", "a.png", PNG);
    assert_eq!(id.len(), 64);
    assert_eq!(send(&rig, "image", &id), 0);
    rig.advance(3 * DAY - 1);
    let request = crate::rig::request("GET", &media_get(&rig, &id), bytes::Bytes::new());
    let response = rig.exchange(&request).response.unwrap();
    assert_eq!(*response.body(), PNG);
    assert_eq!(response.headers()["content-type"], "image/png");
    rig.advance(1);
    assert_eq!(code(&rig.get(&media_get(&rig, &id))), 40007);
    assert_eq!(send(&rig, "image", &id), 40007);
}

#[test]
fn a_temporary_video_is_sent_only_when_prepared() {
    let rig = rig();
    let id = uploaded(&rig, "video", "a.mp4", MP4);
    assert!(rig.get(&media_get(&rig, &id))["video_url"].is_string());
    rig.server.configure(|s| s.video_as_file = true);
    let request = crate::rig::request("GET", &media_get(&rig, &id), bytes::Bytes::new());
    assert_eq!(*rig.exchange(&request).response.unwrap().body(), MP4);

    assert_eq!(send(&rig, "mpvideo", &id), 40007);
    let path = "/cgi-bin/media/uploadvideo";
    let body = |id: &str| json!({"media_id": id, "title": "t", "description": "d"});
    let prepared = text(&rig.call(path, &body(&id)), "media_id");
    assert_eq!(send(&rig, "mpvideo", &prepared), 0);
    // Neither a permanent nor a prepared one can be prepared.
    for other in [added(&rig, "video", "a.mp4", MP4), prepared] {
        assert_eq!(rig.code(path, &body(&other)), 40007);
    }
}

#[test]
fn temporary_and_permanent_are_two_worlds() {
    let rig = rig();
    let temporary = uploaded(&rig, "image", "a.png", PNG);
    let permanent = added(&rig, "image", "a.png", PNG);
    assert_eq!(code(&rig.get(&media_get(&rig, &permanent))), 40007);
    for path in ["get_material", "del_material"] {
        let path = format!("/cgi-bin/material/{path}");
        assert_eq!(rig.code(&path, &json!({"media_id": temporary})), 40007);
    }
    let draft = |thumb: &str| {
        let article = json!({"title": "t", "content": "c", "thumb_media_id": thumb});
        rig.code("/cgi-bin/draft/add", &json!({"articles": [article]}))
    };
    assert_eq!((draft(&temporary), draft(&permanent)), (40007, 0));
    rig.advance(30 * DAY);
    assert_eq!(send(&rig, "image", &permanent), 0);
    let path = "/cgi-bin/material/del_material";
    assert_eq!(rig.code(path, &json!({"media_id": permanent})), 0);
    assert_eq!(rig.code(path, &json!({"media_id": permanent})), 40007);
    // The same send again, after its key was forgotten.
    rig.advance(DAY);
    assert_eq!((send(&rig, "image", &permanent), draft(&permanent)), (40007, 40007));
}

fn page(rig: &Rig, kind: &str, offset: i64, count: i64) -> Value {
    let body = json!({"type": kind, "offset": offset, "count": count});
    rig.call("/cgi-bin/material/batchget_material", &body)
}

#[test]
fn the_library_is_counted_and_paged_newest_first() {
    let rig = rig();
    for number in 0..23 {
        added(&rig, "image", &format!("{number}.png"), PNG);
        rig.advance(1);
    }
    added(&rig, "voice", "C:\\声音\\a.mp3", b"ID3");
    let first = page(&rig, "image", 0, 20);
    assert_eq!((&first["total_count"], &first["item_count"]), (&json!(23), &json!(20)));
    assert_eq!(first["item"][0]["name"], "22.png");
    let rest = page(&rig, "image", 20, 20);
    assert_eq!((&rest["item_count"], &rest["item"][2]["name"]), (&json!(3), &json!("0.png")));
    assert_eq!(page(&rig, "image", 23, 1)["item"], json!([]));
    assert_eq!(page(&rig, "voice", 0, 1)["item"][0]["name"], "a.mp3");
    for (offset, count, wanted) in [(0, 0, 45165), (0, 21, 45165), (0, 1, 0), (-1, 1, 45164)] {
        assert_eq!(code(&page(&rig, "image", offset, count)), wanted, "{offset} {count}");
    }
    let url = format!("/cgi-bin/material/get_materialcount?access_token={}", rig.token());
    let counts = json!({"voice_count": 1, "video_count": 0, "image_count": 23, "news_count": 0});
    assert_eq!(rig.get(&url), counts);
}

#[test]
fn closed_calls_work_with_a_note_or_are_refused() {
    let rig = rig();
    let thumb = rig.server.add_material(MaterialKind::Thumb);
    let article =
        |title: &str| json!({"title": title, "content": "c", "thumb_media_id": thumb.as_str()});
    let list = json!({"articles": [article("a"), article("b")]});
    let (add, update) = ("/cgi-bin/material/add_news", "/cgi-bin/material/update_news");
    let news = "/cgi-bin/media/uploadnews";

    let id = text(&rig.call(add, &list), "media_id");
    let noted = rig.server.received().pop().unwrap();
    let closed = "(odd: material/closed: closed since 2022-02-28: use drafts)";
    assert!(noted.to_string().contains(closed), "{noted}");
    let change = json!({"media_id": id, "index": 1, "articles": article("c")});
    assert_eq!(rig.code(update, &change), 0);
    let kept = rig.call("/cgi-bin/material/get_material", &json!({"media_id": id}));
    assert_eq!(kept["news_item"][1]["title"], "c");
    assert_eq!(send(&rig, "mpnews", &id), 0);
    let once = text(&rig.call(news, &list), "media_id");
    assert_eq!(send(&rig, "mpnews", &once), 0);
    assert_eq!(page(&rig, "news", 0, 20)["total_count"], 1);

    rig.server.configure(|s| s.upload_news_per_day = 1);
    assert_eq!(rig.code(news, &list), 45009);
    rig.advance(DAY);
    for (setting, wanted) in
        [(ClosedCalls::Refused45103, 45103), (ClosedCalls::Refused45106, 45106)]
    {
        rig.server.configure(|s| (s.closed_calls, s.upload_news_per_day) = (setting, 10));
        for (path, body) in [(add, &list), (update, &change), (news, &list)] {
            assert_eq!(rig.code(path, body), wanted, "{path}");
        }
    }
}

#[test]
fn only_verified_accounts_have_a_library() {
    let rig = rig();
    let id = uploaded(&rig, "image", "a.png", PNG);
    for (kind, wanted) in
        [(AccountKind::VerifiedSubscription, 0), (AccountKind::UnverifiedSubscription, 48001)]
    {
        rig.server.configure(|s| s.account_kind = kind);
        assert_eq!(code(&page(&rig, "image", 0, 1)), wanted);
        let request = crate::rig::request("GET", &media_get(&rig, &id), bytes::Bytes::new());
        let body = rig.exchange(&request).response.unwrap().into_body();
        assert_eq!(body == PNG, wanted == 0);
    }
}

#[test]
fn a_cover_that_add_news_takes_may_be_refused_by_uploadnews() {
    let rig = rig();
    let permanent = added(&rig, "thumb", "a.jpg", crate::rig::JPEG);
    let url = format!("/cgi-bin/media/upload?type=thumb&access_token={}", rig.token());
    let answer = rig.answer(&upload(&url, "a.jpg", crate::rig::JPEG));
    let temporary = text(&answer, "thumb_media_id");
    let code = |path: &str, thumb: &str| {
        let article = json!({"title": "t", "content": "c", "thumb_media_id": thumb});
        rig.code(path, &json!({"articles": [article]}))
    };
    let (add, news) = ("/cgi-bin/material/add_news", "/cgi-bin/media/uploadnews");
    assert_eq!([code(add, &permanent), code(news, &permanent), code(news, &temporary)], [0; 3]);
    rig.server.configure(|s| s.uploadnews_takes_permanent_covers = false);
    assert_eq!((code(add, &permanent), code(news, &permanent)), (0, 40007));
    assert_eq!(code(news, &temporary), 0);
}
