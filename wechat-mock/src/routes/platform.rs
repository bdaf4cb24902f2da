//! Addresses of the platform, the check of the callback address, and errors by their request id.

use super::{Answer, Call, fields};
use crate::beijing::unix_seconds;
use crate::reply::quoted;
use crate::world::account::Capability;

/// From where the platform pushes, and where its calls are served: addresses for documentation.
const CALLBACK_ADDRESSES: &str =
    "\"203.0.113.10\",\"203.0.113.11\",\"203.0.113.64/26\",\"2001:db8::10\"";
const API_ADDRESSES: &str = "\"198.51.100.20\",\"198.51.100.128/25\"";

/// What a check finds about the account's server: address, its operator, from where it was tried,
/// loss and time. The last one is not reached.
const FOUND: [[&str; 5]; 2] = [
    ["203.0.113.8", "UNICOM", "UNICOM", "0%", "23.079ms"],
    ["203.0.113.9", "CHINANET", "CAP", "100%", "0.000ms"],
];

/// GET /cgi-bin/getcallbackip
pub(super) fn callback_ip(call: &Call<'_>) -> Answer {
    drop(call.open(Capability::Basic)?);
    Ok(format!("{{\"ip_list\":[{CALLBACK_ADDRESSES}]}}"))
}

/// GET /cgi-bin/get_api_domain_ip
pub(super) fn api_domain_ip(call: &Call<'_>) -> Answer {
    drop(call.open(Capability::Basic)?);
    Ok(format!("{{\"ip_list\":[{API_ADDRESSES}]}}"))
}

/// POST /cgi-bin/callback/check
pub(super) fn callback_check(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let (dns, ping) = match fields::text(&body, "action")? {
            Some("dns") => (true, false),
            Some("ping") => (false, true),
            Some("all") => (true, true),
            _ => return Err(40202.into()),
        };
        match fields::text(&body, "check_operator")? {
            Some(name @ ("CHINANET" | "UNICOM" | "CAP")) => Ok((dns, ping, Some(name.to_owned()))),
            Some("DEFAULT") => Ok((dns, ping, None)),
            _ => Err(40203.into()),
        }
    });
    drop(call.open(Capability::Basic)?);
    let (dns, ping, operator) = parsed?;
    if !call.has_callback_url {
        return Err(40201.into());
    }
    let mut parts = Vec::new();
    if dns {
        let entry = |[ip, operator, ..]: [&str; 5]| {
            format!("{{\"ip\":\"{ip}\",\"real_operator\":\"{operator}\"}}")
        };
        parts.push(format!("\"dns\":[{}]", FOUND.map(entry).join(",")));
    }
    if ping {
        let asked =
            |[_, _, from, ..]: &&[&str; 5]| operator.as_ref().is_none_or(|name| from == name);
        let entry = |[ip, _, from, loss, time]: &[&str; 5]| {
            format!(
                "{{\"ip\":\"{ip}\",\"from_operator\":\"{from}\",\
                 \"package_loss\":\"{loss}\",\"time\":\"{time}\"}}"
            )
        };
        let entries: Vec<String> = FOUND.iter().filter(asked).map(entry).collect();
        parts.push(format!("\"ping\":[{}]", entries.join(",")));
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

/// POST /cgi-bin/openapi/rid/get
pub(super) fn rid_get(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| fields::owned(&body, "rid"));
    let account = call.open(Capability::Basic)?;
    let error = account.past_errors.find(&parsed?, call.now)?;
    Ok(format!(
        "{{\"errcode\":0,\"errmsg\":\"ok\",\"request\":{{\"invoke_time\":{},\"cost_in_ms\":12,\
         \"request_url\":{},\"request_body\":{},\"response_body\":{},\"client_ip\":\"{}\"}}}}",
        unix_seconds(error.at),
        quoted(&error.query),
        quoted(&error.request_body),
        quoted(&error.response_body),
        error.peer,
    ))
}
