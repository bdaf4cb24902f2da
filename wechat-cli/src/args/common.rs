//! The options that most commands share: which account, which server, which journal.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Which account on which server, and where what was done is recorded.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Account and server")]
pub(crate) struct ServerArgs {
    /// The account's name in the configuration file; otherwise WECHAT_APP_ID and WECHAT_APP_SECRET
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// The configuration file with the accounts; otherwise wechat.toml beside the campaign, or in
    /// this folder
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Another server than the embedded mock [env: WECHAT_BASE_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// The real platform
    #[arg(long)]
    pub(crate) live: bool,

    /// Where `send` keeps the record of what was sent; otherwise .wechat-mass beside the campaign, or
    /// in this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) state: Option<PathBuf>,

    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}
