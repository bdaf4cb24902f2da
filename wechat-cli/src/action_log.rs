//! The log of actions: JSON lines for each that changed something or reached the platform.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use wechat_mass::quota::BeijingTime;

use crate::exit::Exit;
use crate::lines::Lines;

const NAME: &str = "actions.jsonl";

/// A log that lines are added to, and never taken from. None of them holds a secret.
#[derive(Debug)]
pub(crate) struct ActionLog {
    path: PathBuf,
    file: File,
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action<'a> {
    /// As on the command line, without what it is given.
    pub(crate) command: &'a str,
    pub(crate) server: &'a str,
    pub(crate) account: &'a str,
    pub(crate) campaign: Option<&'a str>,
}

impl ActionLog {
    /// Opens the log of a server's folder, before anything is done: what cannot be logged is not done.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join(NAME);
        let file = fs::create_dir_all(folder)
            .and_then(|()| OpenOptions::new().append(true).create(true).open(&path))
            .map_err(|e| failed(&path, &e))?;
        Ok(Self { path, file })
    }

    /// It is about to be done: all that a program leaves which is killed on the way.
    pub(crate) fn begin(&self, at: SystemTime, action: &Action<'_>) -> Result<(), String> {
        self.add(at, action, None)
    }

    /// It was done, and what came of it in words. That cannot be refused any more: it is warned of.
    pub(crate) fn end(&self, at: SystemTime, action: &Action<'_>, exit: Exit, outcome: &str) {
        if let Err(problem) = self.add(at, action, Some((exit, outcome))) {
            Lines::warn(&problem);
        }
    }

    /// Adds a line, in one write: lines of several programs do not mix.
    fn add(
        &self,
        at: SystemTime,
        action: &Action<'_>,
        ended: Option<(Exit, &str)>,
    ) -> Result<(), String> {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let beijing = BeijingTime::new(at).to_string().replace(' ', "T");
        let line = json!({
            "at": format!("{beijing}+08:00"),
            "unix_ms": u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            "phase": if ended.is_some() { "end" } else { "begin" },
            "command": action.command,
            "server": action.server,
            "account": action.account,
            "campaign": action.campaign,
            "exit": ended.map(|(exit, _)| exit.status()),
            "outcome": ended.map(|(_, outcome)| outcome),
        });
        let mut file = &self.file;
        file.write_all(format!("{line}\n").as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|e| failed(&self.path, &e))
    }
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{}: the log of actions cannot be written: {error}", path.display())
}
