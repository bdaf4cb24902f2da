//! The options of `token`, and those that say where a command's tokens come from.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::ServerArgs;

/// Where tokens come from, if not from the platform for this program alone. The embedded mock has its own.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct TokenArgs {
    /// Share the account's token with other programs in this Redis, redis://… or rediss://… [env:
    /// WECHAT_TOKEN_STORE]. An option stands in the list of processes: with a password in it, use the
    /// environment or the configuration
    #[arg(long, value_name = "URL", conflicts_with = "token_service")]
    pub(crate) token_store: Option<String>,

    /// What to do while that Redis is gone and another token is needed
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) without_store: Option<Without>,

    /// Ask this token service, as `wechat-cli token serve` is one [env: WECHAT_TOKEN_SERVICE]. Its secret
    /// stands in WECHAT_TOKEN_SERVICE_SECRET, or in the configuration
    #[arg(long, value_name = "URL")]
    pub(crate) token_service: Option<String>,
}

/// What to do without the Redis that tokens are shared in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Without {
    /// Calls fail (the default)
    Refuse,
    /// Fetch the stable token, which is the same for all who ask, for this program alone
    FetchStable,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Give the account's token to programs of any language (令牌服务)
    Serve(TokenServeArgs),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The service alone fetches and renews the token, and alone needs the AppSecret and a place in the white list of IPs.
Every request carries `Authorization: Bearer SECRET`:

  GET  /tokens/APPID                       {\"access_token\":\"…\",\"expires_in\":7141}
  POST /tokens/APPID {\"refused\":\"TOKEN\"}   the same, after TOKEN was dropped if it still was the current one

Tell a refusal when the platform has answered 40001, 40014 or 42001 to a token, and take the one that you get. Any
other status than 200 comes with {\"error\":\"…\"}: 400 and 413 the request, 401 the secret, 403 a page in a browser
or a foreign name of this machine, 404 another account, 405 the method, 409 `?server=` names another server than the
one that the tokens are of, 502 the platform or the store gave none.

The secret has 16 to 256 visible characters, and is taken from --secret-file, WECHAT_TOKEN_SERVICE_SECRET or the
account's [token_service] in the configuration, in this order. Neither it nor a token is printed.

SIGTERM and Ctrl+C end it when what has come is answered. Exit status: 0 ended, 2 refused.

Examples:
  openssl rand -hex 32 > token-service.secret
  wechat-cli token serve --account shop --live --secret-file token-service.secret
  curl -H \"Authorization: Bearer $(cat token-service.secret)\" http://127.0.0.1:8790/tokens/wx0123456789abcdef
")]
pub(crate) struct TokenServeArgs {
    /// Where to listen. Other machines reach it only at an address that is not this machine's own; put
    /// TLS in front where others could listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8790")]
    pub(crate) listen: SocketAddr,

    /// The file with the secret that those who ask must have
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}
