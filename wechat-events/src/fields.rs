//! The fields of a push: names, texts and containers in the order of the wire.

use crate::error::ParseError;

/// Fields beside each other: those of a whole push, or those inside one container.
///
/// Nothing is dropped, so fields that this crate does not know are found here by name.
///
/// ```
/// # fn show(callback: &wechat_events::Callback) {
/// let ticket = callback.fields.text("Ticket");
/// let scanned = callback.fields.text("ScanCodeInfo/ScanResult");
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    list: Vec<Field>,
}

/// One field: a text, or a container of further fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name on the wire.
    pub name: String,
    /// The text; empty in a container, unless the platform mixes both.
    ///
    /// Text inside CDATA is kept as it is. White space outside CDATA is dropped.
    pub text: String,
    /// What a container holds.
    pub fields: Fields,
}

impl Fields {
    /// All of them, in the order of the wire.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.list.iter()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All fields of this name; lists are repeated fields (`item`, `List`, `fail_idx`).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.list.iter().filter(move |field| field.name == name)
    }

    /// The first field of a name, or of a path such as `ScanCodeInfo/ScanResult`.
    pub fn get(&self, path: &str) -> Option<&Field> {
        let (name, rest) = path.split_once('/').map_or((path, None), |(a, b)| (a, Some(b)));
        let field = self.list.iter().find(|field| field.name == name)?;
        match rest {
            Some(rest) => field.fields.get(rest),
            None => Some(field),
        }
    }

    /// The text of the first field of a name or path; an empty field has an empty text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path).map(|field| field.text.as_str())
    }

    /// The text of a field without which the push makes no sense.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ParseError> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| ParseError::missing_field(name))
    }

    /// A whole number, `None` where the field is absent or blank.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, ParseError> {
        match self.text(name).map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| ParseError::bad_number(name)),
        }
    }

    /// A whole number without which the push makes no sense.
    pub(crate) fn required_number(&self, name: &str) -> Result<u64, ParseError> {
        self.number(name)?.ok_or_else(|| ParseError::missing_field(name))
    }

    pub(crate) fn push(&mut self, field: Field) {
        self.list.push(field);
    }
}
