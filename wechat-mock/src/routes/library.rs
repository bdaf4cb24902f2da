//! /cgi-bin/material/…: the library of permanent material, with the closed calls for articles.

use wechat_types::id::MediaId;

use super::article::{self, Origin, Page, Style};
use super::{Answer, Call, Download, draft, fields, media};
use crate::beijing::unix_seconds;
use crate::reply::{OK, Refusal, Reply, quoted};
use crate::settings::{ClosedCalls, Settings};
use crate::world::account::Capability::Material;
use crate::world::article::{Covers, StoredArticle, accept, address, closed_titles};
use crate::world::media::{Item, MaterialKind, Media, Place};

/// The calls that the platform has closed.
pub(crate) const RETIRED: [&str; 3] =
    ["/cgi-bin/material/add_news", "/cgi-bin/material/update_news", "/cgi-bin/media/uploadnews"];

fn refuse_closed(settings: &Settings) -> Result<(), Refusal> {
    match settings.closed_calls {
        ClosedCalls::Accepted => Ok(()),
        ClosedCalls::Refused45103 => Err(45103.into()),
        ClosedCalls::Refused45106 => Err(45106.into()),
    }
}

fn parse_news(call: &Call<'_>) -> Result<Vec<StoredArticle>, Refusal> {
    let body = fields::object_with_text(call.body(), call.settings.escaped_text)?;
    article::list(&body)
}

pub(super) fn add_news(call: &Call<'_>) -> Answer {
    let articles = parse_news(call);
    let mut account = call.open(Material)?;
    refuse_closed(&call.settings)?;
    let articles = accept(
        articles?,
        closed_titles(&call.settings),
        Covers::Permanent,
        &account.media,
        &call.settings,
    )?;
    account.media.room_for(MaterialKind::News)?;
    let id = account.new_media_id();
    let item = Item::new(MaterialKind::News, Place::Library, call.now);
    account.media.insert(id.clone(), Item { articles, ..item });
    Ok(format!("{{\"media_id\":{}}}", quoted(id.as_str())))
}

/// POST /cgi-bin/media/uploadnews: articles for one mass send.
pub(super) fn upload_news(call: &Call<'_>) -> Answer {
    let articles = parse_news(call);
    let mut account = call.open_daily(Material)?;
    refuse_closed(&call.settings)?;
    let takes_all = call.settings.uploadnews_takes_permanent_covers;
    let covers = if takes_all { Covers::Any } else { Covers::Temporary };
    let articles =
        accept(articles?, closed_titles(&call.settings), covers, &account.media, &call.settings)?;
    let id = account.new_temporary_id();
    let item = Item::new(MaterialKind::News, Place::Prepared, call.now);
    account.media.insert(id.clone(), Item { articles, ..item });
    Ok(media::uploaded("news", "media_id", &id, call.now))
}

pub(super) fn update_news(call: &Call<'_>) -> Answer {
    let parsed = draft::parse_update(call);
    let mut account = call.open(Material)?;
    refuse_closed(&call.settings)?;
    let (id, index, article) = parsed?;
    account.media.replace_article(&id, index, article, &call.settings, call.now)?;
    Ok(OK.to_owned())
}

/// The address under which a permanent video plays.
fn player_url(id: &MediaId) -> String {
    let page = address(id.as_str(), 1).replacen("/s?", "/mp/mp/video?", 1);
    format!("{}&uin=0&key=0", page.replacen("&idx=1", "", 1))
}

pub(super) fn get_material(call: &Call<'_>) -> Download {
    let id = draft::media_id(call);
    let account = call.open(Material)?;
    let id = MediaId::new(id?).map_err(|_| 40007)?;
    let item = account.media.library(id.as_str()).ok_or(40007)?;
    match (&item.file, item.kind) {
        (_, MaterialKind::News) => {
            let short = call.settings.forms.short_articles;
            Ok(Reply::Json(format!("{{{}}}", news_item(&id, item, &account.media, short))))
        }
        (_, MaterialKind::Video) => Ok(Reply::Json(format!(
            "{{\"title\":{},\"description\":{},\"down_url\":{}}}",
            quoted(item.name()),
            quoted(&item.description),
            quoted(&player_url(&id))
        ))),
        (Some(file), _) => Ok(Reply::File(media::download(file, file.name.clone()))),
        (None, _) => Err(40007.into()),
    }
}

fn news_item(id: &MediaId, item: &Item, media: &Media, short: bool) -> String {
    let style = Style { media, content: true, of: Origin::Library, short };
    let articles = item.articles.iter().map(|article| (article, false));
    article::news_item(id.as_str(), articles, (item.created, item.updated), style)
}

pub(super) fn del_material(call: &Call<'_>) -> Answer {
    let id = draft::media_id(call);
    call.open(Material)?.media.delete(&id?)?;
    Ok(OK.to_owned())
}

pub(super) fn get_material_count(call: &Call<'_>) -> Answer {
    let account = call.open(Material)?;
    let count = |kind| account.media.list(kind).len();
    Ok(format!(
        "{{\"voice_count\":{},\"video_count\":{},\"image_count\":{},\"news_count\":{}}}",
        count(MaterialKind::Voice),
        count(MaterialKind::Video),
        count(MaterialKind::Image),
        count(MaterialKind::News)
    ))
}

pub(super) fn batch_get_material(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let kind = match fields::text(&body, "type")? {
            Some("image") => MaterialKind::Image,
            Some("video") => MaterialKind::Video,
            Some("voice") => MaterialKind::Voice,
            Some("news") => MaterialKind::News,
            _ => return Err(40004.into()),
        };
        Ok((kind, Page::read(&body)?))
    });
    let account = call.open(Material)?;
    let (kind, page) = parsed?;
    Ok(page.write(&account.media.list(kind), |(id, item)| {
        let what = match kind {
            MaterialKind::News => {
                format!("\"content\":{{{}}}", news_item(id, item, &account.media, false))
            }
            // Without a url; the current table has one for it too, the samples have not.
            MaterialKind::Voice => format!("\"name\":{}", quoted(item.name())),
            _ => format!("\"name\":{},\"url\":{}", quoted(item.name()), quoted(&item.url)),
        };
        let (id, updated) = (quoted(id.as_str()), unix_seconds(item.updated));
        format!("{{\"media_id\":{id},{what},\"update_time\":{updated}}}")
    }))
}
