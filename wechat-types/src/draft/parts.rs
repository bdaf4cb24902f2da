//! The parts of an article that the platform wraps in objects of their own: pictures, crops of the
//! cover, the product.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;

/// A part of the cover, for places of one shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Crop {
    /// The shape.
    pub ratio: CropRatio,
    /// The left edge, from 0 to 1 with up to 6 decimals, as are the others.
    pub x1: String,
    /// The upper edge.
    pub y1: String,
    /// The right edge.
    pub x2: String,
    /// The lower edge.
    pub y2: String,
}

impl Crop {
    /// The part between left, upper, right and lower edge, each from 0 to 1.
    pub fn new(ratio: CropRatio, [x1, y1, x2, y2]: [impl Into<String>; 4]) -> Self {
        Self { ratio, x1: x1.into(), y1: y1.into(), x2: x2.into(), y2: y2.into() }
    }

    pub(super) fn check(&self) -> Result<(), EncodeError> {
        check_edges([&self.x1, &self.y1, &self.x2, &self.y2])
    }
}

/// Holds `X1_Y1_X2_Y2` against its shape.
pub(super) fn check_crop(text: &str) -> Result<(), EncodeError> {
    let mut edges = text.split('_');
    match [edges.next(), edges.next(), edges.next(), edges.next(), edges.next()] {
        [Some(x1), Some(y1), Some(x2), Some(y2), None] => check_edges([x1, y1, x2, y2]),
        _ => Err(refused(text)),
    }
}

fn check_edges(edges: [&str; 4]) -> Result<(), EncodeError> {
    let [x1, y1, x2, y2] = edges.map(fraction);
    if x1.zip(x2).is_some_and(|(x1, x2)| x1 < x2) && y1.zip(y2).is_some_and(|(y1, y2)| y1 < y2) {
        return Ok(());
    }
    Err(refused(&edges.join("_")))
}

/// No document names the code for a crop that is none.
fn refused(crop: &str) -> EncodeError {
    EncodeError::refused(
        ErrorCode::INVALID_ARGS,
        format!("the crop {crop:?} is not X1_Y1_X2_Y2, each from 0 to 1 with up to 6 decimals"),
    )
}

fn fraction(text: &str) -> Option<f64> {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && decimals <= 6;
    text.parse().ok().filter(|number| plain && (0.0..=1.0).contains(number))
}

/// The shape of a crop. Unknown words are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CropRatio {
    /// `1_1`
    Square,
    /// `16_9`
    Wide,
    /// `2.35_1`
    Banner,
    /// A word that no document names.
    Other(String),
}

impl CropRatio {
    /// Names the documented words.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "1_1" => Self::Square,
            "16_9" => Self::Wide,
            "2.35_1" => Self::Banner,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Square => "1_1",
            Self::Wide => "16_9",
            Self::Banner => "2.35_1",
            Self::Other(other) => other,
        }
    }
}

impl Serialize for CropRatio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CropRatio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from_wire(&word))
    }
}

/// `{"image_list":[{"image_media_id":"…"}]}`
pub(super) mod image_info {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::id::MediaId;
    use crate::text;

    #[derive(Default, Serialize, Deserialize)]
    struct Wire {
        #[serde(default, deserialize_with = "text::or_default")]
        image_list: Vec<Picture>,
    }

    #[derive(Serialize, Deserialize)]
    struct Picture {
        image_media_id: MediaId,
    }

    pub(in crate::draft) fn serialize<S: Serializer>(
        pictures: &[MediaId],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let pictures = pictures.iter().cloned();
        Wire { image_list: pictures.map(|image_media_id| Picture { image_media_id }).collect() }
            .serialize(serializer)
    }

    pub(in crate::draft) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<MediaId>, D::Error> {
        let wire: Wire = text::or_default(deserializer)?;
        Ok(wire.image_list.into_iter().map(|picture| picture.image_media_id).collect())
    }
}

/// `{"crop_percent_list":[{"ratio":"1_1",…}]}`
pub(super) mod cover_info {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Crop;
    use crate::text;

    #[derive(Default, Serialize, Deserialize)]
    struct Wire {
        #[serde(default, deserialize_with = "text::or_default")]
        crop_percent_list: Vec<Crop>,
    }

    pub(in crate::draft) fn serialize<S: Serializer>(
        crops: &[Crop],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Wire { crop_percent_list: crops.to_vec() }.serialize(serializer)
    }

    pub(in crate::draft) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Crop>, D::Error> {
        text::or_default(deserializer).map(|wire: Wire| wire.crop_percent_list)
    }
}

/// `{"footer_product_info":{"product_key":"…"}}`
pub(super) mod product_info {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::text;

    #[derive(Default, Serialize, Deserialize)]
    struct Wire {
        #[serde(default, deserialize_with = "text::or_default")]
        footer_product_info: Product,
    }

    #[derive(Default, Serialize, Deserialize)]
    struct Product {
        product_key: Option<String>,
    }

    pub(in crate::draft) fn serialize<S: Serializer>(
        key: &Option<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Wire { footer_product_info: Product { product_key: key.clone() } }.serialize(serializer)
    }

    pub(in crate::draft) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        text::or_default(deserializer).map(|wire: Wire| wire.footer_product_info.product_key)
    }
}
