//! The command line.

mod account;
mod callback;
mod campaigns;
mod common;
mod contract;
mod human;
mod send;
mod token;

use clap::{Args as ClapArgs, Parser, Subcommand};

pub(crate) use account::{
    CheckArgs, FileKind, FollowersCommand, FollowersExportArgs, QuotaArgs, SpeedCommand,
    TagsChangeArgs, TagsCommand, UploadCommand,
};
pub(crate) use callback::{CallbackAccountArgs, CallbackCommand, ListenArgs, ReadArgs};
pub(crate) use campaigns::{DeleteArgs, ListArgs, PreviewArgs, ReportArgs, StatusArgs};
pub(crate) use common::ServerArgs;
pub(crate) use contract::ContractArgs;
pub(crate) use human::{ResolveArgs, StopArgs};
pub(crate) use send::SendArgs;
pub(crate) use token::{TokenArgs, TokenCommand, TokenServeArgs, Without};

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
    #[command(after_help = send::SEND_HELP)]
    Send(SendArgs),
    /// Go on with a campaign that was begun, also one that a stop or a failed job halted (继续群发)
    #[command(after_help = send::RESUME_HELP)]
    Resume(SendArgs),
    /// Make a campaign's first call only, and wait for its report (先发一批试探)
    #[command(after_help = send::CANARY_HELP)]
    Canary(SendArgs),
    /// Halt a campaign before its next call, whoever is sending it (停止群发)
    Stop(StopArgs),
    /// Decide what became of a call of which nobody knows (人工裁定结果未定的调用)
    Resolve(ResolveArgs),
    /// Show a campaign to one person before it goes out (预览)
    Preview(PreviewArgs),
    /// Show the campaigns in the record (列出群发)
    List(ListArgs),
    /// Show what has become of a campaign, call by call (查看群发状态)
    Status(StatusArgs),
    /// Write a campaign's report as a page with charts, and as CSV (生成群发报告)
    Report(ReportArgs),
    /// Take a campaign's message back, or one article of it (删除群发)
    Delete(DeleteArgs),
    /// Check token, white list, permission, quota and callback (检查账号配置)
    Check(CheckArgs),
    /// Ask or set how fast jobs are delivered (群发速度)
    #[command(subcommand)]
    Speed(SpeedCommand),
    /// Show what is left of the day's calls (查看额度)
    Quota(QuotaArgs),
    /// Count followers, or write their OpenIDs to a file (粉丝列表)
    #[command(subcommand)]
    Followers(FollowersCommand),
    /// Tags and who has them (标签管理)
    #[command(subcommand)]
    Tags(TagsCommand),
    /// Upload a picture, material or media (上传素材)
    #[command(subcommand)]
    Upload(UploadCommand),
    /// Give tokens to other programs (令牌)
    #[command(subcommand)]
    Token(TokenCommand),
    /// Print completions for a shell (生成命令补全脚本)
    Completions(CompletionsArgs),
    /// Check the platform's promises on a server (在服务器上检查平台约定)
    Contract(ContractArgs),
    /// Receive callbacks, or find out why one is refused (接收或诊断回调)
    #[command(subcommand)]
    Callback(CallbackCommand),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  wechat-cli completions bash > ~/.local/share/bash-completion/completions/wechat-cli
  wechat-cli completions zsh > ~/.zfunc/_wechat-cli
  wechat-cli completions fish > ~/.config/fish/completions/wechat-cli.fish
")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
