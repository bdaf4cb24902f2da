//! The library, temporary media and pictures for articles.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use wechat_types::id::MediaId;

use super::article::{Covers, StoredArticle, accept_one, closed_titles};
use crate::file_format::Format;
use crate::random::Random;
use crate::settings::Settings;

/// The kinds of permanent material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// An uploaded file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredFile {
    pub(crate) name: String,
    pub(crate) format: Format,
    #[serde(with = "crate::saved::bytes")]
    pub(crate) content: Bytes,
}

/// Where something lies and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// In the library, until it is deleted.
    Library,
    /// From media/upload, until then.
    Temporary(SystemTime),
    /// Made for a mass send by uploadvideo or uploadnews.
    Prepared,
}

/// Something with a media_id.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) kind: MaterialKind,
    pub(crate) place: Place,
    /// None for articles and for what a test put in without a file.
    pub(crate) file: Option<StoredFile>,
    /// Title and description of a video.
    pub(crate) title: String,
    pub(crate) description: String,
    /// The address of a picture; else empty.
    pub(crate) url: String,
    pub(crate) articles: Vec<StoredArticle>,
    /// Sends that used it.
    pub(crate) uses: u32,
    pub(crate) created: SystemTime,
    pub(crate) updated: SystemTime,
    /// Set when it is put in, for the order of lists.
    pub(crate) number: u64,
}

impl Item {
    pub(crate) fn new(kind: MaterialKind, place: Place, now: SystemTime) -> Self {
        Self {
            kind,
            place,
            file: None,
            title: String::new(),
            description: String::new(),
            url: String::new(),
            articles: Vec::new(),
            uses: 0,
            created: now,
            updated: now,
            number: 0,
        }
    }

    /// As lists name it.
    pub(crate) fn name(&self) -> &str {
        match &self.file {
            Some(file) if self.title.is_empty() => &file.name,
            _ => &self.title,
        }
    }
}

/// What can be referred to by its media_id or address.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Media {
    #[serde(skip)]
    items: BTreeMap<MediaId, Item>,
    made: u64,
    /// When the next temporary item ends.
    next_end: Option<SystemTime>,
    pictures: Vec<String>,
}

impl Media {
    /// All of it, by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&MediaId, &Item)> {
        self.items.iter()
    }

    /// An item as it was saved.
    pub(crate) fn restore(&mut self, id: MediaId, item: Item) {
        self.items.insert(id, item);
    }

    pub(crate) fn insert(&mut self, id: MediaId, item: Item) {
        self.made += 1;
        if let Place::Temporary(end) = item.place {
            self.next_end = Some(self.next_end.map_or(end, |earlier| earlier.min(end)));
        }
        self.items.insert(id, Item { number: self.made, ..item });
    }

    /// A new temporary file.
    pub(crate) fn insert_temporary(
        &mut self,
        id: MediaId,
        kind: MaterialKind,
        file: StoredFile,
        settings: &Settings,
        now: SystemTime,
    ) {
        let end = now + settings.temporary_media_lifetime;
        let item = Item::new(kind, Place::Temporary(end), now);
        self.insert(id, Item { file: Some(file), ..item });
    }

    /// Forgets the temporary whose time is over.
    pub(crate) fn expire(&mut self, now: SystemTime) {
        if self.next_end.is_some_and(|end| end <= now) {
            self.items.retain(|_, item| !matches!(item.place, Place::Temporary(end) if end <= now));
            let ends = self.items.values().filter_map(|item| match item.place {
                Place::Temporary(end) => Some(end),
                Place::Library | Place::Prepared => None,
            });
            self.next_end = ends.min();
        }
    }

    fn find(&self, id: &str) -> Option<&Item> {
        self.items.get(&MediaId::new(id).ok()?)
    }

    /// What a message may refer to: everything but a temporary video, which needs uploadvideo.
    pub(crate) fn kind(&self, id: &str) -> Option<MaterialKind> {
        let item = self.find(id)?;
        let raw = item.kind == MaterialKind::Video && matches!(item.place, Place::Temporary(_));
        (!raw).then_some(item.kind)
    }

    pub(crate) fn library_kind(&self, id: &str) -> Option<MaterialKind> {
        self.library(id).map(|item| item.kind)
    }

    /// Something in the library.
    pub(crate) fn library(&self, id: &str) -> Option<&Item> {
        self.find(id).filter(|item| item.place == Place::Library)
    }

    /// Something from media/upload.
    pub(crate) fn temporary(&self, id: &str) -> Option<&Item> {
        self.find(id).filter(|item| matches!(item.place, Place::Temporary(_)))
    }

    /// The address of a library picture; empty when it is gone.
    pub(crate) fn url(&self, id: &str) -> &str {
        self.find(id).map_or("", |item| &item.url)
    }

    /// May one more of this kind go into the library? 45074.
    pub(crate) fn room_for(&self, kind: MaterialKind) -> Result<(), i64> {
        let most = match kind {
            MaterialKind::Image | MaterialKind::News => 100_000,
            _ => 1000,
        };
        let of_kind = |item: &&Item| item.kind == kind && item.place == Place::Library;
        if self.items.values().filter(of_kind).count() < most { Ok(()) } else { Err(45074) }
    }

    /// Removes something from the library; 40007.
    pub(crate) fn delete(&mut self, id: &str) -> Result<(), i64> {
        self.library(id).ok_or(40007)?;
        self.items.remove(&MediaId::new(id).map_err(|_| 40007)?);
        Ok(())
    }

    /// Its articles; none for anything else.
    pub(crate) fn articles(&self, id: &str) -> &[StoredArticle] {
        self.find(id).map_or(&[], |item| &item.articles)
    }

    /// A send used these.
    pub(crate) fn note_use(&mut self, ids: &[String]) {
        for id in ids {
            let item = MediaId::new(id.as_str()).ok().and_then(|id| self.items.get_mut(&id));
            if let Some(item) = item {
                item.uses = item.uses.saturating_add(1);
            }
        }
    }

    /// Temporary media that was used as often as it may be.
    pub(crate) fn is_used_up(&self, id: &str, settings: &Settings) -> bool {
        let limit = settings.temporary_media_uses;
        self.temporary(id).is_some_and(|item| limit.is_some_and(|limit| item.uses >= limit))
    }

    /// The library's items of a kind, last changed first.
    pub(crate) fn list(&self, kind: MaterialKind) -> Vec<(&MediaId, &Item)> {
        let of_kind = |item: &Item| item.kind == kind && item.place == Place::Library;
        let mut list: Vec<_> = self.items.iter().filter(|(_, item)| of_kind(item)).collect();
        list.sort_by_key(|(_, item)| std::cmp::Reverse((item.updated, item.number)));
        list
    }

    /// Puts another article in the place of the `index`-th of the library's articles: 40007, 40114.
    pub(crate) fn replace_article(
        &mut self,
        id: &str,
        index: u64,
        article: StoredArticle,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(), i64> {
        let item = self.library(id).filter(|item| item.kind == MaterialKind::News).ok_or(40007)?;
        let index = usize::try_from(index).map_err(|_| 40114)?;
        item.articles.get(index).ok_or(40114)?;
        let article =
            accept_one(article, closed_titles(settings), Covers::Permanent, self, settings)?;
        if let Some(item) = self.items.get_mut(&MediaId::new(id).map_err(|_| 40007)?)
            && let Some(place) = item.articles.get_mut(index)
        {
            *place = article;
            item.updated = now;
        }
        Ok(())
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
