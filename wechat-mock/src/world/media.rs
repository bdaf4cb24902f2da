//! Permanent material and pictures for articles.

use std::collections::BTreeMap;

use wechat_types::id::MediaId;

use crate::file_format::Format;
use crate::random::Random;

/// The kinds of permanent material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaterialKind {
    /// A picture.
    Image,
    /// A small cover picture.
    Thumb,
    /// A recording.
    Voice,
    /// A video, also one prepared for mass sending by media/uploadvideo.
    Video,
    /// Music, as the kind is named for mass sends.
    Music,
    /// Articles of the closed calls uploadnews and add_news; can still be sent.
    News,
}

/// What can be referred to by its media_id or address.
#[derive(Debug, Default)]
pub(crate) struct Media {
    material: BTreeMap<MediaId, MaterialKind>,
    pictures: Vec<String>,
}

impl Media {
    pub(crate) fn insert(&mut self, id: MediaId, kind: MaterialKind) {
        self.material.insert(id, kind);
    }

    pub(crate) fn kind(&self, id: &str) -> Option<MaterialKind> {
        let id = MediaId::new(id).ok()?;
        self.material.get(&id).copied()
    }

    pub(crate) fn add_picture(&mut self, format: Format, random: &mut Random) -> String {
        let url = picture_url(format, random);
        self.pictures.push(url.clone());
        url
    }

    pub(crate) fn pictures(&self) -> &[String] {
        &self.pictures
    }
}

/// An address as the platform gives to a picture.
pub(crate) fn picture_url(format: Format, random: &mut Random) -> String {
    let name = format.url_name();
    let id = random.text(72).replace(['_', '-'], "i");
    format!("http://mmbiz.qpic.cn/mmbiz_{}/{id}/0?wx_fmt={name}", format.short_name())
}
