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
mod envelopes;
mod errors;
mod fields;
mod golden;
mod hostile;
mod modes;
mod property;
mod support;
mod typed;
mod vectors;
