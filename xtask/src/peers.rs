//! Lets SDKs of other languages, which nobody here wrote, drive the mock and play the platform.
//!
//! What each of them does stands in `peers/`: scripts beside the pinned versions. This side installs
//! them, starts a server anew for each script, and knows which steps there must be.

mod callbacks;
pub(crate) mod install;
pub(crate) mod mock;
mod report;
pub(crate) mod server;
mod starts;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::Message;

use crate::run;
use crate::workspace::Workspace;
use install::{PEERS, Peer};
use mock::Mock;
use report::Report;

/// The scripts move the clock.
const MANUAL: &[&str] = &["--clock", "manual", "--followers", mock::FOLLOWERS];

/// What each SDK is led through, in this order. A script that leaves one out has failed.
const STEPS: &[&str] = &[
    "token",
    "followers",
    "tags",
    "picture for an article",
    "temporary media",
    "permanent material",
    "video for sending",
    "draft",
    "preview",
    "send to a tag",
    "status until done",
    "send to OpenIDs",
    "delete",
    "invalid media_id: 40007",
    "repeated key: 45065",
    "bad token healed",
];

pub(crate) fn peers(workspace: &Workspace) -> Result<(), String> {
    // Before anything is built: installing a missing program takes a decision.
    install::check_programs()?;
    let folder = workspace.target().join("peers");
    for peer in PEERS {
        install::install(peer, workspace.root(), &folder)?;
    }
    let mock = build(workspace, "wechat-mock")?;
    let program = build(workspace, "wechat-cli")?;
    let example = ["-p", "wechat-events", "--features", "axum", "--example", "callback_server"];
    let example = build_program(workspace, "callback_server", &example)?;

    let root = workspace.root();
    for peer in PEERS {
        starts::run(peer, &mock, root, &folder)?;
    }
    let (mut driven, mut played) = (Vec::new(), Vec::new());
    for peer in PEERS {
        let server = Mock::start(&mock, &folder.join(format!("{}.log", peer.folder)), MANUAL)?;
        driven.push(ask(peer, peer.script, root, &folder, |script| {
            script
                .env("WECHAT_BASE_URL", &server.base_url)
                .env("WECHAT_APP_ID", mock::APP_ID)
                .env("WECHAT_APP_SECRET", mock::APP_SECRET)
                .env("WECHAT_FOLLOWERS", mock::FOLLOWERS);
        })?);
        let log = folder.join(format!("{}-callbacks.log", peer.folder));
        let server = callbacks::serve(&example, &log)?;
        played.push(ask(peer, &callbacks::script(peer), root, &folder, |script| {
            callbacks::tell(script, &server, &program);
        })?);
    }
    let mut problems = Vec::new();
    for (steps, reports) in [(STEPS, driven), (callbacks::STEPS, played)] {
        println!("\n{}", report::table(steps, &reports));
        problems.extend(report::problems(steps, &reports));
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!(
        "peers: {} problem(s); {}/*.log have what the servers said\n{}",
        problems.len(),
        folder.display(),
        problems.join("\n")
    ))
}

/// Builds the program of this package and name.
pub(crate) fn build(workspace: &Workspace, name: &str) -> Result<PathBuf, String> {
    build_program(workspace, name, &["-p", name])
}

/// Builds a program; where it lies is cargo's to say.
fn build_program(workspace: &Workspace, name: &str, what: &[&str]) -> Result<PathBuf, String> {
    let mut cargo = run::cargo(workspace.root(), &["build"]);
    cargo.args(what).args(["--message-format", "json-render-diagnostics"]);
    println!("$ cargo build {}", what.join(" "));
    let messages = run::output(cargo.stderr(Stdio::inherit()))?;
    Message::parse_stream(messages.as_bytes())
        .filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) => artifact.executable,
            _ => None,
        })
        .find(|path| path.file_stem() == Some(name))
        .map(PathBuf::from)
        .ok_or_else(|| format!("cargo names no program `{name}`"))
}

/// Runs one of an SDK's scripts; `tell` puts what it needs into its environment.
fn ask(
    peer: &Peer,
    script: &str,
    root: &Path,
    folder: &Path,
    tell: impl FnOnce(&mut Command),
) -> Result<Report, String> {
    let script = format!("peers/{}/{script}", peer.folder);
    println!("$ {} {script}", peer.interpreter);
    let mut command = interpreter(peer, folder);
    command.arg(&script).current_dir(root);
    tell(&mut command);
    let said = run::output(&mut command)?;
    report::read(&said).map_err(|problem| format!("{script}: {problem}"))
}

/// The interpreter of an SDK's language, where the SDK is found.
fn interpreter(peer: &Peer, folder: &Path) -> Command {
    let mut command = Command::new(peer.interpreter);
    command
        .args(peer.arguments)
        .env(peer.variable, install::modules(peer, folder))
        // The servers are on this machine, whatever proxy leads out of it.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stderr(Stdio::inherit());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_has_each_step_in_order() {
        let named = |text: &str, opening: &str, quote: char| -> Vec<String> {
            text.lines()
                .filter_map(|line| line.strip_prefix(opening)?.split(quote).next())
                .map(str::to_owned)
                .collect()
        };
        let python = |text: &str| named(text, "    (\"", '"');
        let node = |text: &str| named(text, "  ['", '\'');
        assert_eq!(python(include_str!("../../peers/python/drive.py")), STEPS);
        assert_eq!(node(include_str!("../../peers/node/drive.js")), STEPS);
        assert_eq!(python(include_str!("../../peers/python/callbacks.py")), callbacks::STEPS);
        assert_eq!(node(include_str!("../../peers/node/callbacks.js")), callbacks::STEPS);
    }
}
