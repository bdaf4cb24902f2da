//! The documentation's requests and errors of media, material, drafts and free publish.

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::{ClosedCalls, MaterialKind};

use crate::golden_errors::{with_body, with_field, with_query};
use crate::golden_requests::{base64, folder, from_text, json as fixture, prepare};
use crate::rig::{DRAFT_ADD, JPEG, PNG, Rig, request, upload};

/// The answer that belongs to a request of these chapters; `None`: `response.json`, or another's.
pub(crate) fn answered_by(folder: &str, request: &str) -> Option<&'static str> {
    let has = |part: &str| request.contains(part);
    Some(match folder {
        "media/upload" if has("voice") => "response-voice.json",
        "media/upload" if has("video") => "response-video.json",
        "media/upload" if has("thumb") => "response-thumb.json",
        "media/get" if has("image") => "response-binary-image.txt",
        "media/get" if has("voice") => "response-binary-voice.txt",
        "material/get-material" if has("image") => "response-binary-image.txt",
        "material/get-material" if has("video") => "response-video.json",
        "material/batchget-material" if has("image") => "response-image.json",
        "material/batchget-material" if has("voice") => "response-voice.json",
        "material/batchget-material" if has("video") => "response-video.json",
        "material/batchget-material" | "draft/batchget" | "freepublish/batchget"
            if has("past-end") =>
        {
            "response-empty.json"
        }
        "draft/batchget" | "freepublish/batchget" if has("no-content") => {
            "response-no-content.json"
        }
        "draft/get" if has("multi") => "response-multi.json",
        "draft/get" if has("newspic") => "response-newspic.json",
        "draft/switch" if has("check") => "response-closed.json",
        "freepublish/get" if has("number") => "response-number.json",
        _ => return None,
    })
}

fn made(answer: &Value, key: &str) -> String {
    let id = &answer[key];
    id.as_str().map_or_else(|| panic!("no {key} in {answer}"), str::to_owned)
}

/// A draft or library article of a fixture, with the first so many of its articles.
fn articles(rig: &Rig, path: &str, file: &str, count: usize) -> String {
    let mut body = fixture(file);
    body["articles"].as_array_mut().unwrap().truncate(count);
    prepare(&rig.server, &body, "");
    made(&rig.call(path, &body), "media_id")
}

fn draft(rig: &Rig, file: &str) -> String {
    articles(rig, DRAFT_ADD, &format!("draft/add/{file}.json"), 9)
}

fn uploaded(rig: &Rig, file: &str) -> String {
    made(&rig.answer(&from_text(file, &rig.token())), "media_id")
}

fn published(rig: &Rig, file: &str, count: usize) -> Value {
    let draft = articles(rig, DRAFT_ADD, &format!("draft/add/{file}.json"), count);
    rig.call("/cgi-bin/freepublish/submit", &json!({"media_id": draft}))
}

fn article_id(rig: &Rig) -> String {
    published(rig, "request-multi", 2);
    rig.server.publications()[0].article_id.as_str().to_owned()
}

/// Makes what a request reads or changes and answers its id, to be put into the request. `None`:
/// the request makes something itself.
pub(crate) fn stage(rig: &Rig, file: &str) -> Option<String> {
    const NEWS: &str = "material/add-news/request.json";
    const ADD_NEWS: &str = "/cgi-bin/material/add_news";
    Some(match file {
        "draft/get/request.json" => draft(rig, "request"),
        "draft/get/request-multi.json" | "draft/update/request.json" => draft(rig, "request-multi"),
        "draft/get/request-newspic.json" | "draft/update/request-newspic.json" => {
            draft(rig, "request-newspic")
        }
        "draft/delete/request.json" | "freepublish/submit/request.json" => {
            draft(rig, "request-minimal")
        }
        _ if file.starts_with("draft/batchget/") => {
            articles(rig, DRAFT_ADD, "draft/add/request-multi.json", 2);
            draft(rig, "request-2022")
        }
        "freepublish/get/request.json" => made(&published(rig, "request-multi", 2), "publish_id"),
        "freepublish/get/request-number.json" => {
            rig.server.configure(|s| s.publish_id_as_number = true);
            published(rig, "request-2022", 1)["publish_id"].to_string()
        }
        _ if file.starts_with("freepublish/batchget/") => {
            published(rig, "request-multi", 2);
            published(rig, "request-2022", 1).to_string()
        }
        _ if file.starts_with("freepublish/") => article_id(rig),
        "media/get/request.txt" | "media/uploadvideo/request.json" => {
            uploaded(rig, "media/upload/request-video.txt")
        }
        "media/get/request-image.txt" => uploaded(rig, "media/upload/request.txt"),
        "media/get/request-voice.txt" => uploaded(rig, "media/upload/request-voice.txt"),
        "material/get-material/request.json" | "material/update-news/request.json" => {
            articles(rig, ADD_NEWS, NEWS, 2)
        }
        "material/get-material/request-video.json"
        | "material/batchget-material/request-video.json" => {
            uploaded(rig, "material/add-material/request-video.txt")
        }
        "material/batchget-material/request-voice.json" => {
            uploaded(rig, "material/add-material/request-voice.txt")
        }
        "material/batchget-material/request-image.json" => {
            uploaded(rig, "material/add-material/request.txt");
            uploaded(rig, "material/add-material/request.txt")
        }
        "material/batchget-material/request.json" => {
            articles(rig, ADD_NEWS, NEWS, 1);
            articles(rig, ADD_NEWS, NEWS, 2)
        }
        _ if file.starts_with("material/batchget-material/request")
            || file.starts_with("material/del-material/request")
            || file.starts_with("material/get-material/request") =>
        {
            uploaded(rig, "material/add-material/request.txt")
        }
        _ => return None,
    })
}

/// Puts the id made here in the place of the documented one; nothing else changes.
pub(crate) fn put_id(request: &mut http::Request<Bytes>, id: &str) {
    if request.method() == "GET" {
        return with_query(request, "media_id", Some(id));
    }
    let text = String::from_utf8(request.body().to_vec()).unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    let keys = ["media_id", "article_id", "publish_id"];
    let old = keys.into_iter().map(|key| &body[key]).find(|value| !value.is_null());
    if let Some(old) = old {
        let old = old.as_str().map_or_else(|| old.to_string(), str::to_owned);
        *request.body_mut() = Bytes::from(text.replacen(&old, id, 1));
    }
}

/// A download is the uploaded file, under the documented headers.
pub(crate) fn check_download(rig: &Rig, request: &http::Request<Bytes>, wanted: &str) {
    let response = rig.exchange(request).response.unwrap();
    let text = std::fs::read_to_string(folder().join(wanted)).unwrap();
    for line in text.lines() {
        match line.split_once(": ").unwrap() {
            ("status", status) => assert_eq!(response.status().as_str(), status),
            ("header", header) => {
                let (name, value) = header.split_once(": ").unwrap();
                let got = response.headers()[name].to_str().unwrap();
                if value.contains("cover.png") || name != "Content-disposition" {
                    assert_eq!(got, value, "{wanted}");
                } else {
                    // The id is another, of the same length.
                    assert_eq!(got.len(), value.len(), "{wanted}: {got}");
                    assert_eq!(got.rsplit_once('.').unwrap().1, value.rsplit_once('.').unwrap().1);
                }
            }
            ("body-base64", body) => assert_eq!(*response.body(), base64(body), "{wanted}"),
            other => panic!("what is {other:?}?"),
        }
    }
}

/// A good request of one of these endpoints; `None`: of another.
pub(crate) fn good(rig: &Rig, name: &str) -> Option<http::Request<Bytes>> {
    let get = |path: &str| {
        let url = format!("/cgi-bin/{path}access_token={}", rig.token());
        Some(request("GET", &url, Bytes::new()))
    };
    let thumb = rig.server.add_material(MaterialKind::Image);
    let article = json!({"title": "t", "content": "c", "thumb_media_id": thumb.as_str()});
    let list = json!({"articles": [article]});
    let (path, body) = match name {
        "media/upload" => {
            let url = format!("/cgi-bin/media/upload?type=image&access_token={}", rig.token());
            return Some(upload(&url, "a.png", PNG));
        }
        "media/get" => {
            let id = uploaded(rig, "media/upload/request.txt");
            return get(&format!("media/get?media_id={id}&"));
        }
        "media/uploadnews" => ("media/uploadnews", list),
        "media/uploadvideo" => {
            let id = uploaded(rig, "media/upload/request-video.txt");
            ("media/uploadvideo", json!({"media_id": id, "title": "t", "description": "d"}))
        }
        "material/add-news" => ("material/add_news", list),
        "material/update-news" => {
            let id = rig.server.add_material(MaterialKind::News);
            let body = json!({"media_id": id.as_str(), "index": 0, "articles": article});
            ("material/update_news", body)
        }
        "material/get-material" => ("material/get_material", json!({"media_id": thumb.as_str()})),
        "material/del-material" => ("material/del_material", json!({"media_id": thumb.as_str()})),
        "material/get-materialcount" => return get("material/get_materialcount?"),
        "material/batchget-material" => {
            ("material/batchget_material", json!({"type": "image", "offset": 0, "count": 20}))
        }
        "draft/get" => ("draft/get", json!({"media_id": rig.server.add_draft().as_str()})),
        "draft/delete" => ("draft/delete", json!({"media_id": rig.server.add_draft().as_str()})),
        "draft/update" => {
            let id = rig.server.add_draft();
            let body = json!({"media_id": id.as_str(), "index": 0, "articles": article});
            ("draft/update", body)
        }
        "draft/count" => return get("draft/count?"),
        "draft/batchget" => ("draft/batchget", json!({"offset": 0, "count": 20})),
        "draft/switch" => ("draft/switch", Value::Null),
        "freepublish/submit" => {
            ("freepublish/submit", json!({"media_id": rig.server.add_draft().as_str()}))
        }
        "freepublish/get" => {
            let id = published(rig, "request-2022", 1)["publish_id"].clone();
            ("freepublish/get", json!({"publish_id": id}))
        }
        "freepublish/delete" => ("freepublish/delete", json!({"article_id": article_id(rig)})),
        "freepublish/getarticle" => {
            ("freepublish/getarticle", json!({"article_id": article_id(rig)}))
        }
        "freepublish/batchget" => ("freepublish/batchget", json!({"offset": 0, "count": 20})),
        _ => return None,
    };
    let url = format!("/cgi-bin/{path}?access_token={}", rig.token());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Some(request("POST", &url, Bytes::from(body)))
}

/// Makes the good request one that this error answers; `false`: by no rule of this file.
pub(crate) fn spoil(rig: &Rig, r: &mut http::Request<Bytes>, name: &str, code: i64) -> bool {
    match (name, code) {
        ("media/uploadnews" | "material/add-news" | "material/update-news", 45103) => {
            rig.server.configure(|s| s.closed_calls = ClosedCalls::Refused45103);
        }
        ("media/uploadnews" | "material/add-news" | "material/update-news", 45106) => {
            rig.server.configure(|s| s.closed_calls = ClosedCalls::Refused45106);
        }
        ("media/uploadnews" | "material/add-news", _) if code != 40001 => with_body(r, |b| {
            let article = &mut b["articles"][0];
            match code {
                40007 => article["thumb_media_id"] = json!("x"),
                45003 => article["title"] = json!("t".repeat(65)),
                45008 => article["content"] = json!("t".repeat(20_000)),
                44003 => b["articles"] = json!([]),
                other => panic!("how does {name} come to {other}?"),
            }
        }),
        ("media/upload", 40005 | 40009 | 40010 | 40011 | 40012 | 40113 | 44001) => {
            let large = |start: &[u8], size: usize| [start, &vec![0; size]].concat();
            let (kind, file, content) = match code {
                40005 => ("image", "a.png", JPEG.to_vec()),
                40113 => ("image", "a.bmp", b"BM".to_vec()),
                40009 => ("image", "a.png", large(PNG, 10 << 20)),
                40010 => ("voice", "a.mp3", large(b"ID3", 2 << 20)),
                40011 => ("video", "a.mp4", large(b"\0\0\0\x08ftyp", 10 << 20)),
                40012 => ("thumb", "a.jpg", large(JPEG, 64 << 10)),
                _ => ("image", "a.png", Vec::new()),
            };
            with_query(r, "type", Some(kind));
            *r = upload(&r.uri().to_string(), file, &content);
        }
        ("media/get", 41006) => with_query(r, "media_id", None),
        ("media/get", 40007) => with_query(r, "media_id", Some("x")),
        ("material/batchget-material", 40004) => with_field(r, "type", "thumb"),
        ("material/batchget-material", 45164) => with_body(r, |b| b["offset"] = json!(-1)),
        ("material/batchget-material", 45165) => with_body(r, |b| b["count"] = json!(21)),
        ("material/update-news" | "draft/update", 40114) => with_body(r, |b| b["index"] = json!(1)),
        ("draft/update", 41039) => {
            with_body(r, |b| b["articles"]["content_source_url"] = json!("nowhere"));
        }
        (
            "media/uploadvideo"
            | "material/update-news"
            | "material/get-material"
            | "material/del-material"
            | "draft/get"
            | "draft/update"
            | "draft/delete"
            | "freepublish/submit",
            40007,
        ) => with_field(r, "media_id", "x"),
        (_, 53502) => with_field(r, "publish_id", "1"),
        (_, 53600) => with_field(r, "article_id", "x"),
        _ => return false,
    }
    true
}
