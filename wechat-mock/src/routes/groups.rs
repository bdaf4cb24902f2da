//! /cgi-bin/groups/*: the groups that tags have replaced.

use wechat_types::id::TagId;

use super::fields::{self, Object};
use super::{Answer, Call, openids};
use crate::reply::{Refusal, quoted};
use crate::world::account::Capability;

/// OpenIDs in one call.
const MOST: usize = 50;

pub(super) fn create(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| fields::owned(inner(&body)?, "name"));
    let mut account = call.open_daily(Capability::Followers)?;
    let name = parsed?;
    let group = account.tags.create_group(&name)?;
    Ok(format!("{{\"group\":{{\"id\":{group},\"name\":{}}}}}", quoted(&name)))
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let account = call.open_daily(Capability::Followers)?;
    let counts = account.followers.group_counts();
    let group = |(id, name): (TagId, &str)| {
        let count = counts.get(&id).copied().unwrap_or_default();
        format!("{{\"id\":{id},\"name\":{},\"count\":{count}}}", quoted(name))
    };
    let groups: Vec<String> = account.tags.all().map(group).collect();
    Ok(format!("{{\"groups\":[{}]}}", groups.join(",")))
}

pub(super) fn get_id(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| fields::owned(&body, "openid"));
    let account = call.open(Capability::Followers)?;
    let place = account.follower(&parsed?, 40003, 40003)?;
    let group = account.followers.group(place);
    Ok(format!("{{\"groupid\":{group}}}"))
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| {
        let group = inner(&body)?;
        Ok((id(group, "id")?, fields::owned(group, "name")?))
    });
    let mut account = call.open_daily(Capability::Followers)?;
    let (group, name) = parsed?;
    account.tags.rename_group(group, &name)?;
    Ok(openids::OK.to_owned())
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| id(inner(&body)?, "id"));
    let mut account = call.open(Capability::Followers)?;
    account.delete_group(parsed?)?;
    let empty = call.settings.group_deletion_answers_nothing;
    Ok(if empty { "{}" } else { openids::OK }.to_owned())
}

pub(super) fn move_one(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let openid = fields::owned(&body, "openid")?;
        Ok((id(&body, "to_groupid")?, vec![openid]))
    });
    moved(call, parsed)
}

pub(super) fn move_many(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let openids = openids::read(&body, "openid_list", MOST)?;
        Ok((id(&body, "to_groupid")?, openids))
    });
    moved(call, parsed)
}

fn moved(call: &Call<'_>, parsed: Result<(TagId, Vec<String>), Refusal>) -> Answer {
    let mut account = call.open_daily(Capability::Followers)?;
    let (group, openids) = parsed?;
    account.move_to_group(&openids, group)?;
    Ok(openids::OK.to_owned())
}

fn body(call: &Call<'_>) -> Result<Object, Refusal> {
    fields::object_with_text(call.body(), call.settings.escaped_text)
}

fn inner(body: &Object) -> Result<&Object, Refusal> {
    fields::inner(body, "group")?.ok_or_else(|| Refusal::from(47001).at("group").given("missing"))
}

fn id(object: &Object, key: &str) -> Result<TagId, Refusal> {
    let missing = || Refusal::from(40050).at(key).given("missing");
    let number = fields::number(object, key)?.ok_or_else(missing)?;
    Ok(TagId::new(number))
}
