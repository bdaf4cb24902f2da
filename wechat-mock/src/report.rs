//! The report at the end of a test: which rules were broken, how often, and where first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[cfg(feature = "server")]
use crate::reply::quoted;
use crate::request::RecordedRequest;
use crate::rule::Finding;
use crate::server::MockServer;

/// What the calls so far broke, and what was odd about them. Print it at the end of a test:
///
/// ```
/// let server = wechat_mock::MockServer::builder().build();
/// // … the calls of the program under test …
/// println!("{}", server.report());
/// assert!(server.report().refused().next().is_none(), "{}", server.report());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Calls in all.
    pub calls: u64,
    /// One entry a rule: those broken first, then those kept in an odd way, each by their names.
    pub entries: Vec<ReportEntry>,
}

/// What became of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportEntry {
    /// Calls were refused for it; otherwise they were taken.
    pub refused: bool,
    /// In so many calls.
    pub times: u64,
    /// The number of the first of them, as in the log.
    pub first: u64,
    /// Its path.
    pub path: String,
    /// The code that it was answered, when it was refused with one.
    pub errcode: Option<i64>,
    /// The rule, with the field of the first call.
    pub finding: Finding,
}

impl Report {
    pub(crate) fn of<'a>(requests: impl IntoIterator<Item = &'a RecordedRequest>) -> Self {
        let mut calls = 0;
        let mut entries = BTreeMap::<(bool, &'static str), ReportEntry>::new();
        for request in requests {
            calls += 1;
            let answer = &request.answer;
            let broke = answer.broke.iter().map(|finding| (true, finding));
            let odd = answer.remarks.iter().map(|finding| (false, finding));
            let mut seen = BTreeSet::new();
            for (refused, finding) in broke.chain(odd) {
                let key = (!refused, finding.rule.id);
                // Several fields of one call are one call.
                if !seen.insert(key) {
                    continue;
                }
                let entry = entries.entry(key).or_insert_with(|| ReportEntry {
                    refused,
                    times: 0,
                    first: request.number,
                    path: request.path.clone(),
                    errcode: answer.errcode.filter(|_| refused),
                    finding: finding.clone(),
                });
                entry.times += 1;
            }
        }
        Self { calls, entries: entries.into_values().collect() }
    }

    /// The rules for which calls were refused.
    pub fn refused(&self) -> impl Iterator<Item = &ReportEntry> {
        self.entries.iter().filter(|entry| entry.refused)
    }

    /// The rules that calls kept in an odd way.
    pub fn odd(&self) -> impl Iterator<Item = &ReportEntry> {
        self.entries.iter().filter(|entry| !entry.refused)
    }

    /// As the control route tells it.
    #[cfg(feature = "server")]
    pub(crate) fn to_json(&self) -> String {
        let entry = |entry: &ReportEntry| {
            let code = entry.errcode.map_or_else(String::new, |n| format!("\"errcode\":{n},"));
            format!(
                "{{\"refused\":{},\"times\":{},\"first\":{},\"path\":{},{code}\"finding\":{}}}",
                entry.refused,
                entry.times,
                entry.first,
                quoted(&entry.path),
                entry.finding.to_json()
            )
        };
        let entries: Vec<String> = self.entries.iter().map(entry).collect();
        let (calls, entries) = (self.calls, entries.join(","));
        let text = quoted(&self.to_string());
        format!("{{\"calls\":{calls},\"entries\":[{entries}],\"text\":{text}}}")
    }
}

/// A line for each rule, under a line with the number of calls.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (refused, odd) = (self.refused().count(), self.odd().count());
        write!(f, "{} calls; rules broken: {refused}, kept in an odd way: {odd}", self.calls)?;
        for entry in &self.entries {
            let what = if entry.refused { "broke" } else { "odd" };
            let code = entry.errcode.map_or_else(String::new, |code| format!(" {code}"));
            let ReportEntry { times, first, path, finding, .. } = entry;
            write!(f, "\n{times:>5} x {what}{code} {finding} (first in #{first} {path})")?;
        }
        Ok(())
    }
}

impl MockServer {
    /// Which rules the calls so far broke or kept in an odd way; of very many calls, those that the
    /// log still holds: [`Settings::request_log_bytes`](crate::Settings::request_log_bytes).
    pub fn report(&self) -> Report {
        Report::of(&self.received())
    }
}
