//! `wechat-cli token serve`: gives the account's token to programs of any language.

mod service;

use std::path::Path;

use serde_json::json;
use tokio::net::TcpListener;
use wechat_events::axum::serve_until;
use wechat_http::token::service::ServiceSecret;

use crate::account::Account;
use crate::args::{TokenCommand, TokenServeArgs};
use crate::exit::Exit;
use crate::interrupt::Ending;
use crate::lines::Lines;
use crate::session::Session;
use crate::{secret_place, token_place};

use service::Service;

/// Runs the command, until it is asked to end.
pub(crate) async fn run(command: &TokenCommand) -> Exit {
    let TokenCommand::Serve(args) = command;
    match serve(args).await {
        Ok(()) => Exit::Success,
        Err(problem) => {
            Lines::new(args.server.json).failed(&problem, Exit::Refused);
            Exit::Refused
        }
    }
}

async fn serve(args: &TokenServeArgs) -> Result<(), String> {
    let mut configured = None;
    // Its own tokens are the platform's, whoever else asks it.
    let client = |account: &Account, base_url| {
        configured = account.token_service.secret.clone();
        token_place::of_platform(account, base_url)
    };
    let session = Session::open_with(&args.server, None, client).await?;
    if session.mock.is_some() {
        return Err(
            "the embedded mock's tokens are good nowhere else: name an account, and its server \
                    with --base-url or --live"
                .to_owned(),
        );
    }
    let secret = secret(args.secret_file.as_deref(), configured)?;
    let listen = args.listen;
    let socket = TcpListener::bind(listen)
        .await
        .map_err(|e| format!("tokens cannot be served on {listen}: {e}"))?;
    let address = socket.local_addr().map_err(|e| e.to_string())?;
    if !address.ip().is_loopback() {
        Lines::warn(&format!(
            "{address} is reached from other machines: put TLS in front where others could listen"
        ));
    }
    // Before the first line: who has read it can end the program.
    let mut ending = Ending::new()?;
    let (account, server) = (session.client.app_id().clone(), session.server.clone());
    let fields = json!({ "address": address.to_string(), "account": account.as_str() });
    session.lines.say("listening", fields, || {
        format!(
            "tokens of {account} for {server} on http://{address}/tokens/{account}; Ctrl+C ends it"
        )
    });
    let service = Service::new(session.client.clone(), secret, address);
    serve_until(socket, service.into_router(), ending.asked()).await;
    session.add_to_log("token serve", None, Exit::Success, "ended");
    Ok(())
}

/// What those who ask must have: from the file, else from the environment, else from the configuration.
fn secret(file: Option<&Path>, configured: Option<ServiceSecret>) -> Result<ServiceSecret, String> {
    if let Some(file) = file {
        let text = secret_place::from_file("--secret-file", file)?;
        return ServiceSecret::new(text).map_err(|e| format!("{}: {e}", file.display()));
    }
    token_place::from_variable()?.or(configured).ok_or_else(|| {
        format!(
            "a token service needs a secret for those who ask: make one (openssl rand -hex 32 > \
             token-service.secret), and name it with --secret-file, {}, or in the account's \
             [token_service]",
            token_place::SECRET
        )
    })
}
