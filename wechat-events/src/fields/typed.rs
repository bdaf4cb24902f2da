//! How the typed readers ask for fields: required or not, as text or as number.

use super::Field;
use crate::error::ParseError;

impl<'a> Field<'a> {
    /// The text of a field without which the push makes no sense.
    pub(crate) fn required(self, path: &str) -> Result<&'a str, ParseError> {
        self.text_of(path)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| ParseError::missing_field(path))
    }

    /// The text of a field that must be there, but may be empty.
    pub(crate) fn present(self, path: &str) -> Result<&'a str, ParseError> {
        self.text_of(path).ok_or_else(|| ParseError::missing_field(path))
    }

    /// A text that may be absent; an empty one is as good as absent.
    pub(crate) fn optional(self, path: &str) -> Option<String> {
        self.get(path)?.non_empty()
    }

    /// The same of this very field.
    pub(super) fn non_empty(self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A whole number, `None` where the field is absent or blank.
    pub(crate) fn number(self, path: &str) -> Result<Option<u64>, ParseError> {
        let Some(text) = self.text_of(path) else { return Ok(None) };
        match whole(text) {
            Some(number) => Ok(Some(number)),
            None if text.trim().is_empty() => Ok(None),
            None => Err(ParseError::bad_number(path)),
        }
    }

    /// A whole number without which the push makes no sense.
    pub(crate) fn required_number(self, path: &str) -> Result<u64, ParseError> {
        self.number(path)?.ok_or_else(|| ParseError::missing_field(path))
    }

    /// A whole number beside the point: `None` where there is none that can be read.
    pub(crate) fn lenient_number(self, path: &str) -> Option<u64> {
        self.get(path)?.lenient_whole()
    }

    /// The same of this very field.
    pub(super) fn lenient_whole(self) -> Option<u64> {
        whole(self.text())
    }

    /// The same for a number that may be negative.
    pub(crate) fn lenient_signed(self, path: &str) -> Option<i64> {
        self.text_of(path)?.trim().parse().ok()
    }

    /// Degrees or metres without which the push makes no sense.
    pub(crate) fn required_decimal(self, path: &str) -> Result<f64, ParseError> {
        let text = self.required(path)?;
        decimal(text).ok_or_else(|| ParseError::bad_number(path))
    }

    /// Degrees or metres beside the point.
    pub(crate) fn lenient_decimal(self, path: &str) -> Option<f64> {
        decimal(self.text_of(path)?)
    }
}

fn whole(text: &str) -> Option<u64> {
    // Blanks around it are rare.
    text.parse().or_else(|_| text.trim().parse()).ok()
}

/// Rust also reads `inf` and `NaN`, which are no places.
fn decimal(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
