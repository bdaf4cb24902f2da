//! POST /cgi-bin/media/uploadimg: a picture for articles.

use super::{Answer, Call, material};
use crate::file_format::Format;
use crate::reply::quoted;
use crate::world::account::Capability;

/// Bytes.
const MAX_SIZE: usize = 1 << 20;

pub(super) fn upload_img(call: &Call<'_>) -> Answer {
    let checked = material::uploaded(call, &[Format::Jpeg, Format::Png], MAX_SIZE, 40009);
    let mut guard = call.open(Capability::Material)?;
    let account = &mut *guard;
    let url = account.media.add_picture(checked?, &mut account.random);
    Ok(format!("{{\"url\":{}}}", quoted(&url)))
}
