//! `wechat-cli followers`: how many there are, and their OpenIDs in a file.

use std::path::Path;

use serde_json::json;
use wechat_http::describe;
use wechat_mass::followers::{ExportError, FollowerExport, Followers};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::TagId;
use wechat_types::user::GetFollowers;

use crate::args::{FollowersCommand, FollowersExportArgs};
use crate::exit::Exit;
use crate::grouped::grouped;
use crate::session::{self, Done, Failure, Session, with_advice};

/// Runs the command.
pub(crate) async fn run(command: &FollowersCommand) -> Exit {
    match command {
        FollowersCommand::Count(args) => {
            session::run("followers count", &args.server, None, async |session| {
                let total = session.client.send(&GetFollowers::new()).await?.total;
                let text = format!("{} followers on {} (粉丝)", grouped(total), session.server);
                Ok(Done::well(json!({ "total": total }), text))
            })
            .await
        }
        FollowersCommand::Export(args) => {
            let FollowersExportArgs { file, tag, server } = args;
            session::run("followers export", server, None, async |session| {
                let whose = tag.map_or(Followers::All, |tag| Followers::Tagged(TagId::new(tag)));
                export(session, file, whose).await
            })
            .await
        }
    }
}

/// Writes a list to a file, or goes on with it.
pub(crate) async fn export(
    session: &Session,
    file: &Path,
    whose: Followers,
) -> Result<Done, Failure> {
    let mut export = FollowerExport::open(file, &session.client, whose)
        .map_err(|e| Failure::refused(describe(&e)))?;
    let resumed = export.resumed();
    if resumed > 0 {
        let text = || format!("goes on after {} OpenIDs", grouped(resumed));
        session.lines.say("resumed", json!({ "open_ids": resumed }), text);
    }
    let ended = export
        .run(&session.client, &mut |progress| {
            let fields = json!({ "open_ids": progress.open_ids, "total": progress.total });
            session.lines.say("page", fields, || match progress.total {
                Some(total) => format!("{} of {}", grouped(progress.open_ids), grouped(total)),
                None => grouped(progress.open_ids),
            });
        })
        .await;
    let shown = file.display().to_string();
    match ended {
        Ok(open_ids) => Ok(Done::well(
            json!({ "open_ids": open_ids, "file": shown }),
            format!("{} OpenIDs in {shown}", grouped(open_ids)),
        )),
        Err(error) => {
            let code = match &error {
                // The error says already what to do.
                ExportError::Page { source, .. } => {
                    source.code().filter(|code| *code != ErrorCode::INVALID_OPENID)
                }
                _ => None,
            };
            Err(Failure::failed(with_advice(describe(&error), code)))
        }
    }
}
