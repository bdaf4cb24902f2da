//! Reading an upload, for whatever stands in for the platform.

use super::File;
use crate::codec::ReplyError;
use crate::codec::parameter::parameter;
use crate::served::Incoming;

/// An upload: the part `media`, and perhaps one of text.
pub(crate) struct Form {
    pub(crate) file: File,
    pub(crate) description: Option<String>,
}

/// Reads an upload. The order of the parts does not matter, other parts are left out.
pub(crate) fn decode(request: Incoming<'_>) -> Result<Form, ReplyError> {
    read(request).map_err(ReplyError::unusable)
}

fn read(request: Incoming<'_>) -> Result<Form, &'static str> {
    let content_type = request
        .content_type()
        .filter(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
        .ok_or("the content type is not multipart/form-data")?;
    let boundary = parameter(content_type, "boundary")
        .filter(|boundary| !boundary.is_empty())
        .ok_or("the content type names no boundary")?;
    let delimiter = format!("\r\n--{boundary}");
    let opening = delimiter.trim_start();
    let mut file = None;
    let mut description = None;
    let (_, mut rest) = split(request.body(), opening.as_bytes())
        .ok_or("the body does not open with its boundary")?;
    while !rest.starts_with(b"--") {
        let (_, part) = split(rest, b"\r\n").ok_or("a boundary's line does not end")?;
        let (part, next) = split(part, delimiter.as_bytes()).ok_or("the body is cut short")?;
        let (head, content) = split(part, b"\r\n\r\n").ok_or("a part's headers do not end")?;
        let head = String::from_utf8_lossy(head);
        let disposition = header(&head, "content-disposition").unwrap_or_default();
        match parameter(disposition, "name") {
            Some("media") if file.is_none() => {
                let name = parameter(disposition, "filename").ok_or("`media` has no file name")?;
                let kind = header(&head, "content-type").unwrap_or("application/octet-stream");
                file = Some(File::new(unquoted(name), kind, content.to_vec()));
            }
            Some("description") if description.is_none() => {
                description = Some(String::from_utf8_lossy(content).into_owned());
            }
            _ => {}
        }
        rest = next;
    }
    Ok(Form { file: file.ok_or("there is no part `media`")?, description })
}

/// The value of one header of a part.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// The reverse of what `quoted` does.
fn unquoted(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..start)?, bytes.get(start + at.len()..)?))
}
