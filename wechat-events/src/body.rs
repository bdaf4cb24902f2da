//! A body, or the message that was encrypted in it: XML or JSON, told apart by the first character.

mod json;
mod xml;

use crate::error::{BodyError, BodyErrorKind};
use crate::fields::Fields;

/// Larger bodies are refused. The longest push known is a text of 2048 bytes, three times in
/// compatible mode.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// The deepest push known has five levels.
const MAX_DEPTH: usize = 32;
/// Tags, texts and comments of XML, values of JSON; a report on eight articles has about 500.
const MAX_NODES: usize = 10_000;
/// The platform sends none at all.
const MAX_ATTRIBUTES: usize = 8;

/// XML's and JSON's own white space: others, such as the ideographic blank, belong to the text.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Reads a whole document: the fields of the XML element `xml`, or of a JSON object.
pub(crate) fn read<B: AsRef<[u8]> + Into<Vec<u8>>>(body: B) -> Result<Fields, BodyError> {
    if body.as_ref().len() > MAX_BYTES {
        return Err(BodyError::new(BodyErrorKind::TooLarge, 0));
    }
    let text = String::from_utf8(body.into()).map_err(|error| {
        BodyError::new(BodyErrorKind::NotUtf8, error.utf8_error().valid_up_to())
    })?;
    let parts = {
        let document = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let document = document.trim_start_matches(BLANKS);
        match document.as_bytes().first() {
            None => return Err(BodyError::new(BodyErrorKind::Empty, 0)),
            Some(b'{' | b'[') => json::read(&text, document)?,
            Some(_) => xml::read(&text)?,
        }
    };
    Ok(parts.into_fields(text))
}
