//! `multipart/form-data` as the platform reads it: one part `media`, with a file name and a type.

mod read;

use super::{Body, EncodeError};
use crate::error_code::ErrorCode;

pub(crate) use read::decode;

/// A file to upload.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// Its name. The platform checks the extension (40113) and wants one (41005).
    #[doc(alias = "filename")]
    pub name: String,
    /// Its media type, such as `image/jpeg`.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl File {
    /// Takes all three as they stand.
    pub fn new(name: impl Into<String>, content_type: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), content_type: content_type.into(), bytes }
    }

    /// Holds what the platform asks of every file against this one, and the largest size.
    pub(crate) fn check(
        &self,
        max_bytes: usize,
        too_large: ErrorCode,
        what: &str,
    ) -> Result<(), EncodeError> {
        if self.name.is_empty() {
            return Err(EncodeError::refused(
                ErrorCode::MISSING_MEDIA_DATA,
                format!("{what} needs a file name"),
            ));
        }
        if self.bytes.is_empty() {
            return Err(EncodeError::refused(
                ErrorCode::EMPTY_MEDIA_DATA,
                format!("{} is empty", self.name),
            ));
        }
        if self.bytes.len() > max_bytes {
            return Err(EncodeError::refused(
                too_large,
                format!(
                    "{} has {} bytes, {what} may have {max_bytes}",
                    self.name,
                    self.bytes.len()
                ),
            ));
        }
        Ok(())
    }
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// Writes the part `media`. The same file gives the same bytes, so that a repeat is recognizable.
pub(crate) fn encode(file: &File) -> Body {
    encode_with(file, None)
}

/// Writes the part `media` and after it, where the platform wants it, a part of text.
pub(crate) fn encode_with(file: &File, field: Option<(&str, &str)>) -> Body {
    let text = field.map_or("", |(_, text)| text);
    let boundary = boundary(&[&file.bytes, text.as_bytes()]);
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{}\"\r\n\
         Content-Type: {}\r\n\r\n",
        quoted(&file.name),
        header_text(&file.content_type),
    );
    let field = field.map_or(String::new(), |(name, text)| {
        format!("\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}")
    });
    let tail = format!("\r\n--{boundary}--\r\n");
    let mut bytes = Vec::with_capacity(head.len() + file.bytes.len() + field.len() + tail.len());
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(&file.bytes);
    bytes.extend_from_slice(field.as_bytes());
    bytes.extend_from_slice(tail.as_bytes());
    Body::new(format!("multipart/form-data; boundary={boundary}"), bytes)
}

/// A boundary that does not occur in any part: counted up until that is so.
fn boundary(parts: &[&[u8]]) -> String {
    let mut number = 0_u64;
    loop {
        let boundary = format!("----wechat-form-{number:016}");
        if !parts.iter().any(|part| contains(part, boundary.as_bytes())) {
            return boundary;
        }
        number += 1;
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The name as browsers write it: raw UTF-8, for the platform does not read `filename*=` (41005).
pub(crate) fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => quoted.push_str("%22"),
            '\r' => quoted.push_str("%0D"),
            '\n' => quoted.push_str("%0A"),
            c => quoted.push(c),
        }
    }
    quoted
}

pub(crate) fn header_text(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(file: &File) -> String {
        String::from_utf8(encode(file).into_bytes()).unwrap()
    }

    #[test]
    fn names_cannot_end_the_header() {
        let body = text(&File::new("价目\"\r\n表.png", "image/png\r\nX: y", b"x".to_vec()));
        assert!(body.contains("filename=\"价目%22%0D%0A表.png\"\r\n"), "{body}");
        assert!(body.contains("Content-Type: image/pngX: y\r\n\r\nx\r\n--"), "{body}");
    }

    #[test]
    fn the_boundary_never_occurs_in_the_file() {
        let first = boundary(&[]);
        let body = text(&File::new("a.jpg", "image/jpeg", first.clone().into_bytes()));
        assert!(!body.starts_with(&format!("--{first}\r\n")), "{body}");
    }
}
