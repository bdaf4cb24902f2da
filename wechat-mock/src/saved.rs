//! How values of other crates are written into a saved state.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serializer;
use serde::de::Error;
use wechat_types::id::AppSecret;

/// In the clear: who loads the state must be able to ask for tokens.
pub(crate) fn secret<S: Serializer>(secret: &AppSecret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

fn encoded<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&BASE64.encode(bytes))
}

fn decoded<E: Error>(text: String) -> Result<Vec<u8>, E> {
    BASE64.decode(text).map_err(|_| E::custom("no base64"))
}

/// Bytes of any kind, in base64.
pub(crate) mod bytes {
    use ::bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{decoded, encoded};

    pub(crate) fn serialize<S: Serializer>(bytes: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        encoded(bytes, to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
        decoded(String::deserialize(from)?).map(Bytes::from)
    }

    /// The same where there may be none.
    pub(crate) mod option {
        use serde::Deserialize;

        use super::{Bytes, Deserializer, Serializer, decoded, encoded};

        #[expect(clippy::ref_option, reason = "the shape that serde asks for")]
        pub(crate) fn serialize<S: Serializer>(
            bytes: &Option<Bytes>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match bytes {
                Some(bytes) => encoded(bytes, to),
                None => to.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Bytes>, D::Error> {
            let text = Option::<String>::deserialize(from)?;
            text.map(|text| decoded(text).map(Bytes::from)).transpose()
        }
    }
}

/// Words of bits, in base64: they are many, and their digits would be twice as long.
pub(crate) mod words {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{decoded, encoded};

    #[expect(clippy::ptr_arg, reason = "the shape that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(words: &Vec<u64>, to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        encoded(&bytes, to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
        let bytes: Vec<u8> = decoded(String::deserialize(from)?)?;
        let (words, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(D::Error::custom("no whole words"));
        }
        Ok(words.iter().map(|word| u64::from_le_bytes(*word)).collect())
    }
}

/// A number as its bits: its digits may come back as its neighbour.
pub(crate) mod exact {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(number.to_bits())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        u64::deserialize(from).map(f64::from_bits)
    }
}
