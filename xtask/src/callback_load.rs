//! Starts the example callback server under hostile load, and checks what becomes of it.

use std::process::Command;

use crate::run;
use crate::workspace::Workspace;

/// What CI takes: long enough for every kind of request, each several times.
pub(crate) const CI_SECONDS: &str = "4";

/// Builds server and driver, and drives for so many seconds.
pub(crate) fn callback_load(workspace: &Workspace, seconds: &str) -> Result<(), String> {
    if !seconds.parse().is_ok_and(|seconds: u32| seconds > 0) {
        return Err(format!("`{seconds}` is no number of seconds, such as 60"));
    }
    if !cfg!(target_os = "linux") {
        return Err(
            "callback-load reads the server's memory from /proc, as Linux has it".to_owned()
        );
    }
    let build = ["build", "-p", "wechat-events", "--features", "axum", "--examples", "--quiet"];
    run::run(&mut run::cargo(workspace.root(), &build))?;
    let examples = workspace.target().join("debug/examples");
    let mut driver = Command::new(examples.join("callback_load"));
    driver.arg(examples.join("callback_server")).arg(seconds);
    run::run_as(&mut driver, &format!("callback_load callback_server {seconds}"))
}
