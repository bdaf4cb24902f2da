//! Lets SDKs of other languages, which nobody here wrote, drive the mock over HTTP.
//!
//! What each of them does stands in `peers/`: a script beside the pinned versions. This side installs
//! them, starts `wechat-mock` anew for each, and knows which steps there must be.

pub(crate) mod install;
pub(crate) mod mock;
mod report;

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
    let program = build(workspace, "wechat-mock")?;
    let mut reports = Vec::new();
    for peer in PEERS {
        reports.push(drive(peer, &program, workspace.root(), &folder)?);
    }
    println!("\n{}", report::table(STEPS, &reports));
    let problems = report::problems(STEPS, &reports);
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!(
        "peers: {} problem(s); {}/*.log have what the mock received\n{}",
        problems.len(),
        folder.display(),
        problems.join("\n")
    ))
}

/// Builds the program of this package and name; where it lies is cargo's to say.
pub(crate) fn build(workspace: &Workspace, name: &str) -> Result<PathBuf, String> {
    let arguments = ["build", "-p", name, "--message-format", "json-render-diagnostics"];
    let mut cargo = run::cargo(workspace.root(), &arguments);
    println!("$ cargo build -p {name}");
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

/// Runs one SDK's script against a mock of its own.
fn drive(peer: &Peer, program: &Path, root: &Path, folder: &Path) -> Result<Report, String> {
    let mock = Mock::start(program, &folder.join(format!("{}.log", peer.folder)), MANUAL)?;
    let script = format!("peers/{}/{}", peer.folder, peer.script);
    println!("$ {} {script}", peer.interpreter);
    let mut command = Command::new(peer.interpreter);
    command
        .args(peer.arguments)
        .arg(&script)
        .current_dir(root)
        .env(peer.variable, install::modules(peer, folder))
        .env("WECHAT_BASE_URL", &mock.base_url)
        .env("WECHAT_APP_ID", mock::APP_ID)
        .env("WECHAT_APP_SECRET", mock::APP_SECRET)
        .env("WECHAT_FOLLOWERS", mock::FOLLOWERS)
        // The mock is on this machine, whatever proxy leads out of it.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stderr(Stdio::inherit());
    let said = run::output(&mut command)?;
    report::read(&said).map_err(|problem| format!("{script}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_has_each_step_in_order() {
        let python = include_str!("../../peers/python/drive.py");
        let node = include_str!("../../peers/node/drive.js");
        let named = |text: &str, opening: &str, quote: char| -> Vec<String> {
            text.lines()
                .filter_map(|line| line.strip_prefix(opening)?.split(quote).next())
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(named(python, "    (\"", '"'), STEPS);
        assert_eq!(named(node, "  ['", '\''), STEPS);
    }
}
