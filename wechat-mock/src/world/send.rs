//! Accepting a mass send: key, media, audience, quota, then the job.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use wechat_types::id::{MediaId, MsgDataId, MsgId, OpenId, TagId, WeChatName};

use super::account::Account;
use super::follower::{Hindrance, Place};
use super::mass_job::{Job, JobCounts, JobPlan, JobState, MassJob};
use super::media::MaterialKind;
use super::quota::Taken;
use crate::beijing::{day, minute, month};
use crate::random::digest;
use crate::reply::Refusal;
use crate::rule::{MASS_QUOTA, NO_FOLLOWER_IN_LIST, UNKNOWN_TAG, WRONG_KIND};
use crate::settings::{AccountKind, DefaultKey, DraftConsumed, KeyCheck, Settings};

/// To whom. There is no way to leave it out.
#[derive(Clone, Debug)]
pub(crate) enum Audience {
    Everyone,
    Tag(TagId),
    OpenIds(Vec<String>),
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Text(String),
    Articles(String),
    Media(MaterialKind, Vec<String>),
    Card(String),
}

impl Audience {
    /// What tells it from others, for the key of a send without one.
    fn words(&self) -> Vec<String> {
        match self {
            Self::Everyone => vec!["everyone".to_owned()],
            Self::Tag(tag) => vec![format!("tag {tag}")],
            Self::OpenIds(list) => list.clone(),
        }
    }
}

impl Content {
    fn words(&self) -> Vec<String> {
        let (kind, words) = match self {
            Self::Text(text) => ("text".to_owned(), vec![text.clone()]),
            Self::Articles(id) => ("articles".to_owned(), vec![id.clone()]),
            Self::Media(kind, ids) => (format!("{kind:?}"), ids.clone()),
            Self::Card(id) => ("card".to_owned(), vec![id.clone()]),
        };
        std::iter::once(kind).chain(words).collect()
    }
}

/// A mass send as read from the wire.
#[derive(Clone, Debug)]
pub(crate) struct Send {
    pub(crate) audience: Audience,
    pub(crate) content: Content,
    pub(crate) client_msg_id: Option<String>,
}

/// To whom a preview goes.
#[derive(Clone, Debug)]
pub(crate) enum PreviewTo {
    OpenId(String),
    Name(String),
}

/// Keys of the last 24 hours.
#[derive(Debug, Default)]
pub(crate) struct Keys(BTreeMap<String, (MsgId, SystemTime)>);

impl Keys {
    fn check(&self, key: &str, settings: &Settings, now: SystemTime) -> Result<(), Refusal> {
        let Some((msg_id, at)) = self.0.get(key) else { return Ok(()) };
        if now >= *at + settings.key_memory {
            return Ok(());
        }
        if settings.repeat_too_fast.is_some_and(|pause| now < *at + pause) {
            return Err(45066.into());
        }
        Err(Refusal { msg_id: Some(*msg_id), ..45065.into() })
    }

    pub(crate) fn forget(&mut self, key: &str, msg_id: MsgId) {
        if self.0.get(key).is_some_and(|(known, _)| *known == msg_id) {
            self.0.remove(key);
        }
    }
}

/// What a checked content means for the job.
#[derive(Default)]
struct Checked {
    draft: Option<MediaId>,
    /// Articles with a number for the statistics.
    articles: usize,
    /// Articles or a video: what can be deleted later, and of how many parts it is.
    material: Option<MediaId>,
    parts: usize,
}

impl Checked {
    /// Something that can be deleted, without a number for the statistics.
    fn material(id: &str, parts: usize) -> Self {
        Self { material: MediaId::new(id).ok(), parts, ..Self::default() }
    }
}

impl Account {
    /// Takes a mass send in; answers the job's number and the articles'.
    pub(crate) fn send(
        &mut self,
        send: &Send,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(MsgId, Option<MsgDataId>), Refusal> {
        let key = self.key_of(send, settings)?;
        let key_free = |account: &Self| match &key {
            Some(key) => account.keys.check(key, settings, now),
            None => Ok(()),
        };
        if settings.key_check == KeyCheck::BeforeMedia {
            key_free(self)?;
        }
        let checked = self.check_content(&send.content, settings)?;
        let audience = self.resolve(&send.audience, settings)?;
        if settings.key_check == KeyCheck::AfterQuota {
            // Only asked whether there is any: a known key uses nothing up.
            let taken = self.take_mass_quota(&send.audience, settings, now)?;
            taken.into_iter().for_each(|one| self.quotas.give_back(one));
            key_free(self)?;
        }
        let taken = self.take_mass_quota(&send.audience, settings, now)?;

        let to_all = matches!(send.audience, Audience::Everyone);
        let msg_id = self.next_msg_id(to_all);
        let msg_data_id = (checked.articles > 0).then(|| self.next_msg_data_id());
        if let Some(key) = &key {
            self.keys.0.insert(key.clone(), (msg_id, now));
        }
        if let Some(draft) = &checked.draft
            && settings.draft_consumed == DraftConsumed::AtAcceptance
        {
            self.drafts.consume(draft);
        }
        let article_urls = self.urls_of(checked.material.as_ref(), checked.articles);
        let job = Job {
            public: MassJob {
                msg_id,
                msg_data_id,
                client_msg_id: send.client_msg_id.clone(),
                accepted_at: now,
                to_all,
                state: JobState::Sending,
                verdict: self.verdicts.pop_front().unwrap_or_default(),
                counts: JobCounts::default(),
                article_urls,
            },
            plan: JobPlan::new(settings, self.speed.weight(audience.len(), settings), now),
            audience,
            material: checked.material,
            parts: checked.parts,
            dead_parts: BTreeSet::new(),
            draft: checked.draft,
            key,
            taken,
            delivered: false,
        };
        self.add_job(job);
        self.advance(settings, now);
        Ok((msg_id, msg_data_id))
    }

    /// Counts a call of sendall or send, both in one minute and each in one day. A call counts
    /// whatever becomes of it, and nothing gives it back.
    pub(crate) fn take_mass_call(
        &mut self,
        name: &'static str,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let limit = settings.mass_calls_per_minute;
        self.quotas.take("mass, minute", minute(now), limit).ok_or(45011)?;
        self.quotas.take(name, day(now), settings.mass_calls_per_day).ok_or(45009)?;
        Ok(())
    }

    /// Shows a message to one person; no job, no report, no use of drafts.
    pub(crate) fn preview(
        &mut self,
        to: &PreviewTo,
        content: &Content,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<Option<MsgId>, Refusal> {
        self.check_content(content, settings)?;
        let place = match to {
            PreviewTo::Name(name) => WeChatName::new(name.as_str())
                .ok()
                .and_then(|name| self.followers.find_name(&name))
                .ok_or(40132)?,
            PreviewTo::OpenId(text) => {
                let openid =
                    OpenId::new(text.as_str()).ok().filter(OpenId::is_usual).ok_or(40003)?;
                self.followers.find(&openid).ok_or(43004)?
            }
        };
        let follower = self.followers.get_mut(place).ok_or(43004)?;
        match follower.hindrance {
            Some(Hindrance::Unsubscribed) => return Err(43004.into()),
            Some(Hindrance::Blacklisted) => return Err(43019.into()),
            _ => {}
        }
        self.quotas.take("preview", day(now), settings.previews_per_day).ok_or(45009)?;
        follower.previews += 1;
        Ok(settings.preview_answers_msg_id.then(|| self.next_msg_id(false)))
    }

    fn key_of(&self, send: &Send, settings: &Settings) -> Result<Option<String>, Refusal> {
        if let Some(key) = &send.client_msg_id {
            if key.len() > settings.key_limit {
                return Err(45067.into());
            }
            return Ok(Some(format!("key:{key}")));
        }
        let content = send.content.words();
        let audience = match settings.default_key {
            DefaultKey::None => return Ok(None),
            DefaultKey::ContentOnly => Vec::new(),
            DefaultKey::AudienceAndContent => send.audience.words(),
        };
        let parts: Vec<&[u8]> = audience.iter().chain(&content).map(String::as_bytes).collect();
        let digest = digest(&parts);
        Ok(Some(format!("digest:{digest:016x}")))
    }

    fn check_content(&self, content: &Content, settings: &Settings) -> Result<Checked, Refusal> {
        match content {
            Content::Text(_) => Ok(Checked::default()),
            Content::Articles(id) => {
                if let Some((id, draft)) = self.drafts.living(id) {
                    let articles = draft.articles.len();
                    let material = Some(id.clone());
                    return Ok(Checked { draft: Some(id), articles, material, parts: articles });
                }
                match self.media.kind(id) {
                    Some(MaterialKind::News) => {
                        let articles = self.media.articles(id).max(1);
                        Ok(Checked { articles, ..Checked::material(id, articles) })
                    }
                    Some(_) => Err(Refusal::by(&WRONG_KIND, settings.wrong_kind_code)),
                    None => Err(40007.into()),
                }
            }
            Content::Media(kind, ids) => {
                if ids.is_empty() || ids.len() > 20 {
                    return Err(40215.into());
                }
                for id in ids {
                    let found = self.media.kind(id).ok_or(40007)?;
                    if found != *kind {
                        return Err(Refusal::by(&WRONG_KIND, settings.wrong_kind_code));
                    }
                }
                match (kind, ids.first()) {
                    (MaterialKind::Video, Some(id)) => Ok(Checked::material(id, 1)),
                    _ => Ok(Checked::default()),
                }
            }
            Content::Card(_) if !settings.cards_accepted => Err(45113.into()),
            Content::Card(_) => Ok(Checked::default()),
        }
    }

    /// The followers meant, each once.
    fn resolve(&self, audience: &Audience, settings: &Settings) -> Result<Vec<Place>, Refusal> {
        match audience {
            Audience::Everyone => Ok(self.followers.subscribed(|_| true)),
            Audience::Tag(tag) if !self.tags.contains(*tag) => {
                Err(Refusal::by(&UNKNOWN_TAG, settings.unknown_tag_code))
            }
            Audience::Tag(tag) => Ok(self.followers.subscribed(|f| f.tags.contains(tag))),
            Audience::OpenIds(list) => {
                let known = |text: &String| {
                    let place = self.followers.find(&OpenId::new(text.as_str()).ok()?)?;
                    self.followers.get(place)?.is_subscribed().then_some(place)
                };
                let mut places: Vec<Place> = list.iter().filter_map(known).collect();
                places.sort_unstable();
                places.dedup();
                if places.is_empty() {
                    return Err(Refusal::by(&NO_FOLLOWER_IN_LIST, settings.no_valid_openid_code));
                }
                Ok(places)
            }
        }
    }

    /// Uses the mass-send quota: what was set by hand, else the rules of the account's kind.
    fn take_mass_quota(
        &mut self,
        audience: &Audience,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<Vec<Taken>, Refusal> {
        let used_up = || Refusal::by(&MASS_QUOTA, settings.mass_quota_code);
        if self.quotas.is_set_by_hand() {
            return Ok(vec![self.quotas.take_by_hand().ok_or_else(used_up)?]);
        }
        let rules = match settings.account_kind {
            AccountKind::UnverifiedSubscription | AccountKind::VerifiedSubscription => {
                vec![("mass", day(now), 1)]
            }
            AccountKind::UnverifiedService | AccountKind::VerifiedService
                if matches!(audience, Audience::Everyone) =>
            {
                vec![
                    ("to all, day", day(now), settings.to_all_per_day),
                    ("to all, month", month(now), settings.to_all_per_month),
                ]
            }
            AccountKind::UnverifiedService | AccountKind::VerifiedService => Vec::new(),
        };
        let mut taken = Vec::new();
        for (name, period, limit) in rules {
            match self.quotas.take(name, period, limit) {
                Some(one) => taken.push(one),
                None => {
                    for one in taken {
                        self.quotas.give_back(one);
                    }
                    return Err(used_up());
                }
            }
        }
        Ok(taken)
    }
}
