//! Access tokens, `/cgi-bin/token` and `/cgi-bin/stable_token`.

mod get_stable_token;
mod get_token;
mod wire;

pub use get_stable_token::{GetStableToken, GetStableTokenResponse};
pub use get_token::{GetToken, GetTokenResponse};
