//! Deleting what was sent, the speed, and the kinds of content.

use std::time::Duration;

use serde_json::{Value, json};
use wechat_mock::{AccountKind, DraftConsumed, JobProgress, JobState, MaterialKind, Verdict};
use wechat_types::id::TagId;

use crate::golden_requests::json as fixture;
use crate::rig::{
    DELETE, DRAFT_ADD, PREVIEW, Rig, SEND, SENDALL, code, mpnews_to_all, msg_id, text, text_to_all,
};

const SPEED_GET: &str = "/cgi-bin/message/mass/speed/get";
const SPEED_SET: &str = "/cgi-bin/message/mass/speed/set";

fn rig() -> Rig {
    let rig = Rig::with(|b| b.followers(3).settings(|s| s.progress = JobProgress::Immediate));
    rig.server.set_mass_quota_left(Some(100));
    rig.server.configure(|s| s.messages_per_follower_and_month = 100);
    rig
}

/// Sends a draft of so many articles to everyone.
fn send_articles(rig: &Rig, count: usize) -> Value {
    let thumb = rig.server.add_material(MaterialKind::Image);
    let article = json!({"title": "t", "content": "c", "thumb_media_id": thumb.as_str()});
    let draft = rig.call(DRAFT_ADD, &json!({"articles": vec![article; count]}));
    let draft = text(&draft, "media_id");
    rig.call(SENDALL, &mpnews_to_all(&draft, &draft[..20]))
}

#[test]
fn a_send_is_deleted_whole_or_article_by_article() {
    let rig = rig();
    let fan = rig.server.followers()[0].clone();
    let id = msg_id(&send_articles(&rig, 2));
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get(), "article_idx": 3})), 40060);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get(), "article_idx": 2})), 0);
    assert_eq!(rig.status(id), "SEND_SUCCESS", "one is left");
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get(), "article_idx": 2})), 40065);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get(), "article_idx": 1})), 0);
    assert_eq!(rig.status(id), "DELETE");
    assert_eq!(rig.server.job(id).unwrap().state, JobState::Deleted);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get()})), 40065);
    assert_eq!(rig.server.inbox(&fan), [id], "the message stays with its readers");

    // The names of 2014, the id as a text, and 0 for all.
    for (key, article) in [("msgid", None), ("msg_id", Some(0))] {
        let id = msg_id(&send_articles(&rig, 2));
        let mut body = json!({key: id.get().to_string()});
        body["article_idx"] = json!(article);
        let url = format!("/{DELETE}?access_token={}", rig.token());
        assert_eq!(rig.post(&url, &body), json!({"errcode": 0, "errmsg": "ok"}));
        assert_eq!(rig.status(id), "DELETE");
    }
}

#[test]
fn by_its_address_an_article_is_deleted() {
    let rig = rig();
    let id = msg_id(&send_articles(&rig, 2));
    let other = msg_id(&send_articles(&rig, 1));
    let urls = rig.server.job(id).unwrap().article_urls;
    let delete = |body: Value| rig.code(DELETE, &body);
    assert_eq!(delete(json!({"url": "http://mp.weixin.qq.com/s/unknown"})), 40059);
    assert_eq!(delete(json!({"url": urls[0]})), 0);
    assert_eq!(rig.status(id), "SEND_SUCCESS");
    // The id wins.
    assert_eq!(delete(json!({"msg_id": other.get(), "url": urls[1]})), 0);
    assert_eq!([rig.status(id), rig.status(other)], ["SEND_SUCCESS", "DELETE"]);
    assert_eq!(delete(json!({"url": format!("{}#rd", urls[1])})), 0);
    assert_eq!(rig.status(id), "DELETE");
    assert_eq!(delete(json!({"url": urls[1]})), 40065);
}

#[test]
fn only_successful_articles_and_videos_can_be_deleted() {
    let rig = rig();
    let delete = |reply: &Value| rig.code(DELETE, &json!({"msg_id": msg_id(reply).get()}));
    assert_eq!(delete(&rig.call(SENDALL, &text_to_all("x"))), 40008);
    let video = rig.server.add_material(MaterialKind::Video);
    let video = json!({
        "filter": {"is_to_all": true},
        "msgtype": "mpvideo",
        "mpvideo": {"media_id": video.as_str()},
    });
    assert_eq!(delete(&rig.call(SENDALL, &video)), 0);

    rig.server.next_job_verdict(Verdict::Fail);
    assert_eq!(delete(&send_articles(&rig, 1)), 40065);
    rig.server.configure(|s| s.progress = JobProgress::AfterQueries(9));
    let sending = send_articles(&rig, 1);
    assert_eq!(delete(&sending), 40065);
    rig.server.configure(|s| s.deletes_per_day = 100);
    for body in [
        json!({}),
        json!({"article_idx": 1}),
        json!({"msg_id": 1}),
        json!({"msg_id": sending["msg_data_id"]}),
    ] {
        assert_eq!(rig.code(DELETE, &body), 40059, "{body}");
    }
    assert_eq!(rig.code(DELETE, &json!([])), 47001);
}

#[test]
fn sends_of_one_material_die_together() {
    let rig = rig();
    // Articles of the closed calls can be sent again and again.
    let news = rig.server.add_material(MaterialKind::News);
    let send = |key: &str| msg_id(&rig.call(SENDALL, &mpnews_to_all(news.as_str(), key)));
    let (first, second) = (send("1"), send("2"));
    assert_eq!(rig.code(DELETE, &json!({"msg_id": second.get()})), 0);
    assert_eq!([rig.status(first), rig.status(second)], ["DELETE", "DELETE"]);
    assert_eq!(rig.status(send("3")), "SEND_SUCCESS");

    // A draft can be sent twice when it lives until success; one address, and one death even of
    // the send that is still under way.
    rig.server.configure(|s| {
        s.draft_consumed = DraftConsumed::WhenJobSucceeds;
        s.progress =
            JobProgress::ByTime { review: Duration::from_secs(60), followers_per_minute: 1000 };
    });
    let draft = rig.server.add_draft();
    let send = |key: &str| msg_id(&rig.call(SENDALL, &mpnews_to_all(draft.as_str(), key)));
    let first = send("4");
    rig.advance(30);
    let second = send("5");
    let urls = |id| rig.server.job(id).unwrap().article_urls;
    assert_eq!(urls(first), urls(second));
    rig.advance(40);
    assert_eq!([rig.status(first), rig.status(second)], ["SEND_SUCCESS", "SENDING"]);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": first.get()})), 0);
    rig.advance(30);
    assert_eq!([rig.status(first), rig.status(second)], ["DELETE", "DELETE"]);
}

#[test]
fn ten_deletions_a_day() {
    let rig = rig();
    let id = msg_id(&send_articles(&rig, 1)).get();
    for _ in 0..9 {
        assert_eq!(rig.code(DELETE, &json!({"msg_id": 1})), 40059);
    }
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id})), 0);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id})), 45009);
    rig.advance(24 * 3600);
    rig.server.configure(|s| s.deletes_per_day = 1);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id})), 40065);
    assert_eq!(rig.code(DELETE, &json!({"msg_id": id})), 45009);
}

#[test]
fn speeds_are_those_of_the_table() {
    let rig = Rig::with(|b| b.followers(10));
    for level in [4, 3, 2, 1, 0] {
        let set = rig.call(SPEED_SET, &json!({"speed": level}));
        assert_eq!(set, json!({"errcode": 0, "errmsg": "ok"}));
        let wanted = fixture(&format!("mass/speed-get/response-level-{level}.json"));
        assert_eq!(rig.call(SPEED_GET, &json!({})), wanted);
    }
    assert_eq!(rig.call(SPEED_SET, &json!({"speed": "4"}))["errcode"], 0);
    for (body, code) in [
        (json!({"speed": 5}), 45083),
        (json!({"speed": -1}), 45083),
        (json!({}), 45084),
        (json!({"speed": true}), 47001),
    ] {
        assert_eq!(rig.code(SPEED_SET, &body), code, "{body}");
    }
    let url = format!("{SPEED_GET}?access_token={}", rig.token());
    let slow = json!({"speed": 4, "realspeed": 10});
    assert_eq!(rig.get(&url), slow);
    assert_eq!(rig.answer(&crate::rig::request("POST", &url, bytes::Bytes::new())), slow);
    assert_eq!(code(&rig.get(&format!("{SPEED_SET}?access_token={}", rig.token()))), 43002);

    // Ten followers in a second at speed 0 are ten in eight at speed 4.
    rig.server.configure(|s| {
        s.progress = JobProgress::ByTime { review: Duration::ZERO, followers_per_minute: 600 };
    });
    let id = msg_id(&rig.call(SENDALL, &text_to_all("x")));
    rig.advance(7);
    assert_eq!(rig.status(id), "SENDING");
    rig.advance(1);
    assert_eq!(rig.status(id), "SEND_SUCCESS");
}

#[test]
fn only_verified_accounts_delete_and_set_the_speed() {
    use AccountKind::{UnverifiedService, UnverifiedSubscription, VerifiedSubscription};
    let rig = rig();
    for (kind, allowed) in
        [(UnverifiedService, false), (UnverifiedSubscription, false), (VerifiedSubscription, true)]
    {
        rig.server.configure(|s| s.account_kind = kind);
        let codes = [
            rig.code(DELETE, &json!({"msg_id": 1})),
            rig.code(SPEED_GET, &json!({})),
            rig.code(SPEED_SET, &json!({"speed": 1})),
        ];
        assert_eq!(codes, if allowed { [40059, 0, 0] } else { [48001; 3] }, "{kind:?}");
    }
}

#[test]
fn a_picture_post_has_one_to_twenty_pictures_and_a_short_line() {
    let rig = rig();
    let picture = rig.server.add_material(MaterialKind::Image);
    let fans = rig.server.followers();
    let images = |count: usize, line: &str| {
        json!({
            "media_ids": vec![picture.as_str(); count],
            "recommend": line,
            "title": "t",
            "need_open_comment": 1,
            "only_fans_can_comment": 0,
        })
    };
    rig.server.configure(|s| s.illegal_recommend_words = vec!["彩票".to_owned()]);
    let mut wrong = images(1, "");
    wrong["media_ids"] = json!("x");
    for (images, wanted) in [
        (images(1, ""), 0),
        (images(20, &"字".repeat(140)), 0),
        (images(21, ""), 40215),
        (images(0, ""), 40215),
        (wrong, 40215),
        (images(1, &"字".repeat(141)), 40193),
        (images(1, "买彩票"), 40194),
    ] {
        let body = |to: Value| {
            let mut body = to;
            body["msgtype"] = json!("image");
            body["images"] = images.clone();
            body
        };
        let touser = [fans[0].as_str(), fans[1].as_str()];
        for (path, to) in [
            (SENDALL, json!({"filter": {"is_to_all": true}})),
            (SEND, json!({"touser": touser})),
            (PREVIEW, json!({"touser": fans[0].as_str()})),
        ] {
            assert_eq!(rig.code(path, &body(to)), wanted, "{path}");
        }
    }
}

#[test]
fn each_kind_goes_to_a_tag_or_an_old_group() {
    let rig = rig();
    let fans = rig.server.followers();
    rig.server.add_tag(TagId::new(101), "会员");
    rig.server.tag_follower(&fans[1], TagId::new(101));
    let material = |kind| rig.server.add_material(kind).as_str().to_owned();
    for (number, (msgtype, payload)) in [
        ("mpnews", json!({"media_id": rig.server.add_draft().as_str()})),
        ("text", json!({"content": "x"})),
        ("voice", json!({"media_id": material(MaterialKind::Voice)})),
        ("music", json!({"media_id": material(MaterialKind::Music)})),
        ("image", json!({"media_id": material(MaterialKind::Image)})),
        ("mpvideo", json!({"media_id": material(MaterialKind::Video), "title": "t"})),
        ("wxcard", json!({"card_id": "p", "card_ext": "{}"})),
    ]
    .into_iter()
    .enumerate()
    {
        let filter =
            if number % 2 == 0 { json!({"tag_id": 101}) } else { json!({"group_id": "101"}) };
        let body = json!({"filter": filter, "msgtype": msgtype, msgtype: payload});
        let reply = rig.call(SENDALL, &body);
        assert_eq!(code(&reply), 0, "{msgtype}: {reply}");
        assert_eq!(reply.get("msg_data_id").is_some(), msgtype == "mpnews");
        assert_eq!(rig.server.deliveries(msg_id(&reply)), [fans[1].clone()], "{msgtype}");
    }
    let card = json!({"touser": fans[0].as_str(), "msgtype": "wxcard", "wxcard": {"card_ext": 1}});
    assert_eq!(rig.code(PREVIEW, &card), 47001);
}
