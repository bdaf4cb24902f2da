//! Strict reader of `multipart/form-data`, with the quirks of the platform's own.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TRANSFER_ENCODING};

use crate::secrecy::REDACTED;
use crate::settings::Settings;

/// An uploaded file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File<'a> {
    pub(crate) name: String,
    pub(crate) content: &'a [u8],
    /// The part `description`, when there is one.
    pub(crate) description: Option<&'a [u8]>,
}

#[derive(Debug, PartialEq, Eq)]
struct Part<'a> {
    name: String,
    file_name: Option<String>,
    content: &'a [u8],
}

/// The file in part `media`; 41005 when there is none in proper form.
pub(crate) fn media_file<'a>(
    request: &'a http::Request<Bytes>,
    settings: &Settings,
) -> Result<File<'a>, i64> {
    const MISSING: i64 = 41005;
    let chunked = request.headers().contains_key(TRANSFER_ENCODING);
    if chunked && settings.chunked_uploads_refused {
        return Err(MISSING);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = kind.and_then(boundary).ok_or(MISSING)?;
    let parts = parts(request.body(), &boundary).ok_or(MISSING)?;
    let place = parts.iter().position(|part| part.name == "media").ok_or(MISSING)?;
    if place != 0 && settings.media_part_first {
        return Err(MISSING);
    }
    let description = parts.iter().find(|part| part.name == "description");
    let description = description.map(|part| part.content);
    let part = parts.into_iter().nth(place).ok_or(MISSING)?;
    // An empty file is told apart by its name from a missing one.
    let name = part.file_name.filter(|name| !name.is_empty()).ok_or(MISSING)?;
    Ok(File { name, content: part.content, description })
}

/// Name and file name of each part; none when it is no proper upload.
pub(crate) fn overview(request: &http::Request<Bytes>) -> Option<Vec<(String, Option<String>)>> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let parts = parts(request.body(), &kind.and_then(boundary)?)?;
    Some(parts.into_iter().map(|part| (part.name, part.file_name)).collect())
}

/// The body with `[redacted]` in the place of the parts of this name and content; none when it is no
/// proper upload. What follows on the last boundary is no part, and left out.
pub(crate) fn without(
    request: &http::Request<Bytes>,
    hidden: impl Fn(&str, &[u8]) -> bool,
) -> Option<Bytes> {
    let body = request.body();
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let (parts, rest) = parts_and_rest(body, &kind.and_then(boundary)?)?;
    let is_blank = rest.trim_ascii().is_empty();
    let end = if is_blank { body.len() } else { body.len().checked_sub(rest.len())? };
    let is_hidden = |part: &&Part<'_>| hidden(&part.name, part.content);
    let hidden: Vec<&Part<'_>> = parts.iter().filter(is_hidden).collect();
    if hidden.is_empty() && is_blank {
        return Some(body.clone());
    }
    let mut out = Vec::new();
    let mut from = 0;
    for part in hidden {
        // Where a part of the body stands in it.
        let start = part.content.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
        out.extend_from_slice(body.get(from..start)?);
        out.extend_from_slice(REDACTED.as_bytes());
        from = start + part.content.len();
    }
    out.extend_from_slice(body.get(from..end)?);
    Some(Bytes::from(out))
}

/// The boundary named in a `Content-Type`.
fn boundary(kind: &str) -> Option<String> {
    let (essence, rest) = kind.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(rest, "boundary")?;
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The value of a parameter in `; a=b; c="d"`.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text;
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_matches([' ', '\t', ';']);
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                let (value, next) = after.split_at(end);
                (value.trim().to_owned(), next)
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next;
    }
}

/// The text up to the closing quote, and what follows it. Only `\"` and `\\` are escapes: some
/// clients send whole Windows paths.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' if matches!(chars.peek(), Some((_, '"' | '\\'))) => {
                value.extend(chars.next().map(|(_, c)| c));
            }
            c => value.push(c),
        }
    }
    None
}

/// All parts; none when the body is not well formed.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    parts_and_rest(body, boundary).map(|(parts, _)| parts)
}

/// All parts, and what follows on the last boundary.
fn parts_and_rest<'a>(body: &'a [u8], boundary: &str) -> Option<(Vec<Part<'a>>, &'a [u8])> {
    let opening = format!("--{boundary}");
    let closing = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        if let Some(rest) = rest.strip_prefix(b"--") {
            return Some((parts, rest));
        }
        rest = rest.strip_prefix(b"\r\n")?;
        // A part without headers would start with the blank line at once; it has no name either.
        let end = find(rest, b"\r\n\r\n")?;
        let headers = std::str::from_utf8(rest.get(..end)?).ok()?;
        let content_on = rest.get(end + 4..)?;
        // The blank line's end may itself be the start of an empty part's closing boundary.
        let length = find(rest.get(end + 2..)?, closing.as_bytes())?.saturating_sub(2);
        let content = content_on.get(..length)?;
        parts.push(part(headers, content)?);
        let after = if content_on.starts_with(opening.as_bytes()) {
            opening.len()
        } else {
            length + closing.len()
        };
        rest = content_on.get(after..)?;
    }
}

fn part<'a>(headers: &str, content: &'a [u8]) -> Option<Part<'a>> {
    let disposition = headers.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value.trim())
    })?;
    let (kind, parameters) = disposition.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let name = parameter(parameters, "name")?;
    Some(Part { name, file_name: parameter(parameters, "filename"), content })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    // Uploads have megabytes: compare windows only where the first byte fits.
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let rest = haystack.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == first)?;
        if haystack.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, kind: &str) -> Result<(String, Vec<u8>), i64> {
        let request = http::Request::builder()
            .header(CONTENT_TYPE, kind)
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let file = media_file(&request, &Settings::default())?;
        Ok((file.name, file.content.to_vec()))
    }

    const KIND: &str = "multipart/form-data; boundary=x-1";

    #[test]
    fn variants_of_clients_in_the_field_are_read() {
        for disposition in [
            r#"Content-Disposition: form-data; name="media"; filename="a.png""#,
            r#"content-disposition:form-data;name=media;filename=a.png"#,
            "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\
             Content-Disposition: form-data; filename=\"a.png\"; name=\"media\"",
        ] {
            let body = format!("--x-1\r\n{disposition}\r\n\r\n12\r\n34\r\n--x-1--\r\n");
            let read = read(&body, KIND);
            assert_eq!(read, Ok(("a.png".to_owned(), b"12\r\n34".to_vec())), "{disposition}");
        }
        let body = "--x-1\r\nContent-Disposition: form-data; name=\"media\"; \
                    filename=\"C:\\图\\a.png\"\r\n\r\n1\r\n--x-1\r\n\
                    Content-Disposition: form-data; name=\"description\"\r\n\r\n{}\r\n--x-1--";
        let read = read(body, "multipart/form-data; boundary=\"x-1\"");
        assert_eq!(read, Ok(("C:\\图\\a.png".to_owned(), b"1".to_vec())));
    }

    #[test]
    fn an_empty_file_is_not_a_missing_one() {
        for blank in ["\r\n\r\n\r\n", "\r\n\r\n"] {
            let body = format!(
                "--x-1\r\nContent-Disposition: form-data; name=\"media\"; \
                 filename=\"a.png\"{blank}--x-1--\r\n"
            );
            assert_eq!(read(&body, KIND), Ok(("a.png".to_owned(), Vec::new())), "{blank:?}");
        }
    }

    #[test]
    fn malformed_uploads_are_refused() {
        let good = "--x-1\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.png\"\
                    \r\n\r\n1\r\n--x-1--";
        assert!(read(good, KIND).is_ok());
        for (body, kind) in [
            (good, "application/octet-stream"),
            (good, "multipart/form-data"),
            (good, "multipart/form-data; boundary=y"),
            ("", KIND),
            (good.trim_end_matches("\r\n--x-1--"), KIND),
            (&good.replace("; filename=\"a.png\"", ""), KIND),
            (&good.replace("filename=", "filename*="), KIND),
            (&good.replace("\"media\"", "\"file\""), KIND),
        ] {
            assert_eq!(read(body, kind), Err(41005), "{kind} {body}");
        }
    }
}
