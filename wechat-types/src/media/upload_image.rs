//! `POST /cgi-bin/media/uploadimg`: a picture for use inside an article.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_uploadimage.html>

use serde::Deserialize;

use crate::codec::multipart::{self, File};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;

/// Uploads a JPEG or PNG of at most 1 MB; its URL is the only kind that articles may show.
///
/// Does not count against the material library. Codes: 40005 not a picture, 40009 too large,
/// 40113 extension, 41005 no file, 44001 empty file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UploadImage {
    /// The picture.
    #[doc(alias = "media")]
    pub file: File,
}

impl UploadImage {
    /// Bytes of the largest picture: 1 MB.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// Uploads this picture.
    pub fn new(file: File) -> Self {
        Self { file }
    }
}

/// The uploaded picture's address.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct UploadImageResponse {
    /// To be used as `src` inside an article.
    pub url: String,
}

impl UploadImageResponse {
    /// Takes the address as it stands.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }
}

impl Endpoint for UploadImage {
    /// [`Replay::Safe`]: a second upload gives a second URL and uses up nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/media/uploadimg", Replay::Safe);
    type Response = UploadImageResponse;

    fn encode(&self) -> Result<Body, EncodeError> {
        if self.file.bytes.is_empty() {
            return Err(EncodeError::refused(
                ErrorCode::EMPTY_MEDIA_DATA,
                format!("{} is empty", self.file.name),
            ));
        }
        if self.file.bytes.len() > Self::MAX_BYTES {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_IMAGE_SIZE,
                format!(
                    "{} has {} bytes, a picture inside an article may have {}",
                    self.file.name,
                    self.file.bytes.len(),
                    Self::MAX_BYTES
                ),
            ));
        }
        Ok(multipart::encode(&self.file))
    }

    fn decode(reply: Reply<'_>) -> Result<UploadImageResponse, ReplyError> {
        json::decode(reply)
    }
}
