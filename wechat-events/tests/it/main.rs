//! Tests of the crate from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may fail loudly"
)]

#[cfg(feature = "axum")]
mod axum;
mod corpus;
mod dedup;
mod envelopes;
mod errors;
mod fields;
mod golden;
mod hostile;
mod modes;
mod property;
mod readme;
mod replies;
mod support;
mod typed;
mod vectors;
