//! `POST /cgi-bin/media/uploadimg`: a picture for use inside an article.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_uploadimage.html>

use serde::{Deserialize, Serialize};

use crate::codec::multipart::{self, File};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::served::{Incoming, Served};

/// Uploads a JPEG or PNG of at most 1 MB; its URL is the only kind that articles may show.
///
/// Does not count against the material library. Codes: 40005 not a picture, 40009 too large,
/// 40113 extension, 41005 no file, 44001 empty file.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    fn check(&self) -> Result<(), EncodeError> {
        let what = "a picture inside an article";
        self.file.check(Self::MAX_BYTES, ErrorCode::INVALID_IMAGE_SIZE, what)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(multipart::encode(&self.file))
    }

    fn decode(reply: Reply<'_>) -> Result<UploadImageResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for UploadImage {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self { file: multipart::decode(request)?.file })
    }

    fn encode_response(answer: &UploadImageResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
