//! location: a place.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html>

use crate::error::ParseError;
use crate::fields::Field;

/// A place that a follower sent.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Location {
    /// Degrees, north is positive.
    #[doc(alias = "Location_X")]
    pub latitude: f64,
    /// Degrees, east is positive.
    #[doc(alias = "Location_Y")]
    pub longitude: f64,
    /// The map's scale.
    #[doc(alias = "Scale")]
    pub scale: Option<f64>,
    /// The place in words.
    #[doc(alias = "Label")]
    pub label: Option<String>,
}

impl Location {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            latitude: fields.required_decimal("Location_X")?,
            longitude: fields.required_decimal("Location_Y")?,
            scale: fields.lenient_decimal("Scale"),
            label: fields.optional("Label"),
        })
    }
}
