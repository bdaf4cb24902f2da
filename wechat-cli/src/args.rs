//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

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

#[derive(Debug, Subcommand)]
pub(crate) enum CallbackCommand {
    /// Receive callbacks and print each as it comes
    Listen(ListenArgs),
    /// Read one callback: its query as an option, its body on standard input
    Read(ReadArgs),
}

/// The account's callback settings. Options come first, then the account that is named, then the
/// environment.
#[derive(Debug, ClapArgs)]
pub(crate) struct CallbackAccountArgs {
    /// The account's AppID [env: WECHAT_APP_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) app_id: Option<String>,

    /// The token of the platform's server settings [env: WECHAT_CALLBACK_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,

    /// The EncodingAESKey of the platform's server settings [env: WECHAT_AES_KEY]
    #[arg(long, value_name = "KEY")]
    pub(crate) aes_key: Option<String>,

    /// The token from before a change, accepted too
    #[arg(long, value_name = "TOKEN")]
    pub(crate) previous_token: Option<String>,

    /// The EncodingAESKey from before a change, tried too
    #[arg(long, value_name = "KEY")]
    pub(crate) previous_aes_key: Option<String>,

    /// Accept plain pushes though a key is there; nothing protects their body
    #[arg(long)]
    pub(crate) allow_plain: bool,

    /// The account's name in the configuration file
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// The configuration file with the accounts; otherwise wechat.toml in this folder
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Every push is answered `success` as soon as it is printed. If it cannot be printed, the answer is an error,
and the platform tries again. A repeated push is printed once.

With --json the first line is {\"line\":\"listening\",\"address\":…}; after it each push is one object with
{\"line\":\"callback\"} and the keys kind, name, fields and event of `callback read`.

A secret given as an option stands in the list of processes, and often in the shell's history: give it in the
environment, or in the configuration file, on a machine that others use.

Example:
  wechat-cli callback listen --account shop --json
")]
pub(crate) struct ListenArgs {
    /// Where to listen; otherwise the account's own address, or 127.0.0.1:8080
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<std::net::SocketAddr>,

    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) account: CallbackAccountArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
One JSON object is printed. Its keys are always there:
  outcome    ok, or what is wrong: parameter, signature, encrypt_type, plain_refused, no_key, no_encrypt,
             decrypt, appid, xml, field, number
  detail     more exactly, or null: which signature, the step of decrypting, what is wrong with the XML,
             the name of the parameter or field
  reason     the same as a sentence, and what to do; null if ok
  kind       message, event, url_verification, or null
  name       MsgType of a message, Event of an event, or null
  decrypted  the message as text, once it was verified (of a plain push: the body), or null
  fields     all fields as texts; a container is an object, a repeated name a list; or null
  event      the push as the program understands it, with its `kind` and `data`; or null

Exit status: 0 ok, 1 refused, 2 the command itself is wrong.

A secret given as an option stands in the list of processes, and often in the shell's history: give it in the
environment, or in the configuration file, on a machine that others use. None is printed.

Example:
  wechat-cli callback read --account shop --query 'signature=…&timestamp=…&nonce=…' < body.xml
")]
pub(crate) struct ReadArgs {
    /// The query string of the request, without its `?`; one with echostr and no body is the
    /// verification of the address
    #[arg(long, value_name = "QUERY")]
    pub(crate) query: String,

    #[command(flatten)]
    pub(crate) account: CallbackAccountArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Exit status:
  0    every job ended in `send success` (filtered followers do not change that)
  1    failed in part or whole: a call was refused, or a job failed after it was taken
  2    refused: nothing was sent
  3    undecided: for at least one call nobody knows yet; run the same command again
  130  interrupted; run the same command again to go on

Examples:
  wechat-cli send examples/spring-sale/campaign.toml            # on the embedded mock
  wechat-cli send campaign.toml --dry-run                       # check and plan only
  wechat-cli send campaign.toml --base-url http://127.0.0.1:8787 --account shop
  wechat-cli send campaign.toml --account shop --live           # real followers
")]
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

    /// The account's name in the configuration file
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// The configuration file with the accounts; otherwise wechat.toml beside the campaign
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Where to keep the record of what was sent; otherwise .wechat-mass beside the campaign
    #[arg(long, value_name = "FOLDER")]
    pub(crate) state: Option<PathBuf>,

    /// Go on after a call that is undecided for good, with the calls that follow it
    #[arg(long)]
    pub(crate) past_undecided: bool,

    /// Seconds between two looks at a running job
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) poll: u64,

    /// Hours to follow running jobs
    #[arg(long, value_name = "HOURS", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=72))]
    pub(crate) follow: u64,
}

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
