//! `wechat-cli callback listen`: prints pushes as they come.

use std::io::{Write as _, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use serde_json::json;
use tokio::net::TcpListener;
use wechat_events::Callback;
use wechat_events::axum::{Endpoint, serve_until};
use wechat_events::event::Event;
use wechat_events::handler::{Handled, Handler};
use wechat_http::{BaseUrl, Clock as _, SystemClock};
use wechat_mass::journal::Store;
use wechat_types::id::AppId;

use super::json;
use crate::args::ListenArgs;
use crate::interrupt::Ending;
use crate::journal_place::JournalPlace;
use crate::redis_place::RedisPlace;
use crate::token_place::variable;

/// Runs the command, until it is asked to end.
pub(crate) async fn run(args: ListenArgs) -> ExitCode {
    match listen(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

async fn listen(args: &ListenArgs) -> Result<(), String> {
    let settings = super::settings(&args.account)?;
    let url = args.dedup_store.clone().or_else(|| variable("WECHAT_DEDUP_STORE"));
    let redis = match (url, settings.redis) {
        (Some(url), Some(configured)) => Some(configured.at(url)),
        (Some(url), None) => Some(RedisPlace::new(url)),
        (None, configured) => configured,
    };
    // As for a send, the environment says nothing of a live account.
    let environment = variable("WECHAT_BASE_URL").filter(|_| !settings.live);
    let mock = mock_of(args.base_url.clone().or(environment).or(settings.base_url))?;
    let store =
        JournalPlace::shared(args.journal.as_deref(), settings.journal, mock.as_ref()).await?;
    let record = store.map(|store| Record { store, account: settings.app_id });
    let mut endpoint = Endpoint::new(settings.parser, Printer { json: args.json, record });
    if let Some(redis) = redis {
        endpoint = endpoint.with_store(Arc::new(redis.dedup()?));
    }
    let address = args.listen.unwrap_or(settings.listen);
    let socket = TcpListener::bind(address)
        .await
        .map_err(|e| format!("callbacks cannot be received on {address}: {e}"))?;
    let address = socket.local_addr().map_err(|e| e.to_string())?;
    let first = if args.json {
        json!({"line": "listening", "address": address.to_string()}).to_string()
    } else {
        format!("listening on {address}, at every path; Ctrl+C ends it")
    };
    let routes = endpoint.into_route();
    let router = Router::new().route("/", routes.clone()).route("/{*path}", routes);
    // Before the first line: who has read it can end the program.
    let mut ending = Ending::new()?;
    print(&first).map_err(|e| e.to_string())?;
    serve_until(socket, router, ending.asked()).await;
    Ok(())
}

/// Whose reports these are, named as for a send: what a mock tells has tables of its own.
fn mock_of(base_url: Option<String>) -> Result<Option<BaseUrl>, String> {
    // Not quoted: what is wrong with it may be the password in it.
    let named = base_url.map(|url| url.parse::<BaseUrl>()).transpose();
    let named = named.map_err(|e| format!("the server that is named is {e}"))?;
    Ok(named.filter(|server| !server.is_real_platform()))
}

/// A push that cannot be printed, or a report that cannot be kept, is not taken: the platform tries again.
struct Printer {
    json: bool,
    record: Option<Record>,
}

/// Where reports of jobs are kept.
struct Record {
    store: Box<dyn Store>,
    account: AppId,
}

#[async_trait]
impl Handler for Printer {
    async fn handle(&self, push: &Callback) -> Handled {
        if let (Event::MassSendJobFinish(report), Some(record)) = (&push.event, &self.record) {
            record.store.keep_report(&record.account, report, SystemClock::new().now()).await?;
        }
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
