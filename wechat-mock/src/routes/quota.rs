//! What is left of the calls a day, and starting anew: clear_quota, openapi/quota/{get,clear}.

use super::fields::{self, Object};
use super::{Answer, Call};
use crate::beijing::{day, month};
use crate::reply::Refusal;
use crate::rule::WRONG_SECRET;
use crate::settings::Settings;
use crate::world::account::{Account, Capability};
use crate::world::mass_quota::TOGETHER;
use crate::world::quota::{CLEARED, ONE_CLEARED};

const OK: &str = "{\"errcode\":0,\"errmsg\":\"ok\"}";

/// Shown for calls without a limit in the documents.
const PLENTY: u32 = 10_000_000;

/// Counter and limit a day of a call that has one.
pub(super) fn daily(path: &str, settings: &Settings) -> Option<(&'static str, u32)> {
    let short = path.strip_prefix("/cgi-bin/")?;
    if let Some(known) = adjustable(short, settings) {
        return Some(known);
    }
    let (name, limit) = fixed(short)?;
    Some((name, settings.calls_per_day.get(path).copied().unwrap_or(limit)))
}

/// Those whose limits are settings of their own.
fn adjustable(path: &str, settings: &Settings) -> Option<(&'static str, u32)> {
    let mass = |alone| if settings.mass_calls_counted_together { TOGETHER } else { alone };
    Some(match path {
        "token" => ("token", settings.tokens_per_day),
        "stable_token" => ("stable_token", settings.stable_tokens_per_day),
        "message/mass/sendall" => (mass("sendall"), settings.mass_calls_per_day),
        "message/mass/send" => (mass("send"), settings.mass_calls_per_day),
        "message/mass/preview" => ("preview", settings.previews_per_day),
        "message/mass/delete" => ("mass delete", settings.deletes_per_day),
        "media/uploadnews" => ("uploadnews", settings.upload_news_per_day),
        "user/get" => ("user/get", settings.follower_lists_per_day),
        "user/info" | "user/info/batchget" => ("user/info", settings.follower_infos_per_day),
        _ => return None,
    })
}

/// Those whose limits `calls_per_day` may change.
fn fixed(path: &str) -> Option<(&'static str, u32)> {
    Some(match path {
        "media/upload" => ("media/upload", 100_000),
        "media/get" => ("media/get", 200_000),
        "draft/add" => ("draft/add", 1000),
        "draft/get" => ("draft/get", 500),
        "draft/update" => ("draft/update", 1000),
        "draft/delete" => ("draft/delete", 1000),
        "draft/count" => ("draft/count", 1000),
        "draft/batchget" => ("draft/batchget", 1000),
        "freepublish/submit" => ("freepublish/submit", 100),
        "freepublish/get" => ("freepublish/get", 100),
        "freepublish/delete" => ("freepublish/delete", 10),
        "freepublish/getarticle" => ("freepublish/getarticle", 100),
        "freepublish/batchget" => ("freepublish/batchget", 100),
        "user/info/updateremark" => ("updateremark", 10_000),
        "groups/create" => ("groups/create", 1000),
        "groups/get" => ("groups/get", 1000),
        "groups/update" => ("groups/update", 1000),
        "groups/members/update" | "groups/members/batchupdate" => ("groups/move", 100_000),
        _ => return None,
    })
}

/// Is the limit of this call one that `calls_per_day` may change?
#[cfg(feature = "server")]
pub(super) fn is_limit_free(path: &str) -> bool {
    path.strip_prefix("/cgi-bin/").and_then(fixed).is_some()
}

/// Calls a minute of a call that is limited so.
fn a_minute(path: &str, settings: &Settings) -> Option<u32> {
    match path {
        "/cgi-bin/stable_token" => Some(settings.stable_tokens_per_minute),
        "/cgi-bin/message/mass/sendall" | "/cgi-bin/message/mass/send" => {
            Some(settings.mass_calls_per_minute)
        }
        _ => None,
    }
}

/// POST /cgi-bin/clear_quota
pub(super) fn clear(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| fields::owned(&body, "appid"));
    let mut account = call.open(Capability::Basic)?;
    if parsed? != account.app_id.as_str() {
        return Err(40013.into());
    }
    clear_all(&mut account, call)
}

/// POST /cgi-bin/clear_quota/v2: by the secret, in the body or in the query.
pub(super) fn clear_v2(call: &Call<'_>) -> Answer {
    let body = if call.body().trim_ascii().is_empty() {
        Object::new()
    } else {
        fields::object(call.body())?
    };
    let field = |key| {
        let text = fields::text(&body, key)?.or_else(|| call.query.get(key));
        Ok::<_, Refusal>(text.filter(|text| !text.is_empty()))
    };
    let app_id = field("appid")?.ok_or(41002)?;
    let secret = field("appsecret")?.ok_or(41004)?;
    let mut account = call.lock();
    if app_id != account.app_id.as_str() {
        return Err(40013.into());
    }
    // Unlike a token, this depends on no list of addresses.
    if secret != account.secret.expose() {
        return Err(Refusal::by(&WRONG_SECRET, call.settings.wrong_secret_code));
    }
    clear_all(&mut account, call)
}

fn clear_all(account: &mut Account, call: &Call<'_>) -> Answer {
    let limit = call.settings.quota_clears_per_month;
    account.quotas.take(CLEARED, month(call.now), limit).ok_or(48006)?;
    account.quotas.clear_calls();
    Ok(OK.to_owned())
}

/// POST /cgi-bin/openapi/quota/get
pub(super) fn get(call: &Call<'_>) -> Answer {
    let parsed = path(call, 76003);
    let account = call.open(Capability::Basic)?;
    let path = parsed?;
    let today = day(call.now);
    let (limit, used) = match daily(&path, &call.settings) {
        Some((name, limit)) => (limit, account.quotas.used(name, today)),
        None => (PLENTY, account.quotas.noted(&path, today)),
    };
    let rate = a_minute(&path, &call.settings).map_or_else(String::new, |calls| {
        format!(
            ",\"rate_limit\":{{\"call_count\":{calls},\"refresh_second\":60}},\
             \"component_rate_limit\":{{\"call_count\":0,\"refresh_second\":0}}"
        )
    });
    Ok(format!(
        "{{\"errcode\":0,\"errmsg\":\"ok\",\
         \"quota\":{{\"daily_limit\":{limit},\"used\":{used},\"remain\":{}}}{rate}}}",
        limit.saturating_sub(used)
    ))
}

/// POST /cgi-bin/openapi/quota/clear
pub(super) fn clear_one(call: &Call<'_>) -> Answer {
    let parsed = path(call, 76021);
    let mut account = call.open(Capability::Basic)?;
    let path = parsed?;
    let limit = call.settings.single_quota_clears_per_month;
    account.quotas.take(ONE_CLEARED, month(call.now), limit).ok_or(45009)?;
    let name = daily(&path, &call.settings).map(|(name, _)| name);
    account.quotas.clear_one(name, &path);
    Ok(OK.to_owned())
}

/// The `cgi_path` of the body, if it is one: `unrooted` without its slash, 76022 when its calls
/// are not for this kind of token, 76021 when there is no such call.
fn path(call: &Call<'_>, unrooted: i64) -> Result<String, Refusal> {
    let body = fields::object(call.body())?;
    let path = fields::owned(&body, "cgi_path")?;
    if path.is_empty() {
        return Err(76021.into());
    }
    if !path.starts_with('/') {
        return Err(unrooted.into());
    }
    if path.starts_with("/sns/") {
        return Err(76022.into());
    }
    if !super::list().iter().any(|(_, known)| *known == path) {
        return Err(76021.into());
    }
    Ok(path)
}
