//! The program as a child process: with an empty environment, within a time, its output read.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::shop::SECRETS;

/// A program that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, to be run in a folder that is also its home.
pub(crate) fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wechat-cli"));
    command.env_clear().env("HOME", home).stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Everything it said.
    pub(crate) fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Its lines of JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Its last line of JSON: the result.
    pub(crate) fn result(&self) -> Value {
        let last = self.lines().pop().expect("a line");
        assert_eq!(last["event"], "result");
        last
    }

    #[track_caller]
    pub(crate) fn assert_status(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "{}", self.output());
        self
    }

    #[track_caller]
    pub(crate) fn assert_says(&self, what: &str) -> &Self {
        assert!(self.output().contains(what), "no {what:?} in: {}", self.output());
        self
    }

    #[track_caller]
    fn assert_no_secret(&self) {
        for secret in SECRETS {
            assert!(!self.output().contains(secret), "a secret is shown: {}", self.output());
        }
        assert!(!self.output().contains("access_token="), "{}", self.output());
    }
}

/// Runs the program to its end. Whatever it says, it says no secret.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Run {
    Started::new(command).end()
}

/// A run that goes on, and can be read line by line.
#[derive(Debug)]
pub(crate) struct Started {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    read: String,
}

impl Started {
    pub(crate) fn new(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = lines_of(child.stdout.take().unwrap());
        let (sender, stderr) = channel();
        let mut pipe = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).unwrap();
            let _ = sender.send(text);
        });
        Self { child, stdout, stderr, read: String::new() }
    }

    /// Reads on to the line that contains this.
    #[track_caller]
    pub(crate) fn read_to(&mut self, what: &str) -> String {
        loop {
            let line = self.stdout.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                let _ = self.child.kill();
                panic!("no {what:?} in: {}{}", self.read, self.stderr.recv().unwrap_or_default())
            });
            self.read.push_str(&line);
            self.read.push('\n');
            if line.contains(what) {
                return line;
            }
        }
    }

    /// Interrupts it as Ctrl+C does.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends it at once.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    #[track_caller]
    pub(crate) fn end(mut self) -> Run {
        let Ok(stderr) = self.stderr.recv_timeout(PATIENCE) else {
            let _ = self.child.kill();
            let said: String = self.stdout.iter().collect();
            panic!("the program does not end: {}{said}", self.read);
        };
        for line in self.stdout.iter() {
            self.read.push_str(&line);
            self.read.push('\n');
        }
        let status = self.child.wait().unwrap().code().expect("no signal");
        let run = Run { status, stdout: self.read, stderr };
        run.assert_no_secret();
        run
    }
}

fn lines_of(pipe: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            let _ = sender.send(line.unwrap());
        }
    });
    lines
}
