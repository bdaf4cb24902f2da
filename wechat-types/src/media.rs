//! Temporary media and pictures for articles, `/cgi-bin/media/`.

mod get_media;
mod kind;
mod upload_image;
mod upload_media;
mod upload_news;
mod upload_video;

pub use get_media::{GetMedia, GetMediaResponse};
pub use kind::MediaKind;
pub use upload_image::{UploadImage, UploadImageResponse};
pub use upload_media::{UploadMedia, UploadMediaResponse};
pub use upload_news::{UploadNews, UploadNewsResponse};
pub use upload_video::{UploadVideo, UploadVideoResponse};
