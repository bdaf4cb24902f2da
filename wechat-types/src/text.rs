//! Lenient reading of what the platform and its gateways vary: numbers as text, floats, Unix time.

use std::fmt;

use serde::Deserializer;
use serde::de::{self, Visitor};

/// Reads a whole number of 0 or more that is written as a number, a float without a fraction, or
/// a text of digits.
pub(crate) fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = integer(deserializer)?;
    u64::try_from(number).map_err(|_| de::Error::custom("expected a number from 0 to 2^64-1"))
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
