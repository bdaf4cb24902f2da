//! What comes in: the documented answers and errors are read.

use wechat_types::codec::{Reply, ReplyError};
use wechat_types::draft::AddDraft;
use wechat_types::endpoint::Endpoint;
use wechat_types::mass::{GetMassStatus, JobStatus, Preview, Send, SendAll};
use wechat_types::material::AddMaterial;
use wechat_types::media::UploadImage;
use wechat_types::token::{GetStableToken, GetToken};

use crate::fixtures;

fn read<E: Endpoint>(path: &str) -> E::Response {
    E::decode(Reply::new(200, &fixtures::bytes(path))).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every documented error of the folder gives its code, its text and its request id.
fn errors<E: Endpoint>(folder: &str) {
    for path in fixtures::files(folder, "error-") {
        let wire = fixtures::json(&path);
        let Err(ReplyError::Api(error)) = E::decode(Reply::new(200, &fixtures::bytes(&path)))
        else {
            panic!("{path} is not read as an API error");
        };
        assert_eq!(error.code.get(), wire["errcode"].as_i64().unwrap(), "{path}");
        let text = wire["errmsg"].as_str().unwrap();
        assert!(text.starts_with(&error.message), "{path}: {text}");
        match &error.request_id {
            Some(id) => assert!(text.ends_with(&format!("rid: {id}")), "{path}: {text}"),
            None => assert!(!text.contains("rid: "), "{path}: {text}"),
        }
        assert!(error.to_string().starts_with(&error.code.get().to_string()), "{error}");
    }
}

#[test]
fn tokens() {
    assert_eq!(read::<GetToken>("token/token/response.json").expires_in, 7200);
    assert_eq!(read::<GetStableToken>("token/stable-token/response.json").expires_in, 6831);
    assert_eq!(read::<GetStableToken>("token/stable-token/response-forced.json").expires_in, 7200);
    errors::<GetToken>("token/token");
    errors::<GetStableToken>("token/stable-token");
}

#[test]
fn uploads() {
    for path in fixtures::files("media/uploadimg", "response") {
        let url = fixtures::json(&path)["url"].as_str().unwrap().to_owned();
        assert_eq!(read::<UploadImage>(&path).url, url);
    }
    let material = read::<AddMaterial>("material/add-material/response.json");
    assert_eq!(material.media_id.as_str(), "Rn-LN_bn5LtO-txJ5JPpMxSoLfqxlqdwongKFz9v69K");
    assert!(material.url.is_some());
    assert!(read::<AddMaterial>("material/add-material/response-voice.json").url.is_none());
    errors::<UploadImage>("media/uploadimg");
    errors::<AddMaterial>("material/add-material");
}

#[test]
fn drafts() {
    for path in fixtures::files("draft/add", "response") {
        let id = read::<AddDraft>(&path).media_id;
        assert_eq!(id.as_str(), "g5BGppcX6UbfEkWqqg4gjxtlZY2UqYaM9Jd4S8RnWFR", "{path}");
    }
    errors::<AddDraft>("draft/add");
}

#[test]
fn sends() {
    for path in fixtures::files("mass/sendall", "response") {
        let wire = fixtures::json(&path);
        let answer = read::<SendAll>(&path);
        assert_eq!(Some(answer.msg_id.get()), wire["msg_id"].as_u64(), "{path}");
        assert_eq!(answer.msg_data_id.map(|id| id.get()), wire["msg_data_id"].as_u64(), "{path}");
    }
    for path in fixtures::files("mass/send", "response") {
        let wire = fixtures::json(&path);
        let answer = read::<Send>(&path);
        assert_eq!(Some(answer.msg_id.get()), wire["msg_id"].as_u64(), "{path}");
        assert_eq!(answer.msg_data_id.map(|id| id.get()), wire["msg_data_id"].as_u64(), "{path}");
    }
    errors::<SendAll>("mass/sendall");
    errors::<Send>("mass/send");
}

#[test]
fn an_existing_key_names_its_job() {
    let bytes = fixtures::bytes("mass/send/error-45065.json");
    let Err(ReplyError::Api(error)) = Send::decode(Reply::new(200, &bytes)) else {
        panic!("45065 is an API error");
    };
    assert_eq!(error.existing_job().unwrap().get(), 3_147_484_011);
}

#[test]
fn previews() {
    assert!(read::<Preview>("mass/preview/response.json").msg_id.is_none());
    assert!(read::<Preview>("mass/preview/response-msg-id.json").msg_id.is_some());
    errors::<Preview>("mass/preview");
}

#[test]
fn statuses() {
    for (name, status) in [
        ("response.json", JobStatus::Success),
        ("response-everyone.json", JobStatus::Success),
        ("response-sending.json", JobStatus::Sending),
        ("response-fail.json", JobStatus::Fail),
        ("response-delete.json", JobStatus::Deleted),
    ] {
        assert_eq!(read::<GetMassStatus>(&format!("mass/get/{name}")).status, status, "{name}");
    }
    errors::<GetMassStatus>("mass/get");
}
