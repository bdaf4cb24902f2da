//! POST /cgi-bin/material/add_material, and what all uploads have in common.

use super::{Answer, Call, fields};
use crate::file_format::Format;
use crate::multipart;
use crate::reply::{Refusal, quoted};
use crate::world::account::Capability;
use crate::world::media::{Item, MaterialKind, Place, StoredFile, picture_url};

/// Where an upload goes to; the formats differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Library {
    Temporary,
    Permanent,
}

/// What a type takes: kind, formats, bytes, the code for too many of them.
struct Limits(MaterialKind, &'static [Format], usize, i64);

impl Limits {
    fn of(name: &str, library: Library) -> Option<Self> {
        use Format::{Amr, Bmp, Gif, Jpeg, Mp3, Mp4, Png, Wav, Wma};
        const MEGABYTE: usize = 1 << 20;
        let (images, voices): (&[Format], &[Format]) = match library {
            Library::Temporary => (&[Png, Jpeg, Gif], &[Amr, Mp3]),
            Library::Permanent => (&[Bmp, Png, Jpeg, Gif], &[Mp3, Wma, Wav, Amr]),
        };
        Some(match name {
            "image" => Self(MaterialKind::Image, images, 10 * MEGABYTE, 40009),
            "voice" => Self(MaterialKind::Voice, voices, 2 * MEGABYTE, 40010),
            "video" => Self(MaterialKind::Video, &[Mp4], 10 * MEGABYTE, 40011),
            "thumb" => Self(MaterialKind::Thumb, &[Jpeg], 64 << 10, 40012),
            _ => return None,
        })
    }
}

/// Title and introduction of a video.
type About = (String, String);

pub(super) fn add_material(call: &Call<'_>) -> Answer {
    let checked = check(call, Library::Permanent);
    let mut guard = call.open(Capability::Material)?;
    let account = &mut *guard;
    let (kind, file, (title, description)) = checked?;
    account.media.room_for(kind)?;
    let id = account.new_media_id();
    let url = match kind {
        MaterialKind::Image | MaterialKind::Thumb => picture_url(file.format, &mut account.random),
        _ => String::new(),
    };
    let told = match kind {
        MaterialKind::Image | MaterialKind::Video => format!(",\"url\":{}", quoted(&url)),
        _ => String::new(),
    };
    let item = Item::new(kind, Place::Library, call.now);
    account.media.insert(id.clone(), Item { file: Some(file), title, description, url, ..item });
    Ok(format!("{{\"media_id\":{}{told}}}", quoted(id.as_str())))
}

/// Kind, file and description of an upload with a `type`.
pub(super) fn check(
    call: &Call<'_>,
    library: Library,
) -> Result<(MaterialKind, StoredFile, About), Refusal> {
    let kind = call.query.get("type").and_then(|kind| Limits::of(kind, library));
    let Limits(kind, formats, size, code) = kind.ok_or(40004)?;
    let (file, description) = uploaded(call, formats, size, code)?;
    let about = match kind {
        // A part for another kind is sent by some clients and means nothing.
        MaterialKind::Video => about(call, description)?,
        _ => About::default(),
    };
    Ok((kind, file, about))
}

/// The description part, which one client puts into the query.
fn about(call: &Call<'_>, part: Option<&[u8]>) -> Result<About, Refusal> {
    let text = part.or_else(|| call.query.get("description").map(str::as_bytes));
    let Some(text) = text else { return Ok(About::default()) };
    let object = fields::object_with_text(text, call.settings.escaped_text)?;
    Ok((fields::owned(&object, "title")?, fields::owned(&object, "introduction")?))
}

/// The uploaded file, when it may be uploaded here, and the part `description`.
pub(super) fn uploaded<'a>(
    call: &'a Call<'_>,
    formats: &[Format],
    max_size: usize,
    too_large: i64,
) -> Result<(StoredFile, Option<&'a [u8]>), Refusal> {
    let file = multipart::media_file(call.request, &call.settings)?;
    if file.content.is_empty() {
        return Err(44001.into());
    }
    let by_name = Format::of_name(&file.name).filter(|f| formats.contains(f)).ok_or(40113)?;
    if file.content.len() > max_size {
        let size = format!("{} bytes", file.content.len());
        return Err(Refusal::from(too_large).at("media").given(size));
    }
    // 40137 speaks of pictures only.
    let unreadable = if by_name.is_picture() { 40137 } else { 40005 };
    let format = Format::of_content(file.content).ok_or(unreadable)?;
    if !formats.contains(&format) || (format != by_name && call.settings.extension_must_match) {
        return Err(40005.into());
    }
    // Some clients send whole paths.
    let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let content = call.request.body().slice_ref(file.content);
    Ok((StoredFile { name, format, content }, file.description))
}
