//! `wechat-cli`: the operator's program for mass sending with WeChat Official Accounts.

mod account;
mod action_log;
mod args;
mod audience;
mod callback;
mod campaign_file;
mod check;
mod completions;
mod contract;
mod delete;
mod embedded;
mod exit;
mod followers;
mod grouped;
mod interrupt;
mod journal_place;
mod lines;
mod list;
mod listener;
mod moment;
mod preview;
mod quota;
mod redis_place;
mod report;
mod secret_place;
mod send;
mod session;
mod speed;
mod state;
mod status;
mod tags;
mod target;
mod token;
mod token_place;
mod toml_file;
mod upload;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, CallbackCommand, Command};
use crate::send::Word;

#[tokio::main]
async fn main() -> ExitCode {
    match Args::parse().command {
        Command::Send(args) => send::run(&args, Word::Send).await.into(),
        Command::Resume(args) => send::run(&args, Word::Resume).await.into(),
        Command::Canary(args) => send::run(&args, Word::Canary).await.into(),
        Command::Stop(args) => send::stop(&args).await.into(),
        Command::Resolve(args) => send::resolve(&args).await.into(),
        Command::Preview(mut args) => preview::run(&mut args).await.into(),
        Command::List(args) => list::run(&args).await.into(),
        Command::Status(args) => status::run(&args).await.into(),
        Command::Report(args) => report::run(&args).await.into(),
        Command::Delete(args) => delete::run(&args).await.into(),
        Command::Check(args) => check::run(&args).await.into(),
        Command::Speed(command) => speed::run(&command).await.into(),
        Command::Quota(args) => quota::run(&args).await.into(),
        Command::Followers(command) => followers::run(&command).await.into(),
        Command::Tags(command) => tags::run(&command).await.into(),
        Command::Upload(command) => upload::run(&command).await.into(),
        Command::Token(command) => token::run(&command).await.into(),
        Command::Completions(args) => completions::run(&args).into(),
        Command::Contract(args) => contract::run(&args).await.into(),
        Command::Callback(CallbackCommand::Listen(args)) => callback::listen::run(args).await,
        Command::Callback(CallbackCommand::Read(args)) => callback::read::run(args),
    }
}
