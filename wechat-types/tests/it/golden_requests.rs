//! What goes out equals the documented requests, as values.

use serde_json::Value;
use wechat_types::codec::multipart::File;
use wechat_types::draft::{AddDraft, Article};
use wechat_types::endpoint::{ALL, Auth, Endpoint, Method, Replay};
use wechat_types::id::{AppId, AppSecret, ClientMsgId, MediaId, MsgId, OpenId, TagId, WeChatName};
use wechat_types::mass::{
    Filter, GetMassStatus, MassContent, Preview, PreviewReceiver, Recipients, Send, SendAll,
};
use wechat_types::material::{AddMaterial, MaterialKind};
use wechat_types::media::UploadImage;
use wechat_types::token::{GetStableToken, GetToken};

use crate::fixtures;

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}")).to_owned()
}

fn media(value: &Value, pointer: &str) -> MediaId {
    MediaId::new(text(value, pointer)).unwrap()
}

fn key(value: &Value) -> Option<ClientMsgId> {
    value.get("clientmsgid").map(|key| ClientMsgId::new(key.as_str().unwrap()).unwrap())
}

fn content(value: &Value) -> MassContent {
    match value["msgtype"].as_str().unwrap() {
        "mpnews" => MassContent::Articles {
            draft: media(value, "/mpnews/media_id"),
            ignore_reprint: value["send_ignore_reprint"] == 1,
        },
        "text" => MassContent::text(text(value, "/text/content")),
        "voice" => MassContent::Voice(media(value, "/voice/media_id")),
        "image" => MassContent::Image(media(value, "/image/media_id")),
        other => panic!("{other}"),
    }
}

fn recipients(value: &Value) -> Recipients {
    let list = value["touser"].as_array().unwrap();
    Recipients::new(list.iter().map(|id| OpenId::new(id.as_str().unwrap()).unwrap()).collect())
        .unwrap()
}

fn assert_body<E: Endpoint>(path: &str, request: &E) {
    let body = request.encode().unwrap();
    assert_eq!(body.content_type(), Some("application/json"), "{path}");
    let written: Value = serde_json::from_slice(body.as_bytes()).unwrap();
    assert_eq!(written, fixtures::json(path), "{path}");
    assert!(!String::from_utf8_lossy(body.as_bytes()).contains("\\u"), "{path}: escaped text");
}

#[test]
fn send_all() {
    for path in [
        "mass/sendall/request.json",
        "mass/sendall/request-mpnews-everyone.json",
        "mass/sendall/request-text-everyone.json",
        "mass/sendall/request-text-tag.json",
        "mass/sendall/request-voice-everyone.json",
        "mass/sendall/request-voice-tag.json",
        "mass/sendall/request-image-everyone.json",
        "mass/sendall/request-image-tag.json",
    ] {
        let value = fixtures::json(path);
        let filter = match value["filter"]["tag_id"].as_u64() {
            Some(tag) => Filter::Tag(TagId::new(tag)),
            None => Filter::Everyone,
        };
        let mut request = SendAll::new(filter, content(&value));
        request.client_msg_id = key(&value);
        assert_body(path, &request);
    }
}

#[test]
fn send() {
    for path in [
        "mass/send/request.json",
        "mass/send/request-text.json",
        "mass/send/request-text-minimal.json",
        "mass/send/request-voice.json",
        "mass/send/request-image.json",
    ] {
        let value = fixtures::json(path);
        let mut request = Send::new(recipients(&value), content(&value));
        request.client_msg_id = key(&value);
        assert_body(path, &request);
    }
}

#[test]
fn preview() {
    for path in [
        "mass/preview/request.json",
        "mass/preview/request-mpnews-towxname.json",
        "mass/preview/request-text.json",
        "mass/preview/request-text-towxname.json",
        "mass/preview/request-voice.json",
        "mass/preview/request-voice-towxname.json",
        "mass/preview/request-image.json",
        "mass/preview/request-image-towxname.json",
    ] {
        let value = fixtures::json(path);
        let receiver = match value.get("touser") {
            Some(id) => PreviewReceiver::OpenId(OpenId::new(id.as_str().unwrap()).unwrap()),
            None => {
                PreviewReceiver::WeChatName(WeChatName::new(text(&value, "/towxname")).unwrap())
            }
        };
        assert_body(path, &Preview::new(receiver, content(&value)));
    }
}

#[test]
fn get_mass_status() {
    for path in ["mass/get/request-number.json", "mass/get/request-everyone.json"] {
        let id = fixtures::json(path)["msg_id"].as_u64().unwrap();
        assert_body(path, &GetMassStatus::new(MsgId::new(id)));
    }
}

#[test]
fn add_draft() {
    for path in ["draft/add/request-minimal.json", "draft/add/request-multi.json"] {
        let value = fixtures::json(path);
        let articles = value["articles"].as_array().unwrap().iter().map(|wire| {
            let mut article = Article::new(
                text(wire, "/title"),
                text(wire, "/content"),
                media(wire, "/thumb_media_id"),
            );
            let optional = |name: &str| wire.get(name).map(|v| v.as_str().unwrap().to_owned());
            article.author = optional("author");
            article.digest = optional("digest");
            article.content_source_url = optional("content_source_url");
            article.open_comments = wire.get("need_open_comment").map(|v| v == 1);
            article.only_followers_comment = wire.get("only_fans_can_comment").map(|v| v == 1);
            article
        });
        assert_body(path, &AddDraft::new(articles.collect()));
    }
}

#[test]
fn stable_token() {
    for path in ["token/stable-token/request.json", "token/stable-token/request-forced.json"] {
        let value = fixtures::json(path);
        let mut request = GetStableToken::new(
            AppId::new(text(&value, "/appid")).unwrap(),
            AppSecret::new(text(&value, "/secret")).unwrap(),
        );
        request.force_refresh = value["force_refresh"] == true;
        assert_body(path, &request);
    }
}

/// The facts of a `request.txt`, one `name: value` a line.
fn facts(path: &str) -> Vec<(String, String)> {
    String::from_utf8(fixtures::bytes(path))
        .unwrap()
        .lines()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn fact<'a>(facts: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    facts.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
}

fn query<E: Endpoint>(request: &E) -> Vec<String> {
    request.query().iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn token() {
    let facts = facts("token/token/request.txt");
    let value = |name: &str| {
        fact(&facts, "query").into_iter().find_map(|q| q.strip_prefix(name)).unwrap().to_owned()
    };
    let request = GetToken::new(
        AppId::new(value("appid=")).unwrap(),
        AppSecret::new(value("secret=")).unwrap(),
    );
    assert_eq!(query(&request), fact(&facts, "query"));
    assert!(request.encode().unwrap().as_bytes().is_empty());
}

/// The file name and the type of the part that a documented upload has.
fn uploaded(path: &str) -> (Vec<(String, String)>, File) {
    let facts = facts(path);
    let headers = fact(&facts, "part-header");
    let name = headers.iter().find_map(|h| h.split_once("filename=\"")).unwrap().1;
    let kind = headers.iter().find_map(|h| h.strip_prefix("Content-Type: ")).unwrap();
    let file = File::new(name.trim_end_matches('"'), kind, b"bytes of the picture".to_vec());
    (facts, file)
}

fn assert_upload<E: Endpoint>(path: &str, facts: &[(String, String)], request: &E) {
    let queries: Vec<&str> =
        fact(facts, "query").into_iter().filter(|q| !q.starts_with("access_token=")).collect();
    assert_eq!(query(request), queries, "{path}");
    let body = request.encode().unwrap();
    let boundary = body
        .content_type()
        .and_then(|kind| kind.strip_prefix("multipart/form-data; boundary="))
        .unwrap_or_else(|| panic!("{path}: {:?}", body.content_type()));
    let expected = format!(
        "--{boundary}\r\n{}\r\n\r\nbytes of the picture\r\n--{boundary}--\r\n",
        fact(facts, "part-header").join("\r\n")
    );
    assert_eq!(String::from_utf8_lossy(body.as_bytes()), expected, "{path}");
}

#[test]
fn upload_image() {
    for path in ["media/uploadimg/request.txt", "media/uploadimg/request-png.txt"] {
        let (facts, file) = uploaded(path);
        assert_upload(path, &facts, &UploadImage::new(file));
    }
}

#[test]
fn add_material() {
    let path = "material/add-material/request.txt";
    let (facts, file) = uploaded(path);
    assert_upload(path, &facts, &AddMaterial::new(MaterialKind::Image, file));
}

#[test]
fn methods_and_paths_are_the_documented_ones() {
    let index = fixtures::json("index.json");
    let documented = index.as_array().unwrap();
    for spec in ALL {
        let entry = documented
            .iter()
            .find(|entry| entry["path"] == spec.path)
            .unwrap_or_else(|| panic!("{} is not documented", spec.path));
        let method = match spec.method {
            Method::Get => "GET",
            _ => "POST",
        };
        assert_eq!(entry["method"], method, "{}", spec.path);
        assert_eq!(entry["auth"], spec.auth == Auth::AccessToken, "{}", spec.path);
    }
}

#[test]
fn only_a_keyed_send_may_be_repeated() {
    let mut all = SendAll::new(Filter::Everyone, MassContent::text("x"));
    assert_eq!(all.replay(), Replay::Never);
    all.client_msg_id = Some(ClientMsgId::new("k").unwrap());
    assert_eq!(all.replay(), Replay::Keyed);
    let two = ["oA", "oB"].map(|id| OpenId::new(id).unwrap()).to_vec();
    let mut send = Send::new(Recipients::new(two).unwrap(), MassContent::text("x"));
    assert_eq!(send.replay(), Replay::Never);
    send.client_msg_id = all.client_msg_id;
    assert_eq!(send.replay(), Replay::Keyed);
}
