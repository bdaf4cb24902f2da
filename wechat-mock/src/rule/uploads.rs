//! Rules of uploads, temporary media and the library.

use super::{Entry, entry};

const TEMPORARY: &[&str] = &["media/upload"];
const PICTURES: &[&str] = &["media/uploadimg"];
const LISTS: &[&str] = &["material/batchget_material"];

pub(super) const RULES: &[Entry] = &[
    entry(40004, LISTS, "material/type", "type is image, video, voice or news"),
    entry(40004, &[], "media/type", "type stands in the query: image, voice, video or thumb"),
    entry(
        40005,
        &[],
        "media/content",
        "the file's content is of a format that the type takes, and fits its extension",
    ),
    entry(
        40007,
        &["media/get"],
        "media/temporary-id",
        "media_id is from media/upload, 3 days old at most",
    ),
    entry(
        40007,
        &["media/uploadvideo"],
        "media/video-id",
        "media_id is a video of media/upload, 3 days old at most",
    ),
    entry(40007, &["material/"], "material/media-id", "media_id is permanent material"),
    entry(40009, PICTURES, "media/article-picture-size", "a picture for articles has at most 1 MB"),
    entry(40009, &[], "media/picture-size", "a picture has at most 10 MB"),
    entry(40010, &[], "media/voice-size", "a recording has at most 2 MB"),
    entry(40011, &[], "media/video-size", "a video has at most 10 MB"),
    entry(40012, &[], "media/thumb-size", "a thumb has at most 64 KB"),
    entry(40113, PICTURES, "media/article-picture-name", "the file name ends in .jpg or .png"),
    entry(
        40113,
        TEMPORARY,
        "media/temporary-name",
        "the file name ends as the type wants: png jpg gif, amr mp3, mp4, thumb jpg",
    ),
    entry(
        40113,
        &[],
        "material/name",
        "the file name ends as the type wants: bmp png jpg gif, mp3 wma wav amr, mp4, thumb jpg",
    ),
    entry(40137, &[], "media/picture", "a picture begins as its format begins"),
    entry(
        41005,
        &[],
        "media/part",
        "the body is multipart/form-data with a Content-Length, its first part media with a filename",
    ),
    entry(41006, &[], "media/id-missing", "media_id stands in the query"),
    entry(44001, &[], "media/empty", "the file is not empty"),
    entry(45007, &[], "media/playtime", "a recording lasts 60 seconds at most"),
    entry(
        45074,
        &[],
        "material/full",
        "the library holds 100 000 pictures, 100 000 articles and 1000 of each other kind",
    ),
];
