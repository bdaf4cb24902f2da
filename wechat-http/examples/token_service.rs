//! Tokens from a team's own service: it alone knows the AppSecret, and all programs share its token.
//!
//! ```sh
//! TOKEN_SERVICE=http://127.0.0.1:9000/tokens/shop cargo run -p wechat-http --example token_service
//! ```
//!
//! The service answers with `{"access_token":"…","expires_in":7200}`, as the platform does, and
//! renews its token by itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::{Client, TokenError, TokenSource, Transport};
use wechat_types::codec::Reply;
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{AccessToken, AppId};
use wechat_types::platform::GetCallbackIps;
use wechat_types::token::GetToken;

/// Asks the service once, and again after a token was refused.
#[derive(Debug)]
pub struct TeamTokens {
    address: http::Uri,
    transport: ReqwestTransport,
    known: Mutex<Option<AccessToken>>,
}

impl TeamTokens {
    /// The service at this address.
    pub fn new(address: http::Uri) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self { address, transport: ReqwestTransport::new()?, known: Mutex::new(None) })
    }

    /// Never held across an await.
    fn known(&self) -> MutexGuard<'_, Option<AccessToken>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self) -> Result<AccessToken, Box<dyn std::error::Error + Send + Sync>> {
        let request = http::Request::get(self.address.clone()).body(Bytes::new())?;
        let answer = self.transport.send(request).await?;
        if answer.status() != http::StatusCode::OK {
            return Err(format!("the token service answered {}", answer.status()).into());
        }
        // The service passes on what the platform answered; an error of it shows no token.
        Ok(GetToken::decode(Reply::new(200, answer.body()))?.access_token)
    }
}

#[async_trait]
impl TokenSource for TeamTokens {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        if let Some(token) = self.known().clone() {
            return Ok(token);
        }
        let token = self.ask().await.map_err(TokenError::new)?;
        *self.known() = Some(token.clone());
        Ok(token)
    }

    async fn invalidate(&self, stale: &AccessToken) {
        self.known().take_if(|known| known == stale);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = TeamTokens::new(std::env::var("TOKEN_SERVICE")?.parse()?)?;
    let client = Client::with_token_source(AppId::new("wx0123456789abcdef")?, tokens).build()?;
    println!("{:?}", client.send(&GetCallbackIps::new()).await?.addresses);
    Ok(())
}
