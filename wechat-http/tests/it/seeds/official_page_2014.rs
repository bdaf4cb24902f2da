//! Article 001: the official page of April 2014, with `group_id` as text and `msgid`.

use wechat_mock::Hindrance;
use wechat_types::id::MediaId;
use wechat_types::mass::JobStatus;
use wechat_types::media::{MediaKind, UploadMedia};

use super::{Program, jpeg, media_id};

const UPLOADNEWS: &str = "/cgi-bin/media/uploadnews";

/// As the page shows it, with plain quotes where the page has lost them.
const ARTICLE: &str = r#"{
    "thumb_media_id":"THUMB",
    "author":"xxx",
    "title":"Happy Day",
    "content_source_url":"www.qq.com",
    "content":"content",
    "digest":"digest"
}"#;

const BY_GROUP: &str = r#"{
   "filter":{
      "group_id":"2"
   },
   "mpnews":{
      "media_id":"MEDIA"
   },
    "msgtype":"mpnews"
}"#;

const BY_LIST: &str = r#"{
   "touser":[
    "OPENID1",
    "OPENID2"
   ],
   "mpnews":{
      "media_id":"MEDIA"
   },
    "msgtype":"mpnews"
}"#;

async fn thumb(program: &Program) -> MediaId {
    let upload = UploadMedia::new(MediaKind::Thumb, jpeg());
    let answer = program.live.client.send(&upload).await.unwrap();
    assert_eq!(answer.kind, MediaKind::Thumb);
    answer.media_id
}

fn articles(thumb: &MediaId, count: usize) -> String {
    let article = ARTICLE.replace("THUMB", thumb.as_str());
    format!("{{\"articles\":[{}]}}", vec![article; count].join(","))
}

#[tokio::test]
async fn the_samples_in_the_order_of_the_page() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    // The sample of the event: 100 in the group, 80 left, 75 reached, 5 failed.
    let group = program.tagged(2, 100);
    group[..20].iter().for_each(|id| mock.set_hindrance(id, Some(Hindrance::Refuses)));
    group[95..].iter().for_each(|id| mock.set_hindrance(id, Some(Hindrance::Unreachable)));

    let thumb = thumb(&program).await;
    let news = program.post(UPLOADNEWS, articles(&thumb, 2)).await;
    assert_eq!(news["type"], "news", "{news}");
    assert!(news["created_at"].is_u64(), "{news}");
    let news = media_id(&news);

    let sendall = "/cgi-bin/message/mass/sendall";
    let by_group = program.submit(sendall, BY_GROUP.replace("MEDIA", news.as_str())).await;
    let body = BY_LIST
        .replace("OPENID1", group[20].as_str())
        .replace("OPENID2", group[21].as_str())
        .replace("MEDIA", news.as_str());
    let by_list = program.submit("/cgi-bin/message/mass/send", body).await;
    assert!(by_list > by_group);

    // Only what was sent can be deleted.
    let delete = format!("{{\n   \"msgid\":{by_group}\n}}");
    let path = "//cgi-bin/message/mass/delete";
    let early = program.post(path, delete.as_str()).await;
    assert_eq!(early["errcode"], 40065, "{early}");
    program.wait();
    assert_eq!(program.status(by_group).await, JobStatus::Success);
    assert_eq!(program.counts(by_group), [100, 80, 75, 5]);
    assert_eq!(mock.deliveries(by_group), group[20..95]);
    assert_eq!(mock.deliveries(by_list), group[20..22]);

    let deleted = program.post(path, delete.as_str()).await;
    assert_eq!(deleted, serde_json::json!({"errcode": 0, "errmsg": "ok"}));
    assert!(mock.received().iter().any(|request| request.path == path));
    assert_eq!(program.status(by_group).await, JobStatus::Deleted);
    assert_eq!(program.status(by_list).await, JobStatus::Deleted, "it has the same material");
    // The cards stay; the shorter job was done first.
    assert_eq!(mock.inbox(&group[20]), [by_list, by_group]);
}

#[tokio::test]
async fn ten_articles_and_ten_calls_of_2014() {
    let program = Program::start().await;
    program.live.mock.configure(|settings| {
        settings.articles_limit = 10;
        settings.mass_calls_per_day = 10;
    });
    program.tagged(2, 1);
    let thumb = thumb(&program).await;
    let news = program.post(UPLOADNEWS, articles(&thumb, 10)).await;
    let body = BY_GROUP.replace("MEDIA", media_id(&news).as_str());
    for (count, code) in [(0, 44003), (11, 45008)] {
        let refused = program.post(UPLOADNEWS, articles(&thumb, count)).await;
        assert_eq!(refused["errcode"], code, "{refused}");
    }

    let sendall = "/cgi-bin/message/mass/sendall";
    program.submit(sendall, body.as_str()).await;
    for _ in 1..10 {
        // Without a key the platform makes one of audience and content; the call counts all the
        // same.
        let repeated = program.post(sendall, body.as_str()).await;
        assert_eq!(repeated["errcode"], 45065, "{repeated}");
    }
    let refused = program.post(sendall, body.as_str()).await;
    assert_eq!(refused["errcode"], 45009, "{refused}");
    assert_eq!(program.live.mock.jobs().len(), 1);
}
