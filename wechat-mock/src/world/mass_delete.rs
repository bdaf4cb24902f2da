//! Deleting what was sent: articles and videos only, and with them all sends of the same material.

use wechat_types::id::{MediaId, MsgId};

use super::account::Account;
use super::mass_job::{Job, JobState};
use crate::settings::Settings;

/// What is to be deleted.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A send, or one of its articles, counted from 1.
    Job { msg_id: MsgId, article: Option<usize> },
    /// The article at this address.
    Url(String),
}

impl Account {
    /// Deletes; the messages stay with those who received them.
    pub(crate) fn delete_sent(&mut self, target: &Target, settings: &Settings) -> Result<(), i64> {
        let (job, article) = match target {
            Target::Job { msg_id, article } => (self.job(*msg_id).ok_or(40059)?, *article),
            Target::Url(url) => {
                let (job, place) = self.sent_at(url).ok_or(40059)?;
                (job, Some(place))
            }
        };
        if job.public.from_website && !settings.website_sends_deletable {
            return Err(40059);
        }
        let material = job.deletable(article)?.clone();
        for job in self.jobs_mut().filter(|job| job.material.as_ref() == Some(&material)) {
            job.kill(article);
        }
        Ok(())
    }

    /// The send whose article stands at this address, preferably one that has not died, and which
    /// of its articles it is.
    fn sent_at(&self, url: &str) -> Option<(&Job, usize)> {
        let bare = |url: &'_ str| url.split('#').next().unwrap_or_default().to_owned();
        let wanted = bare(url);
        let place = |job: &Job| {
            let urls = &job.public.article_urls;
            urls.iter().position(|known| bare(known) == wanted).map(|index| index + 1)
        };
        let found = self.jobs().filter_map(|job| Some((job, place(job)?)));
        found.max_by_key(|(job, _)| job.public.state == JobState::Success)
    }

    /// The addresses of articles about to be sent: those of an earlier send of the same material
    /// that is not deleted, else new ones.
    pub(super) fn urls_of(&mut self, material: Option<&MediaId>, articles: usize) -> Vec<String> {
        let is_same = |job: &&Job| {
            job.material.as_ref() == material
                && job.public.state != JobState::Deleted
                && job.public.article_urls.len() == articles
        };
        if articles > 0
            && let Some(job) = self.jobs().find(is_same)
        {
            return job.public.article_urls.clone();
        }
        let url = |_| format!("http://mp.weixin.qq.com/s/{}", self.random.text(22));
        (1..=articles).map(url).collect()
    }
}

impl Job {
    /// The material, when it can be deleted: 40008 for other kinds, 40065 unless it was sent and is
    /// not deleted yet, 40060 for an article it does not have.
    fn deletable(&self, article: Option<usize>) -> Result<&MediaId, i64> {
        let material = self.material.as_ref().ok_or(40008)?;
        if self.public.state != JobState::Success {
            return Err(40065);
        }
        match article {
            Some(article) if article == 0 || article > self.parts => Err(40060),
            Some(article) if self.dead_parts.contains(&article) => Err(40065),
            _ => Ok(material),
        }
    }

    /// One article is gone, or all are.
    fn kill(&mut self, article: Option<usize>) {
        match article {
            Some(article) => {
                self.dead_parts.insert(article);
            }
            None => self.dead_parts.extend(1..=self.parts),
        }
        self.bury();
    }

    /// A send without living articles is deleted.
    pub(super) fn bury(&mut self) {
        if self.public.state == JobState::Success
            && self.parts > 0
            && self.dead_parts.len() >= self.parts
        {
            self.public.state = JobState::Deleted;
        }
    }
}
