//! The program's own callback endpoint: job reports come in here.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wechat_events::axum::{CallbackSink, SinkError, endpoint};
use wechat_events::event::Event;
use wechat_events::{Callback, EventParser};
use wechat_http::{Clock, SystemClock};
use wechat_mass::campaign::Inbox;
use wechat_types::id::AppId;
use wechat_types::mass::MassReport;

use crate::account::CallbackSettings;

/// An endpoint that listens for as long as this lives.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    reports: mpsc::UnboundedReceiver<MassReport>,
    server: tokio::task::JoinHandle<()>,
}

impl Listener {
    /// Listens on the account's address, at every path.
    pub(crate) async fn start(app_id: AppId, settings: CallbackSettings) -> Result<Self, String> {
        let mut parser = EventParser::builder(app_id, settings.token);
        if let Some(key) = settings.aes_key {
            parser = parser.aes_key(key);
        }
        let socket = TcpListener::bind(settings.listen).await.map_err(|e| {
            format!("callbacks cannot be received on {}: {e}; nothing was sent", settings.listen)
        })?;
        let address = socket.local_addr().map_err(|e| e.to_string())?;
        let (sender, reports) = mpsc::unbounded_channel();
        let routes = endpoint(parser.build(), Arc::new(Sink(sender)));
        let router = Router::new().route("/", routes.clone()).route("/{*path}", routes);
        let server = tokio::spawn(async move {
            // It ends with the program only; a failed accept is retried by axum.
            let _ = axum::serve(socket, router).await;
        });
        Ok(Self { address, reports, server })
    }

    /// Where callbacks come in.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Debug)]
struct Sink(mpsc::UnboundedSender<MassReport>);

#[async_trait]
impl CallbackSink for Sink {
    async fn receive(&self, callback: Callback) -> Result<(), SinkError> {
        match callback.event {
            Event::MassSendJobFinish(report) => Ok(self.0.send(report)?),
            // Other events are somebody else's business: `success` keeps the platform from trying
            // again.
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Inbox for Listener {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        if let Ok(report) = self.reports.try_recv() {
            return Some(report);
        }
        let clock = SystemClock::new();
        tokio::select! {
            biased;
            Some(report) = self.reports.recv() => Some(report),
            () = clock.sleep_until(until) => None,
        }
    }
}
