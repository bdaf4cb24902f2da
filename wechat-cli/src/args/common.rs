//! The options that most commands share: which account, which server, which journal.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::TokenArgs;
use crate::journal_place;

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

    #[command(flatten)]
    pub(crate) tokens: TokenArgs,

    /// Where `send` keeps the record of what was sent; otherwise .wechat-mass beside the campaign, or
    /// in this folder. Budgets and "reached" are counted per record: where an account's campaigns lie in
    /// several folders, name one for all, so or as the account's `journal`
    #[arg(long, value_name = "FOLDER")]
    pub(crate) state: Option<PathBuf>,

    /// The PostgreSQL database that keeps the record instead, where several machines share it:
    /// postgres://user@host/database. A password belongs into WECHAT_JOURNAL or into the account's `journal`,
    /// for everybody on a machine can see its command lines
    #[arg(long, value_name = "URL")]
    pub(crate) journal: Option<String>,

    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

impl ServerArgs {
    /// Where the record lies, of commands that may be run beside this file.
    pub(crate) fn record<'a>(&'a self, beside: &'a Path) -> journal_place::Asked<'a> {
        journal_place::Asked {
            journal: self.journal.as_deref(),
            state: self.state.as_deref(),
            beside,
        }
    }
}
