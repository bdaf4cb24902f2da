//! The audience of a campaign file that is put together from several sources.

use std::path::Path;

use serde::Deserialize;
use wechat_http::{Client, describe};
use wechat_mass::journal::{Entry, Store};
use wechat_mass::quota::Day;
use wechat_mass::recipients::{
    self, Corrections, Fetched, Kitchen, Listing, Recipe, Roster, Scratch, Source,
};
use wechat_types::id::{AppId, TagId};

/// One source, as it is written: exactly one of its keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WireSource {
    open_ids: Option<String>,
    tag: Option<u64>,
    all_followers: Option<bool>,
    reached_by: Option<String>,
}

/// The keys of a set operation.
#[derive(Debug)]
pub(crate) struct WireRecipe {
    pub(crate) include: Vec<WireSource>,
    pub(crate) and: Vec<WireSource>,
    pub(crate) except: Vec<WireSource>,
    pub(crate) subscribed_since: Option<toml::value::Datetime>,
}

/// Reads a recipe.
pub(crate) fn read(wire: WireRecipe) -> Result<Recipe, Vec<String>> {
    let mut problems = Vec::new();
    let mut sources = |key: &str, wire: Vec<WireSource>| -> Vec<Source> {
        let mut found = Vec::new();
        for (number, wire) in wire.into_iter().enumerate() {
            match source(wire) {
                Some(source) => found.push(source),
                None => problems.push(format!(
                    "[audience] {key}, {}: a source has exactly one of: open_ids = \"vip.txt\", \
                     tag = 134, all_followers = true, reached_by = \"spring\"",
                    number + 1
                )),
            }
        }
        found
    };
    let mut recipe = Recipe::default();
    recipe.include = sources("include", wire.include);
    recipe.and = sources("and", wire.and);
    recipe.except = sources("except", wire.except);
    if let Some(since) = wire.subscribed_since {
        let day = since.date.filter(|_| since.time.is_none() && since.offset.is_none());
        recipe.followed_since = day.and_then(|day| Day::new(day.year, day.month, day.day));
        if recipe.followed_since.is_none() {
            problems.push(
                "[audience] subscribed_since: a day in Beijing, such as 2026-04-01".to_owned(),
            );
        }
    }
    if recipe.include.is_empty() && problems.is_empty() {
        problems.push("[audience] include: at least one source".to_owned());
    }
    if problems.is_empty() { Ok(recipe) } else { Err(problems) }
}

fn source(wire: WireSource) -> Option<Source> {
    match wire {
        WireSource { open_ids: Some(file), tag: None, all_followers: None, reached_by: None } => {
            Some(Source::File(file.into()))
        }
        WireSource { open_ids: None, tag: Some(tag), all_followers: None, reached_by: None } => {
            Some(Source::Listing(Listing::Tag(TagId::new(tag))))
        }
        WireSource { open_ids: None, tag: None, all_followers: Some(true), reached_by: None } => {
            Some(Source::Listing(Listing::AllFollowers))
        }
        WireSource { open_ids: None, tag: None, all_followers: None, reached_by: Some(name) } => {
            Some(Source::ReachedBy(name))
        }
        _ => None,
    }
}

/// Where a campaign's lists are made: the account's server, and its folder of the state.
pub(crate) struct Place<'a> {
    pub(crate) account: &'a AppId,
    /// None on the embedded mock, which knows nobody yet.
    pub(crate) client: Option<&'a Client>,
    /// Where the campaign file lies.
    pub(crate) files: &'a Path,
    /// Where lists of the platform are kept.
    pub(crate) folder: &'a Path,
    /// The account's record on its server, if there is one; the embedded mock has none.
    pub(crate) store: Option<&'a dyn Store>,
    pub(crate) scratch: Scratch,
}

/// Makes the list, or takes the one that the campaign was begun with.
pub(crate) async fn make(
    recipe: &Recipe,
    campaign: &str,
    place: &Place<'_>,
) -> Result<(Roster, Option<Corrections>), Vec<String>> {
    if let Some(store) = place.store
        && recipe.is_alive()
        && let Some(roster) = begun(recipe, campaign, store, place).await?
    {
        return Ok((roster, None));
    }
    let folder = place.folder.join("lists");
    let mut kitchen = Kitchen::new(place.account, place.files, &folder, &place.scratch);
    kitchen.client = place.client;
    kitchen.store = place.store;
    let mut observe = |list: &str, fetched: Fetched| {
        // A line for each page would be a thousand.
        if fetched.calls == 1 || fetched.calls.is_multiple_of(100) {
            eprintln!("reading {list}: {} OpenIDs, {} calls", fetched.open_ids, fetched.calls);
        }
    };
    let made = recipe.make(&kitchen, &mut observe).await;
    let (roster, corrections) = made.map_err(|e| vec![format!("[audience] {}", describe(&e))])?;
    if let Err(error) = roster.check() {
        return Err(vec![format!("[audience] {recipe}: {error}")]);
    }
    Ok((roster, Some(corrections)))
}

/// The list of a campaign that was begun.
async fn begun(
    recipe: &Recipe,
    campaign: &str,
    store: &dyn Store,
    place: &Place<'_>,
) -> Result<Option<Roster>, Vec<String>> {
    let failed = |e| vec![describe(&e)];
    let all = store.campaigns(place.account).await.map_err(failed)?;
    let Some(frozen) = all.into_iter().find(|frozen| frozen.name == campaign) else {
        return Ok(None);
    };
    let entries = store.entries(place.account, campaign).await.map_err(failed)?;
    if !entries.iter().any(|entry| matches!(entry, Entry::Intent { .. })) {
        return Ok(None);
    }
    let now = recipe.to_string();
    match frozen.source {
        Some(source) if source == now => {
            let scratch = place.scratch.clone();
            recipients::frozen(store, place.account, campaign, scratch).await.map_err(failed)
        }
        source => Err(vec![format!(
            "the campaign {campaign:?} was begun with another audience: {}, and is now for {now}; if \
             that is meant, give the campaign another name",
            source.unwrap_or(frozen.audience)
        )]),
    }
}
