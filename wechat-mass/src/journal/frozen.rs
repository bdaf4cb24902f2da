//! A plan as it was when its campaign started, and how another one differs from it.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use wechat_types::id::{AppId, ClientMsgId};

use super::JournalError;
use crate::campaign::{Chunk, ChunkAudience, Plan, PlanAudience};
use crate::quota::Spend;
use crate::recipients::Roster;

/// What a store keeps of a campaign's plan, besides its calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Frozen {
    /// The account that sends.
    pub account: AppId,
    /// The campaign's name, unique in its account.
    pub name: String,
    /// The hash of the content.
    pub content: String,
    /// The hash of all keys: of the content and of who gets it.
    pub plan: String,
    /// To whom, in words: `everyone`, `tag 134`, `25003 OpenIDs`.
    pub audience: String,
    /// How the list of recipients was made, where the outcome changes by itself: see
    /// [`Roster::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The longer list that its recipients were chosen from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_from: Option<ChosenFrom>,
    /// Where it goes to, from its first run on: see [`Journal::bind`](super::Journal::bind).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Calls.
    pub calls: usize,
    /// When it started.
    #[serde(with = "super::unix_millis")]
    pub began: SystemTime,
}

/// The whole list of a plan that goes to a part of it only, so that later it is known who was left out
/// and who is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChosenFrom {
    /// The hash of all keys of a plan for the whole list: see [`Plan::digest`].
    pub plan: String,
    /// OpenIDs of the whole list.
    pub open_ids: usize,
}

impl ChosenFrom {
    /// The list of this plan; none for everyone and for a tag.
    pub fn of(whole: &Plan) -> Option<Self> {
        let open_ids = whole.recipients()?;
        Some(Self { plan: whole.digest().to_string(), open_ids })
    }
}

/// One call of a frozen plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrozenCall {
    /// The call's key.
    pub key: ClientMsgId,
    /// Recipients by OpenID; none for everyone and for a tag.
    pub recipients: Option<usize>,
}

impl FrozenCall {
    /// A call with this key, to so many.
    pub fn new(key: ClientMsgId, recipients: Option<usize>) -> Self {
        Self { key, recipients }
    }

    /// The call of a plan.
    pub fn of(chunk: &Chunk) -> Self {
        let recipients = match &chunk.audience {
            ChunkAudience::OpenIds(range) => Some(range.len()),
            _ => None,
        };
        Self::new(chunk.key.clone(), recipients)
    }
}

impl Frozen {
    /// A plan that starts now.
    pub fn of(plan: &Plan, began: SystemTime) -> Self {
        Self {
            account: plan.account().clone(),
            name: plan.name().to_owned(),
            content: plan.content_digest().to_string(),
            plan: plan.digest().to_string(),
            audience: match plan.audience() {
                PlanAudience::Everyone => "everyone".to_owned(),
                PlanAudience::Tag(tag) => format!("tag {tag}"),
                PlanAudience::OpenIds(roster) => format!("{} OpenIDs", roster.len()),
                PlanAudience::Unknown => "an unknown audience".to_owned(),
            },
            source: plan.roster().and_then(Roster::source).map(str::to_owned),
            chosen_from: plan.chosen_from().cloned(),
            server: None,
            calls: plan.chunks().len(),
            began,
        }
    }

    /// The plan is the one that was frozen.
    pub fn is_of(&self, plan: &Plan) -> bool {
        self.plan == plan.digest().to_string()
    }

    /// Takes the campaign's server in the first time, and refuses another one, or another plan. True when that has to
    /// be recorded.
    pub(super) fn bind(
        &mut self,
        plan: &Plan,
        server: &str,
        moved: bool,
    ) -> Result<bool, JournalError> {
        if !self.is_of(plan) {
            return Err(JournalError::changed(self, plan, Vec::new()));
        }
        match &self.server {
            Some(known) if known == server => Ok(false),
            Some(known) if !moved => Err(JournalError::another_server(&self.name, known, server)),
            _ => {
                self.server = Some(server.to_owned());
                Ok(true)
            }
        }
    }

    /// What each of its calls costs.
    pub fn spend(&self) -> Spend {
        match self.audience.as_str() {
            "everyone" => Spend::ToEveryone,
            audience if audience.starts_with("tag ") => Spend::ToTag,
            _ => Spend::ByOpenIds,
        }
    }

    /// How a plan differs; `lists` says how the lists of recipients do.
    pub(super) fn difference(&self, plan: &Plan, lists: Vec<String>) -> String {
        let now = Self::of(plan, self.began);
        let mut found = Vec::new();
        if self.content != now.content {
            found.push("the content was changed".to_owned());
        }
        if self.audience != now.audience {
            found.push(format!("it went to {}, and is now for {}", self.audience, now.audience));
        }
        found.extend(lists);
        if found.is_empty() {
            found.push("its keys are others".to_owned());
        }
        found.join("; ")
    }
}
