//! What the fuzz targets do with their input: nothing of it may panic, and some promises are checked.
//!
//! An input is bytes whose first ones choose, and whose rest is taken as it came, so that a corpus can be
//! read and written by hand. Each function is one target of `targets/`; `cargo xtask fuzz` runs them.

mod callbacks;
mod calls;
mod endpoints;

pub use callbacks::{decrypt, json_body, push_body, request};
pub use calls::mock;
pub use endpoints::{ENDPOINTS, endpoint};

/// The account of the documented examples, so that these are requests of the corpus as they stand.
pub const APP_ID: &str = "wx0123456789abcdef";
/// Its token for callbacks.
pub const TOKEN: &str = "tok3n";
/// Its EncodingAESKey.
pub const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// The first byte of a [`request`]: each bit is a choice.
pub mod choice {
    /// The key is configured.
    pub const KEY: u8 = 1;
    /// Plain pushes are taken although there is a key.
    pub const PLAIN: u8 = 2;
    /// Both signatures are made good before the request is read.
    pub const SIGN: u8 = 4;
    /// The body is a message, to be encrypted and wrapped before.
    pub const ENCRYPT: u8 = 8;
}
