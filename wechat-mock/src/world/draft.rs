//! Drafts of articles: made, changed, listed, deleted and used up.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use wechat_types::id::MediaId;

use super::article::{Covers, StoredArticle, accept_one};
use super::media::Media;
use crate::settings::Settings;

/// A draft and whether it still exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredDraft {
    /// Its articles.
    pub articles: Vec<StoredArticle>,
    /// A send or a publication took it: its media_id is dead (40007).
    pub consumed: bool,
    /// When it was made.
    pub created_at: SystemTime,
    /// When it was last changed.
    pub updated_at: SystemTime,
    /// Running number, for the order of lists.
    number: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Drafts {
    all: BTreeMap<MediaId, StoredDraft>,
    made: u64,
    /// The one-way switch of the draft box. Nothing depends on it any more.
    pub(crate) switched_on: bool,
}

impl Drafts {
    pub(crate) fn insert(&mut self, id: MediaId, articles: Vec<StoredArticle>, now: SystemTime) {
        self.made += 1;
        let draft = StoredDraft {
            articles,
            consumed: false,
            created_at: now,
            updated_at: now,
            number: self.made,
        };
        self.all.insert(id, draft);
    }

    /// All of them by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&MediaId, &StoredDraft)> {
        self.all.iter()
    }

    pub(crate) fn get(&self, id: &MediaId) -> Option<&StoredDraft> {
        self.all.get(id)
    }

    /// A draft that can be sent.
    pub(crate) fn living(&self, id: &str) -> Option<(MediaId, &StoredDraft)> {
        let id = MediaId::new(id).ok()?;
        let draft = self.all.get(&id).filter(|draft| !draft.consumed)?;
        Some((id, draft))
    }

    pub(crate) fn consume(&mut self, id: &MediaId) {
        if let Some(draft) = self.all.get_mut(id) {
            draft.consumed = true;
        }
    }

    /// Puts another article in the place of the `index`-th, from 0: 40007, 40114 and the errors of
    /// a new draft.
    pub(crate) fn replace(
        &mut self,
        id: &str,
        index: u64,
        article: StoredArticle,
        media: &Media,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(), i64> {
        let id = MediaId::new(id).map_err(|_| 40007)?;
        let draft = self.all.get_mut(&id).filter(|draft| !draft.consumed).ok_or(40007)?;
        let index = usize::try_from(index).map_err(|_| 40114)?;
        let place = draft.articles.get_mut(index).ok_or(40114)?;
        *place = accept_one(article, settings.title_limit, Covers::Permanent, media, settings)?;
        draft.updated_at = now;
        Ok(())
    }

    /// Deletes a draft for good; 40007.
    pub(crate) fn delete(&mut self, id: &str) -> Result<(), i64> {
        let (id, _) = self.living(id).ok_or(40007)?;
        self.all.remove(&id);
        Ok(())
    }

    /// The living, last changed first.
    pub(crate) fn list(&self) -> Vec<(&MediaId, &StoredDraft)> {
        let mut list: Vec<_> = self.all.iter().filter(|(_, draft)| !draft.consumed).collect();
        list.sort_by_key(|(_, draft)| std::cmp::Reverse((draft.updated_at, draft.number)));
        list
    }
}
