//! What `contract` shows: a line for each promise, or JSON lines for machines.

use std::io::Write as _;

use serde_json::{Value, json};
use wechat_mock::contract::{Change, Finding, Outcome, Report};

use crate::exit::Exit;

/// Where lines go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// One line of JSON, or the text. Nobody may be reading any more, as after `| head`.
    fn say(self, line: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
        let mut out = std::io::stdout().lock();
        let _ = if self.json { writeln!(out, "{}", line()) } else { writeln!(out, "{}", text()) };
    }

    pub(super) fn refused(self, problem: &str) {
        if self.json {
            let exit = Exit::Refused.status();
            let line = || json!({"event": "result", "result": "refused", "problems": [problem], "exit": exit});
            self.say(line, String::new);
        } else {
            let mut err = std::io::stderr().lock();
            let _ = writeln!(err, "error: {problem}");
            let _ = writeln!(err, "refused: no promise was checked (未检查任何约定)");
        }
    }

    /// The report could not be kept.
    pub(super) fn unwritten(self, problem: &str) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "error: the report is not kept: {problem}");
    }

    pub(super) fn begin(self, server: &str, may_send: bool, everyone: bool) {
        let sends = match (may_send, everyone) {
            (false, _) => "nothing is sent",
            (true, false) => "the named followers and the tag are sent to",
            (true, true) => "EVERYONE is sent to",
        };
        self.say(
            || json!({"event": "contract", "server": server, "sends": sends}),
            || format!("contract on {server}; {sends}"),
        );
    }

    pub(super) fn finding(self, finding: &Finding) {
        let line = || match serde_json::to_value(finding) {
            Ok(Value::Object(mut line)) => {
                line.insert("event".to_owned(), "promise".into());
                Value::Object(line)
            }
            _ => json!({"event": "promise", "promise": finding.promise}),
        };
        self.say(line, || {
            let promise = &finding.promise;
            match &finding.outcome {
                Outcome::Held => format!("held     {promise}"),
                Outcome::Differs { expected, found } => format!(
                    "DIFFERS  {promise}\n           expected {expected}\n           found    {found}"
                ),
                Outcome::Skipped { why } => format!("skipped  {promise}: {why}"),
                other => format!("{other}  {promise}"),
            }
        });
    }

    pub(super) fn interrupted(self, server: &str) {
        let exit = Exit::Interrupted.status();
        self.say(
            || json!({"event": "result", "result": "interrupted", "server": server, "exit": exit}),
            || {
                format!(
                    "interrupted on {server}: a tag, a draft or a picture whose name begins with \
                     contract may be left"
                )
            },
        );
    }

    pub(super) fn result(self, report: &Report, changes: Option<&[Change]>, exit: Exit) {
        let count = |wanted: fn(&Outcome) -> bool| {
            report.findings.iter().filter(|f| wanted(&f.outcome)).count()
        };
        let held = count(|outcome| matches!(outcome, Outcome::Held));
        let differ = count(Outcome::is_difference);
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped { .. }));
        let result = if differ == 0 { "ok" } else { "differs" };
        let line = || {
            json!({
                "event": "result", "result": result, "server": report.server, "held": held, "differ": differ,
                "skipped": skipped, "changes": changes, "exit": exit.status(),
            })
        };
        self.say(line, || {
            let mut text =
                format!("{held} held, {differ} differ, {skipped} skipped on {}", report.server);
            match changes {
                None => {}
                Some([]) => text.push_str("\nnothing has changed since the older report"),
                Some(changes) => {
                    text.push_str(&format!("\n{} changed since the older report:", changes.len()));
                    for change in changes {
                        text.push_str(&format!("\n  {change}"));
                    }
                }
            }
            text
        });
    }
}
