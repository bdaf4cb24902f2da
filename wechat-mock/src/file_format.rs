//! Tells files apart by their first bytes and by their names.

use serde::{Deserialize, Serialize};

/// File formats the platform takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Format {
    Bmp,
    Gif,
    Jpeg,
    Png,
    Amr,
    Mp3,
    Wav,
    Wma,
    Mp4,
}

impl Format {
    /// The format by content.
    pub(crate) fn of_content(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"BM") {
            Some(Self::Bmp)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"#!AMR") {
            Some(Self::Amr)
        } else if bytes.starts_with(b"RIFF") {
            Some(Self::Wav)
        } else if bytes.starts_with(&[0x30, 0x26, 0xb2, 0x75]) {
            Some(Self::Wma)
        } else if bytes.get(4..8) == Some(b"ftyp") {
            Some(Self::Mp4)
        } else if bytes.starts_with(b"ID3")
            || matches!(bytes, [0xff, second, ..] if second & 0xe0 == 0xe0)
        {
            Some(Self::Mp3)
        } else {
            None
        }
    }

    /// The format by the extension of a file name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "bmp" => Self::Bmp,
            "gif" => Self::Gif,
            "jpg" | "jpeg" => Self::Jpeg,
            "png" => Self::Png,
            "amr" => Self::Amr,
            "mp3" => Self::Mp3,
            "wav" => Self::Wav,
            "wma" => Self::Wma,
            "mp4" => Self::Mp4,
            _ => return None,
        })
    }

    pub(crate) fn is_picture(self) -> bool {
        matches!(self, Self::Bmp | Self::Gif | Self::Jpeg | Self::Png)
    }

    /// As in the `Content-Type` of a download.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Bmp => "image/bmp",
            Self::Gif => "image/gif",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Amr => "audio/amr",
            Self::Mp3 => "audio/mpeg",
            Self::Wav => "audio/wav",
            Self::Wma => "audio/x-ms-wma",
            Self::Mp4 => "video/mp4",
        }
    }

    /// As in the path of a picture's address, and as a file's extension.
    pub(crate) fn short_name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            other => other.url_name(),
        }
    }

    /// As in the query of a picture's address.
    pub(crate) fn url_name(self) -> &'static str {
        match self {
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Amr => "amr",
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Wma => "wma",
            Self::Mp4 => "mp4",
        }
    }
}
