//! The calls of a campaign that may have reached their recipients.

use std::collections::BTreeMap;
use std::time::SystemTime;

use wechat_types::mass::JobStatus;

use crate::campaign::{Answer, Resolution};
use crate::journal::Entry;

/// What is known of one call.
struct Call {
    /// The last attempt, or the acceptance.
    at: SystemTime,
    /// It was accepted, or nobody knows.
    may_have_reached: bool,
}

/// The calls that were accepted and whose job did not fail, and those of which nobody knows; each with its
/// acceptance, or its last attempt.
pub(crate) fn may_have_reached(entries: &[Entry]) -> BTreeMap<usize, SystemTime> {
    let mut calls: BTreeMap<usize, Call> = BTreeMap::new();
    let mut jobs = BTreeMap::new();
    let mut failed = Vec::new();
    for entry in entries {
        if let Some((chunk, msg_id)) = entry.owner() {
            jobs.insert(msg_id, chunk);
        }
        let (chunk, at, may_have_reached) = match entry {
            Entry::Intent { chunk, at } => (*chunk, *at, true),
            Entry::Answer { chunk, at, answer } => {
                // The platform did nothing: it refused it, took it for another call, or never saw it.
                let in_vain = matches!(
                    answer,
                    Answer::Rejected { .. } | Answer::Mistaken { .. } | Answer::NotSent { .. }
                );
                (*chunk, *at, !in_vain)
            }
            Entry::Resolved { chunk, at, resolution } => {
                // When it was decided says nothing about when it was sent.
                let at = calls.get(chunk).map_or(*at, |call| call.at);
                (*chunk, at, *resolution != Resolution::NotSent)
            }
            Entry::Report { report, .. } => {
                if matches!(report.status, JobStatus::Fail | JobStatus::Refused(_)) {
                    failed.push(report.msg_id);
                }
                continue;
            }
            _ => continue,
        };
        calls.insert(chunk, Call { at, may_have_reached });
    }
    for chunk in failed.iter().filter_map(|msg_id| jobs.get(msg_id)) {
        calls.remove(chunk);
    }
    let made = calls.into_iter().filter(|(_, call)| call.may_have_reached);
    made.map(|(chunk, call)| (chunk, call.at)).collect()
}
