//! Rules of articles: drafts, the library's closed calls, free publish.

use super::{Entry, entry};

const DRAFT: &[&str] = &["draft/"];
const FREE: &[&str] = &["freepublish/"];
const CLOSED: &[&str] = &["material/add_news", "material/update_news", "media/uploadnews"];
const IN_LIBRARY: &[&str] = &["draft/add", "draft/update", "material/add_news"];

pub(super) const RULES: &[Entry] = &[
    entry(
        40007,
        &["draft/add", "material/add_news"],
        "draft/cover",
        "thumb_media_id, or each image_media_id, is a permanent picture of this account",
    ),
    entry(
        40007,
        &["media/uploadnews"],
        "media/news-cover",
        "thumb_media_id is a picture of media/upload or a permanent one",
    ),
    entry(
        40007,
        &["draft/update", "material/update_news"],
        "draft/update-ids",
        "media_id exists, and thumb_media_id is a permanent picture of this account",
    ),
    entry(
        40007,
        DRAFT,
        "draft/media-id",
        "media_id is a draft that was neither deleted nor sent nor published",
    ),
    entry(
        40007,
        FREE,
        "freepublish/draft",
        "media_id is a draft that was neither deleted nor sent nor published",
    ),
    entry(40114, &[], "draft/index", "index is the place of an article, counted from 0"),
    entry(40215, IN_LIBRARY, "draft/images-count", "image_info.image_list holds 1 to 20 pictures"),
    entry(40215, CLOSED, "draft/images-count", "image_info.image_list holds 1 to 20 pictures"),
    entry(41039, &[], "draft/source-address", "content_source_url begins with http:// or https://"),
    entry(
        44003,
        &[],
        "draft/articles",
        "articles is given and not empty, each with a content: a list where articles are made, one \
         object where one is changed",
    ),
    entry(
        45003,
        &[],
        "draft/title",
        "title has 1 to 32 characters (older text, and the closed calls: 64)",
    ),
    entry(45004, &[], "draft/digest", "digest has at most 128 characters"),
    entry(45110, &[], "draft/author", "author has at most 16 characters"),
    entry(
        45008,
        &[],
        "draft/size",
        "content has fewer than 20 000 characters and less than 1 MB, content_source_url at most \
         1 KB, and there are at most 8 articles",
    ),
    entry(45009, &["media/uploadnews"], "media/news-a-day", "10 calls of uploadnews a day"),
    entry(45103, CLOSED, "material/closed", "closed since 2022-02-28: use drafts"),
    entry(45106, CLOSED, "material/closed", "closed since 2022-02-28: use drafts"),
    entry(45164, &[], "general/offset", "offset is a number from 0"),
    entry(45165, &[], "general/count", "count is 1 to 20"),
    entry(53502, &[], "freepublish/publish-id", "publish_id is the number of a publication"),
    entry(
        53600,
        &[],
        "freepublish/article-id",
        "article_id is what freepublish/get told, and index counts its articles from 1",
    ),
];
