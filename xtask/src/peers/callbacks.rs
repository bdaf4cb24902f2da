//! The SDKs are the platform: their callbacks are read by our program, and they read our replies.

use std::path::Path;
use std::process::Command;

use super::install::Peer;
use super::mock::APP_ID;
use super::server::Server;

/// Made up; the same as in the documented examples.
const TOKEN: &str = "tok3n";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// In this order. A script that leaves one out has failed.
pub(super) const STEPS: &[&str] = &[
    "address verified",
    "plain text",
    "encrypted text",
    "encrypted event",
    "encrypted job report",
    "every padding",
    "forged signature refused",
    "other account refused",
    "encrypted reply read",
];

/// The SDK's script, beside the one that drives the mock.
pub(super) fn script(peer: &Peer) -> String {
    peer.script.replace("drive", "callbacks")
}

/// Starts the example `callback_server` on a free port.
pub(super) fn serve(example: &Path, log: &Path) -> Result<Server, String> {
    let mut command = Command::new(example);
    secrets(&mut command).env("WECHAT_LISTEN", "127.0.0.1:0");
    let mut server = Server::start(&mut command, "listening on ", log)?;
    server.address = format!("http://{}/wechat", server.address);
    Ok(server)
}

/// What the script finds in its environment; `program` is `wechat-cli`.
pub(super) fn tell(script: &mut Command, server: &Server, program: &Path) {
    secrets(script).env("WECHAT_CALLBACK_URL", &server.address).env("WECHAT_CLI", program);
}

fn secrets(command: &mut Command) -> &mut Command {
    command
        .env("WECHAT_APP_ID", APP_ID)
        .env("WECHAT_CALLBACK_TOKEN", TOKEN)
        .env("WECHAT_AES_KEY", AES_KEY)
}
