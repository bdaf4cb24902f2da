//! file: a file. The page does not name this kind, but followers send it.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html>

use crate::error::ParseError;
use crate::fields::Field;

/// A file that a follower sent. No call is documented that fetches it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct File {
    /// The file.
    #[doc(alias = "FileKey")]
    pub file_key: String,
    /// Its name.
    #[doc(alias = "Title")]
    pub title: Option<String>,
    /// What it is about.
    #[doc(alias = "Description")]
    pub description: Option<String>,
    /// Its MD5 in hexadecimal digits.
    #[doc(alias = "FileMd5")]
    pub md5: Option<String>,
    /// Its length in bytes.
    #[doc(alias = "FileTotalLen")]
    pub length: Option<u64>,
}

impl File {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            file_key: fields.required("FileKey")?.to_owned(),
            title: fields.optional("Title"),
            description: fields.optional("Description"),
            md5: fields.optional("FileMd5"),
            length: fields.lenient_number("FileTotalLen"),
        })
    }
}
