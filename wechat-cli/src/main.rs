//! `wechat-cli`: the operator's program for mass sending with WeChat Official Accounts.

mod account;
mod args;
mod campaign_file;
mod contract;
mod embedded;
mod exit;
mod listener;
mod send;
mod target;
mod toml_file;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

#[tokio::main]
async fn main() -> ExitCode {
    match Args::parse().command {
        Command::Send(args) => send::run(&args).await.into(),
        Command::Contract(args) => contract::run(&args).await.into(),
    }
}
