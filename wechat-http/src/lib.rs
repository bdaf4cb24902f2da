//! Client for the WeChat Official Account API: transport, tokens, retry decisions.
//!
//! [`Client::send`] makes any call of `wechat-types`. It adds the access token, renews it when the
//! platform refuses it, repeats what is safe to repeat, and tells in [`Error::outcome`] whether a
//! failed call may have taken effect. It knows nothing of campaigns, callbacks or mocks.
//!
//! ```no_run
//! use wechat_http::Client;
//! use wechat_types::id::{AppId, AppSecret, MsgId};
//! use wechat_types::mass::GetMassStatus;
//!
//! # #[cfg(feature = "reqwest")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = AppSecret::new(std::env::var("WECHAT_APP_SECRET")?)?;
//! let client = Client::builder(AppId::new("wx0123456789abcdef")?, secret)
//!     .base_url("http://127.0.0.1:8787".parse()?)
//!     .build()?;
//! let status = client.send(&GetMassStatus::new(MsgId::new(3_147_483_654))).await?.status;
//! println!("{status}");
//! # Ok(())
//! # }
//! ```

mod base_url;
mod checks;
mod client;
pub mod clock;
mod error;
mod execute;
mod hosts;
mod redact;
mod retry;
pub mod token;
pub mod transport;

pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use checks::Checks;
pub use client::{BuildError, Client, ClientBuilder};
pub use clock::Clock;
#[cfg(feature = "reqwest")]
pub use clock::SystemClock;
pub use error::{Error, Outcome, describe};
pub use retry::RetryPolicy;
pub use token::{TokenError, TokenKind, TokenSource};
pub use transport::{Deadline, Transport, TransportError, TransportErrorKind};
