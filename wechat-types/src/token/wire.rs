//! What both token calls have in common on the wire.

use serde::Serialize;

use crate::id::AccessToken;

/// The only `grant_type` of these calls.
pub(super) const GRANT_TYPE: &str = "client_credential";

/// The answer, for whatever stands in for the platform. It shows the token: for the wire only.
#[derive(Serialize)]
pub(super) struct Issued<'a> {
    access_token: &'a str,
    expires_in: u64,
}

impl<'a> Issued<'a> {
    pub(super) fn new(token: &'a AccessToken, expires_in: u64) -> Self {
        Self { access_token: token.expose(), expires_in }
    }
}
