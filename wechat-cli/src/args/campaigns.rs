//! The options of the commands about campaigns that were begun: `list`, `status`, `report`, `preview`,
//! `delete`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::ServerArgs;

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The record is read, no server is asked.

Example:
  wechat-cli list --account shop --live
")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The record is read, no server is asked. On a terminal --watch draws the table again and again, until the
campaign has ended or Ctrl+C; elsewhere it prints the table each time something was recorded. A database that cannot be
reached meanwhile is waited for.

Exit status, as of `send`:
  0    every job ended in `send success`
  1    failed in part or whole
  2    nothing was sent, or the record cannot be read
  3    undecided: for at least one call nobody knows yet, or its job is running
  4    overdue: a job has had no final report for 6 hours
  130  interrupted

When calls may be made (canary, not_before, not_after) stands in the campaign file and not in the record: name the
file with --campaign to see what is next by it.

Examples:
  wechat-cli status spring-sale --account shop --live --watch
  wechat-cli status --account shop --live --json                # the campaign that began last
  wechat-cli status --campaign campaign.toml --account shop --live
")]
pub(crate) struct StatusArgs {
    /// The campaign's name; otherwise the one that began last
    pub(crate) name: Option<String>,

    /// Its campaign file: for its name, for when its calls may be made, and for the record beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) campaign: Option<PathBuf>,

    /// Show it again and again until the campaign has ended
    #[arg(long)]
    pub(crate) watch: bool,

    /// Seconds between two looks of --watch
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) every: u64,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The record is read, no server is asked. The page is one file: it loads nothing and runs nothing. The CSV has one
row a call, times in Beijing. Files that are there are replaced.

Example:
  wechat-cli report spring-sale --account shop --live --html spring.html --csv spring.csv
")]
#[command(group = clap::ArgGroup::new("output").required(true).multiple(true).args(["html", "csv"]))]
pub(crate) struct ReportArgs {
    /// The campaign's name
    pub(crate) name: String,

    /// The page, with charts
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// The table, for spreadsheets
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Articles are uploaded and made a draft first; it stays in the account's drafts, for `send` makes its own. Each
preview counts against the day's 100, in the record of what was sent.

Exit status: 0 shown, 1 the platform refused it or its answer was lost, 2 refused before that.

Examples:
  wechat-cli preview campaign.toml --to oABCD… --account shop --live
  wechat-cli preview campaign.toml --to-name zhou-zhiwei --account shop --live
")]
#[command(group = clap::ArgGroup::new("receiver").required(true).args(["to", "to_name"]))]
pub(crate) struct PreviewArgs {
    /// The campaign file
    pub(crate) campaign: PathBuf,

    /// Whom to show it to: a follower's OpenID
    #[arg(long, value_name = "OPENID")]
    pub(crate) to: Option<String>,

    /// Whom to show it to: a follower's WeChat name (微信号)
    #[arg(long, value_name = "NAME")]
    pub(crate) to_name: Option<String>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The page behind the message dies, the card on the phones stays. Only articles can be deleted (40008 otherwise).
Each call has its own job, so a message of three calls takes three of the ten deletions a day; what is left is
deleted by the same command on another day. Sends that share a material die together: they are named first.

A campaign with calls that can still be made is stopped first, as by `stop`; also for one article, for those calls
would send it again. Whoever has had nothing yet gets the message without it by a campaign of another name, with
`except = [{ reached_by = \"spring-sale\" }]`.

Calls that are undecided are named: their message may be out, and there is no job to delete it by. After a timeout it
is unknown whether the job was deleted: the same command again tells.

The jobs are those of the record in this folder, or of --state or --journal; no record is made where there is none.

Exit status: 0 deleted, 1 not all of it, or a call is undecided, 2 refused: nothing was deleted.

Examples:
  wechat-cli delete spring-sale --account shop --live
  wechat-cli delete spring-sale --article 2 --account shop --live --yes
")]
pub(crate) struct DeleteArgs {
    /// The campaign's name
    pub(crate) name: String,

    /// Only this article, from 1
    #[arg(long, value_name = "N")]
    pub(crate) article: Option<NonZeroU64>,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}
