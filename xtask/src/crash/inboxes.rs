//! How many followers have how many messages, asked of the mock.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Followers by the number of their messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Inboxes {
    pub(super) none: u64,
    pub(super) one: u64,
    pub(super) more: u64,
}

impl fmt::Display for Inboxes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { none, one, more } = self;
        write!(f, "{one} have the message once, {more} more often, {none} not at all")
    }
}

/// Asks the mock at this address.
pub(super) fn ask(base_url: &str) -> Result<Inboxes, String> {
    let host = base_url.trim_start_matches("http://").trim_end_matches('/');
    let failed = |error: std::io::Error| format!("{host} cannot be asked: {error}");
    let mut stream = TcpStream::connect(host).map_err(failed)?;
    let request =
        format!("GET /_mock/inboxes HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    read(body).ok_or_else(|| format!("{host} answered what is not understood: {answer:?}"))
}

/// Reads `{"messages":{"0":2,"1":45001}}`.
fn read(body: &str) -> Option<Inboxes> {
    let list = body.trim().strip_prefix("{\"messages\":{")?.strip_suffix("}}")?;
    let mut found = Inboxes::default();
    for entry in list.split(',').filter(|entry| !entry.is_empty()) {
        let (messages, followers) = entry.split_once(':')?;
        let followers: u64 = followers.parse().ok()?;
        match messages.trim_matches('"').parse::<u64>().ok()? {
            0 => found.none += followers,
            1 => found.one += followers,
            _ => found.more += followers,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_read_and_another_one_refused() {
        let found = read("{\"messages\":{\"0\":2,\"1\":45001,\"2\":1,\"3\":4}}");
        assert_eq!(found, Some(Inboxes { none: 2, one: 45001, more: 5 }));
        assert_eq!(read("{\"messages\":{}}"), Some(Inboxes::default()));
        for bad in ["", "no such control route", "{\"messages\":{\"1\":x}}"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
