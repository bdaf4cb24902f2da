//! The program's own callback endpoint: job reports come in here.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use axum::Router;
use tokio::net::TcpListener;
use wechat_events::Callback;
use wechat_events::axum::{endpoint, serve};
use wechat_events::handler::{Handled, Handler};
use wechat_http::SystemClock;
use wechat_mass::campaign::{ChannelInbox, Inbox, ReportSender};
use wechat_types::id::AppId;
use wechat_types::mass::MassReport;

use crate::account::CallbackSettings;

/// An endpoint that listens for as long as this lives.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    inbox: ChannelInbox,
    server: tokio::task::JoinHandle<()>,
}

impl Listener {
    /// Listens on the account's address, at every path.
    pub(crate) async fn start(app_id: AppId, settings: CallbackSettings) -> Result<Self, String> {
        let listen = settings.listen;
        let started = Self::start_unless_in_use(app_id, settings).await?;
        started.ok_or_else(|| failed(listen, &ErrorKind::AddrInUse.into()))
    }

    /// The same; none where another program listens already.
    pub(crate) async fn start_unless_in_use(
        app_id: AppId,
        settings: CallbackSettings,
    ) -> Result<Option<Self>, String> {
        let listen = settings.listen;
        let socket = match TcpListener::bind(listen).await {
            Ok(socket) => socket,
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Ok(None),
            Err(error) => return Err(failed(listen, &error)),
        };
        let address = socket.local_addr().map_err(|e| e.to_string())?;
        let (sender, inbox) = ChannelInbox::new(Arc::new(SystemClock::new()));
        let routes = endpoint(settings.parser(app_id).build(), Reports(sender));
        let router = Router::new().route("/", routes.clone()).route("/{*path}", routes);
        let server = tokio::spawn(serve(socket, router));
        Ok(Some(Self { address, inbox, server }))
    }

    /// Where callbacks come in.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn failed(listen: SocketAddr, error: &io::Error) -> String {
    format!("callbacks cannot be received on {listen}: {error}")
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Debug)]
struct Reports(ReportSender);

/// Other events are somebody else's business: `success` keeps the platform from trying again.
#[async_trait]
impl Handler for Reports {
    /// The platform tells this once: it is answered when the campaign's record has it. Until then, or when
    /// the campaign ends first, the platform tries again.
    async fn mass_send_job_finish(&self, _: &Callback, report: &MassReport) -> Handled {
        self.0.deliver(report.clone()).await?;
        Ok(None)
    }
}

#[async_trait]
impl Inbox for Listener {
    fn not_recorded(&mut self) {
        self.inbox.not_recorded();
    }

    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        self.inbox.next(until).await
    }
}
