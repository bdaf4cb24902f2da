//! /cgi-bin/freepublish/{submit,get,delete,getarticle,batchget}: articles without a message.

use wechat_types::id::PublishId;

use super::article::{self, Origin, Style};
use super::{Answer, Call, draft, fields};
use crate::beijing::unix_seconds;
use crate::reply::{OK, quoted};
use crate::settings::Settings;
use crate::world::account::Capability::Publishing;
use crate::world::article::address;
use crate::world::publish::{Publication, PublishStatus};

pub(super) fn submit(call: &Call<'_>) -> Answer {
    let id = draft::media_id(call);
    let mut account = call.open_daily(Publishing)?;
    let (publish_id, data_id) = account.publish(&id?, &call.settings, call.now)?;
    let number = publish_number(publish_id, &call.settings);
    let data = if call.settings.publish_id_as_number {
        String::new()
    } else if call.settings.forms.msg_data_id_as_number {
        format!(",\"msg_data_id\":{data_id}")
    } else {
        format!(",\"msg_data_id\":\"{data_id}\"")
    };
    Ok(format!("{{\"errcode\":0,\"errmsg\":\"ok\",\"publish_id\":{number}{data}}}"))
}

fn publish_number(id: PublishId, settings: &Settings) -> String {
    if settings.publish_id_as_number { id.to_string() } else { format!("\"{id}\"") }
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body())
        .and_then(|body| Ok(fields::number(&body, "publish_id")?.ok_or(53502)?));
    let mut account = call.open_daily(Publishing)?;
    let id = PublishId::new(parsed?);
    let one = account.query_publication(id, &call.settings, call.now)?;
    let status = one.status.number();
    let failed: &[u32] = match &one.status {
        PublishStatus::OriginalityFailed(failed) | PublishStatus::AuditFailed(failed) => failed,
        _ => &[],
    };
    let detail = if status == 0 { detail(one) } else { String::new() };
    let failed: Vec<String> = failed.iter().map(u32::to_string).collect();
    Ok(format!(
        "{{\"publish_id\":{},\"publish_status\":{status}{detail},\"fail_idx\":[{}]}}",
        publish_number(id, &call.settings),
        failed.join(",")
    ))
}

fn detail(one: &Publication) -> String {
    let id = one.article_id.as_str();
    let items: Vec<String> = (1..=one.articles.len())
        .map(|idx| {
            let url = quoted(&address(id, idx));
            format!("{{\"idx\":{idx},\"article_url\":{url}}}")
        })
        .collect();
    let (id, count, items) = (quoted(id), items.len(), items.join(","));
    format!(",\"article_id\":{id},\"article_detail\":{{\"count\":{count},\"item\":[{items}]}}")
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let id = fields::owned(&body, "article_id")?;
        Ok((id, fields::number(&body, "index")?.unwrap_or_default()))
    });
    let mut account = call.open_daily(Publishing)?;
    let (id, index) = parsed?;
    account.publications.delete(&id, index, call.now)?;
    Ok(OK.to_owned())
}

pub(super) fn get_article(call: &Call<'_>) -> Answer {
    let id = fields::object(call.body()).and_then(|body| fields::owned(&body, "article_id"));
    let account = call.open_daily(Publishing)?;
    let one = account.publications.published(&id?).ok_or(53600)?;
    let short = call.settings.forms.short_articles;
    let style = Style { media: &account.media, content: true, of: Origin::Publication, short };
    Ok(format!("{{{}}}", news_item(one, style)))
}

pub(super) fn batch_get(call: &Call<'_>) -> Answer {
    let parsed = draft::page(call);
    let account = call.open_daily(Publishing)?;
    let (page, content) = parsed?;
    let style = Style { media: &account.media, content, of: Origin::Publication, short: false };
    Ok(page.write(&account.publications.list(), |one| {
        format!(
            "{{\"article_id\":{},\"content\":{{{}}},\"update_time\":{}}}",
            quoted(one.article_id.as_str()),
            news_item(one, style),
            unix_seconds(one.updated_at)
        )
    }))
}

fn news_item(one: &Publication, style: Style<'_>) -> String {
    let articles = one.articles.iter().map(|(article, deleted)| (article, *deleted));
    let times = (one.submitted_at, one.updated_at);
    article::news_item(one.article_id.as_str(), articles, times, style)
}
