//! `wechat-cli callback listen`: prints pushes as they come.

use std::io::{Write as _, stdout};
use std::net::SocketAddr;
use std::process::ExitCode;

use async_trait::async_trait;
use axum::Router;
use serde_json::json;
use tokio::net::TcpListener;
use wechat_events::axum::{endpoint, serve};
use wechat_events::event::Event;
use wechat_events::handler::{Handled, Handler};
use wechat_events::{Callback, EventParser};

use super::json;
use crate::args::ListenArgs;
use crate::interrupt::unless_interrupted;

/// Runs the command, until it is interrupted.
pub(crate) async fn run(args: ListenArgs) -> ExitCode {
    let (parser, configured) = match super::settings(&args.account) {
        Ok(settings) => settings,
        Err(problem) => return refused(&problem),
    };
    let address = args.listen.unwrap_or(configured);
    match listen(parser, address, args.json).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => refused(&problem),
    }
}

fn refused(problem: &str) -> ExitCode {
    eprintln!("error: {problem}");
    ExitCode::from(2)
}

async fn listen(parser: EventParser, address: SocketAddr, json: bool) -> Result<(), String> {
    let socket = TcpListener::bind(address)
        .await
        .map_err(|e| format!("callbacks cannot be received on {address}: {e}"))?;
    let address = socket.local_addr().map_err(|e| e.to_string())?;
    let first = if json {
        json!({"line": "listening", "address": address.to_string()}).to_string()
    } else {
        format!("listening on {address}, at every path; Ctrl+C ends it")
    };
    let routes = endpoint(parser, Printer { json });
    let router = Router::new().route("/", routes.clone()).route("/{*path}", routes);
    let served = unless_interrupted(async {
        print(&first).map_err(|e| e.to_string())?;
        serve(socket, router).await;
        Ok(())
    });
    served.await.unwrap_or(Ok(()))
}

/// A push that cannot be printed is not taken: the platform tries again.
struct Printer {
    json: bool,
}

#[async_trait]
impl Handler for Printer {
    async fn handle(&self, push: &Callback) -> Handled {
        let line = if self.json {
            json!({
                "line": "callback",
                "kind": json::kind(push),
                "name": json::name(push),
                "fields": json::fields(&push.fields),
                "event": json::event(push),
            })
            .to_string()
        } else {
            let (header, name) = (&push.header, json::name(push));
            format!(
                "{} {} {name} from {}: {}",
                header.create_time,
                json::kind(push),
                header.from_user,
                if matches!(push.event, Event::Unread { .. }) {
                    json::fields(&push.fields)
                } else {
                    json::event(push)
                }
            )
        };
        // Whoever reads this may stop to, and the next push must be answered all the same.
        tokio::task::spawn_blocking(move || print(&line)).await??;
        Ok(None)
    }
}

fn print(line: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
