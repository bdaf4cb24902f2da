//! What of a request may be shown: the path, and of the query only what is known to be harmless.

use std::borrow::Cow;
use std::fmt;

/// Query keys whose values are shown. Everything else is redacted, unknown keys too.
const SHOWN: &[&str] = &["appid", "grant_type", "lang", "type"];

/// Prints a call's path and query for a log.
pub(crate) struct Shown<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'static str, Cow<'a, str>)],
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)?;
        for (number, (key, value)) in self.query.iter().enumerate() {
            f.write_str(if number == 0 { "?" } else { "&" })?;
            let value = if SHOWN.contains(key) { value } else { "[redacted]" };
            write!(f, "{key}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_harmless_is_shown() {
        let query = [("appid", "wx1".into()), ("secret", "s3cret".into()), ("new", "x".into())];
        let shown = Shown { path: "/cgi-bin/token", query: &query }.to_string();
        assert_eq!(shown, "/cgi-bin/token?appid=wx1&secret=[redacted]&new=[redacted]");
    }
}
