//! The documentation's requests are accepted, and answered in the shape of its answers.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;
use wechat_mock::{JobProgress, MaterialKind, MockServer, Verdict};
use wechat_types::id::{AppId, AppSecret, MediaId, MsgId, OpenId, TagId, WeChatName};

use crate::golden_library;
use crate::golden_people;
use crate::golden_platform::with_callback;
use crate::rig::{
    DRAFT_ADD, GET, Rig, SEND, SENDALL, mpnews_to_all, request, text_to, text_to_all,
};

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../wechat-types/fixtures")
}

pub(crate) fn json(path: &str) -> Value {
    let bytes = std::fs::read(folder().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// One endpoint of the fixtures' list.
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) auth: bool,
    pub(crate) files: Vec<String>,
}

/// The endpoints the mock answers, by the fixtures' own list.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let routes = MockServer::routes();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all: Vec<Endpoint> = json("index.json")
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| Endpoint {
            name: text(&entry["endpoint"]),
            method: text(&entry["method"]),
            path: text(&entry["path"]),
            auth: entry["auth"].as_bool().unwrap(),
            files: entry["files"].as_array().unwrap().iter().map(text).collect(),
        })
        .filter(|endpoint| routes.iter().any(|(_, path)| *path == endpoint.path))
        .collect();
    assert_eq!(all.len(), routes.len(), "each route stands in the fixtures' list");
    all
}

#[test]
fn methods_and_paths_are_those_of_the_documentation() {
    for endpoint in endpoints() {
        let found = MockServer::routes().into_iter().find(|(_, path)| *path == endpoint.path);
        assert_eq!(found.unwrap().0, endpoint.method.as_str(), "{}", endpoint.path);
    }
}

/// Keys and JSON types of an answer.
pub(crate) fn shape(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(list) => list.iter().map(shape).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), shape(value))).collect::<Value>()
        }
    }
}

/// The answer that the examples' list names for a request.
pub(crate) fn answered_by(file: &str) -> String {
    let (folder, request) = file.rsplit_once('/').unwrap();
    if let Some(answer) = golden_people::answered_by(file) {
        return format!("{folder}/{answer}.json");
    }
    let has = |part: &str| request.contains(part);
    if let Some(answer) = golden_library::answered_by(folder, request) {
        return format!("{folder}/{answer}");
    }
    let answer = match folder {
        "mass/sendall" if has("2014") => "response-plain",
        "mass/sendall" if has("mpnews-everyone") => "response-everyone",
        "mass/sendall" if has("everyone") => "response-everyone-plain",
        "mass/sendall" if has("mpnews") || request == "request.json" => "response",
        "mass/sendall" => "response-plain",
        "mass/send" if request == "request.json" => "response",
        "mass/send" => "response-plain",
        "mass/get" if has("everyone") => "response-everyone",
        "token/callback-check" if has("dns") => "response-dns",
        "token/callback-check" if has("ping") => "response-ping",
        "token/stable-token" if has("forced") => "response-forced",
        "media/uploadimg" if has("png") => "response-png",
        "material/add-material" if has("voice") => "response-voice",
        "material/add-material" if has("video") => "response-video",
        "material/add-material" if has("thumb") => "response-thumb",
        _ => "response",
    };
    format!("{folder}/{answer}.json")
}

/// Makes everything exist that the request names.
pub(crate) fn prepare(server: &MockServer, value: &Value, parent: &str) {
    let id = |value: &Value| value.as_str().and_then(|text| MediaId::new(text).ok());
    let Value::Object(map) = value else {
        if let Value::Array(list) = value {
            list.iter().for_each(|value| prepare(server, value, parent));
        }
        return;
    };
    for (key, value) in map {
        match (parent, key.as_str()) {
            // An id of 64 characters was made by uploadnews in 2014, a shorter one is a draft.
            ("mpnews", "media_id") if value.as_str().unwrap().len() == 64 => {
                server.add_material_with_id(id(value).unwrap(), MaterialKind::News);
            }
            ("mpnews", "media_id") => server.add_draft_with_id(id(value).unwrap()),
            (kind, "media_id") => server.add_material_with_id(
                id(value).unwrap(),
                match kind {
                    "image" => MaterialKind::Image,
                    "voice" => MaterialKind::Voice,
                    "mpvideo" => MaterialKind::Video,
                    "music" => MaterialKind::Music,
                    other => panic!("what is {other}?"),
                },
            ),
            (_, "media_ids") => {
                for value in value.as_array().unwrap() {
                    server.add_material_with_id(id(value).unwrap(), MaterialKind::Image);
                }
            }
            (_, "image_media_id") => {
                server.add_material_with_id(id(value).unwrap(), MaterialKind::Image);
            }
            (_, "thumb_media_id") => {
                server.add_material_with_id(id(value).unwrap(), MaterialKind::Thumb);
            }
            (_, "touser") => {
                let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                for openid in list {
                    server.add_follower(OpenId::new(openid.as_str().unwrap()).unwrap());
                }
            }
            (_, "towxname") => server.add_wechat_name(
                WeChatName::new(value.as_str().unwrap()).unwrap(),
                OpenId::new("oNamed").unwrap(),
            ),
            ("filter", "tag_id" | "group_id") => {
                let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
                if let Some(number) = number {
                    server.add_tag(TagId::new(number), "tag");
                }
            }
            ("", "msg_id" | "msgid") => {
                let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
                add_job(server, number.unwrap());
            }
            ("", "url") => {
                add_job(server, 1_000_000_001);
                let url = value.as_str().unwrap().to_owned();
                server.set_article_urls(MsgId::new(1_000_000_001), vec![url]);
            }
            ("", "rid") => {
                let now = server.manual_clock().unwrap().now();
                server.add_past_error(value.as_str().unwrap(), now);
            }
            _ => prepare(server, value, key),
        }
    }
}

/// A successful send of two articles.
fn add_job(server: &MockServer, number: u64) {
    let rig = Rig { server: server.clone(), clock: server.manual_clock().unwrap() };
    server.set_next_msg_id(MsgId::new(number));
    server.next_job_verdict(Verdict::Success);
    let thumb = server.add_material(MaterialKind::Image);
    let article =
        serde_json::json!({"title": "t", "content": "c", "thumb_media_id": thumb.as_str()});
    let draft = rig.call(DRAFT_ADD, &serde_json::json!({"articles": [article, article]}));
    let draft = draft["media_id"].as_str().unwrap();
    let fans = server.add_followers(2);
    let (path, body) = if number < 1 << 31 {
        (SENDALL, mpnews_to_all(draft, "k"))
    } else {
        let mut body = text_to(&fans, "", None);
        body["msgtype"] = "mpnews".into();
        body["mpnews"]["media_id"] = draft.into();
        (SEND, body)
    };
    assert_eq!(rig.call(path, &body)["msg_id"], number);
    rig.advance(60);
}

/// The request of a `.txt` fixture, with another token.
pub(crate) fn from_text(file: &str, token: &str) -> http::Request<Bytes> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    let (mut method, mut path, mut query) = (String::new(), String::new(), Vec::new());
    let mut body = Vec::new();
    let mut multipart = false;
    for line in text.lines() {
        let (fact, value) = line.split_once(": ").unwrap();
        match fact {
            "method" => method = value.to_owned(),
            "path" => path = value.to_owned(),
            "query" if value.starts_with("access_token=") => {
                query.push(format!("access_token={token}"));
            }
            "query" => query.push(value.to_owned()),
            "content-type" => multipart = value == "multipart/form-data",
            "part" => {
                let start = if body.is_empty() { "--free-1\r\n" } else { "\r\n--free-1\r\n" };
                body.extend_from_slice(start.as_bytes());
            }
            "part-header" => body.extend_from_slice(format!("{value}\r\n").as_bytes()),
            "part-body-text" => body.extend_from_slice(format!("\r\n{value}").as_bytes()),
            "part-body-base64" => {
                body.extend_from_slice(b"\r\n");
                body.extend_from_slice(&base64(value));
            }
            "body" => assert_eq!(value, "none"),
            other => panic!("{file}: what is {other}?"),
        }
    }
    if multipart {
        body.extend_from_slice(b"\r\n--free-1--\r\n");
    }
    let url = format!("{path}?{}", query.join("&"));
    let mut request = request(&method, &url, Bytes::from(body));
    if multipart {
        let kind = "multipart/form-data; boundary=free-1".parse().unwrap();
        request.headers_mut().insert("content-type", kind);
    }
    request
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    let mut bits = 0_u32;
    let mut count = 0;
    let mut out = Vec::new();
    for c in text.bytes().filter(|c| *c != b'=') {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => panic!("no base64"),
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap());
        }
    }
    out
}

pub(crate) fn rig() -> Rig {
    Rig::with(|b| {
        b.app_id(AppId::new("wx0dbf5ed6fc6fa18a").unwrap())
            .app_secret(AppSecret::new("bd2b1aaf7ef4f09be9f52ce2d8d59967").unwrap())
            .followers(3)
            .settings(|s| s.progress = JobProgress::Immediate)
    })
}

/// The mock has a callback address only with callbacks.
pub(crate) fn is_left_out(endpoint: &Endpoint) -> bool {
    endpoint.name == "token/callback-check" && !cfg!(feature = "callbacks")
}

/// The request of a file, in a world where everything exists that it names.
pub(crate) fn staged(rig: &Rig, endpoint: &Endpoint, file: &str) -> http::Request<Bytes> {
    with_callback(rig);
    if golden_people::knows(file) {
        golden_people::prepare(&rig.server, file);
    }
    let staged = golden_library::stage(rig, file);
    let mut request = if file.ends_with(".txt") {
        from_text(file, &rig.token())
    } else {
        let value = json(file);
        // What is staged has made what its id names.
        let named = if staged.is_some() { &value["articles"] } else { &value };
        prepare(&rig.server, named, "");
        let query =
            if endpoint.auth { format!("?access_token={}", rig.token()) } else { String::new() };
        let url = format!("{}{query}", endpoint.path);
        // Byte for byte as in the file, indentation included.
        let body = std::fs::read(folder().join(file)).unwrap();
        request(&endpoint.method, &url, Bytes::from(body))
    };
    if let Some(id) = &staged {
        golden_library::put_id(&mut request, id);
    }
    request
}

#[test]
fn requests_are_accepted_and_answered_in_shape() {
    let mut checked = 0;
    for endpoint in endpoints().into_iter().filter(|endpoint| !is_left_out(endpoint)) {
        let requests = endpoint.files.iter().filter(|file| file.contains("/request"));
        for file in requests {
            let rig = rig();
            // Only later pages tell the articles' number.
            let is_old = file == "mass/sendall/request-mpnews-group-2014.json";
            rig.server.configure(|s| s.forms.without_msg_data_id = is_old);
            let request = staged(&rig, &endpoint, file);
            let wanted = answered_by(file);
            if wanted.ends_with(".txt") {
                golden_library::check_download(&rig, &request, &wanted);
            } else {
                let (answer, wanted) = (rig.answer(&request), json(&wanted));
                assert_eq!(shape(&answer), shape(&wanted), "{file}: {answer}");
            }
            checked += 1;
        }
    }
    let left_out = if cfg!(feature = "callbacks") { 0 } else { 3 };
    assert_eq!(checked + left_out, 181, "fixtures were added or lost");
}

/// The other answers of `mass/get` and `preview`, which depend on the job and on a setting.
#[test]
fn other_answers_have_their_shape() {
    let rig = rig();
    rig.server.configure(|s| s.progress = JobProgress::AfterQueries(1));
    rig.server.next_job_verdict(Verdict::Fail);
    let id = rig.call(SENDALL, &text_to_all("x"))["msg_id"].clone();
    let body = serde_json::json!({"msg_id": id});
    for (file, status) in [("response-sending", "SENDING"), ("response-fail", "SEND_FAIL")] {
        let wanted = json(&format!("mass/get/{file}.json"));
        let answer = rig.call(GET, &body);
        assert_eq!(
            (shape(&answer), &answer["msg_status"]),
            (shape(&wanted), &wanted["msg_status"])
        );
        assert_eq!(answer["msg_status"], status);
    }
    rig.server.configure(|s| s.preview_answers_msg_id = true);
    let request = json("mass/preview/request-text.json");
    prepare(&rig.server, &request, "");
    let answer = rig.call(crate::rig::PREVIEW, &request);
    assert_eq!(shape(&answer), shape(&json("mass/preview/response-msg-id.json")));
}
