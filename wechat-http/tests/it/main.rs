//! The client against the mock: in process, and over real HTTP on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod accounts;
mod alternates;
mod checks;
mod concurrency;
mod messages;
mod outcomes;
mod rig;
mod secrets;
mod service_tokens;
mod shared_tokens;
mod tap;
mod tokens;

#[cfg(feature = "reqwest")]
mod live;
#[cfg(feature = "reqwest")]
mod network;
#[cfg(feature = "reqwest")]
mod proxies;
#[cfg(feature = "reqwest")]
mod seeds;
#[cfg(feature = "reqwest")]
mod tiny_server;
#[cfg(feature = "reqwest")]
mod token_service;
#[cfg(feature = "reqwest")]
mod wire;
