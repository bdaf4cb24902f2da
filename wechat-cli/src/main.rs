//! `wechat-cli`: the operator's program for mass sending with WeChat Official Accounts.

mod account;
mod args;
mod callback;
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

use crate::args::{Args, CallbackCommand, Command};

#[tokio::main]
async fn main() -> ExitCode {
    match Args::parse().command {
        Command::Send(args) => send::run(&args).await.into(),
        Command::Contract(args) => contract::run(&args).await.into(),
        Command::Callback(CallbackCommand::Listen(args)) => callback::listen::run(args).await,
        Command::Callback(CallbackCommand::Read(args)) => callback::read::run(args),
    }
}
