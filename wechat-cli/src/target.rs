//! Which server a campaign goes to. The real platform needs its own word.

use std::time::Duration;

use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::{BaseUrl, Clock as _, Deadline, SystemClock, Transport as _, describe};

use crate::account::Account;
use crate::state;

/// Where a campaign goes.
#[derive(Debug)]
pub(crate) enum Target {
    /// A mock in this process: nobody is reached.
    Embedded,
    /// A server that is named, and is not the real platform.
    Named { account: Account, base_url: BaseUrl },
    /// Real followers.
    Live { account: Account, base_url: BaseUrl },
}

impl Target {
    /// The account's server among those of the state; the embedded mock keeps none.
    pub(crate) fn state_name(&self) -> Option<String> {
        match self {
            Self::Embedded => None,
            Self::Named { base_url, .. } => Some(state::folder_of(base_url)),
            Self::Live { .. } => Some(state::LIVE.to_owned()),
        }
    }

    /// The account; the embedded mock makes one.
    pub(crate) fn account(&self) -> Option<&Account> {
        match self {
            Self::Embedded => None,
            Self::Named { account, .. } | Self::Live { account, .. } => Some(account),
        }
    }
}

/// Decides by option, environment and configuration, in this order. The environment alone can
/// never choose the real platform.
pub(crate) fn choose(
    account: Option<Account>,
    live: bool,
    option: Option<&str>,
    environment: Option<&str>,
) -> Result<Target, String> {
    let live = live || account.as_ref().is_some_and(|account| account.live);
    let configured = account.as_ref().and_then(|account| account.base_url.as_deref());
    let named = [
        ("--base-url", option),
        ("WECHAT_BASE_URL", environment.filter(|url| !url.is_empty())),
        ("base_url in the configuration", configured),
    ]
    .into_iter()
    .find_map(|(source, url)| url.map(|url| (source, url)));
    let base_url = named
        .map(|(source, url)| {
            // Not quoted: what is wrong with it may be the password in it.
            url.parse::<BaseUrl>().map_err(|e| format!("{source} is {e}"))
        })
        .transpose()?;
    if live
        && let Some(("WECHAT_BASE_URL", url)) = named
        && base_url.as_ref().is_some_and(|base_url| !base_url.is_real_platform())
    {
        return Err(format!(
            "WECHAT_BASE_URL is {url:?}: the environment does not choose where a live send goes; \
             unset it, or name the server with --base-url"
        ));
    }
    match (live, base_url, account) {
        (true, base_url, Some(account)) => {
            Ok(Target::Live { account, base_url: base_url.unwrap_or_else(BaseUrl::official) })
        }
        (true, _, None) => {
            Err("--live needs an account: name one with --account, or set WECHAT_APP_ID and \
             WECHAT_APP_SECRET"
                .to_owned())
        }
        (false, Some(base_url), _) if base_url.is_real_platform() => Err(format!(
            "{base_url} is the real platform: it is reached with --live only, or with live = true \
             in the account's configuration"
        )),
        (false, Some(base_url), Some(mut account)) => {
            let place = state::folder_of(&base_url);
            account.redis = account.redis.map(|redis| redis.of_mock(&place));
            Ok(Target::Named { account, base_url })
        }
        (false, Some(base_url), None) => Err(format!(
            "{base_url} needs an account: name one with --account, or set WECHAT_APP_ID and \
             WECHAT_APP_SECRET"
        )),
        (false, None, _) => Ok(Target::Embedded),
    }
}

/// What is not called live must say that it is a mock: a tunnel or a proxy to the real platform
/// looks like any other server.
pub(crate) async fn must_be_mock(base_url: &BaseUrl) -> Result<(), String> {
    match says_it_is_a_mock(base_url).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!(
            "{base_url} does not say that it is a mock; if it leads to the real platform, or is \
             another kind of mock, use --live"
        )),
        Err(problem) => Err(format!("{base_url} cannot be asked whether it is a mock: {problem}")),
    }
}

/// A live send that goes to a mock would be recorded as sent, and reach nobody.
pub(crate) async fn must_not_be_mock(base_url: &BaseUrl) -> Result<(), String> {
    if !base_url.is_real_platform() && says_it_is_a_mock(base_url).await? {
        return Err(format!(
            "{base_url} says that it is a mock, and this send is live: leave out --live, or the \
             server"
        ));
    }
    Ok(())
}

async fn says_it_is_a_mock(base_url: &BaseUrl) -> Result<bool, String> {
    const TIMEOUT: Duration = Duration::from_secs(10);
    let request = http::Request::get(format!("{base_url}/_mock"))
        .extension(Deadline::new(SystemClock::new().now() + TIMEOUT))
        .body(bytes::Bytes::new())
        .map_err(|e| describe(&e))?;
    let transport = ReqwestTransport::new().map_err(|e| describe(&e))?;
    let answer = transport.send(request).await.map_err(|e| describe(&e))?;
    Ok(serde_json::from_slice::<serde_json::Value>(answer.body())
        .is_ok_and(|answer| answer.get("server").is_some_and(|name| name == "wechat-mock")))
}

#[cfg(test)]
mod tests {
    use wechat_types::id::{AppId, AppSecret};

    use super::*;

    fn account(base_url: Option<&str>, live: bool) -> Option<Account> {
        Some(Account {
            app_id: AppId::new("wx1").unwrap(),
            app_secret: AppSecret::new("s").ok(),
            base_url: base_url.map(str::to_owned),
            live,
            callback: None,
            journal: None,
            limits: wechat_mass::quota::Limits::default(),
            redis: None,
            token_service: crate::token_place::TokenService::default(),
        })
    }

    fn told(target: Result<Target, String>) -> String {
        match target {
            Ok(Target::Embedded) => "embedded".to_owned(),
            Ok(Target::Named { base_url, .. }) => format!("named {base_url}"),
            Ok(Target::Live { base_url, .. }) => format!("live {base_url}"),
            Err(problem) => format!("refused: {problem}"),
        }
    }

    #[test]
    fn only_live_reaches_the_real_platform() {
        const REAL: &str = "https://api.weixin.qq.com";
        const MOCK: &str = "http://127.0.0.1:8787";
        for (target, expected) in [
            (choose(None, false, None, None), "embedded"),
            (choose(account(None, false), false, None, None), "embedded"),
            (choose(account(None, false), false, None, Some("")), "embedded"),
            (
                choose(account(None, false), false, Some(MOCK), Some(REAL)),
                "named http://127.0.0.1:8787",
            ),
            (
                choose(account(Some(REAL), false), false, None, Some(MOCK)),
                "named http://127.0.0.1:8787",
            ),
            (choose(account(None, false), true, None, None), "live https://api.weixin.qq.com"),
            (choose(account(None, true), false, None, None), "live https://api.weixin.qq.com"),
            (
                choose(account(None, false), true, Some("https://hk.api.weixin.qq.com"), None),
                "live https://hk.api.weixin.qq.com",
            ),
        ] {
            assert_eq!(told(target), expected);
        }
        for target in [
            choose(account(None, false), false, Some(REAL), None),
            choose(account(None, false), false, None, Some(REAL)),
            choose(account(Some(REAL), false), false, None, None),
            choose(account(None, false), false, None, Some("https://API.weixin.qq.com.:443/")),
            choose(None, true, None, None),
            choose(None, false, Some(MOCK), None),
            choose(account(None, false), false, Some("127.0.0.1"), None),
        ] {
            assert!(told(target).starts_with("refused: "));
        }
    }
}
