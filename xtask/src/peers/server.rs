//! A program that serves others for a while: started for them, and ended with them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

pub(crate) struct Server {
    /// What the program printed behind the words that it announces it by.
    pub(super) address: String,
    program: Child,
    log: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it and waits until it names its address behind `words`; all that it prints later goes to
    /// `log`.
    pub(crate) fn start(command: &mut Command, words: &str, log: &Path) -> Result<Self, String> {
        let mut file = File::create(log)
            .map_err(|error| format!("{} cannot be written: {error}", log.display()))?;
        let name = command.get_program().to_string_lossy().into_owned();
        let mut program = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name} could not be started: {error}"))?;
        let Some(output) = program.stdout.take() else {
            return Err(format!("{name} has no output"));
        };
        let mut output = BufReader::new(output);
        let address = address(&mut output, words);
        // Read to its end, because a full pipe would stop the program.
        let log = std::thread::spawn(move || {
            let _ = std::io::copy(&mut output, &mut file);
        });
        let mut server = Self { address: String::new(), program, log: Some(log) };
        server.address = address.map_err(|problem| format!("{name}: {problem}"))?;
        Ok(server)
    }

    /// Asks it to end, as a supervisor does, and waits; an error when it does not end well.
    pub(crate) fn stop(self) -> Result<(), String> {
        self.end("-TERM")
    }

    /// The same as Ctrl+C does: who is served then is cut off by some servers.
    pub(crate) fn interrupt(self) -> Result<(), String> {
        self.end("-INT")
    }

    fn end(mut self, signal: &str) -> Result<(), String> {
        let id = self.program.id().to_string();
        crate::run::run(Command::new("kill").args([signal, &id]))?;
        let status =
            self.program.wait().map_err(|error| format!("the program did not end: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("the program ended badly: {status}")) }
    }
}

impl Drop for Server {
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
fn address(output: &mut impl BufRead, words: &str) -> Result<String, String> {
    let mut line = String::new();
    loop {
        line.clear();
        match output.read_line(&mut line) {
            Ok(0) => return Err("it ended before it named its address".to_owned()),
            Ok(_) => {}
            Err(error) => return Err(format!("its output cannot be read: {error}")),
        }
        if let Some((_, address)) = line.split_once(words) {
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
        let address = address(&mut output, "base URL");
        assert_eq!(address.as_deref(), Ok("http://127.0.0.1:37147"));
        assert_eq!(output, b"appid x\n");
    }

    #[test]
    fn a_program_that_ends_at_once_is_an_error() {
        let error = address(&mut "no such port\n".as_bytes(), "base URL").unwrap_err();
        assert!(error.contains("ended before"), "{error}");
    }
}
