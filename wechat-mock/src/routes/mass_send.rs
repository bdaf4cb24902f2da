//! POST /cgi-bin/message/mass/{sendall,send,preview}: who gets what.

use serde_json::Value;
use wechat_types::id::TagId;

use super::fields::{self, Object};
use super::{Answer, Call, touser};
use crate::reply::Refusal;
use crate::rule::NO_AUDIENCE;
use crate::settings::Settings;
use crate::world::account::Capability;
use crate::world::media::MaterialKind;
use crate::world::send::{Audience, Content, Origin, PreviewTo, Send};

pub(super) fn send_all(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| {
        let audience = filter(&body, &call.settings)?;
        read(&body, audience, &call.settings)
    });
    submit(call, Capability::Mass, "sendall", parsed)
}

pub(super) fn send(call: &Call<'_>) -> Answer {
    let body = touser::Body::read(call.body(), call.settings.escaped_text);
    let parsed = body.and_then(|mut body| {
        let audience = body.audience(&call.settings)?;
        read(&body.rest, audience, &call.settings)
    });
    submit(call, Capability::MassByOpenId, "send", parsed)
}

pub(super) fn preview(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| {
        let name = fields::text(&body, "towxname")?.filter(|name| !name.is_empty());
        let to = match (name, fields::text(&body, "touser")?) {
            // The name wins when both are given.
            (Some(name), _) => PreviewTo::Name(name.to_owned()),
            (None, Some(openid)) => PreviewTo::OpenId(openid.to_owned()),
            (None, None) => return Err(Refusal::from(40003).at("touser").given("missing")),
        };
        fields::flag(&body, "send_ignore_reprint")?;
        Ok((to, content(&body, &call.settings)?))
    });
    let mut account = call.open_daily(Capability::Mass)?;
    let (to, content) = parsed?;
    let msg_id = account.preview(&to, &content, &call.settings)?;
    let msg_id = msg_id.map_or_else(String::new, |id| format!(",\"msg_id\":{id}"));
    Ok(format!("{{\"errcode\":0,\"errmsg\":\"preview success\"{msg_id}}}"))
}

fn submit(
    call: &Call<'_>,
    right: Capability,
    name: &'static str,
    parsed: Result<Send, Refusal>,
) -> Answer {
    let mut account = call.open(right)?;
    account.take_mass_call(name, &call.settings, call.now)?;
    let (msg_id, data_id) = account.send(&parsed?, &call.settings, call.now)?;
    let data_id = data_id.filter(|_| !call.settings.forms.without_msg_data_id);
    let data_id = data_id.map_or_else(String::new, |id| format!(",\"msg_data_id\":{id}"));
    Ok(format!(
        "{{\"errcode\":0,\"errmsg\":\"send job submission success\",\"msg_id\":{msg_id}{data_id}}}"
    ))
}

fn body(call: &Call<'_>) -> Result<Object, Refusal> {
    fields::object_with_text(call.body(), call.settings.escaped_text)
}

fn read(body: &Object, audience: Audience, settings: &Settings) -> Result<Send, Refusal> {
    let ignore_reprint = fields::flag(body, "send_ignore_reprint")?;
    let key = fields::text(body, "clientmsgid")?.filter(|key| !key.is_empty());
    let client_msg_id = key.map(str::to_owned);
    let content = content(body, settings)?;
    Ok(Send { audience, content, client_msg_id, ignore_reprint, origin: Origin::Api })
}

/// The audience of sendall. Only `"is_to_all": true` means everyone; whatever is missing, empty,
/// null or zero does not.
fn filter(body: &Object, settings: &Settings) -> Result<Audience, Refusal> {
    let missing = |field: &str| {
        Refusal::by(&NO_AUDIENCE, settings.missing_audience_code).at(field).given("missing")
    };
    let filter = fields::inner(body, "filter")?.ok_or_else(|| missing("filter"))?;
    match filter.get("is_to_all") {
        Some(Value::Bool(true)) if settings.to_all_known => return Ok(Audience::Everyone),
        Some(Value::Bool(true)) => {}
        None | Some(Value::Null | Value::Bool(false)) => {}
        Some(other) => return Err(fields::wrong("filter.is_to_all", other)),
    }
    let tag = match fields::within("filter", fields::number(filter, "tag_id"))? {
        Some(tag) => Some(tag),
        None => fields::within("filter", fields::number(filter, "group_id"))?,
    };
    tag.map(|tag| Audience::Tag(TagId::new(tag))).ok_or_else(|| missing("filter.tag_id"))
}

fn content(body: &Object, settings: &Settings) -> Result<Content, Refusal> {
    match fields::text(body, "msgtype")?.unwrap_or_default() {
        "text" => {
            let missing = || Refusal::from(44004).at("text.content").given("missing or empty");
            let text = fields::inner(body, "text")?.ok_or_else(missing)?;
            let text = fields::within("text", fields::owned(text, "content"))?;
            if text.is_empty() {
                return Err(missing());
            }
            if text.len() > settings.text_limit {
                let length = format!("{} bytes", text.len());
                return Err(Refusal::from(45002).at("text.content").given(length));
            }
            Ok(Content::Text(text))
        }
        "mpnews" => Ok(Content::Articles(media_id(body, "mpnews")?)),
        "image" => match fields::inner(body, "images")? {
            Some(images) => picture_post(images, settings),
            None => Ok(Content::Media(MaterialKind::Image, vec![media_id(body, "image")?])),
        },
        "voice" => Ok(Content::Media(MaterialKind::Voice, vec![media_id(body, "voice")?])),
        "mpvideo" | "video" => {
            if let Some(video) = fields::inner(body, "mpvideo")? {
                fields::within("mpvideo", fields::text(video, "title"))?;
                fields::within("mpvideo", fields::text(video, "description"))?;
            }
            Ok(Content::Media(MaterialKind::Video, vec![media_id(body, "mpvideo")?]))
        }
        "music" => Ok(Content::Media(MaterialKind::Music, vec![media_id(body, "music")?])),
        "wxcard" => {
            let missing = || Refusal::from(47001).at("wxcard").given("missing");
            let card = fields::inner(body, "wxcard")?.ok_or_else(missing)?;
            // For previews, as an object or as the text of one.
            if !matches!(
                card.get("card_ext"),
                None | Some(Value::Null | Value::String(_) | Value::Object(_))
            ) {
                return Err(Refusal::from(47001).at("wxcard.card_ext").given("no object or text"));
            }
            Ok(Content::Card(fields::within("wxcard", fields::owned(card, "card_id"))?))
        }
        "" => Err(Refusal::from(40008).at("msgtype").given("missing or empty")),
        _ => Err(Refusal::from(40008).at("msgtype").given("another one")),
    }
}

fn media_id(body: &Object, kind: &str) -> Result<String, Refusal> {
    let missing = || Refusal::from(40007).at(format!("{kind}.media_id")).given("missing");
    let object = fields::inner(body, kind)?.ok_or_else(missing)?;
    let id = fields::within(kind, fields::text(object, "media_id"))?;
    Ok(id.ok_or_else(missing)?.to_owned())
}

fn picture_post(images: &Object, settings: &Settings) -> Result<Content, Refusal> {
    fields::within("images", fields::flag(images, "need_open_comment"))?;
    fields::within("images", fields::flag(images, "only_fans_can_comment"))?;
    fields::within("images", fields::text(images, "title"))?;
    let recommend = fields::within("images", fields::text(images, "recommend"))?;
    let recommend = recommend.unwrap_or_default();
    let length = recommend.chars().count();
    if length > settings.recommend_limit {
        let length = format!("{length} characters");
        return Err(Refusal::from(40193).at("images.recommend").given(length));
    }
    if settings.illegal_recommend_words.iter().any(|word| recommend.contains(word.as_str())) {
        return Err(Refusal::from(40194).at("images.recommend"));
    }
    let Some(Value::Array(list)) = images.get("media_ids") else {
        return Err(Refusal::from(40215).at("images.media_ids").given("no list"));
    };
    Ok(Content::Media(MaterialKind::Image, fields::texts("images.media_ids", list)?))
}
