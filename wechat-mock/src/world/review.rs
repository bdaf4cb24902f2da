//! What is decided on a send before it is delivered: administrator, review, originality.

use std::time::SystemTime;

use wechat_types::id::MsgId;

use super::account::Account;
use super::article::StoredArticle;
use super::mass_job::{Job, JobPlan};
use super::originality::Originality;
use super::send::{Content, Send};
use crate::settings::{Settings, Verdict};

impl Account {
    /// The verdict on a send: the one that a test set, else what review and originality find.
    pub(super) fn judge(
        &mut self,
        send: &Send,
        articles: &[StoredArticle],
        settings: &Settings,
    ) -> (Verdict, Originality) {
        let found = Originality::check(articles, &self.originals);
        if let Some(verdict) = self.verdicts.pop_front() {
            let title = articles.first().map(|article| article.title.as_str());
            let originality = match (verdict, title) {
                (Verdict::Refused(30002), Some(title)) if found.reprints.is_empty() => {
                    Originality::decided(title, false)
                }
                (Verdict::Refused(30003), Some(title)) if found.reprints.is_empty() => {
                    Originality::decided(title, true)
                }
                _ => found,
            };
            return (verdict, originality);
        }
        if let Some(number) = reviewed(&send.content, articles, settings) {
            return (Verdict::Refused(number), Originality::default());
        }
        if settings.originality_check_broken && !articles.is_empty() {
            let sent = send.ignore_reprint;
            let verdict = if sent { Verdict::Success } else { Verdict::Refused(30001) };
            return (verdict, Originality::default());
        }
        let verdict = match &found {
            found if found.reprints.is_empty() => Verdict::Success,
            found if found.is_forbidden() => Verdict::Refused(30002),
            _ if send.ignore_reprint => Verdict::Success,
            _ => Verdict::Refused(30003),
        };
        (verdict, found)
    }

    /// The administrator's answer; `false`: this job waits for none.
    pub(crate) fn confirm(
        &mut self,
        msg_id: MsgId,
        approved: bool,
        settings: &Settings,
        now: SystemTime,
    ) -> bool {
        let speed = self.speed;
        let waiting = self.jobs_mut().find(|job| job.public.msg_id == msg_id);
        let Some(job) = waiting.filter(|job| job.is_waiting()) else { return false };
        if approved {
            job.plan = JobPlan::new(settings, speed.weight(job.audience.len(), settings), now);
        } else {
            job.end_unconfirmed(40001, now);
        }
        true
    }
}

/// The number of the first word of the list that stands in a text.
fn reviewed(content: &Content, articles: &[StoredArticle], settings: &Settings) -> Option<u32> {
    let mut texts: Vec<&str> = articles.iter().flat_map(|a| [&*a.title, &*a.content]).collect();
    if let Content::Text(text) = content {
        texts.push(text);
    }
    let stands = |word: &String| texts.iter().any(|text| text.contains(word.as_str()));
    settings.review_words.iter().find(|(word, _)| stands(word)).map(|(_, number)| *number)
}

impl Job {
    /// It waits for the administrator.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.plan, JobPlan::Waiting { .. })
    }

    /// The administrator refused it (40001) or did not answer (40002).
    pub(super) fn end_unconfirmed(&mut self, number: u32, now: SystemTime) {
        self.public.verdict = Verdict::Refused(number);
        self.plan = JobPlan::At { report: now, end: now };
    }
}
