//! POST /cgi-bin/material/add_material: permanent material.

use super::{Answer, Call};
use crate::file_format::Format;
use crate::multipart;
use crate::reply::{Refusal, quoted};
use crate::world::account::Capability;
use crate::world::media::{MaterialKind, picture_url};

/// What a type takes: kind, formats, bytes, the code for too many of them.
struct Limits(MaterialKind, &'static [Format], usize, i64);

impl Limits {
    fn of(name: &str) -> Option<Self> {
        use Format::{Amr, Bmp, Gif, Jpeg, Mp3, Mp4, Png, Wav, Wma};
        const MEGABYTE: usize = 1 << 20;
        Some(match name {
            "image" => Self(MaterialKind::Image, &[Bmp, Png, Jpeg, Gif], 10 * MEGABYTE, 40009),
            "voice" => Self(MaterialKind::Voice, &[Mp3, Wma, Wav, Amr], 2 * MEGABYTE, 40010),
            "video" => Self(MaterialKind::Video, &[Mp4], 10 * MEGABYTE, 40011),
            "thumb" => Self(MaterialKind::Thumb, &[Jpeg], 64 << 10, 40012),
            _ => return None,
        })
    }
}

pub(super) fn add_material(call: &Call<'_>) -> Answer {
    let checked = check(call);
    let mut guard = call.open(Capability::Material)?;
    let account = &mut *guard;
    let (kind, format) = checked?;
    let id = account.new_media_id();
    account.media.insert(id.clone(), kind);
    let url = match kind {
        MaterialKind::Image => {
            format!(",\"url\":{}", quoted(&picture_url(format, &mut account.random)))
        }
        MaterialKind::Video => ",\"url\":\"\"".to_owned(),
        _ => String::new(),
    };
    Ok(format!("{{\"media_id\":{}{url}}}", quoted(id.as_str())))
}

fn check(call: &Call<'_>) -> Result<(MaterialKind, Format), Refusal> {
    let Limits(kind, formats, size, code) =
        call.query.get("type").and_then(Limits::of).ok_or(40004)?;
    Ok((kind, uploaded(call, formats, size, code)?))
}

/// The format of the uploaded file, when it may be uploaded here.
pub(super) fn uploaded(
    call: &Call<'_>,
    formats: &[Format],
    max_size: usize,
    too_large: i64,
) -> Result<Format, Refusal> {
    let file = multipart::media_file(call.request, &call.settings)?;
    if file.content.is_empty() {
        return Err(44001.into());
    }
    let by_name = Format::of_name(&file.name).filter(|f| formats.contains(f)).ok_or(40113)?;
    if file.content.len() > max_size {
        return Err(too_large.into());
    }
    // 40137 speaks of pictures only.
    let unreadable = if by_name.is_picture() { 40137 } else { 40005 };
    let by_content = Format::of_content(file.content).ok_or(unreadable)?;
    let matches = by_content == by_name || !call.settings.extension_must_match;
    if formats.contains(&by_content) && matches { Ok(by_content) } else { Err(40005.into()) }
}
