//! Accepting a mass send: key, media, audience, quota, then the job.

use std::collections::BTreeSet;
use std::time::SystemTime;

use wechat_types::id::{MediaId, MsgDataId, MsgId, OpenId, TagId, WeChatName};

use super::account::Account;
use super::article::StoredArticle;
use super::delivery::{Delivery, Recipients};
use super::follower::Hindrance;
use super::follower::packed::Packed;
use super::keys::SendKey;
use super::mass_job::{Job, JobCounts, JobPlan, JobState, MassJob};
use super::media::MaterialKind;
use crate::random::{digest, mix};
use crate::reply::Refusal;
use crate::rule::{NO_FOLLOWER_IN_LIST, UNKNOWN_TAG, WRONG_KIND};
use crate::settings::{AccountKind, DraftConsumed, KeyCheck, Settings};

/// To whom. There is no way to leave it out.
#[derive(Clone, Debug)]
pub(crate) enum Audience {
    Everyone,
    Tag(TagId),
    OpenIds(OpenIds),
}

/// A list of OpenIDs, most of them packed.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenIds {
    pub(crate) usual: Vec<Packed>,
    /// Those of another length or other characters.
    pub(crate) others: Vec<String>,
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
    pub(super) fn digest(&self) -> u64 {
        match self {
            Self::Everyone => digest(&[b"everyone"]),
            Self::Tag(tag) => digest(&[b"tag", &tag.get().to_le_bytes()]),
            Self::OpenIds(list) => {
                let others: Vec<&[u8]> = list.others.iter().map(String::as_bytes).collect();
                list.usual.iter().fold(digest(&others), |all, one| mix(all, one.hash()))
            }
        }
    }
}

impl OpenIds {
    pub(crate) fn push(&mut self, text: &str) {
        match Packed::new(text.as_bytes()) {
            Some(packed) => self.usual.push(packed),
            None => self.others.push(text.to_owned()),
        }
    }
}

impl Content {
    pub(super) fn words(&self) -> Vec<String> {
        let (kind, words) = match self {
            Self::Text(text) => ("text".to_owned(), vec![text.clone()]),
            Self::Articles(id) => ("articles".to_owned(), vec![id.clone()]),
            Self::Media(kind, ids) => (format!("{kind:?}"), ids.clone()),
            Self::Card(id) => ("card".to_owned(), vec![id.clone()]),
        };
        std::iter::once(kind).chain(words).collect()
    }
}

/// Where a send was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Api,
    Website,
}

/// A mass send as read from the wire.
#[derive(Clone, Debug)]
pub(crate) struct Send {
    pub(crate) audience: Audience,
    pub(crate) content: Content,
    pub(crate) client_msg_id: Option<String>,
    /// Goes on when an article is judged a reprint.
    pub(crate) ignore_reprint: bool,
    pub(crate) origin: Origin,
}

/// To whom a preview goes.
#[derive(Clone, Debug)]
pub(crate) enum PreviewTo {
    OpenId(String),
    Name(String),
}

/// What a checked content means for the job.
#[derive(Default)]
struct Checked {
    draft: Option<MediaId>,
    /// Has a number for the statistics, as articles have.
    is_counted: bool,
    articles: Vec<StoredArticle>,
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
        let from_website = send.origin == Origin::Website;
        let key = if from_website { None } else { Some(SendKey::of(send, settings)?) };
        let key_free = |account: &Self| match &key {
            Some(key) => account.keys.check(key, settings, now),
            None => Ok(()),
        };
        if !from_website {
            self.check_right_to_send(&send.audience, settings)?;
        }
        if settings.key_check == KeyCheck::BeforeMedia {
            key_free(self)?;
        }
        let checked = self.check_content(&send.content, settings)?;
        if settings.key_check == KeyCheck::AfterMedia {
            key_free(self)?;
        }
        let audience = self.resolve(&send.audience, settings)?;
        if settings.key_check == KeyCheck::AfterQuota {
            // Only asked whether there is any: a known key uses nothing up.
            let taken = self.take_mass_quota(&send.audience, settings, now)?;
            taken.into_iter().for_each(|one| self.quotas.give_back(one));
            key_free(self)?;
        }
        let to_all = matches!(send.audience, Audience::Everyone);
        let protected = to_all && !from_website && settings.mass_protection;
        if protected && let Some(code) = settings.protection_code {
            return Err(code.into());
        }
        let by_openid = matches!(send.audience, Audience::OpenIds(_));
        if by_openid
            && let (Some(last), Some(pause)) = (self.last_batch, settings.batch_pause)
            && now < last + pause
        {
            return Err(42010.into());
        }
        let taken = self.take_mass_quota(&send.audience, settings, now)?;

        let msg_id = self.next_msg_id(to_all);
        let msg_data_id = checked.is_counted.then(|| self.next_msg_data_id());
        if let Some(key) = &key {
            self.keys.remember(key, msg_id, now);
        }
        if let Content::Media(_, ids) = &send.content {
            self.media.note_use(ids);
        }
        if by_openid {
            self.last_batch = Some(now);
        }
        if let Some(draft) = &checked.draft
            && settings.draft_consumed == DraftConsumed::AtAcceptance
        {
            self.drafts.consume(draft);
        }
        let counted = if checked.is_counted { checked.parts } else { 0 };
        let article_urls = self.urls_of(checked.material.as_ref(), counted);
        let (verdict, originality) = self.judge(send, &checked.articles, settings);
        let plan = if protected {
            JobPlan::Waiting { until: now + settings.confirmation_time }
        } else {
            JobPlan::new(settings, self.speed.weight(audience.len(), settings), now)
        };
        let job = Job {
            public: MassJob {
                msg_id,
                msg_data_id,
                client_msg_id: send.client_msg_id.clone(),
                accepted_at: now,
                to_all,
                state: JobState::Sending,
                verdict,
                counts: JobCounts::default(),
                reported: None,
                article_urls,
                originality,
                from_website,
            },
            plan,
            audience,
            delivery: Delivery::default(),
            material: checked.material,
            parts: checked.parts,
            dead_parts: BTreeSet::new(),
            draft: checked.draft,
            key,
            taken,
            delivered: false,
        };
        self.add_job(job);
        Ok((msg_id, msg_data_id))
    }

    /// Shows a message to one person; no job, no report, no use of drafts.
    pub(crate) fn preview(
        &mut self,
        to: &PreviewTo,
        content: &Content,
        settings: &Settings,
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
        match self.followers.hindrance(place) {
            Some(Hindrance::Unsubscribed) => return Err(43004.into()),
            Some(Hindrance::Blacklisted) => return Err(43019.into()),
            _ => {}
        }
        self.followers.add_preview(place);
        Ok(settings.preview_answers_msg_id.then(|| self.next_msg_id(false)))
    }

    /// Of those who may call at all: 48003 without the agreement, and what a test account cannot do.
    fn check_right_to_send(&self, audience: &Audience, settings: &Settings) -> Result<(), Refusal> {
        if !settings.agreement_accepted {
            return Err(48003.into());
        }
        let by_openid = matches!(audience, Audience::OpenIds(_));
        if settings.account_kind == AccountKind::Sandbox && !by_openid {
            return Err(settings.sandbox_send_all_code.into());
        }
        Ok(())
    }

    fn check_content(&self, content: &Content, settings: &Settings) -> Result<Checked, Refusal> {
        match content {
            Content::Text(_) => Ok(Checked::default()),
            Content::Articles(_) if settings.account_kind == AccountKind::Sandbox => {
                Err(48008.into())
            }
            Content::Articles(id) => {
                if let Some((id, draft)) = self.drafts.living(id) {
                    let articles = draft.articles.clone();
                    let (material, parts) = (Some(id.clone()), articles.len());
                    let draft = Some(id);
                    return Ok(Checked { draft, is_counted: true, articles, material, parts });
                }
                match self.media.kind(id) {
                    Some(MaterialKind::News) => {
                        let articles = self.media.articles(id).to_vec();
                        let checked = Checked::material(id, articles.len().max(1));
                        Ok(Checked { is_counted: true, articles, ..checked })
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
                    if self.media.is_used_up(id, settings) {
                        return Err(40007.into());
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
    fn resolve(&self, audience: &Audience, settings: &Settings) -> Result<Recipients, Refusal> {
        match audience {
            Audience::Everyone => Ok(self.followers.subscribed().clone().into()),
            Audience::Tag(tag) if !self.tags.contains(*tag) => {
                Err(Refusal::by(&UNKNOWN_TAG, settings.unknown_tag_code))
            }
            Audience::Tag(tag) => Ok(self.followers.subscribed_with(*tag).into()),
            Audience::OpenIds(list) => {
                let mut places = self.followers.find_many(&list.usual);
                let other = |text: &String| self.followers.find(&OpenId::new(text.as_str()).ok()?);
                places.extend(list.others.iter().filter_map(other));
                places.retain(|place| self.followers.is_subscribed(*place));
                let recipients = Recipients::listed(places);
                if recipients.is_empty() {
                    return Err(Refusal::by(&NO_FOLLOWER_IN_LIST, settings.no_valid_openid_code));
                }
                Ok(recipients)
            }
        }
    }
}
