//! CLICK, VIEW, view_miniprogram, scancode_*, pic_*, location_select: buttons of the account's menu.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Custom_Menu_Push_Events.html>

use crate::error::ParseError;
use crate::fields::Field;

/// A button with a key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Click {
    /// The button's key.
    #[doc(alias = "EventKey")]
    pub key: String,
}

impl Click {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self { key: fields.required("EventKey")?.to_owned() })
    }
}

/// A button with an address.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct View {
    /// The address that was opened.
    #[doc(alias = "EventKey")]
    pub url: String,
    /// The menu, where it is one for some followers only.
    #[doc(alias = "MenuId")]
    pub menu_id: Option<u64>,
}

impl View {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self { url: fields.required("EventKey")?.to_owned(), menu_id: menu_id(fields) })
    }
}

/// A button with a mini program.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ViewMiniProgram {
    /// The page of the mini program that was opened.
    #[doc(alias = "EventKey")]
    pub page: String,
    /// The menu, where it is one for some followers only.
    #[doc(alias = "MenuId")]
    pub menu_id: Option<u64>,
}

impl ViewMiniProgram {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self { page: fields.required("EventKey")?.to_owned(), menu_id: menu_id(fields) })
    }
}

/// The page's table has another last letter than its sample.
fn menu_id(fields: Field<'_>) -> Option<u64> {
    fields.lenient_number("MenuId").or_else(|| fields.lenient_number("MenuID"))
}

/// A button that scans a code.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ScannedCode {
    /// The button's key.
    #[doc(alias = "EventKey")]
    pub key: String,
    /// `qrcode` or `barcode`.
    #[doc(alias = "ScanType")]
    pub scan_type: Option<String>,
    /// What the code says; of a bar code its type, a comma and its digits.
    #[doc(alias = "ScanResult")]
    pub result: String,
}

impl ScannedCode {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            key: fields.required("EventKey")?.to_owned(),
            scan_type: fields.optional("ScanCodeInfo/ScanType"),
            result: fields.present("ScanCodeInfo/ScanResult")?.to_owned(),
        })
    }
}

/// A button that takes or chooses pictures.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Pictures {
    /// The button's key.
    #[doc(alias = "EventKey")]
    pub key: String,
    /// Pictures announced.
    #[doc(alias = "Count")]
    pub count: Option<u64>,
    /// Each picture's MD5 in hexadecimal digits, which tells it from others when it comes.
    #[doc(alias = "PicMd5Sum")]
    pub md5_sums: Vec<String>,
}

impl Pictures {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        let list = fields.get("SendPicsInfo/PicList");
        let items = list.into_iter().flat_map(|list| list.all("item"));
        Ok(Self {
            key: fields.required("EventKey")?.to_owned(),
            count: fields.lenient_number("SendPicsInfo/Count"),
            md5_sums: items.filter_map(|item| item.optional("PicMd5Sum")).collect(),
        })
    }
}

/// A button that chooses a place.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct SelectedLocation {
    /// The button's key.
    #[doc(alias = "EventKey")]
    pub key: String,
    /// Degrees, north is positive.
    #[doc(alias = "Location_X")]
    pub latitude: f64,
    /// Degrees, east is positive.
    #[doc(alias = "Location_Y")]
    pub longitude: f64,
    /// The map's scale.
    #[doc(alias = "Scale")]
    pub scale: Option<f64>,
    /// The place in words; samples begin it with a blank.
    #[doc(alias = "Label")]
    pub label: Option<String>,
    /// The name of the shop, park or station.
    #[doc(alias = "Poiname")]
    pub poi_name: Option<String>,
}

impl SelectedLocation {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            key: fields.required("EventKey")?.to_owned(),
            latitude: fields.required_decimal("SendLocationInfo/Location_X")?,
            longitude: fields.required_decimal("SendLocationInfo/Location_Y")?,
            scale: fields.lenient_decimal("SendLocationInfo/Scale"),
            label: fields.optional("SendLocationInfo/Label"),
            poi_name: fields.optional("SendLocationInfo/Poiname"),
        })
    }
}
