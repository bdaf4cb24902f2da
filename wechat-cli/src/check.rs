//! `wechat-cli check`: what must be right before anything is sent.

mod round_trip;

use serde_json::json;
use wechat_http::Error;
use wechat_types::endpoint::Endpoint as _;
use wechat_types::error_code::ErrorCode;
use wechat_types::mass::{GetSpeed, Send, SendAll};
use wechat_types::platform::{CheckAction, CheckCallback, GetApiDomainIps, GetApiQuota, Operator};

use crate::args::CheckArgs;
use crate::exit::Exit;
use crate::session::{self, Done, Failure, Session, told};

/// What was found of one thing.
enum Finding {
    Well(String),
    Bad(String),
    Skipped(String),
}

use Finding::{Bad, Skipped, Well};

/// Runs the command.
pub(crate) async fn run(args: &CheckArgs) -> Exit {
    session::run("check", &args.server, None, async |session| check(session, args).await).await
}

async fn check(session: &Session, args: &CheckArgs) -> Result<Done, Failure> {
    let mut bad = Vec::new();
    let mut tell = |name: &'static str, finding: Finding| {
        let (found, words) = match finding {
            Well(words) => ("well", words),
            Bad(words) => ("bad", words),
            Skipped(words) => ("skipped", words),
        };
        if found == "bad" {
            bad.push(name);
        }
        let fields = json!({ "name": name, "found": found, "words": words });
        session.lines.say("checked", fields, || format!("{name:<12}{found:<9}{words}"));
    };
    // Any call needs the token first.
    let token = session.client.send(&GetApiDomainIps::new()).await.map(|_| ());
    let usable = token.is_ok();
    let (token, white_list) = token_and_white_list(token);
    tell("token", token);
    tell("white list", white_list);
    if usable {
        tell("permission", permission(session).await);
        tell("quota", quota(session).await);
        tell("address", address(session).await);
    } else {
        for name in ["permission", "quota", "address"] {
            tell(name, Skipped("cannot be asked without a token".to_owned()));
        }
    }
    tell("callback", round_trip::check(session, args.callback_url.as_deref()).await);
    let fields = json!({ "bad": bad });
    if bad.is_empty() {
        return Ok(Done::well(fields, format!("nothing wrong on {} (检查通过)", session.server)));
    }
    let text = format!("wrong on {}: {} (检查未通过)", session.server, bad.join(", "));
    Ok(Done::partly(fields, text))
}

/// The platform looks at the white list where the token is fetched.
fn token_and_white_list(token: Result<(), Error>) -> (Finding, Finding) {
    let error = match token {
        Ok(()) => {
            let listed = "this machine may call the platform";
            return (Well("fetched".to_owned()), Well(listed.to_owned()));
        }
        Err(error) => error,
    };
    let unlisted = error.api().filter(|api| api.code == ErrorCode::IP_NOT_IN_WHITELIST).map(
        |api| match api.refused_address() {
            Some(address) => format!(
                "40164: put {address} on the IP white list on mp.weixin.qq.com (请将此IP加入白名单)"
            ),
            None => told(&error),
        },
    );
    match unlisted {
        Some(words) => (Skipped("not given to this machine".to_owned()), Bad(words)),
        None => (Bad(told(&error)), Skipped("the token failed for another reason".to_owned())),
    }
}

/// The speed belongs to the calls that send, and asking for it changes nothing.
async fn permission(session: &Session) -> Finding {
    match session.client.send(&GetSpeed::new()).await {
        Ok(_) => Well("the account may send".to_owned()),
        Err(error) => Bad(told(&error)),
    }
}

async fn quota(session: &Session) -> Finding {
    let mut parts = Vec::new();
    let mut used_up = false;
    for (name, path) in [("send", Send::SPEC.path), ("sendall", SendAll::SPEC.path)] {
        match session.client.send(&GetApiQuota::new(path)).await {
            Ok(answer) => {
                used_up |= answer.quota.remain == 0;
                parts.push(format!(
                    "{name} {} of {}",
                    answer.quota.remain, answer.quota.daily_limit
                ));
            }
            Err(error) => return Bad(told(&error)),
        }
    }
    let words = format!("left today: {}", parts.join(", "));
    if used_up { Bad(words) } else { Well(words) }
}

/// What the platform finds of the callback's host.
async fn address(session: &Session) -> Finding {
    let request = CheckCallback::new(CheckAction::All, Operator::Default);
    match session.client.send(&request).await {
        Ok(found) => {
            let lost = |loss: &str| loss.trim_end_matches('%').parse() == Ok(100.0);
            let hosts: Vec<&str> = found.dns.iter().map(|host| host.ip.as_str()).collect();
            let pings = found.ping.iter().map(|ping| {
                let operator = String::from(ping.from_operator.clone());
                format!("{} from {operator}: {} lost, {}", ping.ip, ping.package_loss, ping.time)
            });
            let words = format!("{}; {}", hosts.join(", "), pings.collect::<Vec<_>>().join("; "));
            let all_lost =
                !found.ping.is_empty() && found.ping.iter().all(|p| lost(&p.package_loss));
            if hosts.is_empty() || all_lost { Bad(words) } else { Well(words) }
        }
        Err(error) if error.code() == Some(ErrorCode::new(40201)) && session.callback.is_none() => {
            Skipped("the account has no callback address (40201)".to_owned())
        }
        Err(error) => Bad(told(&error)),
    }
}
