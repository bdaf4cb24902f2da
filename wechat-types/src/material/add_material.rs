//! `POST /cgi-bin/material/add_material`: a permanent picture, such as an article's cover.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial.html>

use std::borrow::Cow;

use serde::Deserialize;

use crate::codec::multipart::{self, File};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::MediaId;

/// Adds one file to the account's library (100,000 pictures).
///
/// Codes: 40004 kind, 40005 and 40137 content, 40009 too large, 40113 extension, 41005 no file,
/// 45001 size, 45074 library full.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AddMaterial {
    /// What the file is.
    #[doc(alias = "type")]
    pub kind: MaterialKind,
    /// The file.
    #[doc(alias = "media")]
    pub file: File,
}

/// The kinds of permanent material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaterialKind {
    /// `image`: bmp, png, jpeg, gif of at most 10 MB. Serves as an article's cover.
    Image,
}

impl MaterialKind {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
        }
    }

    /// Bytes of the largest file of this kind.
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Image => 10 * 1024 * 1024,
        }
    }
}

impl AddMaterial {
    /// Adds a file of this kind.
    pub fn new(kind: MaterialKind, file: File) -> Self {
        Self { kind, file }
    }
}

/// The new material.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct AddMaterialResponse {
    /// Its id, which does not expire.
    pub media_id: MediaId,
    /// A picture's address, for use on Tencent's domains only.
    pub url: Option<String>,
}

impl AddMaterialResponse {
    /// Material without an address.
    pub fn new(media_id: MediaId) -> Self {
        Self { media_id, url: None }
    }
}

impl Endpoint for AddMaterial {
    /// [`Replay::Never`]: a repeat leaves a second copy in a library of limited size.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/material/add_material", Replay::Never);
    type Response = AddMaterialResponse;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![("type", self.kind.as_str().into())]
    }

    fn encode(&self) -> Result<Body, EncodeError> {
        if self.file.bytes.is_empty() {
            return Err(EncodeError::refused(
                ErrorCode::EMPTY_MEDIA_DATA,
                format!("{} is empty", self.file.name),
            ));
        }
        if self.file.bytes.len() > self.kind.max_bytes() {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_IMAGE_SIZE,
                format!(
                    "{} has {} bytes, permanent material of kind {} may have {}",
                    self.file.name,
                    self.file.bytes.len(),
                    self.kind.as_str(),
                    self.kind.max_bytes()
                ),
            ));
        }
        Ok(multipart::encode(&self.file))
    }

    fn decode(reply: Reply<'_>) -> Result<AddMaterialResponse, ReplyError> {
        json::decode(reply)
    }
}
