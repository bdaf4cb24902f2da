//! The options of what a human says about a campaign: `stop` and `resolve`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::ServerArgs;

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The program that is sending, if there is one, makes no further call and follows its jobs to their end. The stop
outlives it: `send` makes no call either, until `resume` says go on.

Of the campaign file only the name and the account are read, and the server is not contacted.

Exit status: 0 stopped, 2 refused: there is no such campaign.

Example:
  wechat-cli stop campaign.toml --account shop --live
")]
pub(crate) struct StopArgs {
    /// The campaign file
    pub(crate) campaign: PathBuf,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without a decision it shows the calls of which nobody knows, and reports of jobs that may be theirs.

A call that was not sent is made by the next `send` or `resume`, with the key it had. If it was sent after all,
the platform says so for 24 hours after that, and nobody gets it twice; later nothing protects from a wrong decision.
Look on mp.weixin.qq.com first.

Exit status: 0 recorded, or nothing to decide; 2 refused; 3 there is something to decide.

Examples:
  wechat-cli resolve campaign.toml --account shop --live
  wechat-cli resolve campaign.toml --account shop --live --call 2 --sent --job 3147483650
  wechat-cli resolve campaign.toml --account shop --live --call 2 --not-sent
")]
pub(crate) struct ResolveArgs {
    /// The campaign file
    pub(crate) campaign: PathBuf,

    /// The call, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) call: Option<u64>,

    /// It was sent
    #[arg(long, requires = "call", conflicts_with = "not_sent")]
    pub(crate) sent: bool,

    /// As this job, which is followed from now on
    #[arg(long, value_name = "ID", requires = "sent")]
    pub(crate) job: Option<u64>,

    /// It was not sent, and may be made again
    #[arg(long, requires = "call")]
    pub(crate) not_sent: bool,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}
