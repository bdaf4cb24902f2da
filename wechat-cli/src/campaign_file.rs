//! The campaign file: TOML beside the article, the pictures and the follower list it names.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::time::SystemTime;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::value::Datetime;
use wechat_mass::Problems;
use wechat_mass::article::ArticleSource;
use wechat_mass::campaign::{Content, PlanAudience};
use wechat_mass::recipients::{self, Corrections, Gatherer, Recipe, RecipientsError, Scratch};
use wechat_types::id::TagId;

use crate::audience::{self, WireRecipe, WireSource};
use crate::{moment, toml_file};

/// A campaign file, read and checked as far as possible without the platform.
#[derive(Debug)]
pub(crate) struct CampaignFile {
    pub(crate) name: String,
    pub(crate) account: Option<String>,
    pub(crate) audience: Whom,
    pub(crate) content: Content,
    /// No call before and after these.
    pub(crate) not_before: Option<SystemTime>,
    pub(crate) not_after: Option<SystemTime>,
    /// The other calls wait for the report of the first.
    pub(crate) canary: bool,
}

/// Which campaign a file is about, whatever else is in it.
#[derive(Debug, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) account: Option<String>,
}

/// Reads only which campaign it is: to stop one must be possible while its files are being edited.
pub(crate) fn identity(file: &Path) -> Result<Identity, String> {
    read_as(file)
}

/// Reads what `T` wants of a campaign file.
fn read_as<T: DeserializeOwned>(file: &Path) -> Result<T, String> {
    let text = fs::read_to_string(file)
        .map_err(|e| format!("{}: the campaign file cannot be read: {e}", file.display()))?;
    toml_file::parse(file, &text)
}

/// When the calls of a campaign may be made, whatever else is in its file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) not_before: Option<SystemTime>,
    pub(crate) not_after: Option<SystemTime>,
    pub(crate) canary: bool,
}

/// Reads only that.
pub(crate) fn timing(file: &Path) -> Result<Timing, String> {
    #[derive(Deserialize)]
    struct Wire {
        not_before: Option<Datetime>,
        not_after: Option<Datetime>,
        #[serde(default)]
        canary: bool,
    }
    let wire: Wire = read_as(file)?;
    let shown = file.display();
    let moment = |key: &str, written: Option<Datetime>| {
        let read = written.as_ref().map(moment::read).transpose();
        read.map_err(|problem| format!("{shown}: {key}: {problem}"))
    };
    Ok(Timing {
        not_before: moment("not_before", wire.not_before)?,
        not_after: moment("not_after", wire.not_after)?,
        canary: wire.canary,
    })
}

/// Whom a campaign is for.
#[derive(Debug)]
pub(crate) enum Whom {
    /// Known, with what was corrected in the follower list, if there is one.
    Ready(PlanAudience, Option<Corrections>),
    /// To be made, by asking the platform or the journal.
    Recipe(Recipe),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    name: String,
    account: Option<String>,
    not_before: Option<Datetime>,
    not_after: Option<Datetime>,
    #[serde(default)]
    canary: bool,
    #[serde(default)]
    ignore_reprint: bool,
    audience: WireAudience,
    #[serde(default)]
    article: Vec<WireArticle>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireAudience {
    everyone: Option<bool>,
    tag: Option<u64>,
    open_ids: Option<String>,
    include: Option<Vec<WireSource>>,
    #[serde(default)]
    and: Vec<WireSource>,
    #[serde(default)]
    except: Vec<WireSource>,
    subscribed_since: Option<Datetime>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireArticle {
    title: String,
    html: String,
    cover: String,
    author: Option<String>,
    digest: Option<String>,
    content_source_url: Option<String>,
    open_comments: Option<bool>,
    only_followers_comment: Option<bool>,
}

/// Reads a campaign file and all the files it names.
///
/// All problems with the files are found in one go, each with its file, line or key.
pub(crate) fn read(file: &Path, scratch: Scratch) -> Result<CampaignFile, Vec<String>> {
    let shown = file.display();
    let wire: Wire = read_as(file).map_err(|e| vec![e])?;
    let dir = file.parent().unwrap_or(Path::new("."));
    let mut problems = Vec::new();
    let audience = read_audience(wire.audience, dir, scratch)
        .map_err(|found| problems.extend(found.iter().map(|p| format!("{shown}: {p}"))));
    let content = read_content(wire.article, wire.text, wire.ignore_reprint, dir)
        .map_err(|found| problems.extend(found.iter().map(|p| format!("{shown}: {p}"))));
    let mut moment =
        |key: &str, written: &Option<Datetime>| match written.as_ref().map(moment::read) {
            Some(Err(problem)) => {
                problems.push(format!("{shown}: {key}: {problem}"));
                None
            }
            Some(Ok(at)) => Some(at),
            None => None,
        };
    let not_before = moment("not_before", &wire.not_before);
    let not_after = moment("not_after", &wire.not_after);
    if not_before.zip(not_after).is_some_and(|(begin, end)| begin > end) {
        problems
            .push(format!("{shown}: not_before is after not_after: nothing could ever be sent"));
    }
    match (audience, content) {
        (Ok(audience), Ok(content)) if problems.is_empty() => Ok(CampaignFile {
            name: wire.name,
            account: wire.account,
            audience,
            content,
            not_before,
            not_after,
            canary: wire.canary,
        }),
        _ => Err(problems),
    }
}

fn read_audience(wire: WireAudience, dir: &Path, scratch: Scratch) -> Result<Whom, Vec<String>> {
    let WireAudience { everyone, tag, open_ids, include, and, except, subscribed_since } = wire;
    let has_condition = !and.is_empty() || !except.is_empty() || subscribed_since.is_some();
    match (everyone, tag, open_ids, include) {
        (None, None, None, Some(include)) => {
            let wire = WireRecipe { include, and, except, subscribed_since };
            audience::read(wire).map(Whom::Recipe)
        }
        _ if has_condition => Err(vec![
            "[audience] and, except and subscribed_since need include = [ … ], the lists to choose from"
                .to_owned(),
        ]),
        (Some(true), None, None, None) => Ok(Whom::Ready(PlanAudience::Everyone, None)),
        (None, Some(tag), None, None) => {
            Ok(Whom::Ready(PlanAudience::Tag(TagId::new(tag)), None))
        }
        (None, None, Some(name), None) => {
            let file = dir.join(name);
            let shown = file.display();
            let text = File::open(&file)
                .map_err(|e| vec![format!("[audience] open_ids: {shown} cannot be read: {e}")])?;
            let failed = |found: RecipientsError| -> Vec<String> {
                let problems = found.list().into_iter();
                problems.map(|p| format!("[audience] open_ids: {shown}: {p}")).collect()
            };
            let mut gatherer = Gatherer::new(scratch);
            let mut corrections =
                recipients::read_into(&mut gatherer, BufReader::new(text)).map_err(failed)?;
            let roster = gatherer.finish().map_err(failed)?;
            corrections.complete(&roster);
            roster.check().map_err(|e| vec![format!("[audience] open_ids: {shown}: {e}")])?;
            Ok(Whom::Ready(roster.into(), Some(corrections)))
        }
        _ => Err(vec![
            "[audience] names exactly one of: everyone = true, tag = 134, open_ids = \"followers.txt\", include = [ … ]"
                .to_owned(),
        ]),
    }
}

fn read_content(
    articles: Vec<WireArticle>,
    text: Option<String>,
    ignore_reprint: bool,
    dir: &Path,
) -> Result<Content, Vec<String>> {
    match (articles.is_empty(), text) {
        (true, Some(text)) => Ok(Content::Text(text)),
        (false, None) => {
            let (mut sources, mut problems) = (Vec::new(), Vec::new());
            let mut collect = |number: usize, found: Option<Problems>| {
                let list = found.into_iter().flat_map(|found| found.list);
                problems.extend(list.map(|p| format!("[[article]] {}: {p}", number + 1)));
            };
            for (number, wire) in articles.into_iter().enumerate() {
                match ArticleSource::from_dir(dir, wire.title, &wire.html, &wire.cover) {
                    Ok(mut source) => {
                        source.author = wire.author;
                        source.digest = wire.digest;
                        source.content_source_url = wire.content_source_url;
                        source.open_comments = wire.open_comments;
                        source.only_followers_comment = wire.only_followers_comment;
                        // The plan checks it again, but could not say which article it is.
                        collect(number, source.check().err());
                        sources.push(source);
                    }
                    Err(found) => collect(number, Some(found)),
                }
            }
            if problems.is_empty() {
                Ok(Content::articles_of(sources, ignore_reprint))
            } else {
                Err(problems)
            }
        }
        (false, Some(_)) => Err(vec![
            "a campaign has [[article]] or text, not both: one message has one content".to_owned(),
        ]),
        (true, None) => Err(vec!["a campaign needs at least one [[article]], or text".to_owned()]),
    }
}
