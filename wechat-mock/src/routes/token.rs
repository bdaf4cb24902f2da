//! GET /cgi-bin/token and POST /cgi-bin/stable_token.

use std::time::Duration;

use super::{Answer, Call, fields};
use crate::reply::Refusal;

pub(super) fn token(call: &Call<'_>) -> Answer {
    let query = &call.query;
    let (app_id, secret) =
        required(query.get("grant_type"), query.get("appid"), query.get("secret"))?;
    let mut account = call.lock();
    account.check_credentials(app_id, secret, call.peer, &call.settings)?;
    let (token, left) = account.plain_token(&call.settings, call.now)?;
    Ok(issued(&token, left))
}

pub(super) fn stable_token(call: &Call<'_>) -> Answer {
    let body = fields::object(call.body())?;
    let field = |key| Ok::<_, Refusal>(fields::text(&body, key)?.filter(|t| !t.is_empty()));
    let (app_id, secret) = required(field("grant_type")?, field("appid")?, field("secret")?)?;
    let force = fields::flag(&body, "force_refresh")?;
    let mut account = call.lock();
    account.check_credentials(app_id, secret, call.peer, &call.settings)?;
    let (token, left) = account.stable_token(force, &call.settings, call.now)?;
    Ok(issued(&token, left))
}

fn required<'a>(
    grant_type: Option<&str>,
    app_id: Option<&'a str>,
    secret: Option<&'a str>,
) -> Result<(&'a str, &'a str), Refusal> {
    if grant_type != Some("client_credential") {
        return Err(40002.into());
    }
    Ok((app_id.ok_or(41002)?, secret.ok_or(41004)?))
}

fn issued(token: &str, left: Duration) -> String {
    // Tokens are of `[A-Za-z0-9_-]`: nothing to escape.
    format!("{{\"access_token\":\"{token}\",\"expires_in\":{}}}", left.as_secs())
}
