//! /cgi-bin/user/{get,info,info/batchget,info/updateremark} and POST /cgi-bin/changeopenid.

use serde_json::Value;

use super::{Answer, Call, fields, openids, tags};
use crate::beijing::unix_seconds;
use crate::reply::{Refusal, quoted};
use crate::settings::Settings;
use crate::world::account::{Account, Capability};
use crate::world::follower::membership::Section;
use crate::world::profile::PersonalDetails;

/// OpenIDs in one call.
const MOST: usize = 100;

pub(super) fn get(call: &Call<'_>) -> Answer {
    let account = call.open_daily(Capability::Followers)?;
    let after = call.query.get("next_openid").unwrap_or_default();
    let page = account.page(after, call.settings.followers_per_page, 40003, Section::Everyone)?;
    Ok(openids::page(&page))
}

pub(super) fn info(call: &Call<'_>) -> Answer {
    let mut account = call.open(Capability::Followers)?;
    account.take_infos(1, &call.settings, call.now)?;
    let openid = call.query.get("openid").unwrap_or_default();
    Ok(one(&account, openid, &call.settings)?)
}

pub(super) fn info_batch_get(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let list = openids::array(&body, "user_list", MOST)?;
        let openid = |value: &Value| {
            let user = value.as_object().ok_or(47001)?;
            fields::text(user, "lang")?;
            fields::owned(user, "openid")
        };
        list.iter().map(openid).collect::<Result<Vec<_>, Refusal>>()
    });
    let mut account = call.open(Capability::Followers)?;
    let openids = parsed?;
    account.take_infos(openids.len(), &call.settings, call.now)?;
    let users = openids.iter().map(|openid| one(&account, openid, &call.settings));
    let users: Vec<String> = users.collect::<Result<_, _>>()?;
    Ok(format!("{{\"user_info_list\":[{}]}}", users.join(",")))
}

fn one(account: &Account, openid: &str, settings: &Settings) -> Result<String, i64> {
    let place = account.person(openid, 40003)?;
    let followers = &account.followers;
    let profile = followers.profile(place);
    let union_id = profile.union_id.as_ref();
    let union_id =
        union_id.map_or_else(String::new, |id| format!(",\"unionid\":{}", quoted(id.as_str())));
    if !followers.is_subscribed(place) {
        return Ok(format!("{{\"subscribe\":0,\"openid\":\"{openid}\"{union_id}}}"));
    }
    let (language, details) = match &profile.details {
        Some(known) => (profile.language.as_str(), details(known)),
        None if settings.emptied_profiles => ("", details(&PersonalDetails::default())),
        None => (profile.language.as_str(), String::new()),
    };
    Ok(format!(
        "{{\"subscribe\":1,\"openid\":\"{openid}\",\"language\":{},\"subscribe_time\":{}{union_id},\
         \"remark\":{},\"groupid\":{},\"tagid_list\":[{}],\"subscribe_scene\":{},\"qr_scene\":{},\
         \"qr_scene_str\":{}{details}}}",
        quoted(language),
        unix_seconds(profile.followed_at),
        quoted(&profile.remark),
        followers.group(place),
        tags::list(followers.tags(place)),
        quoted(&profile.scene),
        profile.qr_scene,
        quoted(&profile.qr_scene_str),
    ))
}

fn details(of: &PersonalDetails) -> String {
    let texts = [
        ("nickname", &of.nickname),
        ("city", &of.city),
        ("province", &of.province),
        ("country", &of.country),
        ("headimgurl", &of.portrait),
    ];
    let texts = texts.map(|(key, text)| format!(",\"{key}\":{}", quoted(text)));
    format!(",\"sex\":{}{}", of.sex, texts.concat())
}

pub(super) fn update_remark(call: &Call<'_>) -> Answer {
    let body = fields::object_with_text(call.body(), call.settings.escaped_text);
    let parsed = body.and_then(|body| {
        // Only an empty text takes the remark away, not its absence.
        let remark = fields::text(&body, "remark")?.ok_or(40092)?.to_owned();
        Ok((fields::owned(&body, "openid")?, remark))
    });
    let mut account = call.open_daily(Capability::Followers)?;
    let (openid, remark) = parsed?;
    account.set_remark(&openid, &remark, &call.settings)?;
    Ok(openids::OK.to_owned())
}

pub(super) fn change_openid(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let from = fields::owned(&body, "from_appid")?;
        Ok((from, openids::read(&body, "openid_list", MOST)?))
    });
    let account = call.open(Capability::Followers)?;
    let (from, old) = parsed?;
    let new = account.moved(&from, &old)?;
    let results = old.iter().zip(new).map(|(old, new)| {
        let old = quoted(old);
        match new {
            Some(new) => {
                format!("{{\"ori_openid\":{old},\"new_openid\":\"{new}\",\"err_msg\":\"ok\"}}")
            }
            None => format!("{{\"ori_openid\":{old},\"err_msg\":\"ori_openid error\"}}"),
        }
    });
    let results = results.collect::<Vec<_>>().join(",");
    Ok(format!("{{\"errcode\":0,\"errmsg\":\"ok\",\"result_list\":[{results}]}}"))
}
