//! The program `wechat-mock`, started for one SDK and ended with it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

pub(crate) const APP_ID: &str = "wx0123456789abcdef";
pub(crate) const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const FOLLOWERS: &str = "10";

pub(crate) struct Mock {
    pub(crate) base_url: String,
    program: Child,
    log: Option<JoinHandle<()>>,
}

impl Mock {
    /// Starts it on a free port; what it receives goes to `log`.
    pub(crate) fn start(program: &Path, log: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut file = File::create(log)
            .map_err(|error| format!("{} cannot be written: {error}", log.display()))?;
        let mut program = Command::new(program)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .args(["--app-id", APP_ID, "--app-secret", APP_SECRET])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} could not be started: {error}", program.display()))?;
        let Some(output) = program.stdout.take() else {
            return Err("wechat-mock has no output".to_owned());
        };
        let mut output = BufReader::new(output);
        let base_url = base_url(&mut output);
        // Read to its end, because a full pipe would stop the mock.
        let log = std::thread::spawn(move || {
            let _ = std::io::copy(&mut output, &mut file);
        });
        let mut mock = Self { base_url: String::new(), program, log: Some(log) };
        mock.base_url = base_url?;
        Ok(mock)
    }

    /// Asks it to end, as a supervisor does, and waits; an error when it does not end well.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        let id = self.program.id().to_string();
        crate::run::run(Command::new("kill").args(["-TERM", &id]))?;
        let status =
            self.program.wait().map_err(|error| format!("wechat-mock did not end: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("wechat-mock ended badly: {status}")) }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // It has nothing to save, and may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
        if let Some(log) = self.log.take() {
            let _ = log.join();
        }
    }
}

/// The address that the program prints when it listens.
fn base_url(output: &mut impl BufRead) -> Result<String, String> {
    let mut line = String::new();
    loop {
        line.clear();
        match output.read_line(&mut line) {
            Ok(0) => return Err("wechat-mock ended before it named its base URL".to_owned()),
            Ok(_) => {}
            Err(error) => return Err(format!("wechat-mock's output cannot be read: {error}")),
        }
        if let Some(address) = line.strip_prefix("base URL") {
            return Ok(address.trim().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_one_printed_and_the_rest_is_left() {
        let mut output = "hello\nbase URL  http://127.0.0.1:37147\nappid x\n".as_bytes();
        assert_eq!(base_url(&mut output).as_deref(), Ok("http://127.0.0.1:37147"));
        assert_eq!(output, b"appid x\n");
    }

    #[test]
    fn a_program_that_ends_at_once_is_an_error() {
        let error = base_url(&mut "no such port\n".as_bytes()).unwrap_err();
        assert!(error.contains("ended before"), "{error}");
    }
}
