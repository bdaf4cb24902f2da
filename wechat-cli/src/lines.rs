//! What a command says: plain lines for people, JSON lines for machines.

use std::io::Write as _;

use serde_json::{Map, Value, json};

use crate::exit::Exit;

/// Where lines go, and to which server they belong.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    json: bool,
    server: String,
}

impl Lines {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, server: "none".to_owned() }
    }

    pub(crate) fn set_server(&mut self, server: &str) {
        server.clone_into(&mut self.server);
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// One line of JSON, or the text. Nobody may be reading any more, as after `| head`: what was
    /// done was done.
    pub(crate) fn say(&self, event: &str, fields: Value, text: impl FnOnce() -> String) {
        let mut out = std::io::stdout().lock();
        let _ = if self.json {
            let mut line = Map::new();
            line.insert("event".to_owned(), event.into());
            line.insert("server".to_owned(), self.server.as_str().into());
            if let Value::Object(fields) = fields {
                line.extend(fields);
            }
            writeln!(out, "{}", Value::Object(line))
        } else {
            writeln!(out, "{}", text())
        };
    }

    /// The last line: what is wrong, on standard error for people.
    pub(crate) fn failed(&self, problem: &str, exit: Exit) {
        self.failed_by(&[problem.to_owned()], exit);
    }

    /// The same of several things.
    pub(crate) fn failed_by(&self, problems: &[String], exit: Exit) {
        if self.json {
            let result = if exit == Exit::Refused { "refused" } else { "failed" };
            let fields = json!({ "result": result, "problems": problems, "exit": exit.status() });
            self.say("result", fields, String::new);
        } else {
            let mut err = std::io::stderr().lock();
            for problem in problems {
                let _ = writeln!(err, "error: {problem}");
            }
        }
    }

    /// A line on standard error, whatever the form of the others.
    pub(crate) fn warn(text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "warning: {text}");
    }
}
