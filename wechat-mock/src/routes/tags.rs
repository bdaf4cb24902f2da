//! /cgi-bin/tags/* and POST /cgi-bin/user/tag/get: tags, and who has them.

use wechat_types::id::TagId;

use super::fields::{self, Object};
use super::{Answer, Call, openids};
use crate::reply::{Refusal, quoted};
use crate::world::account::Capability;
use crate::world::follower::membership::Section;
use crate::world::tag::Tags;

/// OpenIDs in one call.
const MOST: usize = 50;

pub(super) fn create(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| name(inner(&body)?));
    let mut account = call.open(Capability::Followers)?;
    let name = parsed?;
    let tag = account.tags.create(&name, &call.settings)?;
    Ok(format!("{{\"tag\":{{\"id\":{tag},\"name\":{}}}}}", quoted(&name)))
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let account = call.open(Capability::Followers)?;
    let counts = account.followers.tag_counts();
    let tag = |(id, name): (TagId, &str)| {
        let count = counts.get(&id).copied().unwrap_or_default();
        format!("{{\"id\":{id},\"name\":{},\"count\":{count}}}", quoted(name))
    };
    let own_only = call.settings.forms.own_tags_only;
    let shown = |(id, _): &(TagId, &str)| !(own_only && Tags::is_system(*id));
    let tags: Vec<String> = account.tags.all().filter(shown).map(tag).collect();
    Ok(format!("{{\"tags\":[{}]}}", tags.join(",")))
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| {
        let tag = inner(&body)?;
        Ok((id(tag, "id")?, name(tag)?))
    });
    let mut account = call.open(Capability::Followers)?;
    let (tag, name) = parsed?;
    account.tags.rename(tag, &name, &call.settings)?;
    Ok(openids::OK.to_owned())
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let parsed = body(call).and_then(|body| id(inner(&body)?, "id"));
    let mut account = call.open(Capability::Followers)?;
    account.delete_tag(parsed?)?;
    Ok(openids::OK.to_owned())
}

pub(super) fn followers(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body())
        .and_then(|body| Ok((id(&body, "tagid")?, fields::owned(&body, "next_openid")?)));
    let account = call.open(Capability::Followers)?;
    let (tag, after) = parsed?;
    if !account.tags.contains(tag) {
        return Err(45159.into());
    }
    let size = call.settings.followers_per_page;
    let page = account.page(&after, size, 40003, Section::Tag(tag))?;
    Ok(openids::page_without_total(&page, call.settings.tag_end_has_next))
}

pub(super) fn batch_tagging(call: &Call<'_>) -> Answer {
    let parsed = members(call);
    let mut account = call.open(Capability::Followers)?;
    let (tag, openids) = parsed?;
    account.put_tag(tag, &openids, &call.settings)?;
    Ok(openids::OK.to_owned())
}

pub(super) fn batch_untagging(call: &Call<'_>) -> Answer {
    let parsed = members(call);
    let mut account = call.open(Capability::Followers)?;
    let (tag, openids) = parsed?;
    account.take_tag(tag, &openids, &call.settings)?;
    Ok(openids::OK.to_owned())
}

pub(super) fn id_list(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| fields::owned(&body, "openid"));
    let account = call.open(Capability::Followers)?;
    let place = account.person(&parsed?, 49003)?;
    // Tags go when somebody leaves.
    let follows = account.followers.is_subscribed(place);
    let tags = if follows { list(account.followers.tags(place)) } else { String::new() };
    Ok(format!("{{\"tagid_list\":[{tags}]}}"))
}

/// The tags with commas between.
pub(super) fn list(tags: &[TagId]) -> String {
    tags.iter().map(TagId::to_string).collect::<Vec<_>>().join(",")
}

fn body(call: &Call<'_>) -> Result<Object, Refusal> {
    fields::object_with_text(call.body(), call.settings.escaped_text)
}

fn inner(body: &Object) -> Result<&Object, Refusal> {
    fields::inner(body, "tag")?.ok_or_else(|| Refusal::from(47001).at("tag").given("missing"))
}

fn name(tag: &Object) -> Result<String, Refusal> {
    fields::owned(tag, "name")
}

fn id(object: &Object, key: &str) -> Result<TagId, Refusal> {
    let missing = || Refusal::from(45159).at(key).given("missing");
    let number = fields::number(object, key)?.ok_or_else(missing)?;
    Ok(TagId::new(number))
}

fn members(call: &Call<'_>) -> Result<(TagId, Vec<String>), Refusal> {
    let body = fields::object(call.body())?;
    let openids = openids::read(&body, "openid_list", MOST)?;
    Ok((id(&body, "tagid")?, openids))
}
