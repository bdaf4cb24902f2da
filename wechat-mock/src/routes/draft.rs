//! /cgi-bin/draft/{add,get,update,delete,count,batchget,switch}: articles to be sent or published.

use wechat_types::id::MediaId;

use super::article::{self, Origin, Page, Style};
use super::{Answer, Call, fields};
use crate::reply::{OK, Refusal, quoted};
use crate::settings::Settings;
use crate::world::account::Capability::Drafts;
use crate::world::article::{Covers, StoredArticle, accept};
use crate::world::draft::StoredDraft;

pub(super) fn add(call: &Call<'_>) -> Answer {
    let articles = fields::object_with_text(call.body(), call.settings.escaped_text)
        .and_then(|body| article::list(&body));
    let mut account = call.open_daily(Drafts)?;
    let articles = accept(
        articles?,
        call.settings.title_limit,
        Covers::Permanent,
        &account.media,
        &call.settings,
    )?;
    let id = account.new_media_id();
    account.drafts.insert(id.clone(), articles, call.now);
    let item = item_list(&call.settings);
    Ok(format!("{{\"media_id\":{}{item}}}", quoted(id.as_str())))
}

/// An empty list that some answers end with.
pub(super) fn item_list(settings: &Settings) -> &'static str {
    if settings.forms.empty_item_list { ",\"item\":[]" } else { "" }
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let id = media_id(call);
    let account = call.open_daily(Drafts)?;
    let (id, draft) = account.drafts.living(&id?).ok_or(40007)?;
    let style = Style { media: &account.media, content: true, of: Origin::Draft, short: false };
    Ok(format!("{{{}}}", news_item(&id, draft, style)))
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let parsed = parse_update(call);
    let mut guard = call.open_daily(Drafts)?;
    let account = &mut *guard;
    let (id, index, article) = parsed?;
    let link = article.content_source_url.as_str();
    account.drafts.living(&id).ok_or(40007)?;
    if !link.is_empty() && !link.starts_with("http://") && !link.starts_with("https://") {
        return Err(41039.into());
    }
    account.drafts.replace(&id, index, article, &account.media, &call.settings, call.now)?;
    Ok(OK.to_owned())
}

/// The body of draft/update and update_news.
pub(super) fn parse_update(call: &Call<'_>) -> Result<(String, u64, StoredArticle), Refusal> {
    let body = fields::object_with_text(call.body(), call.settings.escaped_text)?;
    let id = fields::owned(&body, "media_id")?;
    let index = fields::number(&body, "index")?.ok_or(40114)?;
    Ok((id, index, article::single(&body)?))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = media_id(call);
    call.open_daily(Drafts)?.drafts.delete(&id?)?;
    Ok(OK.to_owned())
}

pub(super) fn count(call: &Call<'_>) -> Answer {
    let account = call.open_daily(Drafts)?;
    Ok(format!("{{\"total_count\":{}}}", account.drafts.list().len()))
}

pub(super) fn batch_get(call: &Call<'_>) -> Answer {
    let parsed = page(call);
    let account = call.open_daily(Drafts)?;
    let (page, content) = parsed?;
    let style = Style { media: &account.media, content, of: Origin::Draft, short: false };
    Ok(page.write(&account.drafts.list(), |(id, draft)| {
        format!(
            "{{\"media_id\":{},\"content\":{{{}}},\"update_time\":{}}}",
            quoted(id.as_str()),
            news_item(id, draft, style),
            crate::beijing::unix_seconds(draft.updated_at)
        )
    }))
}

/// The body of draft/batchget and freepublish/batchget: which part, and whether with the texts.
pub(super) fn page(call: &Call<'_>) -> Result<(Page, bool), Refusal> {
    let body = fields::object(call.body())?;
    Ok((Page::read(&body)?, !fields::flag(&body, "no_content")?))
}

pub(super) fn switch(call: &Call<'_>) -> Answer {
    let mut account = call.open(Drafts)?;
    if call.query.get("checkonly") != Some("1") {
        account.drafts.switched_on = true;
    }
    let is_open = u8::from(account.drafts.switched_on);
    Ok(format!("{{\"errcode\":0,\"errmsg\":\"ok\",\"is_open\":{is_open}}}"))
}

/// The field `media_id`; what is missing is no draft either.
pub(super) fn media_id(call: &Call<'_>) -> Result<String, Refusal> {
    fields::owned(&fields::object(call.body())?, "media_id")
}

fn news_item(id: &MediaId, draft: &StoredDraft, style: Style<'_>) -> String {
    let articles = draft.articles.iter().map(|article| (article, false));
    article::news_item(id.as_str(), articles, (draft.created_at, draft.updated_at), style)
}
