//! The types against the documented wire format.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod fixtures;
mod golden;
mod golden_replies;
mod golden_requests;
mod replies;
