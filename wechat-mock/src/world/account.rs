//! One account: everything that stands behind its one lock.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use wechat_types::id::{AppId, AppSecret, MediaId, MsgDataId, MsgId, OpenId};

use super::draft::Drafts;
use super::follower::{Followers, Place};
use super::keys::Keys;
use super::mass_job::{Job, JobPlan, JobReport, JobState};
use super::media::Media;
use super::originality::OriginalArticle;
use super::past_error::PastErrors;
use super::people::Moved;
use super::publish::Publications;
use super::quota::Quotas;
use super::speed::Speed;
use super::tag::Tags;
use super::token::{TokenKind, Tokens};
use crate::beijing::{day, minute};
use crate::random::Random;
use crate::reply::Refusal;
use crate::rule::WRONG_SECRET;
use crate::settings::{AccountKind, DraftConsumed, Settings, Verdict};

/// What an account may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capability {
    /// What every account may do.
    Basic,
    Material,
    /// Drafts.
    Drafts,
    /// Free publish.
    Publishing,
    Mass,
    MassByOpenId,
    /// Tags, followers, blacklist, groups.
    Followers,
}

impl Capability {
    fn is_granted(self, settings: &Settings) -> bool {
        match (settings.account_kind, self) {
            (AccountKind::VerifiedService | AccountKind::Sandbox, _) => true,
            (AccountKind::VerifiedSubscription, Self::MassByOpenId) => false,
            (AccountKind::VerifiedSubscription, Self::Mass) => settings.subscription_sends,
            (AccountKind::VerifiedSubscription, _) => true,
            (AccountKind::UnverifiedSubscription | AccountKind::UnverifiedService, _) => match self
            {
                Self::Basic => true,
                Self::Material => !settings.verification_for_material,
                Self::Drafts => !settings.verification_for_drafts,
                Self::Publishing => !settings.verification_for_publishing,
                Self::Mass | Self::MassByOpenId | Self::Followers => false,
            },
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) app_id: AppId,
    #[serde(serialize_with = "crate::saved::secret")]
    pub(crate) secret: AppSecret,
    /// `gh_…`, and the owner's OpenID; both stand in callbacks.
    #[cfg_attr(not(feature = "callbacks"), allow(dead_code, reason = "only callbacks tell it"))]
    pub(crate) original_id: String,
    #[cfg_attr(not(feature = "callbacks"), allow(dead_code, reason = "only callbacks tell it"))]
    pub(crate) owner: OpenId,
    pub(crate) random: Random,
    pub(crate) tokens: Tokens,
    pub(crate) quotas: Quotas,
    /// Saved in blocks, as jobs and media are one by one.
    #[serde(skip)]
    pub(crate) followers: Followers,
    pub(crate) tags: Tags,
    /// What changeopenid knows.
    pub(crate) moved: Moved,
    pub(crate) media: Media,
    pub(crate) drafts: Drafts,
    pub(crate) publications: Publications,
    pub(crate) keys: Keys,
    pub(crate) speed: Speed,
    pub(crate) past_errors: PastErrors,
    /// Verdicts on the next jobs.
    pub(crate) verdicts: VecDeque<Verdict>,
    /// What others wrote first.
    pub(crate) originals: Vec<OriginalArticle>,
    /// The last accepted send by OpenIDs.
    pub(super) last_batch: Option<SystemTime>,
    #[serde(skip)]
    jobs: BTreeMap<MsgId, Job>,
    /// Jobs that have not ended.
    open: Vec<MsgId>,
    /// Jobs in the order in which their messages were delivered.
    delivered: Vec<MsgId>,
    /// Somebody carries out what is due, and lets others in between.
    #[serde(skip)]
    pub(crate) is_advancing: bool,
    reports: Vec<JobReport>,
    next_to_all: u64,
    next_other: u64,
    next_data: u64,
}

impl Account {
    pub(crate) fn new(app_id: AppId, secret: AppSecret, owner: OpenId, mut random: Random) -> Self {
        Self {
            app_id,
            secret,
            original_id: format!("gh_{}", random.hex(12)),
            owner,
            random,
            tokens: Tokens::default(),
            quotas: Quotas::default(),
            followers: Followers::default(),
            tags: Tags::new(),
            moved: Moved::new(),
            media: Media::default(),
            drafts: Drafts::default(),
            publications: Publications::default(),
            keys: Keys::default(),
            speed: Speed::default(),
            past_errors: PastErrors::default(),
            verdicts: VecDeque::new(),
            originals: Vec::new(),
            last_batch: None,
            jobs: BTreeMap::new(),
            open: Vec::new(),
            delivered: Vec::new(),
            is_advancing: false,
            reports: Vec::new(),
            // Seen on the wire: sends to all count from 10^9, all others from 2^31 + 10^9.
            next_to_all: 1_000_000_001,
            next_other: 3_147_483_649,
            next_data: 2_247_483_647,
        }
    }

    /// Checks who asks for a token, in the order of the documentation's lists.
    pub(crate) fn check_credentials(
        &self,
        app_id: &str,
        secret: &str,
        peer: IpAddr,
        settings: &Settings,
    ) -> Result<(), Refusal> {
        if app_id != self.app_id.as_str() {
            return Err(40013.into());
        }
        if secret != self.secret.expose() {
            return Err(Refusal::by(&WRONG_SECRET, settings.wrong_secret_code));
        }
        if settings.secret_frozen {
            return Err(40243.into());
        }
        match &settings.ip_white_list {
            Some(list) if !list.contains(&peer) => {
                // The IPv6 part is the IPv4 address mapped, as the platform writes it.
                let mapped = match peer {
                    IpAddr::V4(v4) => format!("::ffff:{v4}"),
                    IpAddr::V6(v6) => v6.to_string(),
                };
                let text = format!("invalid ip {peer} ipv6 {mapped}, not in whitelist");
                let text = (settings.unlisted_ip_code == 40164).then_some(text);
                Err(Refusal { text, ..settings.unlisted_ip_code.into() })
            }
            _ => Ok(()),
        }
    }

    /// `/cgi-bin/token`: always a new token.
    pub(crate) fn plain_token(
        &mut self,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(String, Duration), Refusal> {
        self.quotas.take("token", day(now), settings.tokens_per_day).ok_or(45009)?;
        let overlap = settings.token_overlap;
        let token = self.tokens.issue(TokenKind::Plain, overlap, settings, &mut self.random, now);
        Ok((token, settings.token_lifetime))
    }

    /// `/cgi-bin/stable_token`: the running token, or by force a new one.
    pub(crate) fn stable_token(
        &mut self,
        force: bool,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(String, Duration), Refusal> {
        let per_minute = settings.stable_tokens_per_minute;
        self.quotas.take("stable_token, minute", minute(now), per_minute).ok_or(45011)?;
        let per_day = settings.stable_tokens_per_day;
        self.quotas.take("stable_token", day(now), per_day).ok_or(45009)?;
        if force && !self.tokens.forced_too_soon(settings, now) {
            let limit = settings.forced_refreshes_per_day;
            self.quotas.take("forced", day(now), limit).ok_or(45009)?;
            let token = self.tokens.force(settings, &mut self.random, now);
            return Ok((token, settings.token_lifetime));
        }
        Ok(self.tokens.stable(settings, &mut self.random, now))
    }

    /// Checks the token of a call and the right to make it.
    pub(crate) fn authorize(
        &self,
        token: Option<&str>,
        capability: Capability,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        self.tokens.check(token.ok_or(41001)?, now)?;
        if let Some(code) = settings.blocked_code {
            return Err(code.into());
        }
        if capability.is_granted(settings) { Ok(()) } else { Err(48001.into()) }
    }

    pub(crate) fn new_media_id(&mut self) -> MediaId {
        self.media_id_of(43)
    }

    /// For what media/upload, uploadvideo and uploadnews take in.
    pub(crate) fn new_temporary_id(&mut self) -> MediaId {
        self.media_id_of(64)
    }

    fn media_id_of(&mut self, length: usize) -> MediaId {
        loop {
            // The alphabet holds nothing that an id may not hold: the first try succeeds.
            if let Ok(id) = MediaId::new(self.random.text(length)) {
                return id;
            }
        }
    }

    /// So many new followers from the seed; their places begin at the one returned.
    pub(crate) fn invent_followers(&mut self, count: usize) -> Place {
        self.followers.invent(count, &mut self.random)
    }

    pub(crate) fn next_msg_id(&mut self, to_all: bool) -> MsgId {
        let counter = if to_all { &mut self.next_to_all } else { &mut self.next_other };
        *counter += 1;
        MsgId::new(*counter - 1)
    }

    pub(crate) fn set_next_msg_id(&mut self, msg_id: MsgId) {
        let to_all = msg_id.get() < 1 << 31;
        *if to_all { &mut self.next_to_all } else { &mut self.next_other } = msg_id.get();
    }

    pub(crate) fn next_msg_data_id(&mut self) -> MsgDataId {
        self.next_data += 1;
        MsgDataId::new(self.next_data - 1)
    }

    /// A job as it was saved; which are open is known already.
    pub(crate) fn restore_job(&mut self, job: Job) {
        self.jobs.insert(job.public.msg_id, job);
    }

    pub(crate) fn add_job(&mut self, job: Job) {
        self.open.push(job.public.msg_id);
        self.jobs.insert(job.public.msg_id, job);
    }

    pub(crate) fn job(&self, msg_id: MsgId) -> Option<&Job> {
        self.jobs.get(&msg_id)
    }

    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values()
    }

    pub(crate) fn jobs_mut(&mut self) -> impl Iterator<Item = &mut Job> {
        self.jobs.values_mut()
    }

    /// A status query, which may be what makes a job's end due.
    pub(crate) fn query_job(&mut self, msg_id: MsgId, now: SystemTime) -> Result<(), Refusal> {
        let job = self.jobs.get_mut(&msg_id).ok_or(40059)?;
        if let JobPlan::AfterQueries(left) = &mut job.plan {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => job.plan = JobPlan::At { report: now, end: now },
            }
        }
        Ok(())
    }

    /// Carries out what is due by `now`, in the order of time: how often somebody looks must not
    /// decide which of two jobs came first. Serves up to `budget` followers; `true`: more are due.
    pub(crate) fn advance(
        &mut self,
        settings: &Settings,
        now: SystemTime,
        mut budget: usize,
    ) -> bool {
        self.media.expire(now);
        self.advance_publications(settings, now);
        while let Some((at, msg_id)) = self.next_step()
            && at <= now
        {
            let Some(job) = self.jobs.get_mut(&msg_id) else { return false };
            if job.is_waiting() {
                job.end_unconfirmed(40002, at);
                continue;
            }
            if job.delivered {
                self.open.retain(|open| *open != msg_id);
                self.finish(msg_id, settings);
                continue;
            }
            if self.delivered.last() != Some(&msg_id) {
                self.delivered.push(msg_id);
            }
            match job.deliver(&mut self.followers, settings, at, &mut budget) {
                Some(report) => self.reports.push(report),
                None => return true,
            }
        }
        false
    }

    /// The next report or end of a job; of several at one time, that of the job accepted first.
    fn next_step(&self) -> Option<(SystemTime, MsgId)> {
        let steps = self.open.iter().filter_map(|id| Some((self.jobs.get(id)?.next_due()?, *id)));
        steps.min_by_key(|(at, _)| *at)
    }

    fn finish(&mut self, msg_id: MsgId, settings: &Settings) {
        let Some(job) = self.jobs.get_mut(&msg_id) else { return };
        job.finish(settings);
        let failed = job.public.state == JobState::Fail;
        let (draft, key) = (job.draft.clone(), job.key.clone());
        let taken = std::mem::take(&mut job.taken);
        if failed && settings.failed_job_frees_quota {
            taken.into_iter().for_each(|one| self.quotas.give_back(one));
        }
        if failed
            && settings.failed_job_frees_key
            && let Some(key) = key
        {
            self.keys.forget(&key, msg_id);
        }
        if !failed
            && settings.draft_consumed == DraftConsumed::WhenJobSucceeds
            && let Some(draft) = draft
        {
            self.drafts.consume(&draft);
        }
    }

    /// The jobs whose message has reached this follower, in the order of delivery.
    pub(crate) fn inbox(&self, place: Place) -> impl Iterator<Item = MsgId> {
        self.delivered.iter().copied().filter(move |msg_id| {
            self.jobs.get(msg_id).is_some_and(|job| job.delivery.reached.contains(place))
        })
    }

    /// When something happens without a request, unless somebody is at it.
    pub(crate) fn next_due(&self) -> Option<SystemTime> {
        let job = self.next_step().filter(|_| !self.is_advancing).map(|(at, _)| at);
        let report = self.reports.first().map(|report| report.at);
        job.into_iter().chain(report).chain(self.publications.next_due()).min()
    }

    /// Reports not told yet.
    pub(crate) fn take_reports(&mut self) -> Vec<JobReport> {
        std::mem::take(&mut self.reports)
    }
}
