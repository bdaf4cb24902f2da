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
#[cfg(all(feature = "callbacks", feature = "server"))]
mod contract;
#[cfg(all(feature = "callbacks", feature = "server"))]
mod contract_broken;
#[cfg(feature = "server")]
mod control;
#[cfg(all(feature = "callbacks", feature = "server"))]
mod control_decisions;
#[cfg(all(feature = "callbacks", feature = "server"))]
mod control_events;
#[cfg(feature = "server")]
mod control_streams;
mod effects;
mod faults;
mod followers;
mod followers_model;
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
mod recordings;
mod rules;
mod rules_table;
mod sends;
mod snapshots;
mod stubs;
mod tokens;
#[cfg(feature = "callbacks")]
mod triggers;
mod uploads;
mod world_rules;
#[cfg(feature = "callbacks")]
mod year;

// The year of the example, which a test runs with few followers.
#[cfg(feature = "callbacks")]
#[path = "../../examples/year/caller.rs"]
mod caller;
#[cfg(feature = "callbacks")]
#[path = "../../examples/year/chance.rs"]
mod chance;
#[cfg(feature = "callbacks")]
#[path = "../../examples/year/simulation.rs"]
mod simulation;
