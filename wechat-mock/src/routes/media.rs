//! /cgi-bin/media/{upload,get,uploadimg,uploadvideo}: temporary media and pictures for articles.

use std::time::SystemTime;

use wechat_types::id::MediaId;

use super::material::{self, Library};
use super::{Answer, Call, Download, draft, fields};
use crate::beijing::unix_seconds;
use crate::file_format::Format;
use crate::random::{Random, digest};
use crate::reply::{self, Reply, quoted};
use crate::world::account::Capability::Material;
use crate::world::media::{Item, MaterialKind, Place, StoredFile};

/// Bytes.
const MAX_SIZE: usize = 1 << 20;

pub(super) fn upload_img(call: &Call<'_>) -> Answer {
    let checked = material::uploaded(call, &[Format::Jpeg, Format::Png], MAX_SIZE, 40009);
    let mut guard = call.open(Material)?;
    let account = &mut *guard;
    let url = account.media.add_picture(checked?.0.format, &mut account.random);
    let forms = &call.settings.forms;
    let code = if forms.picture_with_errcode { "\"errcode\":0,\"errmsg\":\"ok\"," } else { "" };
    Ok(format!("{{{code}\"url\":{}}}", quoted(&url)))
}

pub(super) fn upload(call: &Call<'_>) -> Answer {
    let checked = material::check(call, Library::Temporary);
    let mut account = call.open_daily(Material)?;
    let (kind, file, _) = checked?;
    let (name, key) = match kind {
        MaterialKind::Thumb => ("thumb", "thumb_media_id"),
        MaterialKind::Voice => ("voice", "media_id"),
        MaterialKind::Video => ("video", "media_id"),
        _ => ("image", "media_id"),
    };
    let id = account.new_temporary_id();
    account.media.insert_temporary(id.clone(), kind, file, &call.settings, call.now);
    let mut answer = uploaded(name, key, &id, call.now);
    answer.insert_str(answer.len() - 1, draft::item_list(&call.settings));
    Ok(answer)
}

/// The answer of media/upload, uploadnews and uploadvideo.
pub(super) fn uploaded(kind: &str, key: &str, id: &MediaId, now: SystemTime) -> String {
    let (id, seconds) = (quoted(id.as_str()), unix_seconds(now));
    format!("{{\"type\":\"{kind}\",\"{key}\":{id},\"created_at\":{seconds}}}")
}

pub(super) fn get(call: &Call<'_>) -> Download {
    let account = call.open_daily(Material)?;
    let id = call.query.get("media_id").ok_or(41006)?;
    let id = MediaId::new(id).map_err(|_| 40007)?;
    let item = account.media.temporary(id.as_str()).ok_or(40007)?;
    let file = item.file.as_ref().ok_or(40007)?;
    if item.kind == MaterialKind::Video && !call.settings.video_as_file {
        let url = quoted(&video_url(&id, call.now));
        return Ok(Reply::Json(format!("{{\"video_url\":{url}}}")));
    }
    Ok(Reply::File(download(file, format!("{id}.{}", file.format.short_name()))))
}

pub(super) fn download(file: &StoredFile, name: String) -> reply::Download {
    reply::Download {
        name,
        content_type: file.format.content_type(),
        content: file.content.clone(),
    }
}

/// A short-lived address, which leads nowhere.
pub(super) fn video_url(id: &MediaId, now: SystemTime) -> String {
    let seconds = unix_seconds(now);
    let mut random = Random::new(digest(&[id.as_str().as_bytes(), &seconds.to_le_bytes()]));
    let (name, key) = (random.hex(24), random.hex(64));
    format!("https://mpvideo.qpic.cn/{name}.f10002.mp4?vkey={key}&dis_t={seconds}")
}

/// Makes a temporary video one that can be sent to many.
pub(super) fn upload_video(call: &Call<'_>) -> Answer {
    let parsed = fields::object_with_text(call.body(), call.settings.escaped_text).and_then(|b| {
        let [id, title, description] = ["media_id", "title", "description"];
        Ok((fields::owned(&b, id)?, fields::owned(&b, title)?, fields::owned(&b, description)?))
    });
    let mut account = call.open(Material)?;
    let (id, title, description) = parsed?;
    let video = account.media.temporary(&id).filter(|item| item.kind == MaterialKind::Video);
    let file = video.ok_or(40007)?.file.clone();
    let id = account.new_temporary_id();
    let item = Item::new(MaterialKind::Video, Place::Prepared, call.now);
    account.media.insert(id.clone(), Item { file, title, description, ..item });
    Ok(uploaded("video", "media_id", &id, call.now))
}
