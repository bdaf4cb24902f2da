//! `wechat-cli quota`: what the platform counts, beside what the record knows.

use serde_json::json;
use wechat_http::{Clock as _, SystemClock, describe};
use wechat_mass::quota::{SENDALL, Spend, Window};
use wechat_types::endpoint::Endpoint;
use wechat_types::mass::{DeleteMass, Preview, Send, SendAll};
use wechat_types::platform::GetApiQuota;

use crate::args::QuotaArgs;
use crate::exit::Exit;
use crate::grouped::grouped;
use crate::session::{self, Done, Failure, Session, told};

/// What is asked for: the call, and what of the record draws on it.
const CALLS: [(&str, &[Spend]); 4] = [
    (Send::SPEC.path, &[Spend::ByOpenIds]),
    (SendAll::SPEC.path, SENDALL),
    (Preview::SPEC.path, &[Spend::Preview]),
    (DeleteMass::SPEC.path, &[Spend::Delete]),
];

/// Runs the command.
pub(crate) async fn run(args: &QuotaArgs) -> Exit {
    session::run("quota", &args.server, None, async |session| show(session).await).await
}

async fn show(session: &Session) -> Result<Done, Failure> {
    // What the platform counts is worth knowing without a record too.
    let store = match session.lacks_record() {
        None => Some(session.store().await?),
        Some(problem) => {
            session.lines.say("no_record", json!({ "problem": problem }), || problem.clone());
            None
        }
    };
    let account = session.client.app_id();
    let now = SystemClock::new().now();
    let unreadable = |e| Failure::refused(describe(&e));
    session.lines.say("quotas", json!({}), || {
        format!(
            "{:<32}{:>12}{:>12}{:>12}{:>12}",
            "today (Beijing)", "limit", "used", "left", "record"
        )
    });
    let mut first_error = None;
    for (path, spends) in CALLS {
        let day = Window::Day.began(now);
        let recorded = match &store {
            Some(store) => Some(store.spent(account, spends, day).await.map_err(unreadable)?.len()),
            None => None,
        };
        let answer = session.client.send(&GetApiQuota::new(path)).await;
        let quota = answer.as_ref().ok().map(|answer| &answer.quota);
        let error = answer.as_ref().err().map(told);
        let fields = json!({
            "path": path,
            "limit": quota.map(|quota| quota.daily_limit),
            "used": quota.map(|quota| quota.used),
            "left": quota.map(|quota| quota.remain),
            "recorded": recorded,
            "error": error,
        });
        session.lines.say("quota", fields, || {
            let short = path.strip_prefix("/cgi-bin/").unwrap_or(path);
            let counts = match quota {
                Some(quota) => [quota.daily_limit, quota.used, quota.remain].map(grouped),
                None => ["-", "-", "-"].map(str::to_owned),
            };
            let [limit, used, left] = counts;
            let recorded = recorded.map_or("-".to_owned(), |count| count.to_string());
            format!("{short:<32}{limit:>12}{used:>12}{left:>12}{recorded:>12}")
        });
        first_error = first_error.or(error);
    }
    if let Some(store) = &store {
        let month = Window::Month.began(now);
        let spent = async |spend| store.spent(account, &[spend], month).await.map(|all| all.len());
        let everyone = spent(Spend::ToEveryone).await.map_err(unreadable)?;
        let website = spent(Spend::OnWebsite).await.map_err(unreadable)?;
        let limit = session.limits.to_everyone_per_month;
        let fields = json!({
            "sent_to_everyone_this_month": everyone, "on_website": website, "limit": limit,
        });
        session.lines.say("month", fields, || {
            format!(
                "to everyone this month: {everyone} in the record, of {limit}; sends on mp.weixin.qq.com count too: \
                 {website} were stated (send --website-sends)"
            )
        });
    }
    match first_error {
        Some(error) => Err(Failure::failed(error)),
        None => Ok(Done::well(json!({}), format!("asked of {} (额度)", session.server))),
    }
}
