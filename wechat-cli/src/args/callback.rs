//! The options of `callback`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

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
and the platform tries again. A repeated push is printed once, and with --dedup-store also when several listeners
share that Redis: each push by one of them, and by another one if that one dies before it has printed it. While the
Redis is gone nothing is printed, and the platform tries again. With --journal a job's report is kept before it is
answered: whoever drives the campaign finds it there.

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

    /// Share with other listeners in this Redis what was seen, redis://… or rediss://… [env:
    /// WECHAT_DEDUP_STORE]; otherwise the account's `redis`, or this program's memory
    #[arg(long, value_name = "URL")]
    pub(crate) dedup_store: Option<String>,

    /// Keep the reports of jobs in this PostgreSQL database, for whichever machine sends the campaign
    /// [env: WECHAT_JOURNAL]; otherwise the account's `journal`, or nowhere
    #[arg(long, value_name = "URL")]
    pub(crate) journal: Option<String>,

    /// The mock whose reports these are [env: WECHAT_BASE_URL]; otherwise the account's `base_url`; of a live
    /// account, or where none is named, they are the platform's
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

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
