//! Integration tests of the mock; one binary, for linking dominates.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod rig;

mod accounts;
#[cfg(feature = "callbacks")]
mod callbacks;
#[cfg(feature = "server")]
mod clients;
#[cfg(all(feature = "callbacks", feature = "server"))]
mod configuration;
#[cfg(feature = "server")]
mod control;
mod faults;
mod golden_errors;
mod golden_library;
mod golden_people;
mod golden_platform;
mod golden_replies;
mod golden_requests;
#[cfg(feature = "server")]
mod http;
#[cfg(all(feature = "callbacks", feature = "server"))]
mod http_callbacks;
mod jobs;
mod library;
mod mass;
mod people;
mod platform;
#[cfg(all(feature = "callbacks", feature = "server", unix))]
mod program;
mod publishing;
mod rules;
mod sends;
mod stubs;
mod tokens;
mod uploads;
