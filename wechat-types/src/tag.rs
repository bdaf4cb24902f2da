//! Tags of followers, `/cgi-bin/tags/` and `/cgi-bin/user/tag/`.

mod batch_tag;
mod batch_untag;
mod create_tag;
mod delete_tag;
mod get_tag_followers;
mod get_tag_ids;
mod get_tags;
mod update_tag;

pub use batch_tag::BatchTag;
pub use batch_untag::BatchUntag;
pub use create_tag::{CreateTag, CreateTagResponse};
pub use delete_tag::DeleteTag;
pub use get_tag_followers::{GetTagFollowers, GetTagFollowersResponse};
pub use get_tag_ids::{GetTagIds, GetTagIdsResponse};
pub use get_tags::{GetTags, GetTagsResponse, Tag};
pub use update_tag::UpdateTag;
