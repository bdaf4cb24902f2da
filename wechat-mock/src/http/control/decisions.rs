//! Control calls about what people decide: the administrator, those on the website, the platform's.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use wechat_types::id::{ArticleId, MediaId, MsgId, TagId};

use super::asked::{Asked, Problem, Told};
use super::schemas;
use super::sending::job_json;
use super::table::{Route, Scope, row};
use crate::beijing::unix_seconds;
use crate::world::originality::OriginalArticle;
use crate::world::publish::{Publication, PublishStatus};
use crate::world::website::WebsiteSend;

pub(super) fn routes() -> Vec<Route> {
    use Scope::Account;
    vec![
        row(Method::POST, Account, "confirmations", "the administrator's word on a job", confirm)
            .takes(schemas::confirmation),
        row(Method::POST, Account, "website-sends", "a send made on the website", send_on_website)
            .takes(schemas::website_send),
        row(
            Method::POST,
            Account,
            "originals",
            "articles of this title are reprints",
            add_original,
        )
        .takes(schemas::original),
        row(Method::GET, Account, "publications", "the publications", publications),
        row(Method::POST, Account, "publish-statuses", "how the next one ends", next_status)
            .takes(schemas::publish_status),
        row(Method::DELETE, Account, "publications/{article_id}", "bans its articles", ban),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    msg_id: MsgId,
    approved: bool,
}

/// Only a job that waits for the administrator can be confirmed or refused.
fn confirm(asked: &Asked) -> Told {
    let Confirmation { msg_id, approved } = asked.body()?;
    let account = &asked.account;
    let unknown = || Problem::unknown("msg_id", format!("there is no job {msg_id}"));
    account.job(msg_id).ok_or_else(unknown)?;
    let done = if approved { account.approve_job(msg_id) } else { account.refuse_job(msg_id) };
    if !done {
        let message = format!("msg_id: the job {msg_id} waits for nobody");
        return Err(Problem::new(StatusCode::CONFLICT, message));
    }
    account.job(msg_id).map(|job| job_json(account, &job)).ok_or_else(unknown)
}

/// What is sent, and to whom: one of each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Send {
    text: Option<String>,
    draft: Option<MediaId>,
    tag_id: Option<TagId>,
    #[serde(default)]
    everyone: bool,
}

fn send_on_website(asked: &Asked) -> Told {
    let Send { text, draft, tag_id, everyone } = asked.body()?;
    let send = match (text, draft, tag_id, everyone) {
        (Some(text), None, None, true) => WebsiteSend::text_to_everyone(text),
        (None, Some(draft), None, true) => WebsiteSend::draft_to_everyone(&draft),
        (Some(text), None, Some(tag), false) => WebsiteSend::text_to_tag(tag, text),
        (None, Some(draft), Some(tag), false) => WebsiteSend::draft_to_tag(tag, &draft),
        _ => {
            let message = "one of text and draft, and one of tag_id and everyone are expected";
            return Err(Problem::new(StatusCode::BAD_REQUEST, message));
        }
    };
    let msg_id = asked.account.send_on_website(&send).map_err(|code| {
        Problem::new(StatusCode::CONFLICT, format!("the platform refuses it with {code}"))
    })?;
    Ok(json!({"msg_id": msg_id}))
}

/// An original; what is not named is as in the documented sample.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Original {
    title: String,
    url: Option<String>,
    kind: Option<u32>,
    can_reprint: Option<bool>,
    need_replace_content: Option<bool>,
    need_show_reprint_source: Option<bool>,
    user_declare_state: Option<u32>,
    audit_state: Option<u32>,
}

fn add_original(asked: &Asked) -> Told {
    let given: Original = asked.body()?;
    let usual = match given.can_reprint {
        Some(false) => OriginalArticle::not_to_be_reprinted(given.title),
        _ => OriginalArticle::new(given.title),
    };
    let original = OriginalArticle {
        url: given.url.unwrap_or(usual.url),
        kind: given.kind.unwrap_or(usual.kind),
        need_replace_content: given.need_replace_content.unwrap_or(usual.need_replace_content),
        need_show_reprint_source: given
            .need_show_reprint_source
            .unwrap_or(usual.need_show_reprint_source),
        user_declare_state: given.user_declare_state.unwrap_or(usual.user_declare_state),
        audit_state: given.audit_state.unwrap_or(usual.audit_state),
        ..usual
    };
    asked.account.add_original(original);
    Ok(json!({}))
}

fn publications(asked: &Asked) -> Told {
    let all: Vec<Value> = asked.account.publications().iter().map(publication_json).collect();
    Ok(json!({"publications": all}))
}

fn publication_json(publication: &Publication) -> Value {
    let articles: Vec<Value> = publication
        .articles
        .iter()
        .map(|(article, deleted)| json!({"title": article.title, "deleted": deleted}))
        .collect();
    json!({
        "publish_id": publication.publish_id,
        "msg_data_id": publication.msg_data_id,
        "article_id": publication.article_id,
        "status": publication.status.number(),
        "articles": articles,
        "submitted_at": unix_seconds(publication.submitted_at),
        "updated_at": unix_seconds(publication.updated_at),
    })
}

/// How a publication ends.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Ending {
    Success,
    Failed,
    /// These articles, from 1.
    OriginalityFailed(Vec<u32>),
    AuditFailed(Vec<u32>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NextStatus {
    status: Ending,
}

fn next_status(asked: &Asked) -> Told {
    let NextStatus { status } = asked.body()?;
    asked.account.next_publish_status(match status {
        Ending::Success => PublishStatus::Success,
        Ending::Failed => PublishStatus::Failed,
        Ending::OriginalityFailed(articles) => PublishStatus::OriginalityFailed(articles),
        Ending::AuditFailed(articles) => PublishStatus::AuditFailed(articles),
    });
    Ok(json!({}))
}

fn ban(asked: &Asked) -> Told {
    let id = ArticleId::new(asked.last.as_str()).ok();
    if id.is_some_and(|id| asked.account.ban_publication(&id)) {
        return Ok(json!({}));
    }
    Err(Problem::unknown("article_id", format!("nothing is published as {:?}", asked.last)))
}
