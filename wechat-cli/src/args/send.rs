//! The options of `send`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::TokenArgs;

macro_rules! exit_status {
    ($examples:literal) => {
        concat!(
            "\
Exit status:
  0    every job ended in `send success` (filtered followers do not change that)
  1    failed in part or whole: a call was refused, or a job failed after it was taken
  2    refused: nothing was sent by this run; it says how many calls are recorded of earlier ones
  3    undecided: for at least one call nobody knows yet; run the same command again
  4    overdue: a job should have ended long ago (--overdue)
  130  interrupted; run the same command again to go on

Examples:
",
            $examples
        )
    };
}

pub(super) const SEND_HELP: &str = exit_status!(
    "\
  wechat-cli send examples/spring-sale/campaign.toml            # on the embedded mock
  wechat-cli send campaign.toml --dry-run                       # check and plan only
  wechat-cli send campaign.toml --base-url http://127.0.0.1:8787 --account shop
  wechat-cli send campaign.toml --account shop --live           # real followers
"
);

pub(super) const RESUME_HELP: &str = exit_status!(
    "\
  wechat-cli resume campaign.toml --account shop --live

It is the word of a human that is needed after a stop, and after a job that did not end in `send success`.
A campaign of which no call was made is begun with send.
"
);

pub(super) const CANARY_HELP: &str = exit_status!(
    "\
  wechat-cli canary campaign.toml --account shop --live         # look at what came, and then:
  wechat-cli send campaign.toml --account shop --live           # all the others
"
);

#[derive(Debug, ClapArgs)]
pub(crate) struct SendArgs {
    /// The campaign file; article, pictures and follower list are named relative to it
    pub(crate) campaign: PathBuf,

    /// Check everything and print the plan; send nothing, contact nobody
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print one JSON object a line, the last one with the result
    #[arg(long)]
    pub(crate) json: bool,

    /// Needed besides the campaign file's own word to send to all followers
    #[arg(long)]
    pub(crate) everyone: bool,

    /// Reach the real platform
    #[arg(long)]
    pub(crate) live: bool,

    /// Another server than the embedded mock [env: WECHAT_BASE_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// The server is the one where the campaign was begun, at another address, such as another proxy before the platform
    #[arg(long)]
    pub(crate) moved: bool,

    /// The account's name in the configuration file
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// The configuration file with the accounts; otherwise wechat.toml beside the campaign
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) tokens: TokenArgs,

    /// Where to keep the record of what was sent; otherwise .wechat-mass beside the campaign. Budgets and
    /// "reached" are counted per record: where an account's campaigns lie in several folders, name one for
    /// all, so or as the account's `journal`
    #[arg(long, value_name = "FOLDER")]
    pub(crate) state: Option<PathBuf>,

    /// The PostgreSQL database that keeps the record instead, where several machines share it:
    /// postgres://user@host/database. A password belongs into WECHAT_JOURNAL or into the account's `journal`,
    /// for everybody on a machine can see its command lines
    #[arg(long, value_name = "URL")]
    pub(crate) journal: Option<String>,

    /// Go on after a call that is undecided for good, with the calls that follow it
    #[arg(long)]
    pub(crate) past_undecided: bool,

    /// Sends to everyone that were made on mp.weixin.qq.com this month (Beijing time), in all. Recorded for the
    /// account: later runs and `quota` know it, until another number is said or the month is over
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=31))]
    pub(crate) website_sends: Option<u8>,

    /// Leave out the followers who may have had their four messages of this month
    #[arg(long)]
    pub(crate) only_reachable: bool,

    /// What this worker is called, where several share the campaign; otherwise the machine and the process
    #[arg(long, value_name = "NAME")]
    pub(crate) worker: Option<String>,

    /// Seconds for which a call is one worker's own, where several share the campaign: longer than a call takes
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) lease: u64,

    /// Seconds between two looks at a running job
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) poll: u64,

    /// Hours after which a job without a final report is overdue
    #[arg(long, value_name = "HOURS", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=720))]
    pub(crate) overdue: u64,

    /// Hours to follow running jobs
    #[arg(long, value_name = "HOURS", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=72))]
    pub(crate) follow: u64,
}
