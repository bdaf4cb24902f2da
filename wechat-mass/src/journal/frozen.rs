//! A plan as it was when its campaign started, and how another one differs from it.

use std::collections::HashSet;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use wechat_types::id::{AppId, ClientMsgId, OpenId};
use wechat_types::mass::AudienceKind;

use crate::campaign::{Chunk, ChunkAudience, Plan};
use crate::quota::Spend;

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
    /// Calls.
    pub calls: usize,
    /// When it started.
    #[serde(with = "super::unix_millis")]
    pub began: SystemTime,
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
            audience: match plan.audience().kind() {
                AudienceKind::Everyone => "everyone".to_owned(),
                AudienceKind::Tag(tag) => format!("tag {tag}"),
                AudienceKind::OpenIds(list) => format!("{} OpenIDs", list.len()),
                _ => "an unknown audience".to_owned(),
            },
            calls: plan.chunks().len(),
            began,
        }
    }

    /// The plan is the one that was frozen.
    pub fn is_of(&self, plan: &Plan) -> bool {
        self.plan == plan.digest().to_string()
    }

    /// What each of its calls costs.
    pub fn spend(&self) -> Spend {
        match self.audience.as_str() {
            "everyone" => Spend::ToEveryone,
            audience if audience.starts_with("tag ") => Spend::ToTag,
            _ => Spend::ByOpenIds,
        }
    }

    /// How a plan differs; `before` are the recipients that were frozen, in their order.
    pub fn difference(&self, plan: &Plan, before: &[OpenId]) -> String {
        let now = Self::of(plan, self.began);
        let mut found = Vec::new();
        if self.content != now.content {
            found.push("the content was changed".to_owned());
        }
        if self.audience != now.audience {
            found.push(format!("it went to {}, and is now for {}", self.audience, now.audience));
        }
        if let AudienceKind::OpenIds(after) = plan.audience().kind()
            && !before.is_empty()
            && before != after.as_slice()
        {
            let only_in = |one: &[OpenId], other: &[OpenId]| {
                let other: HashSet<&OpenId> = other.iter().collect();
                named(one.iter().filter(|id| !other.contains(id)))
            };
            match (only_in(after, before), only_in(before, after)) {
                (None, None) => found.push("the OpenIDs stand in another order".to_owned()),
                (added, removed) => {
                    found.extend(added.map(|ids| format!("added: {ids}")));
                    found.extend(removed.map(|ids| format!("removed: {ids}")));
                }
            }
        }
        if found.is_empty() {
            found.push("its keys are others".to_owned());
        }
        found.join("; ")
    }
}

/// The first few, and how many there are.
fn named<'a>(ids: impl Iterator<Item = &'a OpenId>) -> Option<String> {
    const NAMED: usize = 3;
    let (mut shown, mut count) = (Vec::new(), 0_usize);
    for id in ids {
        if count < NAMED {
            shown.push(id.as_str());
        }
        count += 1;
    }
    let more = if count > NAMED { ", …" } else { "" };
    (count > 0).then(|| format!("{count} OpenIDs ({}{more})", shown.join(", ")))
}
