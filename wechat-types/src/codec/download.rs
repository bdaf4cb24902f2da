//! Answers that are a file, or JSON instead: the body tells, its type does not.

use super::parameter::parameter;
use super::{Reply, ReplyError, multipart};

/// A file from the platform.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Download {
    /// Its name as the platform gave it, which need not be a safe one to store it under. Temporary
    /// media is named by its id.
    #[doc(alias = "filename")]
    pub name: Option<String>,
    /// Its media type, such as `image/jpeg`.
    pub content_type: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Download {
    /// A file without name and type.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { name: None, content_type: None, bytes }
    }
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// Reads a file; `None` is for `json::decode`.
///
/// No kind of media begins like JSON or HTML, which is how errors come, with status 200 and any
/// type.
pub(crate) fn decode(reply: Reply<'_>) -> Result<Option<Download>, ReplyError> {
    let body = reply.body();
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    match text.first() {
        Some(b'{') => return Ok(None),
        None | Some(b'<' | b'[') => return Err(ReplyError::not_an_object(reply)),
        Some(_) if reply.status() != 200 => return Err(ReplyError::status(reply)),
        Some(_) => {}
    }
    let disposition = reply.content_disposition().map(String::from_utf8_lossy);
    let name = disposition.as_deref().and_then(|header| parameter(header, "filename"));
    Ok(Some(Download {
        name: name.filter(|name| !name.is_empty()).map(str::to_owned),
        content_type: reply.content_type().map(str::to_owned),
        bytes: body.to_vec(),
    }))
}

/// The headers that go with a file, for whatever stands in for the platform.
pub(crate) fn headers(file: &Download) -> Vec<(&'static str, String)> {
    let kind = file.content_type.as_deref().unwrap_or("application/octet-stream");
    let mut headers = vec![("Content-Type", multipart::header_text(kind))];
    if let Some(name) = &file.name {
        let disposition = format!("attachment; filename=\"{}\"", multipart::quoted(name));
        headers.push(("Content-disposition", disposition));
    }
    headers
}
