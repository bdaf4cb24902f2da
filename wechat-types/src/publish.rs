//! Publishing drafts without telling the followers, `/cgi-bin/freepublish/`. Verified accounts only.

mod batch_get_published;
mod delete_published;
mod get_publish_status;
mod get_published_article;
mod submit_publish;

pub use batch_get_published::{BatchGetPublished, BatchGetPublishedResponse, PublishedItem};
pub use delete_published::{DeletePublished, PublishedPart};
pub use get_publish_status::{
    GetPublishStatus, GetPublishStatusResponse, PublishStatus, PublishedUrl,
};
pub use get_published_article::{GetPublishedArticle, GetPublishedArticleResponse};
pub use submit_publish::{SubmitPublish, SubmitPublishResponse};
