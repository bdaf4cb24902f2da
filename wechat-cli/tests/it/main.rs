//! Integration tests of the program: the real binary against the mock; one binary, for linking
//! dominates.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod program;
mod shop;

mod account_commands;
mod accounts;
mod audiences;
mod bad_content;
mod bad_followers;
mod bad_input;
mod brakes;
mod callback_listen;
mod callback_read;
mod callbacks;
mod completions;
mod contract;
mod deletions;
mod embedded;
mod followers;
mod forecasts;
mod previews;
mod records;
mod refusals;
mod reports;
mod resolve;
mod resume;
mod sends;
mod shared_postgres;
mod shared_redis;
mod tags;
mod targets;
mod token_service;
mod token_store;
