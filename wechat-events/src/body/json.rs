//! One bounded reading of the JSON of a push: the same fields as in XML, every value as its text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{BLANKS, MAX_DEPTH, MAX_NODES};
use crate::error::{BodyError, BodyErrorKind};
use crate::fields::arena::{Builder, Parts};

/// Reads a whole document whose root is an object. `document` is the part of `body` to read.
///
/// A list becomes repeated fields, `null` an empty text; numbers keep the digits they came with.
pub(super) fn read(body: &str, document: &str) -> Result<Parts, BodyError> {
    let mut walk = Walk { body, fields: Builder::new(body) };
    // All of it is checked before anything is taken.
    let document: &str =
        parse::<&RawValue>(document).map_err(|kind| walk.error(kind, document))?.get();
    if !document.starts_with('{') {
        return Err(walk.error(BodyErrorKind::WrongRoot, document));
    }
    walk.field("", document, 1)?;
    Ok(walk.fields.finish())
}

struct Walk<'a> {
    body: &'a str,
    fields: Builder<'a>,
}

impl Walk<'_> {
    /// Takes one value; `depth` counts objects and lists, itself included.
    fn field(&mut self, name: &str, value: &str, depth: usize) -> Result<(), BodyError> {
        let (opens, list) = (value.starts_with(['{', '[']), value.starts_with('['));
        if opens && depth > MAX_DEPTH {
            return Err(self.error(BodyErrorKind::TooDeep, value));
        }
        if list {
            let items: Vec<&RawValue> = parse(value).map_err(|kind| self.error(kind, value))?;
            return items.into_iter().try_for_each(|item| self.field(name, item.get(), depth + 1));
        }
        if self.fields.len() > MAX_NODES {
            return Err(self.error(BodyErrorKind::TooManyNodes, value));
        }
        let index = self.fields.open(name);
        if opens {
            let Object(entries) = parse(value).map_err(|kind| self.error(kind, value))?;
            for (key, value) in entries {
                let key = text(key.get()).map_err(|kind| self.error(kind, key.get()))?;
                // The platform's own sample has keys with a blank before them.
                self.field(key.trim_matches(BLANKS), value.get(), depth + 1)?;
            }
            self.fields.close(index, "");
        } else {
            let text = text(value).map_err(|kind| self.error(kind, value))?;
            self.fields.close(index, &text);
        }
        Ok(())
    }

    /// `at` is a piece of the body.
    fn error(&self, kind: BodyErrorKind, at: &str) -> BodyError {
        BodyError::new(kind, at.as_ptr().addr().saturating_sub(self.body.as_ptr().addr()))
    }
}

/// What a string says; other values stand as they are.
fn text(value: &str) -> Result<Cow<'_, str>, BodyErrorKind> {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(_) if value.contains('\\') => Ok(parse::<String>(value)?.into()),
        Some(text) => Ok(text.into()),
        None if value == "null" => Ok("".into()),
        None => Ok(value.into()),
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, BodyErrorKind> {
    serde_json::from_str(text).map_err(|_| BodyErrorKind::NotWellFormed)
}

/// An object's entries in their order, of which some may repeat.
struct Object<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
