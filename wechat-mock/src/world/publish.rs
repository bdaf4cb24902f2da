//! Free publish: from submission to the articles' end.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use wechat_types::id::{ArticleId, MediaId, MsgDataId, PublishId};

use super::account::Account;
use super::article::StoredArticle;
use super::mass_job::JobPlan;
use crate::reply::Refusal;
use crate::settings::{DraftConsumed, Settings};

/// Where a publication stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PublishStatus {
    /// 0: published.
    #[default]
    Success,
    /// 1: under way.
    Publishing,
    /// 2: these articles, from 1, failed the check of originality.
    OriginalityFailed(Vec<u32>),
    /// 3: failed.
    Failed,
    /// 4: these articles, from 1, failed the platform's audit.
    AuditFailed(Vec<u32>),
    /// 5: published, and all articles deleted by the account since.
    Deleted,
    /// 6: published, and all articles banned by the platform since.
    Banned,
}

impl PublishStatus {
    /// As it is written.
    pub(crate) fn number(&self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Publishing => 1,
            Self::OriginalityFailed(_) => 2,
            Self::Failed => 3,
            Self::AuditFailed(_) => 4,
            Self::Deleted => 5,
            Self::Banned => 6,
        }
    }
}

/// What the mock knows of a publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Publication {
    /// Its number.
    pub publish_id: PublishId,
    /// Its articles' number.
    pub msg_data_id: MsgDataId,
    /// Under which its articles are found, once published.
    pub article_id: ArticleId,
    /// Its articles, each with whether it was deleted.
    pub articles: Vec<(StoredArticle, bool)>,
    /// Where it stands.
    pub status: PublishStatus,
    /// When it was submitted.
    pub submitted_at: SystemTime,
    /// When it last changed.
    pub updated_at: SystemTime,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    public: Publication,
    draft: MediaId,
    plan: JobPlan,
    ends_as: PublishStatus,
}

/// All publications, and what becomes of the next ones.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Publications {
    all: BTreeMap<PublishId, Entry>,
    pub(crate) next_statuses: std::collections::VecDeque<PublishStatus>,
    /// Those that ended and were not told of yet.
    ended: Vec<Publication>,
}

impl Publications {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Publication> {
        self.all.values().map(|entry| &entry.public)
    }

    /// Published articles, also those deleted since.
    pub(crate) fn published(&self, article_id: &str) -> Option<&Publication> {
        self.all().find(|one| is_public(one) && one.article_id.as_str() == article_id)
    }

    fn published_mut(&mut self, article_id: &str) -> Option<&mut Publication> {
        let mut publics = self.all.values_mut().map(|entry| &mut entry.public);
        publics.find(|one| is_public(one) && one.article_id.as_str() == article_id)
    }

    /// What readers can still see, the last first.
    pub(crate) fn list(&self) -> Vec<&Publication> {
        let mut list: Vec<&Publication> =
            self.all().filter(|one| one.status == PublishStatus::Success).collect();
        list.sort_by_key(|one| std::cmp::Reverse((one.updated_at, one.publish_id)));
        list
    }

    /// Deletes the `index`-th article, from 1; 0: all. 53600.
    pub(crate) fn delete(
        &mut self,
        article_id: &str,
        index: u64,
        now: SystemTime,
    ) -> Result<(), i64> {
        let one = self.published_mut(article_id).ok_or(53600)?;
        match usize::try_from(index).map_err(|_| 53600)?.checked_sub(1) {
            None => one.articles.iter_mut().for_each(|(_, deleted)| *deleted = true),
            Some(place) => one.articles.get_mut(place).ok_or(53600)?.1 = true,
        }
        one.updated_at = now;
        if one.status == PublishStatus::Success && one.articles.iter().all(|(_, gone)| *gone) {
            one.status = PublishStatus::Deleted;
        }
        Ok(())
    }

    /// The platform bans published articles; `false`: there are none.
    pub(crate) fn ban(&mut self, article_id: &ArticleId) -> bool {
        let found = self.published_mut(article_id.as_str());
        let is_there = found.is_some();
        if let Some(one) = found {
            one.status = PublishStatus::Banned;
        }
        is_there
    }

    /// When the next one ends by itself, or ended and is to be told of.
    pub(crate) fn next_due(&self) -> Option<SystemTime> {
        let ends = self.all.values().filter_map(|entry| match entry.plan {
            JobPlan::At { end, .. } if entry.public.status == PublishStatus::Publishing => {
                Some(end)
            }
            _ => None,
        });
        ends.chain(self.ended.iter().map(|one| one.updated_at)).min()
    }

    /// Ends not told yet, as they were when it came to them.
    pub(crate) fn take_ended(&mut self) -> Vec<Publication> {
        std::mem::take(&mut self.ended)
    }

    /// Carries out all that is due; answers the drafts of what has been published.
    fn advance(&mut self, now: SystemTime) -> Vec<MediaId> {
        let mut used = Vec::new();
        for entry in self.all.values_mut() {
            if entry.public.status == PublishStatus::Publishing
                && let JobPlan::At { end, .. } = entry.plan
                && end <= now
            {
                entry.public.status = entry.ends_as.clone();
                entry.public.updated_at = end;
                self.ended.push(entry.public.clone());
                if is_public(&entry.public) {
                    used.push(entry.draft.clone());
                }
            }
        }
        used
    }
}

fn is_public(one: &Publication) -> bool {
    use PublishStatus::{Banned, Deleted, Success};
    matches!(one.status, Success | Deleted | Banned)
}

impl Account {
    /// Takes a draft in for publication; 40007.
    pub(crate) fn publish(
        &mut self,
        media_id: &str,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(PublishId, MsgDataId), Refusal> {
        let (draft, stored) = self.drafts.living(media_id).ok_or(40007)?;
        let articles = stored.articles.iter().map(|article| (article.clone(), false)).collect();
        let publish_id = PublishId::new(self.next_msg_data_id().get());
        let msg_data_id = self.next_msg_data_id();
        let article_id = loop {
            // As with a media_id: the first try succeeds.
            if let Ok(id) = ArticleId::new(self.random.text(43)) {
                break id;
            }
        };
        if settings.draft_consumed == DraftConsumed::AtAcceptance {
            self.drafts.consume(&draft);
        }
        let public = Publication {
            publish_id,
            msg_data_id,
            article_id,
            articles,
            status: PublishStatus::Publishing,
            submitted_at: now,
            updated_at: now,
        };
        let plan = JobPlan::new(settings, 0, now);
        let ends_as = self.publications.next_statuses.pop_front().unwrap_or_default();
        self.publications.all.insert(publish_id, Entry { public, draft, plan, ends_as });
        self.advance_publications(settings, now);
        Ok((publish_id, msg_data_id))
    }

    /// A status query, which may be what brings a publication to its end; 53502.
    pub(crate) fn query_publication(
        &mut self,
        publish_id: PublishId,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<&Publication, Refusal> {
        let entry = self.publications.all.get_mut(&publish_id).ok_or(53502)?;
        if let JobPlan::AfterQueries(left) = &mut entry.plan {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => entry.plan = JobPlan::At { report: now, end: now },
            }
        }
        self.advance_publications(settings, now);
        let entry = self.publications.all.get(&publish_id).ok_or(53502)?;
        Ok(&entry.public)
    }

    /// Ends the publications that are due; their drafts are gone, if a send's would be.
    pub(crate) fn advance_publications(&mut self, settings: &Settings, now: SystemTime) {
        for draft in self.publications.advance(now) {
            if settings.draft_consumed == DraftConsumed::WhenJobSucceeds {
                self.drafts.consume(&draft);
            }
        }
    }
}
