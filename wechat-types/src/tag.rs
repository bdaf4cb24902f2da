//! Tags of followers, `/cgi-bin/tags/` and `/cgi-bin/user/tag/`.

mod create_tag;
mod get_tags;

pub use create_tag::{CreateTag, CreateTagResponse};
pub use get_tags::{GetTags, GetTagsResponse, Tag};
