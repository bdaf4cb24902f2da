//! The program's arguments.

use std::path::PathBuf;

use wechat_events::{CallbackToken, EncodingAesKey};
use wechat_mock::CallbackTarget;
use wechat_types::id::{AppId, AppSecret};

pub(crate) const HELP: &str = "\
wechat-mock: an imitation of api.weixin.qq.com for tests, on this machine only.

Usage: wechat-mock [OPTIONS]

  --port N               serve 127.0.0.1:N; 0 takes a free port, which is printed
  --listen ADDR          address to serve [default: 127.0.0.1:8787]
  --app-id ID            AppID to accept [default: WECHAT_APP_ID, else from the seed]
  --app-secret SECRET    AppSecret to accept [default: WECHAT_APP_SECRET, else from the seed]
  --config FILE          accounts, followers, faults, rules and callbacks from a TOML file;
                         no option about an account may stand beside it
  --followers N          invent so many followers [default: 36, with a file 0]
  --followers-file FILE  followers, one a line: OpenID[TAB tag,tag[TAB state[TAB seconds]]]
  --tag ID=N             a tag with the first N followers; may be repeated
                         [default: 100=24 and 101=12, with followers named none]
  --callback-url URL     where job reports go (http:// only), with
  --callback-token T     the token that signs them, and
  --aes-key K            the EncodingAESKey (43 characters) for the modes below
  --mode MODE            plain, safe or compatible [default: plain, with a key safe]
  --seed N               decides all ids and tokens [default: 1]
  --clock KIND           real, or manual: it stands until POST /_mock/advance?seconds=N
                         [default: real]
  --control-token T      control calls must carry `Authorization: Bearer T`
  --remote-control       they are taken from other machines too; needs --control-token
  --remote-callbacks     callbacks are posted to other machines too
  --openapi              print the OpenAPI 3.1 document of all calls, and end
  --help, --version

A signal lets callers end their requests for three seconds, a second one does not.

Each call is a line on the standard output, with the documented rule that it broke. The end, by
Ctrl-C or SIGTERM, prints a report of all these rules.

Control calls, all described by GET /_mock/openapi.json: state, received, report, followers,
inbox, jobs, quotas, drafts, faults, settings, clock, reset, each under /_mock/ for the first
account, and under /_mock/accounts/APPID/ for any.

中文摘要:本程序在本机模拟微信公众号接口(获取 token、上传图片与素材、新建草稿、群发、
预览、查询群发状态、群发结果回调)。把 SDK 的接口域名改成启动时打印的 base URL,用打印的
appid 和 secret 即可。--followers 设粉丝数,--tag 编号=人数 建标签,--callback-url、
--callback-token、--aes-key 设回调地址、令牌和消息加解密密钥,--mode 选明文(plain)、
兼容(compatible)或安全(safe)模式。--port 设端口(0 为任意空闲端口)。每次调用打印一行,
不合文档之处会指出违反了哪条规则;结束时(Ctrl-C 或 SIGTERM)打印汇总,也可随时访问
/_mock/report。日志中不出现密钥和 token。
";

pub(crate) enum Command {
    Help,
    OpenApi,
    Version,
    Serve(Box<Args>),
}

pub(crate) struct Args {
    /// Where to listen; none: as the configuration file says, else [`LISTEN`].
    pub(crate) listen: Option<String>,
    pub(crate) config: Option<PathBuf>,
    pub(crate) control_token: Option<String>,
    pub(crate) remote_control: bool,
    pub(crate) remote_callbacks: bool,
    pub(crate) app_id: Option<AppId>,
    pub(crate) app_secret: Option<AppSecret>,
    /// How many followers to invent.
    pub(crate) followers: Option<usize>,
    pub(crate) followers_file: Option<PathBuf>,
    pub(crate) tags: Vec<(u64, usize)>,
    pub(crate) callback: Option<CallbackTarget>,
    pub(crate) seed: Option<u64>,
    /// The clock is moved by hand; none: as the configuration file says, else it is not.
    pub(crate) manual_clock: Option<bool>,
}

/// The address without an option.
pub(crate) const LISTEN: &str = "127.0.0.1:8787";

/// Tags without an option.
const TAGS: [(u64, usize); 2] = [(100, 24), (101, 12)];

impl Args {
    /// Followers to invent: a few, unless a file names them.
    pub(crate) fn invented_followers(&self) -> usize {
        self.followers.unwrap_or(if self.followers_file.is_some() { 0 } else { 36 })
    }

    /// Tags and how many have them: two, unless others or followers are named.
    pub(crate) fn tags(&self) -> Vec<(u64, usize)> {
        let named = self.followers.is_some() || self.followers_file.is_some();
        if self.tags.is_empty() && !named { TAGS.to_vec() } else { self.tags.clone() }
    }

    /// An option that says what a configuration file has to say.
    fn about_an_account(&self) -> Option<&'static str> {
        let given = [
            (self.app_id.is_some(), "--app-id"),
            (self.app_secret.is_some(), "--app-secret"),
            (self.followers.is_some(), "--followers"),
            (self.followers_file.is_some(), "--followers-file"),
            (!self.tags.is_empty(), "--tag"),
            (self.callback.is_some(), "--callback-url"),
            (self.seed.is_some(), "--seed"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }
}

/// What stands in the four options of the callback.
#[derive(Default)]
struct Callback {
    url: Option<String>,
    token: Option<CallbackToken>,
    key: Option<EncodingAesKey>,
    mode: Option<String>,
}

/// Reads the arguments, and the environment for what they leave out; errors name the option, and
/// never the value of a secret one.
pub(crate) fn parse(
    args: impl Iterator<Item = String>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Command, String> {
    let mut parsed = Args {
        listen: None,
        config: None,
        control_token: None,
        remote_control: false,
        remote_callbacks: false,
        app_id: None,
        app_secret: None,
        followers: None,
        followers_file: None,
        tags: Vec::new(),
        callback: None,
        seed: None,
        manual_clock: None,
    };
    let mut callback = Callback::default();
    let mut args = args;
    while let Some(arg) = args.next() {
        // Both `--option value` and `--option=value`.
        let (option, inline) = match arg.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
            _ => (arg.as_str(), None),
        };
        match option {
            "--help" | "-h" => return Ok(Command::Help),
            "--openapi" => return Ok(Command::OpenApi),
            "--version" | "-V" => return Ok(Command::Version),
            "--remote-control" | "--remote-callbacks" if inline.is_some() => {
                return Err(format!("{option} takes no value"));
            }
            "--remote-control" => {
                parsed.remote_control = true;
                continue;
            }
            "--remote-callbacks" => {
                parsed.remote_callbacks = true;
                continue;
            }
            _ => {}
        }
        let mut value = || inline.clone().or_else(|| args.next()).ok_or(format!("{option} what?"));
        match option {
            "--listen" => parsed.listen = Some(value()?),
            "--config" => parsed.config = Some(PathBuf::from(value()?)),
            "--control-token" => parsed.control_token = Some(value()?),
            "--port" => {
                let port: u16 = number(option, &value()?)?;
                parsed.listen = Some(format!("127.0.0.1:{port}"));
            }
            "--app-id" => parsed.app_id = Some(AppId::new(value()?).map_err(text)?),
            "--app-secret" => parsed.app_secret = Some(AppSecret::new(value()?).map_err(text)?),
            "--followers" => parsed.followers = Some(number(option, &value()?)?),
            "--followers-file" => parsed.followers_file = Some(PathBuf::from(value()?)),
            "--tag" => parsed.tags.push(tag(&value()?)?),
            "--callback-url" => callback.url = Some(value()?),
            "--callback-token" => {
                callback.token = Some(CallbackToken::new(value()?).map_err(text)?);
            }
            "--aes-key" => callback.key = Some(EncodingAesKey::parse(&value()?).map_err(text)?),
            "--mode" => callback.mode = Some(value()?),
            "--seed" => parsed.seed = Some(number(option, &value()?)?),
            "--clock" => {
                parsed.manual_clock = match value()?.as_str() {
                    "real" => Some(false),
                    "manual" => Some(true),
                    other => return Err(format!("--clock is real or manual, not {other:?}")),
                }
            }
            _ => return Err(format!("unknown option {option:?}")),
        }
    }
    parsed.callback = callback.target()?;
    if parsed.config.is_some()
        && let Some(option) = parsed.about_an_account()
    {
        return Err(format!("{option} stands beside --config: write it into that file"));
    }
    let set = |name| environment(name).filter(|value| !value.is_empty());
    if parsed.app_id.is_none()
        && let Some(id) = set("WECHAT_APP_ID")
    {
        parsed.app_id = Some(AppId::new(id).map_err(|e| format!("WECHAT_APP_ID: {e}"))?);
    }
    if parsed.app_secret.is_none()
        && let Some(secret) = set("WECHAT_APP_SECRET")
    {
        let secret = AppSecret::new(secret).map_err(|e| format!("WECHAT_APP_SECRET: {e}"))?;
        parsed.app_secret = Some(secret);
    }
    Ok(Command::Serve(Box::new(parsed)))
}

impl Callback {
    fn target(self) -> Result<Option<CallbackTarget>, String> {
        let Some(url) = self.url else {
            let unused = self.token.is_some() || self.key.is_some() || self.mode.is_some();
            return if unused { Err("--callback-url is missing".to_owned()) } else { Ok(None) };
        };
        if !url.starts_with("http://") {
            return Err("--callback-url must start with http://".to_owned());
        }
        let token = self.token.ok_or("--callback-token is missing")?;
        let default = if self.key.is_some() { "safe" } else { "plain" };
        let mode = self.mode.unwrap_or_else(|| default.to_owned());
        match (mode.as_str(), self.key) {
            ("plain", _) => Ok(Some(CallbackTarget::plain(url, token))),
            ("safe", Some(key)) => Ok(Some(CallbackTarget::safe(url, token, key))),
            ("compatible", Some(key)) => Ok(Some(CallbackTarget::compatible(url, token, key))),
            ("safe" | "compatible", None) => Err(format!("--mode {mode} needs --aes-key")),
            _ => Err(format!("--mode is plain, safe or compatible, not {mode:?}")),
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn number<T: std::str::FromStr>(option: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{option} must be a whole number, not {value:?}"))
}

fn tag(value: &str) -> Result<(u64, usize), String> {
    let (id, count) = value.split_once('=').ok_or("--tag is ID=N, such as 101=500")?;
    Ok((number("--tag ID", id)?, number("--tag N", count)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned), |_| None)
    }

    #[test]
    fn options_are_read_with_and_without_an_equals_sign() {
        let line = "--listen=127.0.0.1:0 --followers 7 --tag 101=5 --tag=102=6 --clock manual";
        let Ok(Command::Serve(args)) = read(line) else { panic!("{line}") };
        assert_eq!((args.listen.as_deref(), args.followers), (Some("127.0.0.1:0"), Some(7)));
        assert_eq!((args.tags(), args.manual_clock), (vec![(101, 5), (102, 6)], Some(true)));
        assert!(matches!(read("--followers 1 --help"), Ok(Command::Help)));
    }

    #[test]
    fn a_port_is_one_of_this_machine() {
        let Ok(Command::Serve(args)) = read("--port 0") else { panic!() };
        assert_eq!(args.listen.as_deref(), Some("127.0.0.1:0"));
        assert!(read("--port 65536").is_err());
    }

    #[test]
    fn the_environment_says_what_the_arguments_leave_out() {
        let environment = |name: &str| {
            Some(if name == "WECHAT_APP_ID" { "wxenv" } else { "env5ecret" }.to_owned())
        };
        let read = |line: &str| parse(line.split_whitespace().map(str::to_owned), environment);
        let Ok(Command::Serve(args)) = read("--app-id wxgiven") else { panic!() };
        assert_eq!(args.app_id.unwrap().as_str(), "wxgiven");
        assert_eq!(args.app_secret.unwrap().expose(), "env5ecret");
        let Ok(Command::Serve(args)) = read("") else { panic!() };
        assert_eq!(args.app_id.unwrap().as_str(), "wxenv");
    }

    #[test]
    fn mistakes_are_named_and_secrets_are_not() {
        for (line, part) in [
            ("--followers many", "--followers"),
            ("--listen", "--listen what?"),
            ("--prot 1", "unknown option"),
            ("--port", "--port what?"),
            ("--config x --followers 3", "--followers stands beside --config"),
            ("--remote-control=yes", "takes no value"),
            ("--port web", "--port must be"),
            ("--callback-url https://x", "http://"),
            ("--callback-url http://x", "--callback-token is missing"),
            ("--callback-token tok3n", "--callback-url is missing"),
            ("--callback-url http://x --callback-token tok3n --mode safe", "needs --aes-key"),
            ("--aes-key 5ecret", "EncodingAESKey"),
        ] {
            let Err(problem) = read(line) else { panic!("{line}") };
            assert!(problem.contains(part), "{line}: {problem}");
            assert!(!problem.contains("5ecret"), "{problem}");
        }
    }
}
