//! A run over all promises, its report, and what has changed between two reports.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use wechat_http::Client;

use super::{Environment, Outcome, PROMISES, Source};

/// The version of the report's JSON that this crate writes and reads.
const VERSION: u32 = 1;

/// What became of one promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The promise in words.
    pub promise: String,
    /// Who says so.
    pub source: Source,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of all promises, to be kept as JSON and compared later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    version: u32,
    /// The server, in the caller's words.
    pub server: String,
    /// When it was asked, in Unix seconds.
    pub at: u64,
    /// What was found, in the order of the checks.
    pub findings: Vec<Finding>,
}

/// Checks all promises one after the other, and shows each finding as soon as it is there.
///
/// It ends only with the last one: a caller who stops earlier leaves a tag, a draft or a picture
/// behind.
pub async fn run(
    client: &Client,
    environment: &Environment,
    show: &mut (dyn FnMut(&Finding) + Send),
) -> Vec<Finding> {
    let mut findings = Vec::with_capacity(PROMISES.len());
    for promise in PROMISES {
        let outcome = promise.check(client, environment).await;
        let finding =
            Finding { promise: promise.name().to_owned(), source: promise.source(), outcome };
        show(&finding);
        findings.push(finding);
    }
    findings
}

impl Report {
    /// What was found on this server at this time.
    pub fn new(server: impl Into<String>, at: SystemTime, findings: Vec<Finding>) -> Self {
        let at = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { version: VERSION, server: server.into(), at, findings }
    }

    /// The findings that differ from the promise.
    pub fn differences(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.outcome.is_difference())
    }

    /// The report as JSON, to be kept.
    ///
    /// # Errors
    ///
    /// Never for a report that was made here.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads a report that was kept.
    ///
    /// # Errors
    ///
    /// [`InvalidReport`] for other text, and for a version that this crate does not read.
    pub fn from_json(text: &str) -> Result<Self, InvalidReport> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let invalid = |source| InvalidReport { version: None, source: Some(source) };
        let Head { version } = serde_json::from_str(text).map_err(invalid)?;
        if version != VERSION {
            return Err(InvalidReport { version: Some(version), source: None });
        }
        serde_json::from_str(text).map_err(invalid)
    }
}

/// The text is no report that can be read here.
#[derive(Debug)]
pub struct InvalidReport {
    /// Another version.
    version: Option<u32>,
    source: Option<serde_json::Error>,
}

impl fmt::Display for InvalidReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => {
                write!(f, "a contract report of version {version}, and not of version {VERSION}")
            }
            None => f.write_str("not a contract report"),
        }
    }
}

impl std::error::Error for InvalidReport {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// A promise of which two reports say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The promise in words.
    pub promise: String,
    /// What the older report says; none: it did not know the promise.
    pub before: Option<Outcome>,
    /// What the newer report says; none: it does not know the promise any more.
    pub after: Option<Outcome>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |outcome: &Option<Outcome>| {
            outcome.as_ref().map_or_else(|| "not checked".to_owned(), Outcome::to_string)
        };
        write!(f, "{}: was {}; now {}", self.promise, said(&self.before), said(&self.after))
    }
}

/// What has changed from the older report to the newer one. Skipped in one of them counts too, as a
/// promise that is no longer looked at may be broken.
pub fn compare(older: &Report, newer: &Report) -> Vec<Change> {
    let of = |report: &Report| -> BTreeMap<String, Outcome> {
        let pair = |finding: &Finding| (finding.promise.clone(), finding.outcome.clone());
        report.findings.iter().map(pair).collect()
    };
    let (mut before, after) = (of(older), of(newer));
    let mut changes = Vec::new();
    for finding in &newer.findings {
        let known = before.remove(&finding.promise);
        if known.as_ref() != Some(&finding.outcome) {
            let (promise, after) = (finding.promise.clone(), Some(finding.outcome.clone()));
            changes.push(Change { promise, before: known, after });
        }
    }
    let gone = older.findings.iter().filter(|finding| !after.contains_key(&finding.promise));
    changes.extend(gone.map(|finding| Change {
        promise: finding.promise.clone(),
        before: Some(finding.outcome.clone()),
        after: None,
    }));
    changes
}
