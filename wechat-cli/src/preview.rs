//! `wechat-cli preview`: a campaign's content shown to one person.

use serde_json::json;
use wechat_http::{Outcome, describe};
use wechat_mass::preview::{PreviewError, preview};
use wechat_mass::quota::BeijingTime;
use wechat_mass::recipients::Scratch;
use wechat_types::id::{OpenId, WeChatName};
use wechat_types::mass::PreviewReceiver;

use crate::args::PreviewArgs;
use crate::campaign_file;
use crate::exit::Exit;
use crate::lines::Lines;
use crate::session::{self, Done, Failure, Session, told};
use crate::state;

/// Runs the command.
pub(crate) async fn run(args: &mut PreviewArgs) -> Exit {
    let folder = state::folder(args.server.state.as_deref(), &args.campaign);
    let file = match campaign_file::read(&args.campaign, Scratch::folder(folder)) {
        Ok(file) => file,
        Err(problems) => {
            Lines::new(args.server.json).failed_by(&problems, Exit::Refused);
            return Exit::Refused;
        }
    };
    // The campaign names its account, as for `send`.
    args.server.account = args.server.account.take().or_else(|| file.account.clone());
    let args = &*args;
    session::run("preview", &args.server, Some(&args.campaign), async |session| {
        let shown = show(session, args, &file).await;
        shown.map(|done| done.of_campaign(&file.name)).map_err(|e| e.of_campaign(&file.name))
    })
    .await
}

async fn show(
    session: &Session,
    args: &PreviewArgs,
    file: &campaign_file::CampaignFile,
) -> Result<Done, Failure> {
    let (receiver, shown) = receiver(args)?;
    if let (Some(mock), PreviewReceiver::OpenId(open_id)) = (&session.mock, &receiver) {
        mock.add_follower(open_id.clone());
    }
    let store = session.store().await?;
    let answer =
        preview(&session.client, store.as_ref(), &session.limits, &file.content, receiver).await;
    let previewed = answer.map_err(|error| match &error {
        PreviewError::Closed { until, .. } => Failure::refused(format!(
            "{error}; the next one from {} (Beijing)",
            BeijingTime::new(*until)
        )),
        PreviewError::Call(source) if source.outcome() == Outcome::Unknown => {
            Failure::failed(format!(
                "{}: it may have been shown; it is counted, and not made again by itself",
                told(source)
            ))
        }
        PreviewError::Call(source) => Failure::failed(told(source)),
        _ => Failure::refused(describe(&error)),
    })?;
    let draft = previewed.draft.as_ref().map(|draft| draft.as_str());
    let fields = json!({ "campaign": file.name, "to": shown, "draft": draft });
    let mut text = format!("shown to {shown} on {} (预览已发送)", session.server);
    if let Some(draft) = draft {
        text.push_str(&format!("; draft {draft} stays in the account's drafts"));
    }
    Ok(Done::well(fields, text))
}

fn receiver(args: &PreviewArgs) -> Result<(PreviewReceiver, String), Failure> {
    match (&args.to, &args.to_name) {
        (Some(open_id), _) => {
            let id = OpenId::new(open_id).map_err(|e| Failure::refused(format!("--to: {e}")))?;
            Ok((PreviewReceiver::OpenId(id), open_id.clone()))
        }
        (None, Some(name)) => {
            let id = WeChatName::new(name);
            let id = id.map_err(|e| Failure::refused(format!("--to-name: {e}")))?;
            Ok((PreviewReceiver::WeChatName(id), name.clone()))
        }
        (None, None) => Err(Failure::refused("nobody is named: say --to or --to-name")),
    }
}
