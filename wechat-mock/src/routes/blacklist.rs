//! POST /cgi-bin/tags/members/{getblacklist,batchblacklist,batchunblacklist}.

use super::{Answer, Call, fields, openids};
use crate::world::account::Capability;
use crate::world::follower::membership::Section;
use crate::world::tag::BLACKLIST;

/// OpenIDs in one call.
const MOST: usize = 20;

pub(super) fn get(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| fields::owned(&body, "begin_openid"));
    let account = call.open(Capability::Followers)?;
    let size = call.settings.blacklist_per_page;
    let page = account.page(&parsed?, size, 49003, Section::Tag(BLACKLIST))?;
    Ok(openids::page(&page))
}

pub(super) fn batch_blacklist(call: &Call<'_>) -> Answer {
    set(call, true)
}

pub(super) fn batch_unblacklist(call: &Call<'_>) -> Answer {
    set(call, false)
}

fn set(call: &Call<'_>, on: bool) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        // An old official sample misspells the key; both are taken.
        let key = if body.contains_key("openid_list") { "openid_list" } else { "opened_list" };
        openids::read(&body, key, MOST)
    });
    let mut account = call.open(Capability::Followers)?;
    account.set_blacklisted(&parsed?, on)?;
    Ok(openids::OK.to_owned())
}
