//! Articles: what is checked, what is kept, what is dropped in silence.

use super::media::{MaterialKind, Media};
use crate::random::Random;
use crate::random::digest;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// A part of a cover, in fractions of its sides, as written by the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CoverCrop {
    /// `1_1`, `16_9` or `2.35_1`.
    pub ratio: String,
    /// Left edge.
    pub x1: String,
    /// Upper edge.
    pub y1: String,
    /// Right edge.
    pub x2: String,
    /// Lower edge.
    pub y2: String,
}

/// One article as the platform keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredArticle {
    /// A picture post (`newspic`) instead of an article.
    pub is_picture_post: bool,
    /// The title.
    pub title: String,
    /// The author; may be empty.
    pub author: String,
    /// The digest; may be empty.
    pub digest: String,
    /// The content after scripts and foreign pictures were dropped.
    pub content: String,
    /// The "read original" link; may be empty.
    pub content_source_url: String,
    /// The cover; empty for a picture post.
    pub thumb_media_id: String,
    /// Shows the cover above the text; only older clients set it.
    pub show_cover_pic: bool,
    /// Readers may comment.
    pub need_open_comment: bool,
    /// Only followers may comment.
    pub only_fans_can_comment: bool,
    /// The cover's part for the wide picture, `X1_Y1_X2_Y2`; may be empty.
    pub pic_crop_235_1: String,
    /// The cover's part for the square picture; may be empty.
    pub pic_crop_1_1: String,
    /// The cover's parts of `cover_info`.
    pub cover_crops: Vec<CoverCrop>,
    /// The product at the foot; may be empty.
    pub product_key: String,
    /// `article_type` was written out.
    pub(crate) type_stated: bool,
    /// The pictures of a picture post.
    pub images: Vec<String>,
    /// Addresses of pictures that were dropped from the content, since they stand on foreign hosts.
    pub dropped_pictures: Vec<String>,
    /// Addresses of links that were taken from their texts, since they lead elsewhere.
    pub dropped_links: Vec<String>,
}

/// Where a cover may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covers {
    /// From the library.
    Permanent,
    /// From the library or from media/upload.
    Any,
    /// From media/upload.
    Temporary,
}

/// Longest title in the closed calls, whose documents were never changed.
const CLOSED_TITLES: usize = 64;

/// The longest title that the closed calls take.
pub(crate) fn closed_titles(settings: &Settings) -> usize {
    settings.title_limit.max(CLOSED_TITLES)
}

/// Checks the articles of a new draft or of the closed calls; drops what the platform drops.
/// `titles`: the longest title, in characters.
pub(crate) fn accept(
    articles: Vec<StoredArticle>,
    titles: usize,
    covers: Covers,
    media: &Media,
    settings: &Settings,
) -> Result<Vec<StoredArticle>, i64> {
    if articles.is_empty() {
        return Err(44003);
    }
    if articles.len() > settings.articles_limit {
        return Err(45008);
    }
    articles
        .into_iter()
        .map(|article| accept_one(article, titles, covers, media, settings))
        .collect()
}

/// The same for one article.
pub(crate) fn accept_one(
    mut article: StoredArticle,
    titles: usize,
    covers: Covers,
    media: &Media,
    settings: &Settings,
) -> Result<StoredArticle, i64> {
    check(&article, titles, covers, media, settings)?;
    let content = std::mem::take(&mut article.content);
    let cleaned = clean(&content, settings.links_outside);
    (article.content, article.dropped_pictures) = (cleaned.kept, cleaned.pictures);
    article.dropped_links = cleaned.links;
    Ok(article)
}

/// The digest as readers see it: one that was not given may be the first 54 characters of the text.
pub(crate) fn shown_digest(article: &StoredArticle, from_text: bool) -> String {
    if from_text && article.digest.is_empty() && !article.is_picture_post {
        plain_text(&article.content).chars().take(54).collect()
    } else {
        article.digest.clone()
    }
}

fn plain_text(content: &str) -> String {
    let mut text = String::new();
    let mut rest = content;
    while let Some(start) = rest.find('<') {
        let (before, tag_on) = rest.split_at(start);
        text.push_str(before);
        rest = tag_on.get(tag_length(tag_on)..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The address of the `number`-th article, from 1, of a draft or publication.
pub(crate) fn address(id: &str, number: usize) -> String {
    let mixed = digest(&[id.as_bytes()]);
    let mid = 100_000_000 + mixed % 900_000_000;
    let sn = Random::new(mixed.wrapping_add(number as u64)).hex(32);
    format!("http://mp.weixin.qq.com/s?__biz=MzU4NzI1NjQzMg==&mid={mid}&idx={number}&sn={sn}")
}

fn check(
    article: &StoredArticle,
    titles: usize,
    covers: Covers,
    media: &Media,
    settings: &Settings,
) -> Result<(), i64> {
    let too_long = |text: &str, limit: usize| text.chars().count() > limit;
    if article.title.is_empty() || too_long(&article.title, titles) {
        return Err(45003);
    }
    if too_long(&article.author, settings.author_limit) {
        return Err(45110);
    }
    if too_long(&article.digest, settings.digest_limit) {
        return Err(45004);
    }
    if article.content.is_empty() && !article.is_picture_post {
        return Err(44003);
    }
    if article.content.len() >= settings.content_bytes_limit
        || article.content.chars().count() >= settings.content_limit
        || article.content_source_url.len() > 1024
    {
        return Err(45008);
    }
    if article.is_picture_post {
        if article.images.is_empty() || article.images.len() > 20 {
            return Err(40215);
        }
        let known = |id: &String| media.library_kind(id) == Some(MaterialKind::Image);
        return if article.images.iter().all(known) { Ok(()) } else { Err(40007) };
    }
    let thumb = article.thumb_media_id.as_str();
    let kind = match covers {
        Covers::Permanent => media.library_kind(thumb),
        Covers::Any => media.kind(thumb),
        Covers::Temporary => media.temporary(thumb).map(|item| item.kind),
    };
    match kind {
        Some(MaterialKind::Image | MaterialKind::Thumb) => Ok(()),
        _ => Err(40007),
    }
}

/// Hosts whose pictures stay in an article.
fn is_own_host(url: &str) -> bool {
    let rest = url.strip_prefix("https:").or_else(|| url.strip_prefix("http:")).unwrap_or(url);
    let Some(rest) = rest.strip_prefix("//") else {
        // No address of a foreign host, such as `data:` or a relative path: gone as well.
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    ["mmbiz.qpic.cn", "mmbiz.qlogo.cn", "mmecoa.qpic.cn"].contains(&host)
}

/// May a link to this address stand in an article of any account? Mini programs have none.
fn is_own_link(url: &str) -> bool {
    let url = url.trim();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    url.is_empty() || url.starts_with('#') || host == Some("mp.weixin.qq.com")
}

/// Content, and the addresses of what was dropped from it.
#[derive(Debug, Default)]
struct Cleaned {
    kept: String,
    pictures: Vec<String>,
    links: Vec<String>,
}

/// Drops scripts, pictures of foreign hosts and, unless they may stand, links that lead outside.
fn clean(content: &str, links_outside: bool) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let kept = &mut cleaned.kept;
    // The link that is open was dropped: its end goes too.
    let mut in_dropped_link = false;
    let mut rest = content;
    while let Some(start) = rest.find('<') {
        let (text, tag_on) = rest.split_at(start);
        kept.push_str(text);
        let (tag, after) = tag_on.split_at(tag_length(tag_on));
        rest = after;
        let lower = tag.to_ascii_lowercase();
        if is_tag(&lower, "script") {
            let close = rest.to_ascii_lowercase().find("</script>");
            rest = close.and_then(|at| rest.get(at + "</script>".len()..)).unwrap_or_default();
        } else if is_tag(&lower, "img")
            && let Some(url) = attribute(tag, &lower, "src")
            && !is_own_host(url)
        {
            cleaned.pictures.push(url.to_owned());
        } else if is_tag(&lower, "a") {
            let foreign = attribute(tag, &lower, "href").filter(|url| !is_own_link(url));
            in_dropped_link = foreign.is_some() && !links_outside;
            match foreign {
                Some(url) if !links_outside => cleaned.links.push(url.to_owned()),
                _ => kept.push_str(tag),
            }
        } else if in_dropped_link && is_tag(&lower, "/a") {
            in_dropped_link = false;
        } else {
            kept.push_str(tag);
        }
    }
    kept.push_str(rest);
    cleaned
}

/// The length of the tag that `text` begins with: up to its `>`, but not to one inside of quotes.
/// Quotes count in tags only: a `<` before no letter is text.
fn tag_length(text: &str) -> usize {
    let is_tag = text.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic()));
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            ('>', None) => return at + 1,
            ('"' | '\'', None) if is_tag => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn is_tag(lower: &str, name: &str) -> bool {
    let rest = lower.strip_prefix('<').and_then(|rest| rest.strip_prefix(name));
    rest.is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r', '>', '/']))
}

/// The value of an attribute; `lower` is `tag` in lower case.
fn attribute<'a>(tag: &'a str, lower: &str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    loop {
        let at = from + lower.get(from..)?.find(name)?;
        let value_on = at + name.len();
        from = value_on;
        // A whole word: not the end of `data-src`.
        if !lower.get(..at)?.ends_with([' ', '\t', '\n', '\r', '"', '\'']) {
            continue;
        }
        let Some(value) = tag.get(value_on..)?.trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start();
        return Some(match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
            _ => value.split([' ', '>', '\t', '\n']).next()?,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_pictures_and_scripts_are_dropped() {
        let content = concat!(
            "<p>a < b</p><img src=\"http://mmbiz.qpic.cn/x/0\"/>",
            "<IMG alt='x' data-src=\"keep\" SRC='https://example.com/a.png'>",
            "<script>alert(1)</script><img src=data:image/png;base64,AA>c",
            "<img alt=\"1 > 0\" src=\"https://example.com/b.png\">d<3 'e > f",
        );
        let cleaned = clean(content, false);
        assert_eq!(cleaned.kept, "<p>a < b</p><img src=\"http://mmbiz.qpic.cn/x/0\"/>cd<3 'e > f");
        assert_eq!(
            cleaned.pictures,
            ["https://example.com/a.png", "data:image/png;base64,AA", "https://example.com/b.png"]
        );
        assert_eq!(clean("<script>never closed", false).kept, "");
        assert_eq!(clean("<img", false).kept, "<img");
    }

    #[test]
    fn links_that_lead_outside_leave_their_text() {
        let content = concat!(
            "<a href=\"https://mp.weixin.qq.com/s/x\">own</a>",
            "<A HREF='https://example.com/a'>foreign</A><abbr>a</abbr>",
            "<a data-miniprogram-appid=\"wx\" href=\"\">mini</a>",
        );
        let cleaned = clean(content, false);
        assert_eq!(
            cleaned.kept,
            concat!(
                "<a href=\"https://mp.weixin.qq.com/s/x\">own</a>foreign<abbr>a</abbr>",
                "<a data-miniprogram-appid=\"wx\" href=\"\">mini</a>",
            )
        );
        assert_eq!(cleaned.links, ["https://example.com/a"]);
        assert_eq!(clean(content, true).kept, content);
    }
}
