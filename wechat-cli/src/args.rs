//! The command line.

mod callback;
mod contract;
mod send;

use clap::{Parser, Subcommand};

pub(crate) use callback::{CallbackAccountArgs, CallbackCommand, ListenArgs, ReadArgs};
pub(crate) use contract::ContractArgs;
pub(crate) use send::SendArgs;

/// Mass sending for WeChat Official Accounts (微信公众号群发).
///
/// Without --live and without a server's name, everything runs on an embedded mock and reaches
/// nobody. The real platform is reached with --live only.
#[derive(Debug, Parser)]
#[command(name = "wechat-cli", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a campaign and follow it to its end (发送群发并跟踪到结束)
    Send(SendArgs),
    /// Check the platform's promises on a server (在服务器上检查平台约定)
    Contract(ContractArgs),
    /// Receive callbacks, or find out why one is refused (接收或诊断回调)
    #[command(subcommand)]
    Callback(CallbackCommand),
}
