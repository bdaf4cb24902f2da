//! A push of our own, signed and encrypted as the platform's are, to the account's callback address
//! and back into this program.

use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wechat_events::Callback;
use wechat_events::axum::{endpoint, serve};
use wechat_events::handler::{Handled, Handler};
use wechat_events::push::{Cipher, Stamp};
use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::{Clock as _, Deadline, SystemClock, Transport as _, describe};
use wechat_types::id::AppId;

use super::{Bad, Finding, Skipped, Well};
use crate::account::CallbackSettings;
use crate::session::Session;

/// The platform waits five seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// An event that no document names: whoever else receives it passes over it.
const EVENT: &str = "wechat_cli_check";

/// Sends the push and waits for it.
pub(super) async fn check(session: &Session, url: Option<&str>) -> Finding {
    let Some(settings) = session.callback.clone() else {
        let words =
            "the account has no [callback] in the configuration: ends of jobs are asked for";
        return Skipped(words.to_owned());
    };
    let app_id = session.client.app_id().clone();
    match TcpListener::bind(settings.listen).await {
        Ok(socket) => to_ourselves(app_id, settings, socket, url).await,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            // Whoever has it must know the same token and key.
            let url = url.map_or_else(|| format!("http://{}/", settings.listen), str::to_owned);
            match post(&app_id, &settings, &url).await {
                Ok(()) => Well(format!(
                    "{} is in use, and a signed push to {url} was answered as it should be",
                    settings.listen
                )),
                Err(problem) => Bad(format!("{} is in use; {problem}", settings.listen)),
            }
        }
        Err(error) => Bad(format!("callbacks cannot be received on {}: {error}", settings.listen)),
    }
}

async fn to_ourselves(
    app_id: AppId,
    settings: CallbackSettings,
    socket: TcpListener,
    url: Option<&str>,
) -> Finding {
    let (sender, mut arrived) = mpsc::unbounded_channel();
    let parser = settings.clone().parser(app_id.clone()).build();
    let routes = endpoint(parser, Arrived(sender));
    let router = Router::new().route("/", routes.clone()).route("/{*path}", routes);
    let listen = match socket.local_addr() {
        Ok(address) => address,
        Err(error) => return Bad(error.to_string()),
    };
    let url = url.map_or_else(|| format!("http://{listen}/"), str::to_owned);
    let posted = tokio::select! {
        posted = post(&app_id, &settings, &url) => posted,
        () = serve(socket, router) => Err("the listener ended".to_owned()),
    };
    let mode = if settings.aes_key.is_some() { "encrypted" } else { "plain" };
    match (posted, arrived.try_recv()) {
        (Ok(()), Ok(())) => {
            Well(format!("a signed {mode} push to {url} arrived on {listen} and was answered"))
        }
        (Ok(()), Err(_)) => Bad(format!(
            "a push to {url} was answered, but did not arrive on {listen}: the address leads elsewhere"
        )),
        (Err(problem), _) => Bad(problem),
    }
}

/// Posts the push; what is wrong unless the answer is the one the platform wants.
async fn post(app_id: &AppId, settings: &CallbackSettings, url: &str) -> Result<(), String> {
    let now = SystemClock::new().now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs().to_string();
    // Nothing is kept secret by these; they make each push another one.
    let (nonce, random) = (since.as_nanos().to_string(), since.as_nanos().to_be_bytes());
    let xml = format!(
        "<xml><ToUserName><![CDATA[gh_check]]></ToUserName><FromUserName><![CDATA[o{nonce}]]></FromUserName>\
         <CreateTime>{seconds}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
         <Event><![CDATA[{EVENT}]]></Event></xml>"
    );
    let stamp = Stamp::new(&settings.token, &seconds, &nonce, "");
    let push = match &settings.aes_key {
        Some(key) => stamp.safe(&Cipher::new(key, app_id, random), "gh_check", &xml),
        None => stamp.plain(&xml),
    };
    let joined = if url.contains('?') { '&' } else { '?' };
    let request = http::Request::post(format!("{url}{joined}{}", push.query))
        .header("content-type", "text/xml")
        .extension(Deadline::new(now + PATIENCE))
        .body(Bytes::from(push.body))
        .map_err(|e| format!("{url} is no address: {e}"))?;
    let transport = ReqwestTransport::new().map_err(|e| describe(&e))?;
    let answer = transport
        .send(request)
        .await
        .map_err(|e| format!("a push to {url} failed: {}", describe(&e)))?;
    let said = String::from_utf8_lossy(answer.body());
    if answer.status().is_success() && (said.is_empty() || said.trim() == "success") {
        return Ok(());
    }
    let said: String = said.chars().take(80).collect();
    Err(format!(
        "a push to {url} was answered {} {said:?}: token, key or address are not the same on both sides",
        answer.status().as_u16()
    ))
}

struct Arrived(mpsc::UnboundedSender<()>);

#[async_trait]
impl Handler for Arrived {
    async fn handle(&self, push: &Callback) -> Handled {
        if push.fields.text("Event") == Some(EVENT) {
            self.0.send(())?;
        }
        Ok(None)
    }
}
