//! The program `wechat-mock`, started for one SDK and ended with it.

use std::path::Path;
use std::process::Command;

use super::server::Server;

pub(crate) const APP_ID: &str = "wx0123456789abcdef";
pub(crate) const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const FOLLOWERS: &str = "10";

pub(crate) struct Mock {
    pub(crate) base_url: String,
    server: Server,
}

impl Mock {
    /// Starts it on a free port; what it receives goes to `log`.
    pub(crate) fn start(program: &Path, log: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0"]).args(arguments).args([
            "--app-id",
            APP_ID,
            "--app-secret",
            APP_SECRET,
        ]);
        let server = Server::start(&mut command, "base URL", log)?;
        Ok(Self { base_url: server.address.clone(), server })
    }

    /// Asks it to end, as a supervisor does, and waits; an error when it does not end well.
    pub(crate) fn stop(self) -> Result<(), String> {
        self.server.stop()
    }
}
