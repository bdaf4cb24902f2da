//! The documentation's successful answers: each is produced, equal but for what a server makes up.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use wechat_mock::{
    Hindrance, JobProgress, MaterialKind, PersonalDetails, PublishStatus, Settings, Verdict,
};
use wechat_types::id::{MsgId, OpenId, TagId, UnionId};

use crate::golden_requests::{
    Endpoint, answered_by, endpoints, from_text, is_left_out, json as fixture, prepare, rig, staged,
};
use crate::rig::{
    DELETE, DRAFT_ADD, GET, PNG, PREVIEW, Rig, SENDALL, mpnews_to_all, request, text_to_all, upload,
};

/// Answers that the mock cannot give, each with the reason.
const NOT_PRODUCED: &[(&str, &str)] = &[];

/// Fields whose values a server makes up. They are compared by what is left: the JSON type; of an
/// address the host, of an id the length.
const MADE_UP: [&str; 17] = [
    "access_token",
    "article_id",
    "article_url",
    "create_time",
    "created_at",
    "down_url",
    "invoke_time",
    "media_id",
    "msg_data_id",
    "publish_id",
    "thumb_url",
    "update_time",
    "url",
    "video_url",
    "request_url",
    "response_body",
    "thumb_media_id",
];

/// Where the two differ.
fn differences(got: &Value, wanted: &Value, place: &str, found: &mut Vec<String>) {
    match (got, wanted) {
        (Value::Object(got), Value::Object(wanted)) => {
            let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            if keys(got) != keys(wanted) {
                found.push(format!("{place}: {:?}, not {:?}", keys(got), keys(wanted)));
            }
            for (key, value) in wanted {
                let place = format!("{place}.{key}");
                match got.get(key) {
                    // A cover that was sent comes back; only media/upload makes one up.
                    Some(got)
                        if MADE_UP.contains(&key.as_str())
                            && (key != "thumb_media_id" || wanted.contains_key("created_at")) =>
                    {
                        let (got, value) = (kind(key, got), kind(key, value));
                        if got != value {
                            found.push(format!("{place}: {got}, not {value}"));
                        }
                    }
                    Some(got) => differences(got, value, &place, found),
                    None => {}
                }
            }
        }
        (Value::Array(got), Value::Array(wanted)) => {
            if got.len() != wanted.len() {
                found.push(format!("{place}: {} items, not {}", got.len(), wanted.len()));
            }
            for (index, (got, wanted)) in got.iter().zip(wanted).enumerate() {
                differences(got, wanted, &format!("{place}[{index}]"), found);
            }
        }
        (got, wanted) if got == wanted => {}
        (got, wanted) => found.push(format!("{place}: {got}, not {wanted}")),
    }
}

/// What is compared of a made-up value.
fn kind(key: &str, value: &Value) -> String {
    match (key, value) {
        (_, Value::Number(_)) => "a number".to_owned(),
        // The masked token, and the id of the error.
        ("request_url", Value::String(text)) => text.replacen(&text[16..20], "", 1),
        ("response_body", Value::String(text)) => {
            let (text, rid) = text.split_once(" rid: ").unwrap();
            format!("{text} {}", rid.len())
        }
        ("access_token", Value::String(text)) => {
            assert!(text.len() > 120 && text.starts_with("75_"), "{text}");
            "a token".to_owned()
        }
        (_, Value::String(text)) if text.starts_with("http") => {
            text.split('/').take(3).collect::<Vec<_>>().join("/")
        }
        (_, Value::String(text)) => format!("a text of {}", text.len()),
        (_, other) => other.to_string(),
    }
}

/// The articles of an answer as they were once sent.
fn as_sent(items: &Value) -> Value {
    let article = |item: &Value| {
        let mut item = item.as_object().unwrap().clone();
        for key in ["url", "thumb_url", "is_deleted"] {
            item.remove(key);
        }
        if item["thumb_media_id"] == "" {
            item.remove("thumb_media_id");
        }
        // A list without its texts.
        item.entry("content").or_insert(json!("<p>正文</p>"));
        Value::Object(item)
    };
    items.as_array().unwrap().iter().map(article).collect()
}

/// Makes these articles by this call; answers their id.
fn made(rig: &Rig, path: &str, items: &Value) -> Value {
    let body = json!({"articles": as_sent(items)});
    prepare(&rig.server, &body, "");
    let answer = rig.call(path, &body);
    assert!(answer["media_id"].is_string(), "{answer}");
    answer["media_id"].clone()
}

const ADD_NEWS: &str = "/cgi-bin/material/add_news";

/// Publishes articles; answers the publication's number.
fn published(rig: &Rig, items: &Value) -> Value {
    let draft = made(rig, DRAFT_ADD, items);
    rig.call("/cgi-bin/freepublish/submit", &json!({"media_id": draft}))["publish_id"].clone()
}

fn article_id(rig: &Rig) -> Value {
    rig.server.publications()[0].article_id.as_str().into()
}

/// Asks for articles that are seeded as the answer has them.
fn articles(rig: &Rig, name: &str, variant: &str, wanted: &Value) -> Value {
    rig.server.configure(|s| s.forms.short_articles = variant == "-short");
    let page = json!({"offset": 0, "count": 20, "no_content": u8::from(variant == "-no-content")});
    let lists = |make: &dyn Fn(&Value)| {
        for item in wanted["item"].as_array().unwrap().iter().rev() {
            make(&item["content"]["news_item"]);
            rig.advance(1);
        }
    };
    match name {
        "draft/get" => {
            let id = made(rig, DRAFT_ADD, &wanted["news_item"]);
            rig.call("/cgi-bin/draft/get", &json!({"media_id": id}))
        }
        "draft/batchget" => {
            lists(&|items| drop(made(rig, DRAFT_ADD, items)));
            rig.call("/cgi-bin/draft/batchget", &page)
        }
        "freepublish/batchget" => {
            lists(&|items| drop(published(rig, items)));
            rig.call("/cgi-bin/freepublish/batchget", &page)
        }
        "freepublish/getarticle" => {
            published(rig, &wanted["news_item"]);
            for (index, item) in wanted["news_item"].as_array().unwrap().iter().enumerate() {
                if item["is_deleted"] == true {
                    let body = json!({"article_id": article_id(rig), "index": index + 1});
                    assert_eq!(rig.code("/cgi-bin/freepublish/delete", &body), 0);
                }
            }
            rig.call("/cgi-bin/freepublish/getarticle", &json!({"article_id": article_id(rig)}))
        }
        "material/get-material" => {
            let id = made(rig, ADD_NEWS, &wanted["news_item"]);
            rig.call("/cgi-bin/material/get_material", &json!({"media_id": id}))
        }
        other => panic!("what is {other}?"),
    }
}

/// Lists of the library, filled up with older things.
fn library(rig: &Rig, variant: &str, wanted: &Value) -> Value {
    let (name, kind) = match variant {
        "-image" | "-empty" => ("image", MaterialKind::Image),
        "-voice" => ("voice", MaterialKind::Voice),
        "-video" => ("video", MaterialKind::Video),
        _ => ("news", MaterialKind::News),
    };
    let items = wanted["item"].as_array().unwrap();
    let older = wanted["total_count"].as_u64().unwrap() - items.len() as u64;
    (0..older).for_each(|_| drop(rig.server.add_material(kind)));
    for item in items.iter().rev() {
        rig.advance(1);
        let url =
            format!("/cgi-bin/material/add_material?type={name}&access_token={}", rig.token());
        let file = item["name"].as_str().unwrap_or_default();
        match name {
            "news" => drop(made(rig, ADD_NEWS, &item["content"]["news_item"])),
            "image" if file.ends_with(".png") => drop(rig.answer(&upload(&url, file, PNG))),
            "image" => drop(rig.answer(&upload(&url, file, crate::rig::JPEG))),
            "voice" => drop(rig.answer(&upload(&url, file, b"ID3"))),
            _ => {
                let video = "material/add-material/request-video.txt";
                rig.answer(&from_text(video, &rig.token()));
            }
        }
    }
    let offset = if items.is_empty() { older } else { 0 };
    let count = items.len().max(1);
    rig.call(
        "/cgi-bin/material/batchget_material",
        &json!({"type": name, "offset": offset, "count": count}),
    )
}

/// The states of a publication.
fn publication(rig: &Rig, variant: &str, wanted: &Value) -> Value {
    let failed = |wanted: &Value| {
        let list = wanted["fail_idx"].as_array().unwrap();
        list.iter().map(|n| u32::try_from(n.as_u64().unwrap()).unwrap()).collect()
    };
    rig.server.configure(|s| s.publish_id_as_number = variant == "-number");
    match variant {
        "-publishing" => rig.server.configure(|s| s.progress = JobProgress::AfterQueries(1)),
        "-originality-failed" => {
            let status = PublishStatus::OriginalityFailed(failed(wanted));
            rig.server.next_publish_status(status);
        }
        "-audit-failed" => {
            rig.server.next_publish_status(PublishStatus::AuditFailed(failed(wanted)));
        }
        "-failed" => rig.server.next_publish_status(PublishStatus::Failed),
        _ => {}
    }
    let count = wanted["article_detail"]["count"].as_u64().unwrap_or(2);
    let items: Value =
        (0..count).map(|n| json!({"title": n.to_string(), "thumb_media_id": "c"})).collect();
    let id = published(rig, &items);
    match variant {
        "-deleted" => {
            let body = json!({"article_id": article_id(rig)});
            assert_eq!(rig.code("/cgi-bin/freepublish/delete", &body), 0);
        }
        "-banned" => {
            let id = rig.server.publications()[0].article_id.clone();
            assert!(rig.server.ban_publication(&id));
        }
        _ => {}
    }
    rig.call("/cgi-bin/freepublish/get", &json!({"publish_id": id}))
}

/// The states of a job.
fn job(rig: &Rig, variant: &str, wanted: &Value) -> Value {
    let id = MsgId::new(wanted["msg_id"].as_u64().unwrap());
    rig.server.set_next_msg_id(id);
    match variant {
        "-sending" => rig.server.configure(|s| s.progress = JobProgress::AfterQueries(1)),
        "-fail" => rig.server.next_job_verdict(Verdict::Fail),
        _ => {}
    }
    let draft = rig.server.add_draft();
    let mut body = mpnews_to_all(draft.as_str(), "k");
    if id.get() > 1 << 31 {
        rig.server.add_tag(TagId::new(134), "t");
        body["filter"] = json!({"tag_id": 134});
    }
    assert_eq!(rig.call(SENDALL, &body)["msg_id"], id.get());
    if variant == "-delete" {
        assert_eq!(rig.code(DELETE, &json!({"msg_id": id.get()})), 0);
    }
    rig.call(GET, &json!({"msg_id": id.get()}))
}

/// So many followers of each tag or group.
fn counted(path: &str, wanted: &Value) -> Value {
    let rig = Rig::new();
    let all = wanted.as_object().unwrap().values().next().unwrap();
    for tag in all.as_array().unwrap() {
        let (id, count) = (tag["id"].as_u64().unwrap(), tag["count"].as_u64().unwrap());
        rig.server.add_tag(TagId::new(id), tag["name"].as_str().unwrap());
        for fan in rig.server.add_followers(usize::try_from(count).unwrap()) {
            match id {
                0 => {}
                1 => rig.server.set_hindrance(&fan, Some(Hindrance::Blacklisted)),
                id => rig.server.tag_follower(&fan, TagId::new(id)),
            }
        }
    }
    rig.get(&format!("{path}?access_token={}", rig.token()))
}

/// What is told of followers, seeded as the answer has it.
fn people(rig: &Rig, users: &[&Value]) {
    for user in users {
        let id = OpenId::new(user["openid"].as_str().unwrap()).unwrap();
        rig.server.add_follower(id.clone());
        let text = |key: &str| user[key].as_str().unwrap_or_default().to_owned();
        rig.server.change_profile(&id, |profile| {
            profile.union_id = user["unionid"].as_str().map(|id| UnionId::new(id).unwrap());
            profile.remark = text("remark");
            profile.scene = text("subscribe_scene");
            profile.qr_scene = user["qr_scene"].as_u64().unwrap_or_default();
            if user["nickname"].is_string() && user["language"] != "" {
                let mut details = PersonalDetails::default();
                details.nickname = text("nickname");
                details.sex = u8::try_from(user["sex"].as_u64().unwrap()).unwrap();
                (details.city, details.province) = (text("city"), text("province"));
                (details.country, details.portrait) = (text("country"), text("headimgurl"));
                profile.details = Some(details);
            }
        });
        for tag in user["tagid_list"].as_array().into_iter().flatten() {
            let tag = TagId::new(tag.as_u64().unwrap());
            rig.server.add_tag(tag, "t");
            rig.server.tag_follower(&id, tag);
        }
        if user["subscribe"] == 0 {
            rig.server.set_hindrance(&id, Some(Hindrance::Unsubscribed));
        }
        rig.server.configure(|s| s.emptied_profiles = user["language"] == "");
    }
}

/// The answer of a file, in the world in which it is given; `None`: a request of the examples has it
/// in the world that the request itself describes.
fn produced(rig: &Rig, endpoint: &Endpoint, file: &str, wanted: &Value) -> Option<Value> {
    let (name, variant) = file.strip_suffix(".json").unwrap().split_once("/response").unwrap();
    let ask = |file: &str| rig.answer(&staged(rig, endpoint, &format!("{name}/{file}")));
    let configure = |change: fn(&mut Settings)| rig.server.configure(change);
    let token_url = |path: &str| format!("/cgi-bin/{path}?access_token={}", rig.token());
    Some(match (name, variant) {
        ("draft/get" | "freepublish/getarticle", _)
        | ("draft/batchget" | "freepublish/batchget", "" | "-no-content")
        | ("material/get-material", "" | "-short") => articles(rig, name, variant, wanted),
        ("material/batchget-material", _) => library(rig, variant, wanted),
        ("freepublish/get", _) => publication(rig, variant, wanted),
        ("mass/get", _) => job(rig, variant, wanted),
        ("tags/get", "") => counted("/cgi-bin/tags/get", wanted),
        ("groups/get", _) => counted("/cgi-bin/groups/get", wanted),
        ("tags/get", _) => {
            configure(|s| s.forms.own_tags_only = true);
            rig.get(&token_url("tags/get"))
        }
        ("tags/create" | "groups/create", _) => {
            let id = wanted.as_object().unwrap().values().next().unwrap()["id"].as_u64().unwrap();
            rig.server.add_tag(TagId::new(id - 1), "the one before");
            rig.call(&endpoint.path, &fixture(&format!("{name}/request.json")))
        }
        ("draft/add" | "media/upload", "-item") => {
            configure(|s| s.forms.empty_item_list = true);
            ask(if name == "draft/add" { "request.json" } else { "request.txt" })
        }
        ("media/uploadimg", "-errcode") => {
            configure(|s| s.forms.picture_with_errcode = true);
            ask("request.txt")
        }
        ("mass/speed-set", "-empty-errmsg") => {
            configure(|s| s.forms.empty_errmsg = true);
            ask("request.json")
        }
        ("mass/speed-get", _) => {
            // The sample has another speed than the table.
            if variant.is_empty() {
                configure(|s| s.speeds[3] = 15);
            }
            let level = json!({"speed": wanted["speed"]});
            assert_eq!(rig.code("/cgi-bin/message/mass/speed/set", &level), 0);
            ask("request.txt")
        }
        ("freepublish/submit", "-mixed") => {
            configure(|s| s.forms.msg_data_id_as_number = true);
            ask("request.json")
        }
        ("freepublish/submit", "-number") => {
            configure(|s| s.publish_id_as_number = true);
            ask("request.json")
        }
        ("mass/send" | "mass/sendall", _) => {
            rig.server.set_next_msg_id(MsgId::new(wanted["msg_id"].as_u64().unwrap()));
            return None;
        }
        ("mass/preview", "-msg-id") => {
            configure(|s| s.preview_answers_msg_id = true);
            rig.server.set_next_msg_id(MsgId::new(wanted["msg_id"].as_u64().unwrap()));
            let body = fixture("mass/preview/request-text.json");
            prepare(&rig.server, &body, "");
            rig.call(PREVIEW, &body)
        }
        ("draft/count", _) => {
            let count = wanted["total_count"].as_u64().unwrap();
            (0..count).for_each(|_| drop(rig.server.add_draft()));
            rig.get(&token_url("draft/count"))
        }
        ("material/get-materialcount", _) => {
            let kinds = [
                ("voice_count", MaterialKind::Voice),
                ("video_count", MaterialKind::Video),
                ("image_count", MaterialKind::Image),
                ("news_count", MaterialKind::News),
            ];
            for (key, kind) in kinds {
                (0..wanted[key].as_u64().unwrap())
                    .for_each(|_| drop(rig.server.add_material(kind)));
            }
            rig.get(&token_url("material/get_materialcount"))
        }
        ("token/stable-token", "") => {
            rig.token();
            rig.advance(7200 - wanted["expires_in"].as_u64().unwrap());
            ask("request.json")
        }
        ("token/openapi-quota-get", _) => {
            // Previews are counted by the day only, sends by the minute as well.
            let path = if variant.is_empty() { SENDALL } else { PREVIEW };
            for n in 0..3 {
                let mut body = text_to_all(&n.to_string());
                body["touser"] = json!(rig.server.followers()[0].as_str());
                assert!(rig.call(path, &body)["errcode"].is_number());
            }
            rig.call("/cgi-bin/openapi/quota/get", &json!({"cgi_path": path}))
        }
        ("token/openapi-rid-get", _) => {
            rig.server.set_mass_quota_left(Some(0));
            let sent = wanted["request"]["request_body"].as_str().unwrap().to_owned();
            let url = format!("{SENDALL}?access_token={}", rig.token());
            let refused = rig.answer(&request("POST", &url, Bytes::from(sent)));
            let rid = refused["errmsg"].as_str().unwrap().split_once(" rid: ").unwrap().1;
            rig.call("/cgi-bin/openapi/rid/get", &json!({"rid": rid}))
        }
        ("users/get", _) => {
            let ids =
                ["response.json", "response-last.json"].map(|f| fixture(&format!("users/get/{f}")));
            let ids = ids.iter().flat_map(|page| page["data"]["openid"].as_array().unwrap());
            let rig = Rig::with(|b| b.settings(|s| s.followers_per_page = 3));
            if variant != "-empty" {
                ids.for_each(|id| {
                    rig.server.add_follower(OpenId::new(id.as_str().unwrap()).unwrap());
                });
            }
            let file = match variant {
                "-last" => "request-next.txt",
                "-after-last" => "request-after-last.txt",
                _ => "request.txt",
            };
            rig.answer(&from_text(&format!("users/get/{file}"), &rig.token()))
        }
        ("users/info", _) => {
            people(rig, &[wanted]);
            let id = wanted["openid"].as_str().unwrap();
            rig.get(&format!("{}&openid={id}", token_url("user/info")))
        }
        ("users/info-batchget", _) => {
            let users: Vec<&Value> = wanted["user_info_list"].as_array().unwrap().iter().collect();
            people(rig, &users);
            let list: Value = users.iter().map(|user| json!({"openid": user["openid"]})).collect();
            rig.call("/cgi-bin/user/info/batchget", &json!({"user_list": list}))
        }
        ("blacklist/getblacklist", "-empty") => {
            rig.call("/cgi-bin/tags/members/getblacklist", &json!({"begin_openid": ""}))
        }
        ("tags/getidlist", "-empty") => {
            let fan = rig.server.followers()[0].as_str().to_owned();
            rig.call("/cgi-bin/tags/getidlist", &json!({"openid": fan}))
        }
        ("tags/user-tag-get", "-end-next-empty") => {
            configure(|s| s.tag_end_has_next = true);
            rig.call("/cgi-bin/user/tag/get", &json!({"tagid": 2, "next_openid": ""}))
        }
        ("groups/delete", "-empty") => {
            configure(|s| s.group_deletion_answers_nothing = true);
            ask("request.json")
        }
        _ => return None,
    })
}

#[test]
fn every_answer_of_the_documentation_is_produced() {
    let (mut equal, mut problems) = (0, Vec::new());
    for endpoint in endpoints().into_iter().filter(|endpoint| !is_left_out(endpoint)) {
        let answers = endpoint.files.iter().filter(|file| file.contains("/response"));
        // Files that are handed out are compared byte by byte with the requests.
        for file in answers.filter(|file| file.ends_with(".json")) {
            if NOT_PRODUCED.iter().any(|(known, _)| known == file) {
                continue;
            }
            let (rig, wanted) = (rig(), fixture(file));
            let answer = produced(&rig, &endpoint, file, &wanted).unwrap_or_else(|| {
                let mut requests = endpoint.files.iter().filter(|f| f.contains("/request"));
                let request = requests.find(|request| answered_by(request) == **file);
                let request = request.unwrap_or_else(|| panic!("nothing asks for {file}"));
                rig.answer(&staged(&rig, &endpoint, request))
            });
            let mut found = Vec::new();
            differences(&answer, &wanted, "", &mut found);
            equal += u32::from(found.is_empty());
            problems.extend(found.into_iter().map(|difference| format!("{file} {difference}")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let left_out = if cfg!(feature = "callbacks") { 0 } else { 3 };
    assert_eq!(equal + left_out, 131, "fixtures were added or lost");
}

#[test]
fn a_difference_is_found() {
    let found = |got: Value, wanted: Value| {
        let mut found = Vec::new();
        differences(&got, &wanted, "", &mut found);
        found
    };
    let wanted = json!({"media_id": "abc", "n": [1], "url": "http://a/b", "msg_data_id": 1});
    assert_eq!(
        found(
            json!({"media_id": "xyz", "n": [1], "url": "http://a/c", "msg_data_id": 2}),
            wanted.clone()
        ),
        [""; 0]
    );
    for (key, value) in [
        ("media_id", json!("ab")),
        ("media_id", json!(1)),
        ("n", json!([2])),
        ("n", json!([])),
        ("url", json!("http://b/b")),
        ("msg_data_id", json!("1")),
        ("more", json!(1)),
    ] {
        let mut got = wanted.clone();
        got[key] = value;
        assert_eq!(found(got, wanted.clone()).len(), 1, "{key}");
    }
}
