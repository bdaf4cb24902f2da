//! Articles on the wire: read from drafts and the closed calls, written in lists and answers.

use std::time::SystemTime;

use serde_json::Value;

use super::fields::{self, Object};
use crate::beijing::unix_seconds;
use crate::reply::{Refusal, quoted};
use crate::world::article::{CoverCrop, StoredArticle, address, shown_digest};
use crate::world::media::Media;

/// The list `articles`: 44003 when absent.
pub(super) fn list(body: &Object) -> Result<Vec<StoredArticle>, Refusal> {
    match body.get("articles") {
        None | Some(Value::Null) => Err(Refusal::from(44003).at("articles").given("missing")),
        Some(Value::Array(list)) => {
            let one =
                |(place, value)| fields::within(&format!("articles[{place}]"), article(value));
            list.iter().enumerate().map(one).collect()
        }
        Some(other) => Err(fields::wrong("articles", other)),
    }
}

/// The one object that `articles` is in the calls that change one article.
pub(super) fn single(body: &Object) -> Result<StoredArticle, Refusal> {
    match body.get("articles") {
        None | Some(Value::Null) => Err(Refusal::from(44003).at("articles").given("missing")),
        Some(value) => fields::within("articles", article(value)),
    }
}

fn article(value: &Value) -> Result<StoredArticle, Refusal> {
    let object = value.as_object().ok_or(47001)?;
    let kind = fields::text(object, "article_type")?.filter(|kind| !kind.is_empty());
    let is_picture_post = match kind {
        None | Some("news") => false,
        Some("newspic") => true,
        Some(_) => {
            return Err(Refusal::from(47001).at("article_type").given("neither news nor newspic"));
        }
    };
    Ok(StoredArticle {
        is_picture_post,
        type_stated: kind.is_some(),
        title: fields::owned(object, "title")?,
        author: fields::owned(object, "author")?,
        digest: fields::owned(object, "digest")?,
        content: fields::owned(object, "content")?,
        content_source_url: fields::owned(object, "content_source_url")?,
        thumb_media_id: fields::owned(object, "thumb_media_id")?,
        show_cover_pic: fields::flag(object, "show_cover_pic")?,
        need_open_comment: fields::flag(object, "need_open_comment")?,
        only_fans_can_comment: fields::flag(object, "only_fans_can_comment")?,
        pic_crop_235_1: fields::owned(object, "pic_crop_235_1")?,
        pic_crop_1_1: fields::owned(object, "pic_crop_1_1")?,
        cover_crops: cover_crops(object)?,
        product_key: product_key(object)?,
        images: images(object)?,
        dropped_pictures: Vec::new(),
        dropped_links: Vec::new(),
    })
}

fn images(object: &Object) -> Result<Vec<String>, Refusal> {
    let Some(info) = fields::inner(object, "image_info")? else { return Ok(Vec::new()) };
    let bad = |what: &str| Refusal::from(47001).at(format!("image_info.{what}"));
    let Some(Value::Array(list)) = info.get("image_list") else {
        return Err(bad("image_list").given("no list"));
    };
    let id = |(place, image): (usize, &Value)| match image.get("image_media_id") {
        Some(Value::String(id)) => Ok(id.clone()),
        _ => Err(bad(&format!("image_list[{place}].image_media_id")).given("no text")),
    };
    list.iter().enumerate().map(id).collect()
}

fn cover_crops(object: &Object) -> Result<Vec<CoverCrop>, Refusal> {
    let Some(info) = fields::inner(object, "cover_info")? else { return Ok(Vec::new()) };
    let list = match info.get("crop_percent_list") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(fields::wrong("cover_info.crop_percent_list", other)),
    };
    let crop = |value: &Value| {
        let crop = value.as_object().ok_or(47001)?;
        Ok(CoverCrop {
            ratio: fields::owned(crop, "ratio")?,
            x1: fields::owned(crop, "x1")?,
            y1: fields::owned(crop, "y1")?,
            x2: fields::owned(crop, "x2")?,
            y2: fields::owned(crop, "y2")?,
        })
    };
    list.iter().map(crop).collect()
}

fn product_key(object: &Object) -> Result<String, Refusal> {
    let Some(info) = fields::inner(object, "product_info")? else { return Ok(String::new()) };
    let Some(foot) = fields::inner(info, "footer_product_info")? else { return Ok(String::new()) };
    fields::owned(foot, "product_key")
}

/// Where articles stand. A publication tells which were deleted, and the library adds no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Draft,
    Publication,
    Library,
}

/// How articles are to be written.
#[derive(Clone, Copy)]
pub(super) struct Style<'a> {
    pub(super) media: &'a Media,
    /// With the text itself.
    pub(super) content: bool,
    pub(super) of: Origin,
    /// Without times and the cover's address.
    pub(super) short: bool,
}

/// `"news_item":[…],"create_time":…,"update_time":…` of what has this id.
pub(super) fn news_item<'a>(
    id: &str,
    articles: impl Iterator<Item = (&'a StoredArticle, bool)>,
    times: (SystemTime, SystemTime),
    style: Style<'_>,
) -> String {
    let articles: Vec<_> = articles.collect();
    let adds_digest = articles.len() == 1 && style.of != Origin::Library;
    let written: Vec<String> = articles
        .into_iter()
        .enumerate()
        .map(|(index, (article, deleted))| {
            let url = format!("{}&chksm={:x}#rd", address(id, index + 1), article.content.len());
            written(article, &url, &shown_digest(article, adds_digest), deleted, style)
        })
        .collect();
    if style.short {
        return format!("\"news_item\":[{}]", written.join(","));
    }
    format!(
        "\"news_item\":[{}],\"create_time\":{},\"update_time\":{}",
        written.join(","),
        unix_seconds(times.0),
        unix_seconds(times.1)
    )
}

fn written(
    article: &StoredArticle,
    url: &str,
    digest: &str,
    deleted: bool,
    style: Style<'_>,
) -> String {
    let mut out = String::from("{");
    let mut text = |key: &str, value: &str| {
        out.push_str(&format!("\"{key}\":{},", quoted(value)));
    };
    text("title", &article.title);
    text("author", &article.author);
    text("digest", digest);
    if style.content {
        text("content", &article.content);
    }
    text("content_source_url", &article.content_source_url);
    text("thumb_media_id", &article.thumb_media_id);
    text("url", url);
    let cover = article.images.first().unwrap_or(&article.thumb_media_id);
    if !style.short {
        text("thumb_url", style.media.url(cover));
    }
    if article.is_picture_post {
        text("article_type", "newspic");
    } else if article.type_stated {
        text("article_type", "news");
    }
    for (key, value) in
        [("pic_crop_235_1", &article.pic_crop_235_1), ("pic_crop_1_1", &article.pic_crop_1_1)]
    {
        if !value.is_empty() {
            text(key, value);
        }
    }
    out.push_str(&format!("\"show_cover_pic\":{}", u8::from(article.show_cover_pic)));
    // The sample of the library is older than comments.
    if !(style.short && style.of == Origin::Library) {
        out.push_str(&format!(
            ",\"need_open_comment\":{},\"only_fans_can_comment\":{}",
            u8::from(article.need_open_comment),
            u8::from(article.only_fans_can_comment)
        ));
    }
    if style.of == Origin::Publication {
        out.push_str(&format!(",\"is_deleted\":{deleted}"));
    }
    out.push_str(&extras(article));
    out.push('}');
    out
}

/// The objects that an article has only when they were given.
fn extras(article: &StoredArticle) -> String {
    let mut out = String::new();
    if article.is_picture_post {
        let image = |id: &String| format!("{{\"image_media_id\":{}}}", quoted(id));
        let images: Vec<String> = article.images.iter().map(image).collect();
        out.push_str(&format!(",\"image_info\":{{\"image_list\":[{}]}}", images.join(",")));
    }
    if !article.cover_crops.is_empty() {
        let crop = |crop: &CoverCrop| {
            format!(
                "{{\"ratio\":{},\"x1\":{},\"y1\":{},\"x2\":{},\"y2\":{}}}",
                quoted(&crop.ratio),
                quoted(&crop.x1),
                quoted(&crop.y1),
                quoted(&crop.x2),
                quoted(&crop.y2)
            )
        };
        let crops: Vec<String> = article.cover_crops.iter().map(crop).collect();
        let crops = crops.join(",");
        out.push_str(&format!(",\"cover_info\":{{\"crop_percent_list\":[{crops}]}}"));
    }
    if !article.product_key.is_empty() {
        let key = quoted(&article.product_key);
        let foot = format!("{{\"footer_product_info\":{{\"product_key\":{key}}}}}");
        out.push_str(&format!(",\"product_info\":{foot}"));
    }
    out
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    offset: usize,
    count: usize,
}

impl Page {
    /// `offset` and `count`: 45164 for a bad offset, 45165 unless the count is 1 to 20.
    pub(super) fn read(body: &Object) -> Result<Self, Refusal> {
        let number = |key, code: i64| match body.get(key) {
            Some(Value::Number(number)) if number.as_u64().is_none() => {
                Err(Refusal::from(code).at(key).given("no whole number from 0"))
            }
            _ => fields::number(body, key),
        };
        let offset = number("offset", 45164)?.unwrap_or_default();
        let count = number("count", 45165)?;
        let given = || count.map_or_else(|| "missing".to_owned(), |count| count.to_string());
        let count = count
            .filter(|count| (1..=20).contains(count))
            .ok_or_else(|| Refusal::from(45165).at("count").given(given()))?;
        Ok(Self {
            offset: usize::try_from(offset).unwrap_or(usize::MAX),
            count: usize::try_from(count).unwrap_or(usize::MAX),
        })
    }

    /// The whole answer of a list.
    pub(super) fn write<T>(self, all: &[T], write: impl Fn(&T) -> String) -> String {
        let page: Vec<String> = all.iter().skip(self.offset).take(self.count).map(write).collect();
        format!(
            "{{\"total_count\":{},\"item_count\":{},\"item\":[{}]}}",
            all.len(),
            page.len(),
            page.join(",")
        )
    }
}
