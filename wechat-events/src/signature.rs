//! The two signatures of a callback: SHA-1 over the sorted parts, compared in constant time.

use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

use crate::secret::CallbackToken;

/// The query's `signature`: 40 lower-case hexadecimal digits over token, timestamp and nonce.
///
/// It does **not** cover the body.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html>
pub fn signature(token: &CallbackToken, timestamp: &str, nonce: &str) -> String {
    sign(&mut [token.expose(), timestamp, nonce])
}

/// The query's `msg_signature` (and a reply's `MsgSignature`): the same with the encrypted part,
/// `encrypt` being the base64 text exactly as in the body.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html>
pub fn msg_signature(token: &CallbackToken, timestamp: &str, nonce: &str, encrypt: &str) -> String {
    sign(&mut [token.expose(), timestamp, nonce, encrypt])
}

fn sign(parts: &mut [&str]) -> String {
    parts.sort_unstable();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Takes equally long for every text of the right length, so that nobody can guess digit by digit.
/// Upper-case digits do not match: the platform never sends them.
pub(crate) fn matches(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_parts_does_not_matter() {
        let token = CallbackToken::new("tok3n").unwrap();
        let hex = signature(&token, "1700000001", "987654321");
        assert_eq!(hex, "6cf07c4e18fae0f4ee185d8ecd44b7629201ebfb");
        assert_eq!(signature(&token, "987654321", "1700000001"), hex);
        assert!(matches(&hex, &hex));
        assert!(!matches(&hex, &hex.to_uppercase()));
        assert!(!matches(&hex, &hex[..39]));
        assert!(!matches(&hex, ""));
    }
}
