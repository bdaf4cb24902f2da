//! A complete callback server: prints the ends of mass sends, and greets new followers.

use async_trait::async_trait;
use axum::Router;
use tokio::net::TcpListener;
use wechat_events::axum::{endpoint, serve};
use wechat_events::event::Subscribe;
use wechat_events::handler::{Handled, Handler};
use wechat_events::reply::Reply;
use wechat_events::{Callback, CallbackToken, EncodingAesKey, EventParser};
use wechat_types::{id::AppId, mass::MassReport};

struct Shop;

#[async_trait]
impl Handler for Shop {
    async fn mass_send_job_finish(&self, _: &Callback, report: &MassReport) -> Handled {
        println!("job {}: {:?}, sent to {:?}", report.msg_id, report.status, report.sent);
        Ok(None)
    }

    async fn subscribe(&self, _: &Callback, _: &Subscribe) -> Handled {
        Ok(Some(Reply::text("欢迎！")?))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setting = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let app_id = AppId::new(setting("WECHAT_APP_ID")?)?;
    let token = CallbackToken::new(setting("WECHAT_CALLBACK_TOKEN")?)?;
    let key = EncodingAesKey::parse(&setting("WECHAT_AES_KEY")?)?;
    let parser = EventParser::builder(app_id, token).aes_key(key).build();
    let listener = TcpListener::bind(setting("WECHAT_LISTEN")?).await?;
    println!("listening on {}", listener.local_addr()?);
    serve(listener, Router::new().route("/wechat", endpoint(parser, Shop))).await;
    Ok(())
}
