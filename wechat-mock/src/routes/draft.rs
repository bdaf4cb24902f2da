//! POST /cgi-bin/draft/add: articles to be sent or published.

use serde_json::Value;

use super::fields::{self, Object};
use super::{Answer, Call};
use crate::reply::{Refusal, quoted};
use crate::world::account::Capability;
use crate::world::draft::{self, StoredArticle};

pub(super) fn add(call: &Call<'_>) -> Answer {
    let articles = parse(call);
    let mut account = call.open(Capability::Material)?;
    let articles = draft::accept(articles?, &account.media, &call.settings)?;
    let id = account.new_media_id();
    account.drafts.insert(id.clone(), articles);
    Ok(format!("{{\"media_id\":{}}}", quoted(id.as_str())))
}

fn parse(call: &Call<'_>) -> Result<Vec<StoredArticle>, Refusal> {
    let body = fields::object_with_text(call.body(), call.settings.escaped_text)?;
    match body.get("articles") {
        None | Some(Value::Null) => Err(44003.into()),
        Some(Value::Array(list)) => list.iter().map(article).collect(),
        Some(_) => Err(47001.into()),
    }
}

fn article(value: &Value) -> Result<StoredArticle, Refusal> {
    let object = value.as_object().ok_or(47001)?;
    for key in ["show_cover_pic", "need_open_comment", "only_fans_can_comment"] {
        fields::flag(object, key)?;
    }
    let is_picture_post = match fields::text(object, "article_type")? {
        None | Some("" | "news") => false,
        Some("newspic") => true,
        Some(_) => return Err(47001.into()),
    };
    Ok(StoredArticle {
        is_picture_post,
        title: fields::owned(object, "title")?,
        author: fields::owned(object, "author")?,
        digest: fields::owned(object, "digest")?,
        content: fields::owned(object, "content")?,
        content_source_url: fields::owned(object, "content_source_url")?,
        thumb_media_id: fields::owned(object, "thumb_media_id")?,
        images: images(object)?,
        dropped_pictures: Vec::new(),
    })
}

fn images(object: &Object) -> Result<Vec<String>, Refusal> {
    let Some(info) = fields::inner(object, "image_info")? else { return Ok(Vec::new()) };
    let Some(Value::Array(list)) = info.get("image_list") else { return Err(47001.into()) };
    let id = |image: &Value| match image.get("image_media_id") {
        Some(Value::String(id)) => Ok(id.clone()),
        _ => Err(47001.into()),
    };
    list.iter().map(id).collect()
}
