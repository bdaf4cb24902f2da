//! Requests as they are saved: with their secrets, for they are looked at later.

use std::time::SystemTime;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Entry, RequestLog};
use crate::fault::ConnectionFault;
use crate::request::RecordedAnswer;
use crate::rule::{self, Finding};

/// One request of the log.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedRequest {
    at: SystemTime,
    method: String,
    target: Box<str>,
    #[serde(with = "crate::saved::bytes::option")]
    content_type: Option<Bytes>,
    #[serde(with = "crate::saved::bytes")]
    body: Bytes,
    status: Option<u16>,
    errcode: Option<i64>,
    fault: Option<ConnectionFault>,
    broke: Option<SavedFinding>,
}

/// A finding; the rule by its name.
#[derive(Serialize, Deserialize)]
struct SavedFinding {
    rule: String,
    field: Option<String>,
    given: Option<String>,
}

impl RequestLog {
    pub(crate) fn saved(&self) -> impl Iterator<Item = SavedRequest> {
        self.entries.iter().map(|entry| {
            // What is odd is found out when somebody looks.
            let RecordedAnswer { status, errcode, fault, broke, remarks: _ } = entry.answer.clone();
            let content_type = entry.content_type.as_ref();
            SavedRequest {
                at: entry.at,
                method: entry.method.to_string(),
                target: entry.target.clone(),
                content_type: content_type.map(|kind| Bytes::copy_from_slice(kind)),
                body: entry.body.clone(),
                status,
                errcode,
                fault,
                broke: broke.map(|Finding { rule, field, given }| SavedFinding {
                    rule: rule.id.to_owned(),
                    field,
                    given,
                }),
            }
        })
    }

    /// How many were forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// A log of which so many were forgotten, and that is to be filled.
    pub(crate) fn after_forgotten(forgotten: u64) -> Self {
        Self { forgotten, ..Self::default() }
    }

    /// Adds a request as it was saved.
    pub(crate) fn restore(&mut self, saved: SavedRequest) -> Result<(), &'static str> {
        let broke = saved.broke.map(|finding| {
            let SavedFinding { rule, field, given } = finding;
            rule::named(&rule).map(|rule| Finding { rule, field, given }).ok_or("an unknown rule")
        });
        let (status, errcode, fault) = (saved.status, saved.errcode, saved.fault);
        let broke = broke.transpose()?;
        let entry = Entry {
            at: saved.at,
            method: saved.method.parse().map_err(|_| "an unknown method")?,
            target: saved.target,
            content_type: saved.content_type.map(|kind| kind.as_ref().into()),
            body: saved.body,
            answer: RecordedAnswer { status, errcode, fault, broke, remarks: Vec::new() },
        };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        Ok(())
    }
}
