//! Where the API is: the real platform, a mock, or a proxy of one's own.

use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

/// Scheme, host, port and perhaps a path in front of `/cgi-bin/…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

/// The text is no base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidBaseUrl {
    /// What is wrong with it.
    pub problem: &'static str,
}

impl fmt::Display for InvalidBaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a base URL such as https://api.weixin.qq.com: {}", self.problem)
    }
}

impl StdError for InvalidBaseUrl {}

impl BaseUrl {
    /// The real platform.
    pub fn official() -> Self {
        Self("https://api.weixin.qq.com".to_owned())
    }

    /// The documented hosts that stand in for the real platform: the one for disasters, then
    /// Shanghai, Shenzhen and Hong Kong.
    pub fn official_alternates() -> Vec<Self> {
        ["api2", "sh.api", "sz.api", "hk.api"]
            .map(|host| Self(format!("https://{host}.weixin.qq.com")))
            .to_vec()
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        let authority = self.0.split("//").nth(1).unwrap_or_default();
        let authority = authority.split('/').next().unwrap_or_default();
        match authority.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        }
    }

    /// A host of WeChat's own, where a send reaches real followers.
    pub fn is_real_platform(&self) -> bool {
        let host = self.host().trim_end_matches('.').to_ascii_lowercase();
        host == "weixin.qq.com" || host.ends_with(".weixin.qq.com")
    }

    /// What a record of sends is kept apart by: what one server has sent, another one has not. All hosts of the real
    /// platform are one.
    pub(crate) fn server(&self) -> String {
        if self.is_real_platform() {
            return "weixin.qq.com".to_owned();
        }
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = match self.host() {
            "localhost" => "127.0.0.1".to_owned(),
            v6 if v6.contains(':') => format!("[{}]", v6.to_ascii_lowercase()),
            name => name.trim_end_matches('.').to_ascii_lowercase(),
        };
        let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let usual = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        format!("{host}:{}{path}", port.unwrap_or(usual))
    }

    /// This machine itself.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }
}

/// Names this machine itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let invalid = |problem| InvalidBaseUrl { problem };
        let text = text.trim().trim_end_matches('/');
        let uri: http::Uri = text.parse().map_err(|_| invalid("it cannot be read as a URL"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(invalid("it starts neither with http:// nor with https://"));
        }
        let authority = uri.authority().ok_or_else(|| invalid("it has no host"))?;
        if authority.host().is_empty() {
            return Err(invalid("it has no host"));
        }
        if authority.as_str().contains('@') {
            return Err(invalid("it holds a user name or password"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(invalid("it has a query or a fragment"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BaseUrl, InvalidBaseUrl> {
        text.parse()
    }

    #[test]
    fn hosts_are_told_apart() {
        for (text, host, real, loopback) in [
            ("https://api.weixin.qq.com", "api.weixin.qq.com", true, false),
            ("https://API.Weixin.QQ.com.:443/", "API.Weixin.QQ.com.", true, false),
            ("http://sh.api.weixin.qq.com/x", "sh.api.weixin.qq.com", true, false),
            ("http://127.0.0.1:8787/", "127.0.0.1", false, true),
            ("http://[::1]:8787", "::1", false, true),
            ("http://localhost", "localhost", false, true),
            ("http://mock:8080", "mock", false, false),
            (
                "https://evil-weixin.qq.com.example.com",
                "evil-weixin.qq.com.example.com",
                false,
                false,
            ),
        ] {
            let url = parse(text).unwrap();
            assert_eq!(url.host(), host);
            assert_eq!(url.is_real_platform(), real, "{text}");
            assert_eq!(url.is_loopback(), loopback, "{text}");
            assert!(!url.as_str().ends_with('/'));
        }
    }

    #[test]
    fn a_server_is_known_by_whatever_address() {
        let mut official = BaseUrl::official_alternates();
        official.extend([BaseUrl::official(), parse("https://API.weixin.qq.com.").unwrap()]);
        assert!(official.iter().all(|url| url.server() == "weixin.qq.com"), "{official:?}");
        for (server, texts) in [
            ("127.0.0.1:8787", ["http://127.0.0.1:8787", "http://localhost:8787/"]),
            ("[::1]:80", ["http://[::1]", "http://[::1]:80/"]),
            (
                "proxy.example:443/wx",
                ["https://proxy.example/wx/", "https://Proxy.example.:0443/wx"],
            ),
            ("[2001:db8::1]:81", ["http://[2001:DB8::1]:81", "https://[2001:db8::1]:81"]),
        ] {
            for text in texts {
                assert_eq!(parse(text).unwrap().server(), server, "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in [
            "",
            "api.weixin.qq.com",
            "ftp://x",
            "http://",
            "http://a:b@c",
            "http://x?y=1",
            "http://x/#z",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
