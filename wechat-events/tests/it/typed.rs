//! The typed value of each message and event, against what its fixture says.
//!
//! The expected texts come from the fixture's JSON, never from the fields that were read.

use serde_json::{Value, json};
use wechat_events::Callback;
use wechat_events::event::{
    Authorization, Event, Pictures, ScannedCode, SubscribeMsgChoices, TemplateStatus, Verified,
    VerifyFailed,
};
use wechat_events::message::{Content, Message, Video};

/// Compares event or message with the fixture's `type` and `fields`.
pub(crate) fn check(name: &str, callback: &Callback, expected: &Value) {
    let fields = &expected["fields"];
    let (kind, typed) = match &callback.event {
        Event::Message(message) => message_fields(message),
        event => event_fields(event),
    };
    let wire = expected["type"].as_str().unwrap();
    assert!(kind.eq_ignore_ascii_case(wire), "{name}: {kind} for {wire}");
    if matches!(callback.event, Event::Product(_) | Event::Other { .. }) {
        return;
    }
    for (path, value) in typed.as_object().unwrap() {
        assert_eq!(*value, leaf(fields, path), "{name}: {path}");
    }
    // Nothing that the fixture has was forgotten, but for those named here.
    let untyped = ["detail", "extra_info_json", "status_code", "version", "PluginID", "OpenPID"];
    let future = ["FutureFlag", "FutureInfo", "BusinessId"];
    let header = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event"];
    for key in fields.as_object().unwrap().keys() {
        let known = [&untyped[..], &future, &header].concat().contains(&key.as_str())
            || typed
                .as_object()
                .unwrap()
                .keys()
                .any(|path| path.split('/').next().unwrap().eq_ignore_ascii_case(key));
        let container = key.starts_with("SubscribeMsg") || (kind == "unsubscribe");
        assert!(known || container, "{name}: nothing reads {key}");
    }
}

/// The text at a path, `null` where there is none or an empty one; lists as they are.
fn leaf(fields: &Value, path: &str) -> Value {
    if let Some(name) = path.strip_prefix("List/") {
        let list = fields.get("List").or_else(|| {
            let containers = fields.as_object()?.iter();
            containers
                .filter(|(key, _)| key.starts_with("SubscribeMsg"))
                .find_map(|(_, c)| c.get("List"))
        });
        let list = list.unwrap().as_array().unwrap();
        return list.iter().map(|entry| text(&entry[name])).collect();
    }
    let found = path.split('/').try_fold(fields, |value, name| {
        let map = value.as_object()?;
        map.get(name).or_else(|| {
            map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
    });
    match found {
        Some(Value::Array(list)) if path.ends_with("PicList/item") => {
            list.iter().map(|item| item["PicMd5Sum"].clone()).collect()
        }
        Some(value) => text(value),
        None if path.ends_with("PicList/item") => Value::Array(Vec::new()),
        None => Value::Null,
    }
}

fn text(value: &Value) -> Value {
    if value.as_str() == Some("") { Value::Null } else { value.clone() }
}

/// A number as the fixtures have it.
fn digits<T: ToString>(number: Option<T>) -> Value {
    number.map(|number| number.to_string()).into()
}

/// Coordinates: compared as numbers, so the fixture's zeros at the end are taken off here.
fn message_fields(message: &Message) -> (&'static str, Value) {
    let (kind, mut typed) = match &message.content {
        Content::Text(text) => (
            "text",
            json!({ "bizmsgmenuid": text.menu_id, "Content": Some(&text.content).filter(|c| !c.is_empty()) }),
        ),
        Content::Image(image) => {
            ("image", json!({ "MediaId": image.media_id, "PicUrl": image.pic_url }))
        }
        Content::Voice(voice) => (
            "voice",
            json!({
                "MediaId": voice.media_id,
                "Format": voice.format,
                "Recognition": voice.recognition,
                "MediaId16K": voice.media_id_16k,
            }),
        ),
        Content::Video(video) => ("video", video_fields(video)),
        Content::ShortVideo(video) => ("shortvideo", video_fields(video)),
        Content::Location(place) => (
            "location",
            json!({
                "Location_X": place.latitude.to_string(),
                "Location_Y": place.longitude.to_string(),
                "Scale": digits(place.scale),
                "Label": place.label,
            }),
        ),
        Content::Link(link) => (
            "link",
            json!({ "Url": link.url, "Title": link.title, "Description": link.description }),
        ),
        Content::File(file) => (
            "file",
            json!({
                "FileKey": file.file_key,
                "Title": file.title,
                "Description": file.description,
                "FileMd5": file.md5,
                "FileTotalLen": digits(file.length),
            }),
        ),
        Content::MiniProgramPage(page) => (
            "miniprogrampage",
            json!({
                "AppId": page.app_id,
                "PagePath": page.page_path,
                "Title": page.title,
                "ThumbUrl": page.thumb_url,
                "ThumbMediaId": page.thumb_media_id,
            }),
        ),
        other => panic!("{other:?}"),
    };
    typed["MsgId"] = digits(Some(message.msg_id));
    typed["MsgDataId"] = digits(message.msg_data_id);
    typed["Idx"] = digits(message.article_index);
    typed["UnionId"] = message.union_id.clone().into();
    (kind, typed)
}

fn video_fields(video: &Video) -> Value {
    json!({ "MediaId": video.media_id, "ThumbMediaId": video.thumb_media_id })
}

fn event_fields(event: &Event) -> (&str, Value) {
    match event {
        Event::Subscribe(e) => ("subscribe", json!({ "EventKey": e.key, "Ticket": e.ticket })),
        Event::Unsubscribe => ("unsubscribe", json!({})),
        Event::Scan(e) => ("SCAN", json!({ "EventKey": e.scene, "Ticket": e.ticket })),
        Event::LocationReport(e) => (
            "LOCATION",
            json!({
                "Latitude": e.latitude.to_string(),
                "Longitude": e.longitude.to_string(),
                "Precision": e.precision.map(|metres| format!("{metres:.6}")),
            }),
        ),
        Event::Click(e) => ("CLICK", json!({ "EventKey": e.key })),
        Event::View(e) => ("VIEW", json!({ "EventKey": e.url, "MenuId": digits(e.menu_id) })),
        Event::ViewMiniProgram(e) => {
            ("view_miniprogram", json!({ "EventKey": e.page, "MenuId": digits(e.menu_id) }))
        }
        Event::ScanCodePush(e) => ("scancode_push", scanned(e)),
        Event::ScanCodeWaitMsg(e) => ("scancode_waitmsg", scanned(e)),
        Event::PicSysPhoto(e) => ("pic_sysphoto", pictures(e)),
        Event::PicPhotoOrAlbum(e) => ("pic_photo_or_album", pictures(e)),
        Event::PicWeixin(e) => ("pic_weixin", pictures(e)),
        Event::LocationSelect(e) => (
            "location_select",
            json!({
                "EventKey": e.key,
                "SendLocationInfo/Location_X": e.latitude.to_string(),
                "SendLocationInfo/Location_Y": e.longitude.to_string(),
                "SendLocationInfo/Scale": digits(e.scale),
                "SendLocationInfo/Label": e.label,
                "SendLocationInfo/Poiname": e.poi_name,
            }),
        ),
        Event::TemplateSendJobFinish(e) => {
            let status = match &e.status {
                TemplateStatus::Success => "success",
                TemplateStatus::UserBlock => "failed:user block",
                TemplateStatus::SystemFailed => "failed: system failed",
                other => panic!("{other:?}"),
            };
            ("TEMPLATESENDJOBFINISH", json!({ "MsgID": digits(Some(e.msg_id)), "Status": status }))
        }
        Event::SubscribeMsgPopup(e) => ("subscribe_msg_popup_event", choices(e)),
        Event::SubscribeMsgChange(e) => ("subscribe_msg_change_event", choices(e)),
        Event::SubscribeMsgSent(e) => (
            "subscribe_msg_sent_event",
            json!({
                "List/TemplateId": e.sent.iter().map(|s| s.template_id.clone()).collect::<Value>(),
                "List/MsgID": e.sent.iter().map(|s| digits(s.msg_id)).collect::<Value>(),
                "List/ErrorCode": e.sent.iter().map(|s| digits(s.error_code)).collect::<Value>(),
                "List/ErrorStatus": e.sent.iter().map(|s| s.error_status.clone()).collect::<Value>(),
            }),
        ),
        Event::QualificationVerifySuccess(e) => ("qualification_verify_success", verified(e)),
        Event::QualificationVerifyFail(e) => ("qualification_verify_fail", failed(e)),
        Event::NamingVerifySuccess(e) => ("naming_verify_success", verified(e)),
        Event::NamingVerifyFail(e) => ("naming_verify_fail", failed(e)),
        Event::AnnualRenew(e) => ("annual_renew", verified(e)),
        Event::VerifyExpired(e) => ("verify_expired", verified(e)),
        Event::UserInfoModified(e) => ("user_info_modified", authorization(e)),
        Event::UserAuthorizationRevoke(e) => ("user_authorization_revoke", authorization(e)),
        Event::UserAuthorizationCancellation(e) => {
            ("user_authorization_cancellation", authorization(e))
        }
        Event::KfCreateSession(e) => ("kf_create_session", json!({ "KfAccount": e.kf_account })),
        Event::KfCloseSession(e) => ("kf_close_session", json!({ "KfAccount": e.kf_account })),
        Event::KfSwitchSession(e) => (
            "kf_switch_session",
            json!({ "FromKfAccount": e.from_kf_account, "ToKfAccount": e.to_kf_account }),
        ),
        Event::UserEnterTempSession(e) => {
            ("user_enter_tempsession", json!({ "SessionFrom": e.session_from }))
        }
        Event::MediaCheck(e) => (
            "wxa_media_check",
            json!({
                "trace_id": e.trace_id,
                "appid": e.app_id,
                "result/suggest": e.suggest,
                "result/label": digits(e.label),
                "isrisky": digits(e.is_risky.map(u64::from)),
            }),
        ),
        Event::Product(product) => (product.name(), json!({})),
        Event::Other { name } => (name, json!({})),
        other => panic!("{other:?}"),
    }
}

fn scanned(code: &ScannedCode) -> Value {
    json!({
        "EventKey": code.key,
        "ScanCodeInfo/ScanType": code.scan_type,
        "ScanCodeInfo/ScanResult": code.result,
    })
}

fn pictures(pictures: &Pictures) -> Value {
    json!({
        "EventKey": pictures.key,
        "SendPicsInfo/Count": digits(pictures.count),
        "SendPicsInfo/PicList/item": pictures.md5_sums,
    })
}

fn choices(choices: &SubscribeMsgChoices) -> Value {
    let list = &choices.choices;
    json!({
        "List/TemplateId": list.iter().map(|c| c.template_id.clone()).collect::<Value>(),
        "List/SubscribeStatusString": list.iter().map(|c| c.status.clone()).collect::<Value>(),
        "List/PopupScene": list.iter().map(|c| digits(c.popup_scene)).collect::<Value>(),
    })
}

fn verified(verified: &Verified) -> Value {
    json!({ "ExpiredTime": digits(Some(verified.expired_time)) })
}

fn failed(failed: &VerifyFailed) -> Value {
    json!({ "FailTime": digits(Some(failed.fail_time)), "FailReason": failed.fail_reason })
}

fn authorization(authorization: &Authorization) -> Value {
    json!({
        "OpenID": authorization.open_id,
        "AppID": authorization.app_id,
        "UnionID": authorization.union_id,
        "RevokeInfo": digits(authorization.revoke_info),
    })
}
