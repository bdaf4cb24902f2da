//! A video, the object `mpvideo`.

use serde::{Deserialize, Serialize};

use crate::id::MediaId;

/// A video for a mass message. Codes: 48013, 48014, 48022 not fit for sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "mpvideo")]
#[non_exhaustive]
pub struct Video {
    /// What `media/uploadvideo` answered, not the id of an upload.
    pub media_id: MediaId,
    /// A title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Video {
    /// A video without title and description.
    pub fn new(media_id: MediaId) -> Self {
        Self { media_id, title: None, description: None }
    }
}
