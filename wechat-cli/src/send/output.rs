//! What `send` shows: a progress bar on a terminal, plain lines otherwise, JSON lines for machines.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};
use wechat_mass::campaign::{Answer, CampaignReport, Event, Plan};
use wechat_mass::journal::Entry;
use wechat_mass::quota::BeijingTime;

use super::entry_json::entry_json;
use super::forecast::Foreseen;
use super::plan_text;
use super::prepared::Prepared;
use super::result_text::{self, End};
use super::waits::{shown_wait, waited_for};
use crate::exit::Exit;
use crate::journal_place::JournalPlace;
use crate::moment::unix_seconds;

/// Where lines go, and to which server they belong.
#[derive(Clone, Debug)]
pub(super) struct Output {
    json: bool,
    /// Named in every line of JSON, and in every plan and result.
    server: String,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json, server: "none".to_owned() }
    }

    pub(super) fn set_server(&mut self, server: String) {
        self.server = server;
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// One line of JSON, or the text.
    ///
    /// Nobody may be reading any more, as after `| head`: a send under way must not end for that.
    pub(super) fn say(&self, event: &str, fields: Value, text: impl FnOnce() -> String) {
        let mut out = std::io::stdout().lock();
        let _ = if self.json {
            writeln!(out, "{}", self.json_line(event, fields))
        } else {
            writeln!(out, "{}", text())
        };
    }

    fn json_line(&self, event: &str, fields: Value) -> Value {
        let mut line = Map::new();
        line.insert("event".to_owned(), event.into());
        line.insert("server".to_owned(), self.server.as_str().into());
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        Value::Object(line)
    }

    /// This run sent nothing; so many calls of the campaign are recorded, if that could be read.
    pub(super) fn refused(&self, problems: &[String], recorded: Option<usize>) {
        self.told(problems, json!({ "recorded_calls": recorded }));
        if !self.json {
            let before = match recorded {
                None => String::new(),
                Some(0) => "; no call of the campaign is recorded (此前无调用记录)".to_owned(),
                Some(calls) => {
                    format!(
                        "; {calls} calls of the campaign are recorded (此前已记录 {calls} 次调用)"
                    )
                }
            };
            let _ = writeln!(
                std::io::stderr().lock(),
                "refused: nothing was sent by this run (本次未发送任何消息){before}"
            );
        }
    }

    /// What is wrong, on standard error for people.
    pub(super) fn failed(&self, problems: &[String]) {
        self.told(problems, json!({}));
    }

    fn told(&self, problems: &[String], more: Value) {
        if self.json {
            let mut fields = json!({
                "result": "refused", "problems": problems, "exit": Exit::Refused.status(),
            });
            if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
                fields.extend(more);
            }
            self.say("result", fields, String::new);
        } else {
            let mut err = std::io::stderr().lock();
            for problem in problems {
                let _ = writeln!(err, "error: {problem}");
            }
        }
    }

    pub(super) fn plan(&self, prepared: &Prepared, dry_run: bool) {
        let fields = plan_text::json(prepared, dry_run);
        self.say("plan", fields, || plan_text::text(prepared, &self.server, dry_run));
        if let Some(advice) = &prepared.advice {
            self.say("advice", json!({ "advice": advice }), || format!("  advice    {advice}"));
        }
    }

    pub(super) fn forecast(&self, found: &Foreseen, left_out: Option<usize>) {
        self.say("forecast", found.json(left_out), || found.text(left_out));
    }

    pub(super) fn listening(&self, address: SocketAddr, encrypted: bool) {
        let fields = json!({ "address": address.to_string(), "encrypted": encrypted });
        self.say("listening", fields, || {
            let mode = if encrypted { "encrypted (safe mode)" } else { "in plain mode" };
            format!("callbacks are received on {address}, {mode}")
        });
    }

    /// Another program listens on the account's address, and keeps the reports in the database that they share.
    pub(super) fn listening_elsewhere(&self, address: SocketAddr) {
        let fields = json!({ "address": address.to_string() });
        self.say("listening_elsewhere", fields, || {
            format!(
                "{address} is in use (端口已被占用): callbacks are left to the program that listens there, which must \
                 be `callback listen` or another `send` of this account with the same journal; each job's status is \
                 asked for"
            )
        });
    }

    /// The database cannot be reached: no call is made until it can.
    pub(super) fn unreachable(&self, problem: &str) {
        self.say("journal_unreachable", json!({ "problem": problem }), || {
            format!("no call is made until the journal can be reached (等待数据库恢复): {problem}")
        });
    }

    /// The journal came back, and cannot be used: what becomes of the campaign is to be asked again.
    pub(super) fn stopped(&self, problem: &str) {
        let exit = Exit::Undecided.status();
        let fields = json!({ "result": "undecided", "stopped": problem, "exit": exit });
        self.say("result", fields, || {
            format!("stopped: {problem}\nrun the same command again when that is repaired")
        });
    }

    pub(super) fn journal(&self, place: &JournalPlace, known: usize) {
        let file = place.to_string();
        let fields = json!({ "file": file, "entries": known });
        self.say("journal", fields, || match known {
            0 => format!("recorded in {file}"),
            _ => format!("resumed from {file}, {known} entries"),
        });
    }

    /// `durable`: what was sent is recorded for a next run.
    pub(super) fn interrupted(&self, durable: bool) {
        let fields = json!({ "result": "interrupted", "exit": Exit::Interrupted.status() });
        self.say("result", fields, || {
            let server = &self.server;
            if durable {
                format!("interrupted on {server}: what was sent is recorded; run the same command again to go on")
            } else {
                format!("interrupted on {server}: nobody was reached, and nothing is recorded")
            }
        });
    }

    pub(super) fn result(&self, plan: &Plan, report: &CampaignReport, end: &End<'_>) {
        let fields = result_text::json(plan, report, end);
        self.say("result", fields, || result_text::text(plan, report, &self.server, end));
    }

    pub(super) fn progress(&self, plan: &Plan) -> Progress {
        let bar = (!self.json && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(result_text::steps(plan));
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(std::time::Duration::from_millis(200));
            bar
        });
        Progress { output: self.clone(), bar, calls: plan.chunks().len(), made: 0, waiting: None }
    }
}

/// Shows a run while it goes on.
pub(super) struct Progress {
    output: Output,
    bar: Option<ProgressBar>,
    calls: usize,
    /// Calls made by this run.
    made: usize,
    /// What was last said to be waited for, so that it is said once.
    waiting: Option<String>,
}

impl Progress {
    pub(super) fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Recorded(entry) => {
                if !matches!(entry, Entry::Report { .. }) {
                    self.waiting = None;
                }
                self.recorded(entry);
            }
            Event::News(Entry::GivenUp { chunk, .. }) => {
                let fields = json!({ "call": chunk + 1 });
                self.line("given_up", fields, || {
                    format!(
                        "call {}/{}: its worker did not come back; it is asked for with its key",
                        chunk + 1,
                        self.calls
                    )
                });
            }
            Event::News(Entry::Intent { chunk, .. } | Entry::Answer { chunk, .. }) => {
                self.waiting = None;
                self.elsewhere(*chunk);
            }
            Event::News(entry @ Entry::Stopped { .. }) => self.recorded(entry),
            Event::News(_) => {}
            Event::LeaseLost(entry) => {
                let fields = json!({ "entry": entry_json(entry) });
                self.line("lease_lost", fields, || {
                    "not recorded, for it took longer than this worker's lease: another worker asks what \
                     became of it (租约已过期)"
                        .to_owned()
                });
            }
            Event::NotRecorded(entry) => self.not_recorded(entry),
            Event::NoToken(reason) => {
                self.line("no_token", json!({ "reason": reason }), || {
                    format!(
                        "no access token, so no call is begun here for a while (暂无 access_token): {reason}"
                    )
                });
            }
            Event::PutOff(until, reason) => {
                let fields = json!({ "until": unix_seconds(*until), "reason": reason });
                self.line("put_off", fields, || {
                    let at = BeijingTime::new(*until);
                    format!("failed, and is tried again at {at} Beijing time (稍后重试): {reason}")
                });
            }
            Event::StatusFailed(reason) => {
                self.line("status_failed", json!({ "reason": reason }), || {
                    format!("a job's status could not be had, and is asked for again: {reason}")
                });
            }
            Event::Overdue(msg_id, after) => {
                let hours = after.as_secs() / 3600;
                let fields = json!({ "msg_id": msg_id.get(), "hours": hours });
                self.line("overdue", fields, || {
                    format!("job {msg_id} has had no final report for {hours} hours (超时未报告)")
                });
            }
            Event::Waiting(until, reason) => {
                let what = waited_for(*reason);
                let shown = shown_wait(*until, *reason);
                if self.waiting.as_ref() == Some(&shown) {
                    return;
                }
                self.waiting = Some(shown.clone());
                let fields = json!({ "for": what, "until": unix_seconds(*until) });
                match &self.bar {
                    Some(bar) => bar.set_message(shown),
                    None => self.line("waiting", fields, || shown),
                }
            }
            _ => {}
        }
    }

    /// Takes the bar away; the number of calls that were made.
    pub(super) fn finish(self) -> usize {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.made
    }

    /// Another worker is at a call, or has made it.
    fn elsewhere(&mut self, chunk: usize) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("call {} by another worker", chunk + 1));
        }
    }

    fn recorded(&mut self, entry: &Entry) {
        self.made += usize::from(matches!(entry, Entry::Intent { .. }));
        if let Some(bar) = &self.bar
            && !matches!(
                entry,
                Entry::Intent { .. }
                    | Entry::Resumed { .. }
                    | Entry::Joined { .. }
                    | Entry::Stopped { .. }
            )
        {
            bar.inc(1);
        }
        let fields = entry_json(entry);
        match entry {
            Entry::Picture { source, url, .. } => {
                self.line("recorded", fields, || format!("uploaded {source} as {url}"));
            }
            Entry::Cover { media_id, .. } => {
                self.line("recorded", fields, || format!("added the cover as {media_id}"));
            }
            Entry::Draft { chunk, media_id } => self.line("recorded", fields, || {
                format!("call {}/{}: draft {media_id}", chunk + 1, self.calls)
            }),
            Entry::Intent { chunk, .. } => self
                .line("recorded", fields, || format!("call {}/{}: sending", chunk + 1, self.calls)),
            Entry::Answer { chunk, answer, .. } => self.line("recorded", fields, || {
                format!("call {}/{}: {}", chunk + 1, self.calls, answered(answer))
            }),
            Entry::Report { report, .. } => self.line("recorded", fields, || {
                format!("job {}: {} (by {})", report.msg_id, report.status, report.source)
            }),
            Entry::Resumed { .. } => {
                self.line("recorded", fields, || "resumed".to_owned());
            }
            Entry::Joined { worker, .. } => {
                self.line("recorded", fields, || format!("takes part as {worker}"));
            }
            Entry::Stopped { .. } => self.line("recorded", fields, || {
                "stopped by another program: no further call is made (已被人工停止)".to_owned()
            }),
            _ => {}
        }
    }

    /// What this program alone knows now.
    fn not_recorded(&self, entry: &Entry) {
        let what = match entry {
            Entry::Answer { chunk, answer, .. } => {
                format!("call {}/{}: {}", chunk + 1, self.calls, answered(answer))
            }
            Entry::Report { report, .. } => format!("job {}: {}", report.msg_id, report.status),
            _ => return,
        };
        self.line("not_recorded", json!({ "entry": entry_json(entry) }), || {
            format!("not in the journal, which cannot be written (未写入日志): {what}")
        });
    }

    fn line(&self, event: &str, fields: Value, text: impl FnOnce() -> String) {
        match &self.bar {
            Some(bar) => bar.println(text()),
            None => self.output.say(event, fields, text),
        }
    }
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Accepted { msg_id, already: false, .. } => format!("accepted as job {msg_id}"),
        Answer::Accepted { msg_id, .. } => {
            format!("was accepted before, as job {msg_id} (45065); nothing is sent twice")
        }
        Answer::Mistaken { reason, .. } => format!("not sent, to be tried again: {reason}"),
        Answer::Doubtful { reason, .. } => format!("to be asked again: {reason}"),
        Answer::Rejected { reason, .. } => format!("refused: {reason}"),
        Answer::NotSent { reason, .. } => format!("not sent: {reason}"),
        Answer::Ambiguous { reason, .. } => format!("to be asked again: {reason}"),
        Answer::Unknown { reason, repeatable: true, .. } => {
            format!("the answer was lost, and the same call with the same key will tell: {reason}")
        }
        Answer::Unknown { reason, .. } => format!("undecided: {reason}"),
        _ => "answered".to_owned(),
    }
}
