//! Integration tests of mass sending against the mock; one binary, for linking dominates.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod workers;
mod world;

mod articles;
mod brakes;
mod callbacks;
mod crashes;
mod drafts;
mod inbox;
mod journals;
mod limits;
mod lists;
mod lost_answers;
mod named_errors;
mod operations;
mod pace;
mod pass_on;
mod plans;
mod postgres_journal;
mod postgres_workers;
mod power_cuts;
mod reachability;
mod reports;
mod resolutions;
mod resume;
mod sender;
mod sqlite_journal;
mod status;
mod tokens;
mod windows;
mod wire;
