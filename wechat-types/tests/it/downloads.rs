//! Downloads: files with name and type, and everything that comes instead of one.

use wechat_types::codec::{Reply, ReplyError};
use wechat_types::endpoint::Endpoint as _;
use wechat_types::id::MediaId;
use wechat_types::material::{GetMaterial, GetMaterialResponse};
use wechat_types::media::{GetMedia, GetMediaResponse};
use wechat_types::served::Served;

use crate::fixtures::{self, Facts};

/// Holds one endpoint against a documented file.
fn golden<E: Served>(path: &str) -> E::Response {
    let facts = Facts::of(path);
    let header = |name: &str| {
        let headers = facts.all("header").into_iter().filter_map(|header| header.split_once(": "));
        headers.filter(|(key, _)| *key == name).map(|(_, value)| value).next().unwrap()
    };
    let bytes = fixtures::base64(facts.all("body-base64")[0]);
    let reply = Reply::new(facts.all("status")[0].parse().unwrap(), &bytes)
        .with_content_type(header("Content-Type"))
        .with_content_disposition(header("Content-disposition").as_bytes());
    let answer = E::decode(reply).unwrap_or_else(|e| panic!("{path}: {e}"));
    assert_eq!(E::encode_response(&answer).unwrap(), bytes, "{path}");
    for (name, value) in E::response_headers(&answer) {
        assert_eq!(value, header(name), "{path}");
    }
    assert_eq!(E::response_headers(&answer).len(), 2, "{path}");
    answer
}

#[test]
fn documented_files() {
    let media = "szX3Lc2u3-MMWC7oEtWJN36ONhPKmsa8GUijvWakAgXZsesgF-fUlNSTTHvjTAAS";
    match golden::<GetMedia>("media/get/response-binary-image.txt") {
        GetMediaResponse::File(file) => {
            assert_eq!(file.name.as_deref(), Some(format!("{media}.jpg").as_str()));
            assert_eq!(file.content_type.as_deref(), Some("image/jpeg"));
        }
        other => panic!("{other:?}"),
    }
    golden::<GetMedia>("media/get/response-binary-voice.txt");
    match golden::<GetMaterial>("material/get-material/response-binary-image.txt") {
        GetMaterialResponse::File(file) => assert_eq!(file.name.as_deref(), Some("cover.png")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_binary_examples_are_held_against_their_endpoint() {
    let index = fixtures::json("index.json");
    let files = index.as_array().unwrap().iter().flat_map(|e| e["files"].as_array().unwrap());
    assert_eq!(files.filter(|file| file.as_str().unwrap().contains("response-binary")).count(), 3);
}

#[test]
fn json_is_told_by_its_content() {
    let error = br#" {"errcode":40007,"errmsg":"invalid media_id"}"#;
    let reply = Reply::new(200, error)
        .with_content_type("image/jpeg")
        .with_content_disposition(b"attachment; filename=\"a.jpg\"");
    let Err(ReplyError::Api(error)) = GetMedia::decode(reply) else { panic!("no error") };
    assert_eq!(error.code.get(), 40007);
    let video = Reply::new(200, br#"{"video_url":"https://v"}"#).with_content_type("text/plain");
    match GetMedia::decode(video).unwrap() {
        GetMediaResponse::VideoUrl(url) => assert_eq!(url, "https://v"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_file_is_an_error() {
    for (status, body) in [
        (200, &b""[..]),
        (200, b"  "),
        (200, b"<html>busy</html>"),
        (200, b"\xef\xbb\xbf <xml/>"),
        (200, b"[]"),
        (200, br#"{"video_url":"#),
        (200, br#"{"errcode":0,"errmsg":"ok"}"#),
        (200, b"{}"),
        (302, b"moved"),
        (404, b"\xff\xd8\xff"),
        (502, b"\xff\xd8\xff"),
        (502, br#"{"video_url":"https://v"}"#),
    ] {
        let reply = Reply::new(status, body).with_content_type("image/jpeg");
        for error in [GetMedia::decode(reply).err(), GetMaterial::decode(reply).err()] {
            let expected = if status == 200 {
                matches!(error, Some(ReplyError::Unreadable { .. }))
            } else {
                matches!(error, Some(ReplyError::Status { .. }))
            };
            assert!(expected, "{status} {body:?}: {error:?}");
        }
    }
}

#[test]
fn names_need_not_be_there_or_ascii() {
    let named = |header: Option<&[u8]>| {
        let mut reply = Reply::new(200, b"\xff\xd8\xff");
        if let Some(header) = header {
            reply = reply.with_content_disposition(header);
        }
        match GetMaterial::decode(reply).unwrap() {
            GetMaterialResponse::File(file) => file.name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(named(None), None);
    assert_eq!(named(Some(b"inline")), None);
    assert_eq!(named(Some(b"attachment; filename=\"\"")), None);
    assert_eq!(named(Some(b"attachment;filename=a.jpg")).as_deref(), Some("a.jpg"));
    let chinese = "attachment; filename=\"封面-春茶.png\"";
    assert_eq!(named(Some(chinese.as_bytes())).as_deref(), Some("封面-春茶.png"));
    // Not UTF-8: a name for a person at least.
    assert!(named(Some(b"attachment; filename=\"\xb7\xe2.png\"")).unwrap().ends_with(".png"));
}

#[test]
fn a_name_cannot_add_a_header() {
    let disposition = b"attachment; filename=\"a\r\nX: y.png\"";
    let reply = Reply::new(200, b"\xff\xd8\xff").with_content_disposition(disposition);
    let answer = GetMaterial::decode(reply.with_content_type("image/\r\npng")).unwrap();
    for (_, value) in GetMaterial::response_headers(&answer) {
        assert!(!value.contains(['\r', '\n']), "{value:?}");
    }
    assert!(GetMaterial::new(MediaId::new("m").unwrap()).encode().is_ok());
}
