//! subscribe, unsubscribe, SCAN, LOCATION: a follower comes, goes, scans, is somewhere.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html>

use crate::error::ParseError;
use crate::fields::Field;

/// Somebody follows the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Subscribe {
    /// How they came, where the platform says so: by a QR code ([`scene`](Self::scene)), or in
    /// words that no document names.
    #[doc(alias = "EventKey")]
    pub key: Option<String>,
    /// What the QR code's picture is had for.
    #[doc(alias = "Ticket")]
    pub ticket: Option<String>,
}

impl Subscribe {
    /// The scene of the QR code they came by.
    pub fn scene(&self) -> Option<&str> {
        self.key.as_deref()?.strip_prefix("qrscene_")
    }

    pub(super) fn read(fields: Field<'_>) -> Self {
        Self { key: fields.optional("EventKey"), ticket: fields.optional("Ticket") }
    }
}

/// A follower scanned one of the account's QR codes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Scan {
    /// The scene of the QR code, a number up to 2^32 - 1 or a text of up to 64 characters.
    #[doc(alias = "EventKey")]
    pub scene: String,
    /// What the QR code's picture is had for.
    #[doc(alias = "Ticket")]
    pub ticket: Option<String>,
}

impl Scan {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            scene: fields.required("EventKey")?.to_owned(),
            ticket: fields.optional("Ticket"),
        })
    }
}

/// Where a follower is.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct LocationReport {
    /// Degrees, north is positive.
    #[doc(alias = "Latitude")]
    pub latitude: f64,
    /// Degrees, east is positive.
    #[doc(alias = "Longitude")]
    pub longitude: f64,
    /// How exact it is, in metres.
    #[doc(alias = "Precision")]
    pub precision: Option<f64>,
}

impl LocationReport {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            latitude: fields.required_decimal("Latitude")?,
            longitude: fields.required_decimal("Longitude")?,
            precision: fields.lenient_decimal("Precision"),
        })
    }
}
