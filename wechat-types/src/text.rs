//! Lenient reading of what the platform and its gateways vary: numbers as text, floats, Unix time.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Reads a whole number of 0 or more that is written as a number, a float without a fraction, or
/// a text of digits.
pub(crate) fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = integer(deserializer)?;
    u64::try_from(number).map_err(|_| de::Error::custom("expected a number from 0 to 2^64-1"))
}

/// The same for a field that may be absent (with `#[serde(default)]`), `null` or an empty text.
pub(crate) fn optional_number_or_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        value => number_or_text(value).map(Some).map_err(de::Error::custom),
    }
}

/// Reads a flag: 0, 1, their texts, `true` or `false`; absent (with `#[serde(default)]`) or `null`
/// is none.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if let Value::Bool(flag) = value {
        return Ok(Some(flag));
    }
    match optional_number_or_text(value).map_err(de::Error::custom)? {
        None => Ok(None),
        Some(0) => Ok(Some(false)),
        Some(1) => Ok(Some(true)),
        Some(_) => Err(de::Error::custom("a flag is 0 or 1")),
    }
}

/// Writes a flag as 0 or 1, as the platform does.
pub(crate) fn write_flag<S: Serializer>(
    flag: &Option<bool>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    flag.map(u8::from).serialize(serializer)
}

/// The same for a flag that is always there.
pub(crate) fn write_number<S: Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(u8::from(*flag))
}

/// Reads a flag that is off when absent (with `#[serde(default)]`) or `null`.
pub(crate) fn flag_or_false<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(flag(deserializer)?.unwrap_or(false))
}

/// Reads a value whose place may be empty: absent (with `#[serde(default)]`) or `null`.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads an id whose place may be empty: absent (with `#[serde(default)]`), `null` or `""`.
pub(crate) fn empty_as_none<'de, D: Deserializer<'de>, T: TryFrom<String, Error: fmt::Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    text.map(T::try_from).transpose().map_err(de::Error::custom)
}

/// Writes `""` for an id that is not there.
pub(crate) fn or_empty<S: Serializer, T: Serialize>(
    id: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => id.serialize(serializer),
        None => serializer.serialize_str(""),
    }
}

/// Writes a number as text, as the platform does in some places.
pub(crate) fn write_text<S: Serializer>(
    number: &impl fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// The same for a number that may be absent.
pub(crate) fn write_optional_text<S: Serializer>(
    number: &Option<impl fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.collect_str(number),
        None => serializer.serialize_none(),
    }
}

/// The same for return codes, which may be negative.
pub(crate) fn signed_number_or_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<i64, D::Error> {
    let number = integer(deserializer)?;
    i64::try_from(number).map_err(|_| de::Error::custom("number out of range"))
}

fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    struct Integer;

    impl Visitor<'_> for Integer {
        type Value = i128;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number or a text of digits")
        }

        fn visit_u64<E>(self, number: u64) -> Result<i128, E> {
            Ok(number.into())
        }

        fn visit_i64<E>(self, number: i64) -> Result<i128, E> {
            Ok(number.into())
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<i128, E> {
            // Beyond 2^53 a float no longer names one whole number.
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if number.fract() == 0.0 && number.abs() <= EXACT {
                Ok(number as i128)
            } else {
                Err(E::custom("expected a whole number"))
            }
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<i128, E> {
            text.trim().parse::<i128>().map_err(|_| E::custom("expected a text of digits"))
        }
    }

    deserializer.deserialize_any(Integer)
}
