//! `wechat-cli tags`: tags, and who has them.

use std::fs;

use serde_json::json;
use wechat_http::describe;
use wechat_mass::followers::Followers;
use wechat_mass::recipients;
use wechat_mass::tagging::{TagChange, change_tag};
use wechat_types::id::TagId;
use wechat_types::tag::{CreateTag, DeleteTag, GetTags, UpdateTag};

use crate::args::{TagsChangeArgs, TagsCommand};
use crate::exit::Exit;
use crate::followers;
use crate::grouped::grouped;
use crate::session::{self, Done, Failure, Session, confirm, with_advice};

/// Runs the command.
pub(crate) async fn run(command: &TagsCommand) -> Exit {
    match command {
        TagsCommand::List(args) => {
            session::run("tags list", &args.server, None, async |session| list(session).await).await
        }
        TagsCommand::Create(args) => {
            session::run("tags create", &args.server, None, async |session| {
                let tag = session.client.send(&CreateTag::new(args.name.as_str())).await?;
                let fields = json!({ "tag": tag.id.get(), "name": tag.name });
                Ok(Done::well(fields, format!("tag {}: {} (已创建)", tag.id, tag.name)))
            })
            .await
        }
        TagsCommand::Rename(args) => {
            session::run("tags rename", &args.server, None, async |session| {
                let tag = TagId::new(args.tag);
                session.client.send(&UpdateTag::new(tag, args.name.as_str())).await?;
                let fields = json!({ "tag": args.tag, "name": args.name });
                Ok(Done::well(fields, format!("tag {tag}: {} (已改名)", args.name)))
            })
            .await
        }
        TagsCommand::Delete(args) => {
            session::run("tags delete", &args.server, None, async |session| {
                if !args.yes {
                    confirm(&format!("Delete tag {} on {}?", args.tag, session.server))?;
                }
                session.client.send(&DeleteTag::new(TagId::new(args.tag))).await?;
                let text = format!("tag {} deleted; its followers stay (已删除)", args.tag);
                Ok(Done::well(json!({ "tag": args.tag }), text))
            })
            .await
        }
        TagsCommand::Members(args) => {
            session::run("tags members", &args.server, None, async |session| {
                let whose = Followers::Tagged(TagId::new(args.tag));
                followers::export(session, &args.file, whose).await
            })
            .await
        }
        TagsCommand::Tag(args) => {
            session::run("tags tag", &args.server, None, async |session| {
                change(session, args, TagChange::Add).await
            })
            .await
        }
        TagsCommand::Untag(args) => {
            session::run("tags untag", &args.server, None, async |session| {
                change(session, args, TagChange::Remove).await
            })
            .await
        }
    }
}

async fn list(session: &Session) -> Result<Done, Failure> {
    let tags = session.client.send(&GetTags::new()).await?.tags;
    for tag in &tags {
        let fields = json!({ "tag": tag.id.get(), "name": tag.name, "followers": tag.count });
        let text =
            || format!("{:>12}  {:>12}  {}", tag.id.to_string(), grouped(tag.count), tag.name);
        session.lines.say("tag", fields, text);
    }
    let count = tags.len();
    Ok(Done::well(json!({ "tags": count }), format!("{count} tags on {}", session.server)))
}

async fn change(
    session: &Session,
    args: &TagsChangeArgs,
    change: TagChange,
) -> Result<Done, Failure> {
    let shown = args.file.display();
    let bytes = fs::read(&args.file)
        .map_err(|e| Failure::refused(format!("{shown}: cannot be read: {e}")))?;
    let list =
        recipients::read(&bytes).map_err(|found| Failure::refused(format!("{shown}: {found}")))?;
    let tag = TagId::new(args.tag);
    let done = change_tag(&session.client, change, tag, list.open_ids, &mut |_| {}).await;
    let done =
        done.map_err(|error| Failure::failed(with_advice(describe(&error), error.error().code())))?;
    let failed: Vec<&str> = done.failed.iter().map(|id| id.as_str()).collect();
    let fields = json!({ "tag": args.tag, "changed": done.changed, "failed": failed });
    let how = match change {
        TagChange::Add => "have it (已打标签)",
        _ => "do not have it (已取消标签)",
    };
    let text = format!("tag {tag}: {} followers {how}", grouped(done.changed as u64));
    if failed.is_empty() {
        return Ok(Done::well(fields, text));
    }
    Ok(Done::partly(
        fields,
        format!("{text}; the platform failed for {} (45171): {}", failed.len(), failed.join(", ")),
    ))
}
