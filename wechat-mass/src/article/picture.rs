//! A picture file: recognized by its bytes, held against the limits of its use.

use std::fmt;
use std::path::Path;

use imagesize::ImageType;
use wechat_types::codec::multipart::File;
use wechat_types::error_code::ErrorCode;
use wechat_types::material::MaterialKind;
use wechat_types::media::UploadImage;

use crate::client_msg_id::ContentDigest;
use crate::problem::Problems;

/// A picture with its name, for messages and for the upload.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    name: String,
    bytes: Vec<u8>,
    format: PictureFormat,
}

/// The formats the platform takes somewhere. BMP and GIF serve as a cover only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PictureFormat {
    Bmp,
    Gif,
    Jpeg,
    Png,
}

impl PictureFormat {
    const fn extension(self) -> &'static str {
        match self {
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Bmp => "image/bmp",
            Self::Gif => "image/gif",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

impl Picture {
    /// Recognizes a picture by its bytes; the name's extension does not matter.
    ///
    /// # Errors
    ///
    /// [`Problems`] when the bytes are empty, damaged, or of a format the platform never takes.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Problems> {
        let name = name.into();
        let refused = |code: ErrorCode, problem: &str| {
            Problems::one(format!("{name}: would be refused with {code}: {problem}"))
        };
        if bytes.is_empty() {
            return Err(refused(ErrorCode::EMPTY_MEDIA_DATA, "the file is empty"));
        }
        let format = match imagesize::image_type(&bytes) {
            Ok(ImageType::Bmp) => PictureFormat::Bmp,
            Ok(ImageType::Gif) => PictureFormat::Gif,
            Ok(ImageType::Jpeg) => PictureFormat::Jpeg,
            Ok(ImageType::Png) => PictureFormat::Png,
            _ => {
                return Err(refused(
                    ErrorCode::INVALID_FILE_TYPE,
                    "the file is no picture of a format that the platform takes (jpeg, png; as a cover also bmp, gif)",
                ));
            }
        };
        if imagesize::blob_size(&bytes).is_err() {
            return Err(refused(
                ErrorCode::INVALID_IMAGE_FORMAT,
                "the file begins like a picture, but is damaged",
            ));
        }
        Ok(Self { name, bytes, format })
    }

    /// Reads a picture file.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when the file cannot be read.
    pub fn read(file: &Path) -> Result<Self, Problems> {
        let shown = file.display().to_string();
        let bytes = std::fs::read(file)
            .map_err(|e| Problems::one(format!("{shown}: the picture cannot be read: {e}")))?;
        Self::new(shown, bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A picture inside an article: jpeg or png, at most 1 MB.
    pub(crate) fn check_for_article(&self) -> Result<(), String> {
        if !matches!(self.format, PictureFormat::Jpeg | PictureFormat::Png) {
            return Err(self.refused(
                ErrorCode::INVALID_FILE_TYPE,
                "a picture inside an article is a jpeg or a png",
            ));
        }
        self.check_size(UploadImage::MAX_BYTES, "a picture inside an article")
    }

    /// A cover: any format, at most 10 MB.
    pub(crate) fn check_for_cover(&self) -> Result<(), String> {
        self.check_size(MaterialKind::Image.max_bytes(), "a cover")
    }

    fn check_size(&self, limit: usize, what: &str) -> Result<(), String> {
        let has = self.bytes.len();
        if has <= limit {
            return Ok(());
        }
        let problem = format!("the file has {has} bytes, {what} may have {limit}");
        Err(self.refused(ErrorCode::INVALID_IMAGE_SIZE, &problem))
    }

    fn refused(&self, code: ErrorCode, problem: &str) -> String {
        format!("{}: would be refused with {code}: {problem}", self.name)
    }

    pub(crate) fn content_digest(&self) -> ContentDigest {
        ContentDigest::of([self.bytes.as_slice()])
    }

    /// The upload, under the extension that belongs to the bytes: the platform compares the two
    /// (40113, 40137).
    pub(crate) fn to_file(&self) -> File {
        let stem = Path::new(&self.name).file_stem().and_then(|stem| stem.to_str());
        let name = format!("{}.{}", stem.unwrap_or("picture"), self.format.extension());
        File::new(name, self.format.content_type(), self.bytes.clone())
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("name", &self.name)
            .field("format", &self.format)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}
