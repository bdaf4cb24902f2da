//! Taking a campaign's message back, or one article of it: job by job, within ten calls a day.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU64;
use std::time::SystemTime;

use wechat_http::{Client, Error, Outcome, describe};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{AppId, MediaId, MsgDataId, MsgId};
use wechat_types::mass::{DeleteMass, DeleteTarget, JobStatus};

use crate::campaign::{Answer, Campaign, CampaignReport, ChunkOutcome, Policy};
use crate::journal::{Entry, JournalError, Reserved, Store};
use crate::quota::{Budget, Limits, Spend};
use crate::sender::MassSender;

/// What a deletion will do, read from the journal before anything is done.
///
/// The page behind the message dies, the card on the phones stays. Sends that share a material die
/// together, on the platform's side and without a word: they are in [`sharing`](Self::sharing).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deletion {
    /// The campaign.
    pub campaign: String,
    /// The article, from 1; the whole message if absent.
    pub article: Option<NonZeroU64>,
    /// The jobs that are left to delete, in the order of their calls. Each takes one of the day's calls.
    pub jobs: Vec<SentJob>,
    /// The jobs that the journal knows as deleted.
    pub deleted: Vec<SentJob>,
    /// Jobs of other sends that will die with these.
    pub sharing: Vec<SentJob>,
    /// Jobs that the platform would not delete. The same again tries them anew.
    pub refused: Vec<RefusedDeletion>,
    /// Calls, from 0, that a run of the campaign still makes: those not made yet, and those refused.
    pub to_come: Vec<usize>,
    /// Calls, from 0, of which nobody knows whether the platform took them: the message may be out, and there
    /// is no job to delete it by.
    pub undecided: Vec<usize>,
    /// Calls, from 0, of which a human said that they were sent, and not as which job.
    pub said_sent: Vec<usize>,
    /// This deletion has stopped the campaign.
    pub stopped: bool,
    account: AppId,
}

/// A job that the platform would not delete, while others can be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedDeletion {
    /// The job.
    pub job: SentJob,
    /// The platform's code.
    pub code: ErrorCode,
    /// The whole of it in words.
    pub reason: String,
}

/// A job that the platform took, as the journal knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentJob {
    /// The campaign.
    pub campaign: String,
    /// The call, from 0.
    pub chunk: usize,
    /// The job.
    pub msg_id: MsgId,
    draft: Option<MediaId>,
    msg_data_id: Option<MsgDataId>,
    urls: BTreeSet<String>,
}

impl SentJob {
    /// One material behind both: by draft, by statistics id or by an article's address.
    fn shares_material(&self, other: &Self) -> bool {
        (self.draft.is_some() && self.draft == other.draft)
            || (self.msg_data_id.is_some() && self.msg_data_id == other.msg_data_id)
            || !self.urls.is_disjoint(&other.urls)
    }
}

/// A deletion that ended before its last job. What was deleted is recorded: the same again goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeletionError {
    /// The day's deletions are used up.
    #[non_exhaustive]
    Closed {
        /// From when one is possible again.
        until: SystemTime,
        /// The budget that is used up.
        budget: Budget,
    },
    /// The deletion could not be counted or recorded.
    Journal(JournalError),
    /// The platform did not delete this job; or nobody knows, where the
    /// [outcome](Error::outcome) is [`Outcome::Unknown`]: the same again will tell.
    #[non_exhaustive]
    Call {
        /// The job.
        msg_id: MsgId,
        /// Why.
        source: Error,
    },
}

impl fmt::Display for DeletionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed { budget, .. } => {
                write!(f, "the {} deletions of the day are used up", budget.limit)
            }
            Self::Journal(_) => f.write_str("the deletion stopped at the journal"),
            Self::Call { msg_id, source } if source.outcome() == Outcome::Unknown => write!(
                f,
                "it is unknown whether job {msg_id} was deleted, and the same again will tell (不知是否已删除)"
            ),
            Self::Call { msg_id, .. } => {
                write!(f, "the deletion of job {msg_id} failed")
            }
        }
    }
}

impl std::error::Error for DeletionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Closed { .. } => None,
            Self::Journal(source) => Some(source),
            Self::Call { source, .. } => Some(source),
        }
    }
}

impl Deletion {
    /// Reads what is there to delete; nothing when the platform took no call of such a campaign.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    pub async fn plan(
        store: &dyn Store,
        account: &AppId,
        campaign: &str,
        article: Option<NonZeroU64>,
    ) -> Result<Self, JournalError> {
        let (mut jobs, mut deleted, mut others) = (Vec::new(), Vec::new(), Vec::new());
        let (mut to_come, mut undecided, mut said_sent) = (Vec::new(), Vec::new(), Vec::new());
        for frozen in store.campaigns(account).await? {
            let entries = store.entries(account, &frozen.name).await?;
            let sent = sent_jobs(&frozen.name, &entries);
            if frozen.name == campaign {
                let is_deleted = |job: &SentJob| entries.iter().any(|e| deletes(e, job, article));
                (deleted, jobs) = sent.into_iter().partition(is_deleted);
                let calls = store.calls(account, campaign).await?;
                let mut state = Campaign::of_calls(&calls, Policy::default());
                entries.iter().for_each(|entry| state.apply(entry));
                let report = state.report();
                to_come = numbers(&report, |outcome| {
                    matches!(outcome, ChunkOutcome::NotSent | ChunkOutcome::Refused { .. })
                });
                undecided =
                    numbers(&report, |outcome| matches!(outcome, ChunkOutcome::Undecided { .. }));
                said_sent = numbers(&report, |outcome| *outcome == ChunkOutcome::SaidSent);
            } else {
                others.extend(sent);
            }
        }
        others.retain(|other| jobs.iter().any(|job| job.shares_material(other)));
        let campaign = campaign.to_owned();
        let (sharing, refused, account) = (others, Vec::new(), account.clone());
        let stopped = false;
        Ok(Self {
            campaign,
            article,
            jobs,
            deleted,
            sharing,
            refused,
            to_come,
            undecided,
            said_sent,
            stopped,
            account,
        })
    }

    /// Does [`run`](Self::run) stop the campaign first? Whoever takes the message back, or one article of it, does
    /// not want that to go out to others meanwhile: each call has a draft of its own, with all articles of the
    /// plan, and the repeat of a lost call may send.
    pub fn stops_the_campaign(&self) -> bool {
        !(self.to_come.is_empty() && self.undecided.is_empty())
    }

    /// Some of the message may be out, and there is no job to delete it by.
    pub fn leaves_calls(&self) -> bool {
        !(self.undecided.is_empty() && self.said_sent.is_empty())
    }

    /// Has the message articles? What has none was a text, which cannot be deleted (40008).
    pub fn is_of_articles(&self) -> bool {
        self.jobs.iter().chain(&self.deleted).any(|job| job.draft.is_some())
    }

    /// Deletes job after job, and records each. Where calls are still to be made, or nobody knows what became
    /// of them, the campaign is [stopped](Store::stop) first, and all is read anew: a call may have been
    /// taken meanwhile. Jobs that cannot be deleted are
    /// [`refused`](Self::refused), and do not keep the others: 40008 another kind of message, 40059
    /// unknown job, 40060 no such article, 40065 state of the article, 40204 cannot be deleted.
    ///
    /// # Errors
    ///
    /// [`DeletionError`]; codes: 45009 the day's calls, 48001 not permitted.
    pub async fn run(
        &mut self,
        client: &Client,
        store: &dyn Store,
        limits: &Limits,
        observe: &mut (dyn FnMut(&SentJob) + Send),
    ) -> Result<(), DeletionError> {
        if self.stops_the_campaign() {
            let at = client.clock().now();
            let stopped = store.stop(&self.account, &self.campaign, at).await;
            let stopped = stopped.map_err(DeletionError::Journal)?;
            let read = Self::plan(store, &self.account, &self.campaign, self.article).await;
            *self = Self { stopped, ..read.map_err(DeletionError::Journal)? };
        }
        let budgets = limits.budgets(Spend::Delete);
        while let Some(job) = self.jobs.first() {
            let msg_id = job.msg_id;
            let now = client.clock().now();
            let reserved = store.spend(&self.account, Spend::Delete, now, &budgets).await;
            if let Reserved::Wait { until, budget } = reserved.map_err(DeletionError::Journal)? {
                return Err(DeletionError::Closed { until, budget });
            }
            let target = match self.article {
                Some(article_index) => DeleteTarget::Article { msg_id, article_index },
                None => DeleteTarget::Job(msg_id),
            };
            if let Err(source) = client.send(&DeleteMass::new(target)).await {
                match source.code().filter(|code| ABOUT_THE_JOB.contains(code)) {
                    None => return Err(DeletionError::Call { msg_id, source }),
                    // An earlier call whose answer was lost did it.
                    Some(ErrorCode::INVALID_MSG_STATUS) if is_gone(client, msg_id).await => {}
                    Some(code) => {
                        let (job, reason) = (self.jobs.remove(0), describe(&source));
                        self.refused.push(RefusedDeletion { job, code, reason });
                        continue;
                    }
                }
            }
            let at = client.clock().now();
            let entry = Entry::Deleted { at, msg_id, article: self.article };
            let noted = store.note(&self.account, &self.campaign, &entry).await;
            noted.map_err(DeletionError::Journal)?;
            let job = self.jobs.remove(0);
            observe(&job);
            self.deleted.push(job);
        }
        Ok(())
    }
}

/// Codes that say nothing of the other jobs.
const ABOUT_THE_JOB: [ErrorCode; 5] = [
    ErrorCode::INVALID_MESSAGE_TYPE,
    ErrorCode::INVALID_MSG_ID,
    ErrorCode::INVALID_ARTICLE_IDX,
    ErrorCode::INVALID_MSG_STATUS,
    ErrorCode::ARTICLE_NOT_DELETABLE,
];

async fn is_gone(client: &Client, msg_id: MsgId) -> bool {
    let status = MassSender::new(client.clone()).status(msg_id).await;
    status.is_ok_and(|report| report.status == JobStatus::Deleted)
}

/// The whole message, or this article of it, is gone.
fn deletes(entry: &Entry, job: &SentJob, wanted: Option<NonZeroU64>) -> bool {
    match entry {
        Entry::Deleted { msg_id, article, .. } => {
            *msg_id == job.msg_id && (article.is_none() || *article == wanted)
        }
        _ => false,
    }
}

fn numbers(report: &CampaignReport, is_one: fn(&ChunkOutcome) -> bool) -> Vec<usize> {
    let calls = report.chunks.iter().enumerate().filter(|(_, call)| is_one(&call.outcome));
    calls.map(|(number, _)| number).collect()
}

fn sent_jobs(campaign: &str, entries: &[Entry]) -> Vec<SentJob> {
    let mut jobs: Vec<SentJob> = Vec::new();
    for entry in entries {
        // Also one that a human has given to a call.
        let Some((chunk, msg_id)) = entry.owner() else { continue };
        if jobs.iter().any(|job| job.msg_id == msg_id) {
            continue;
        }
        let msg_data_id = match entry {
            Entry::Answer { answer: Answer::Accepted { msg_data_id, .. }, .. } => *msg_data_id,
            _ => None,
        };
        let draft = entries.iter().rev().find_map(|entry| match entry {
            Entry::Draft { chunk: of, media_id } if *of == chunk => Some(media_id.clone()),
            _ => None,
        });
        let (campaign, urls) = (campaign.to_owned(), BTreeSet::new());
        jobs.push(SentJob { campaign, chunk, msg_id, draft, msg_data_id, urls });
    }
    for entry in entries {
        if let Entry::Report { report, .. } = entry
            && let Some(job) = jobs.iter_mut().find(|job| job.msg_id == report.msg_id)
        {
            job.urls.extend(report.article_urls.iter().map(|url| url.url.clone()));
        }
    }
    jobs
}
