//! The options of `contract`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::TokenArgs;

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without a server the embedded mock is checked. On the real platform (--live) tags, drafts and
material are made and taken away again, and nothing reaches a follower without --may-send.

Exit status:
  0    no promise differs; with --compare: nothing has changed since that report
  1    at least one promise differs; with --compare: something has changed; or the report could
       not be written
  2    refused: no promise was checked
  130  interrupted

Examples:
  wechat-cli contract --may-send                                # on the embedded mock
  wechat-cli contract --base-url http://127.0.0.1:8787 --account shop --report today.json
  wechat-cli contract --live --account shop --compare today.json
  wechat-cli contract --live --account shop --may-send --open-ids testers.txt
")]
pub(crate) struct ContractArgs {
    /// Another server than the embedded mock [env: WECHAT_BASE_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Check the real platform
    #[arg(long)]
    pub(crate) live: bool,

    /// The account's name in the configuration file; otherwise WECHAT_APP_ID and WECHAT_APP_SECRET
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// The configuration file with the accounts; otherwise wechat.toml in this folder
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) tokens: TokenArgs,

    /// Send to the named followers and to the tag: up to seven messages and a preview for each
    #[arg(long)]
    pub(crate) may_send: bool,

    /// Send to ALL followers too
    #[arg(long, requires = "may_send")]
    pub(crate) everyone: bool,

    /// Two to ten followers, one OpenID a line; they are tagged for a moment. On a mock, otherwise,
    /// its first ones
    #[arg(long, value_name = "FILE")]
    pub(crate) open_ids: Option<PathBuf>,

    /// A tag to send to; the embedded mock has 101
    #[arg(long, value_name = "N", requires = "may_send")]
    pub(crate) tag: Option<u64>,

    /// On the real platform, renew tokens that other programs of the account may be using. On a
    /// mock they always are
    #[arg(long)]
    pub(crate) may_renew_tokens: bool,

    /// Print one JSON object a line, the last one with the result
    #[arg(long)]
    pub(crate) json: bool,

    /// Keep the report in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// Say what has changed since this report
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,

    /// Record all calls, without secrets, to be played back by `wechat_mock::recording`
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
}
