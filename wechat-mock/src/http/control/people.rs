//! Control calls about followers and tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use wechat_types::id::{MsgId, OpenId, TagId};

use super::asked::{Asked, Problem, Told};
use crate::server::MockServer;
use crate::world::follower::Hindrance;

/// Followers on a page of the list.
const PAGE: u64 = 1000;

pub(super) fn one(asked: &Asked) -> Told {
    let openid = known(asked, &asked.last)?;
    Ok(about(&asked.account, &openid))
}

fn about(account: &MockServer, openid: &OpenId) -> Value {
    let profile = account.profile(openid).unwrap_or_default();
    json!({
        "openid": openid,
        "hindrance": account.hindrance(openid),
        "tags": account.tags_of(openid),
        "inbox": account.inbox(openid),
        "previews": account.previews(openid),
        "remark": profile.remark,
    })
}

/// `?after=N&limit=N`, counted in the order in which they were added.
pub(super) fn list(asked: &Asked) -> Told {
    let (after, limit) = (asked.number("after", 0)?, asked.number("limit", PAGE)?.min(PAGE));
    let from = usize::try_from(after).unwrap_or(usize::MAX);
    let count = usize::try_from(limit).unwrap_or(0);
    let page = asked.account.followers_after(from, count);
    Ok(json!({"total": asked.account.follower_count(), "followers": page}))
}

/// What changes of a follower; what is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// `null`: nothing keeps him from receiving any more.
    #[serde(default, deserialize_with = "given")]
    hindrance: Option<Option<Hindrance>>,
    /// Tags added to his.
    #[serde(default)]
    add_tags: Vec<TagId>,
    /// How many messages he has received in this month.
    received_this_month: Option<u32>,
    remark: Option<String>,
}

/// Tells `null` from a field that is missing.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

pub(super) fn change(asked: &Asked) -> Told {
    let openid = known(asked, &asked.last)?;
    let change: Change = asked.body()?;
    let account = &asked.account;
    if change.add_tags.iter().any(|tag| tag.get() < 2) {
        return Err(Problem::field("add_tags", "0 and 1 are what the platform makes of others"));
    }
    let tags = account.tags();
    let unknown = |tag: &&TagId| !tags.iter().any(|(known, _)| known == *tag);
    if let Some(tag) = change.add_tags.iter().find(unknown) {
        return Err(Problem::field("add_tags", format!("there is no tag {tag}")));
    }
    if let Some(hindrance) = change.hindrance {
        account.set_hindrance(&openid, hindrance);
    }
    for tag in change.add_tags {
        account.tag_follower(&openid, tag);
    }
    if let Some(count) = change.received_this_month {
        account.set_received_this_month(&openid, count, account.clock().now());
    }
    if let Some(remark) = change.remark {
        account.change_profile(&openid, |profile| profile.remark = remark);
    }
    Ok(about(account, &openid))
}

pub(super) fn tags(asked: &Asked) -> Told {
    let tags = asked.account.tags().into_iter().map(|(id, name)| json!({"id": id, "name": name}));
    Ok(json!({"tags": tags.collect::<Vec<_>>()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    id: TagId,
    name: String,
    /// The first so many followers get it.
    #[serde(default)]
    first_followers: usize,
}

pub(super) fn add_tag(asked: &Asked) -> Told {
    let tag: Tag = asked.body()?;
    if tag.id.get() <= 2 {
        return Err(Problem::field("id", "0, 1 and 2 are the platform's own tags"));
    }
    asked.account.add_tag(tag.id, tag.name.clone());
    asked.account.tag_first_followers(tag.first_followers, tag.id);
    let tagged = tag.first_followers.min(asked.account.follower_count());
    Ok(json!({"id": tag.id, "name": tag.name, "first_followers": tagged}))
}

/// `?openid=…`: what reached one follower.
pub(super) fn inbox(asked: &Asked) -> Told {
    let openid = asked.query.get("openid");
    let openid =
        openid.ok_or_else(|| Problem::field("openid", "an OpenID is expected in the query"))?;
    // That nobody reached a follower must not be so because of a slip of the pen.
    let openid = known(asked, openid)?;
    let inbox: Vec<MsgId> = asked.account.inbox(&openid);
    Ok(json!({"inbox": inbox}))
}

/// How many followers have how many messages.
pub(super) fn inboxes(asked: &Asked) -> Told {
    let mut followers: BTreeMap<usize, usize> = BTreeMap::new();
    for openid in asked.account.followers() {
        *followers.entry(asked.account.inbox(&openid).len()).or_default() += 1;
    }
    Ok(json!({"messages": followers}))
}

fn known(asked: &Asked, text: &str) -> Result<OpenId, Problem> {
    let openid = OpenId::new(text).ok().filter(|openid| asked.account.is_known(openid));
    openid.ok_or_else(|| Problem::unknown("openid", format!("{text:?} was never a follower")))
}
