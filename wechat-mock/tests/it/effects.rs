//! What changes the mock's world: each call that is more than a question is seen by another one.
//!
//! `cargo xtask coverage` reads the list. Missing from it are questions, and calls whose whole
//! effect is the id or address that they answer with.

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::{JobProgress, MaterialKind};
use wechat_types::id::{MediaId, TagId};

use crate::rig::{PNG, Rig, code, request, text_to_all, upload};

/// A call and what it changes.
struct Effect {
    path: &'static str,
    call: fn(&Rig, &str) -> http::Request<Bytes>,
    look: fn(&Rig) -> Value,
}

const fn effect(
    path: &'static str,
    call: fn(&Rig, &str) -> http::Request<Bytes>,
    look: fn(&Rig) -> Value,
) -> Effect {
    Effect { path, call, look }
}

const EFFECTS: &[Effect] = &[
    effect("/cgi-bin/stable_token", force, |rig| json!(rig.token())),
    effect(
        "/cgi-bin/clear_quota",
        |rig, url| post(url, &json!({"appid": rig.server.app_id().as_str()})),
        used,
    ),
    effect(
        "/cgi-bin/clear_quota/v2",
        |rig, url| {
            let (id, secret) = (rig.server.app_id(), rig.server.app_secret());
            post(url, &json!({"appid": id.as_str(), "appsecret": secret.expose()}))
        },
        used,
    ),
    effect(
        "/cgi-bin/openapi/quota/clear",
        |_, url| post(url, &json!({"cgi_path": "/cgi-bin/draft/add"})),
        used,
    ),
    effect(
        "/cgi-bin/media/uploadimg",
        |_, url| upload(url, "a.png", PNG),
        |rig| json!(rig.server.article_pictures()),
    ),
    effect(
        "/cgi-bin/material/add_material",
        |_, url| upload(&format!("{url}&type=image"), "a.png", PNG),
        materials,
    ),
    effect(
        "/cgi-bin/material/add_news",
        |_, url| post(url, &json!({"articles": [article("新")]})),
        materials,
    ),
    effect(
        "/cgi-bin/material/update_news",
        |_, url| post(url, &json!({"media_id": "news", "index": 0, "articles": article("新")})),
        |rig| rig.call("/cgi-bin/material/get_material", &json!({"media_id": "news"})),
    ),
    effect(
        "/cgi-bin/material/del_material",
        |_, url| post(url, &json!({"media_id": "cover"})),
        materials,
    ),
    effect("/cgi-bin/draft/add", |_, url| post(url, &json!({"articles": [article("新")]})), drafts),
    effect(
        "/cgi-bin/draft/update",
        |_, url| post(url, &json!({"media_id": "draft", "index": 0, "articles": article("新")})),
        drafts,
    ),
    effect("/cgi-bin/draft/delete", |_, url| post(url, &json!({"media_id": "draft"})), drafts),
    effect(
        "/cgi-bin/draft/switch",
        |_, url| request("POST", url, Bytes::new()),
        |rig| {
            let url = format!("/cgi-bin/draft/switch?checkonly=1&access_token={}", rig.token());
            rig.answer(&request("POST", &url, Bytes::new()))
        },
    ),
    effect(
        "/cgi-bin/freepublish/submit",
        |_, url| post(url, &json!({"media_id": "draft"})),
        published,
    ),
    effect(
        "/cgi-bin/freepublish/delete",
        |rig, url| {
            rig.call("/cgi-bin/freepublish/submit", &json!({"media_id": "draft"}));
            let article_id = published(rig)["item"][0]["article_id"].clone();
            post(url, &json!({"article_id": article_id}))
        },
        |rig| {
            json!(
                rig.server.publications().iter().map(|one| format!("{one:?}")).collect::<Vec<_>>()
            )
        },
    ),
    effect("/cgi-bin/message/mass/sendall", |_, url| post(url, &text_to_all("春茶")), jobs),
    effect(
        "/cgi-bin/message/mass/send",
        |rig, url| post(url, &crate::rig::text_to(&rig.server.followers(), "春茶", None)),
        jobs,
    ),
    effect(
        "/cgi-bin/message/mass/preview",
        |rig, url| {
            let body =
                json!({"touser": fan(rig, 0), "msgtype": "text", "text": {"content": "春茶"}});
            post(url, &body)
        },
        |rig| json!(rig.server.previews(&rig.server.followers()[0])),
    ),
    effect(
        "/cgi-bin/message/mass/delete",
        |rig, url| {
            let to_all = json!({"filter": {"is_to_all": true}, "msgtype": "mpnews",
            "mpnews": {"media_id": "draft"}});
            let sent = rig.call("/cgi-bin/message/mass/sendall", &to_all);
            post(url, &json!({"msg_id": sent["msg_id"]}))
        },
        |rig| json!(rig.server.jobs().first().map(|job| format!("{:?}", job.state))),
    ),
    effect(
        "/cgi-bin/message/mass/speed/set",
        |_, url| post(url, &json!({"speed": 4})),
        |rig| {
            let url = format!("/cgi-bin/message/mass/speed/get?access_token={}", rig.token());
            rig.answer(&request("POST", &url, Bytes::new()))
        },
    ),
    effect("/cgi-bin/tags/create", |_, url| post(url, &json!({"tag": {"name": "新"}})), tags),
    effect(
        "/cgi-bin/tags/update",
        |_, url| post(url, &json!({"tag": {"id": 134, "name": "新"}})),
        tags,
    ),
    effect("/cgi-bin/tags/delete", |_, url| post(url, &json!({"tag": {"id": 134}})), tags),
    effect(
        "/cgi-bin/tags/members/batchtagging",
        |rig, url| post(url, &json!({"openid_list": [fan(rig, 1)], "tagid": 134})),
        tags,
    ),
    effect(
        "/cgi-bin/tags/members/batchuntagging",
        |rig, url| post(url, &json!({"openid_list": [fan(rig, 0)], "tagid": 134})),
        tags,
    ),
    effect(
        "/cgi-bin/user/info/updateremark",
        |rig, url| post(url, &json!({"openid": fan(rig, 0), "remark": "老顾客"})),
        |rig| {
            let url =
                format!("/cgi-bin/user/info?access_token={}&openid={}", rig.token(), fan(rig, 0));
            rig.get(&url)
        },
    ),
    effect(
        "/cgi-bin/tags/members/batchblacklist",
        |rig, url| post(url, &json!({"openid_list": [fan(rig, 0)]})),
        blacklist,
    ),
    effect(
        "/cgi-bin/tags/members/batchunblacklist",
        |rig, url| post(url, &json!({"openid_list": [fan(rig, 2)]})),
        blacklist,
    ),
    effect("/cgi-bin/groups/create", |_, url| post(url, &json!({"group": {"name": "新"}})), groups),
    effect(
        "/cgi-bin/groups/update",
        |_, url| post(url, &json!({"group": {"id": 134, "name": "新"}})),
        groups,
    ),
    effect("/cgi-bin/groups/delete", |_, url| post(url, &json!({"group": {"id": 134}})), groups),
    effect(
        "/cgi-bin/groups/members/update",
        |rig, url| post(url, &json!({"openid": fan(rig, 1), "to_groupid": 134})),
        groups,
    ),
    effect(
        "/cgi-bin/groups/members/batchupdate",
        |rig, url| post(url, &json!({"openid_list": [fan(rig, 1)], "to_groupid": 134})),
        groups,
    ),
];

/// Three followers, of whom the first has a tag and the last is blacklisted; a cover, old news, a
/// draft, and a call that has counted.
fn world() -> Rig {
    let rig = Rig::with(|b| b.followers(3).settings(|s| s.progress = JobProgress::Immediate));
    rig.server.add_tag(TagId::new(134), "会员");
    rig.server.tag_follower(&rig.server.followers()[0], TagId::new(134));
    let blacklisted = json!({"openid_list": [fan(&rig, 2)]});
    assert_eq!(rig.code("/cgi-bin/tags/members/batchblacklist", &blacklisted), 0);
    let id = |text: &str| MediaId::new(text).unwrap();
    rig.server.add_material_with_id(id("cover"), MaterialKind::Image);
    rig.server.add_material_with_id(id("news"), MaterialKind::News);
    rig.server.add_draft_with_id(id("draft"));
    assert_eq!(code(&rig.call("/cgi-bin/draft/add", &json!({"articles": [article("旧")]}))), 0);
    rig
}

#[test]
fn each_is_seen_from_outside() {
    for effect in EFFECTS {
        let rig = world();
        let before = (effect.look)(&rig);
        assert_eq!(code(&before), 0, "{}: {before}", effect.path);
        let url = format!("{}?access_token={}", effect.path, rig.token());
        let call = (effect.call)(&rig, &url);
        // What the call needs may have changed the world, too.
        let between = (effect.look)(&rig);
        let answer = rig.answer(&call);
        assert_eq!(code(&answer), 0, "{}: {answer}", effect.path);
        assert_ne!((effect.look)(&rig), between, "{}", effect.path);
    }
}

fn post(url: &str, body: &Value) -> http::Request<Bytes> {
    request("POST", url, Bytes::from(body.to_string()))
}

fn get(rig: &Rig, path: &str) -> Value {
    rig.get(&format!("{path}?access_token={}", rig.token()))
}

fn fan(rig: &Rig, number: usize) -> String {
    rig.server.followers()[number].to_string()
}

fn article(title: &str) -> Value {
    json!({"title": title, "content": "<p>茶</p>", "thumb_media_id": "cover"})
}

fn force(rig: &Rig, url: &str) -> http::Request<Bytes> {
    let mut body = rig.credentials();
    body["force_refresh"] = json!(true);
    post(url, &body)
}

fn used(rig: &Rig) -> Value {
    rig.call("/cgi-bin/openapi/quota/get", &json!({"cgi_path": "/cgi-bin/draft/add"}))
}

fn materials(rig: &Rig) -> Value {
    get(rig, "/cgi-bin/material/get_materialcount")
}

fn drafts(rig: &Rig) -> Value {
    rig.call("/cgi-bin/draft/batchget", &json!({"offset": 0, "count": 20}))
}

fn published(rig: &Rig) -> Value {
    rig.call("/cgi-bin/freepublish/batchget", &json!({"offset": 0, "count": 20}))
}

fn jobs(rig: &Rig) -> Value {
    json!(rig.server.jobs().len())
}

fn tags(rig: &Rig) -> Value {
    get(rig, "/cgi-bin/tags/get")
}

fn blacklist(rig: &Rig) -> Value {
    rig.call("/cgi-bin/tags/members/getblacklist", &json!({"begin_openid": ""}))
}

fn groups(rig: &Rig) -> Value {
    get(rig, "/cgi-bin/groups/get")
}
