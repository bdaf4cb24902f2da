//! Temporary media and pictures for articles, `/cgi-bin/media/`.

mod upload_image;

pub use upload_image::{UploadImage, UploadImageResponse};
