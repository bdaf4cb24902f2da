//! The types against the documented wire format.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod cases;
mod codes;
mod downloads;
mod fixtures;
mod golden;
mod golden_replies;
mod golden_requests;
mod hostile;
mod hostile_media;
mod limits_blacklist;
mod limits_draft;
mod limits_legacy_groups;
mod limits_mass;
mod limits_media;
mod limits_platform;
mod limits_tags;
mod limits_users;
mod mutations;
mod replies;
mod round_trips;
mod snapshots;
mod uploads;
