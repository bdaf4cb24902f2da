//! Requests that are disturbed and made again, and the receiver of callbacks.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::{ManualClock, MockServer, PushOutcome};

use crate::chance::{Hash, Random};

/// The account's side of the wire.
pub(crate) struct Caller {
    pub(crate) server: MockServer,
    pub(crate) clock: ManualClock,
    pub(crate) random: Random,
    pub(crate) hash: Hash,
    /// TotalCount, FilterCount, SentCount and ErrorCount as reported.
    pub(crate) reports: BTreeMap<u64, [u64; 4]>,
    pub(crate) requests: u64,
    /// Requests that were disturbed.
    pub(crate) faults: u64,
    token: String,
}

impl Caller {
    pub(crate) fn new(server: MockServer, clock: ManualClock, seed: u64) -> Self {
        Self {
            server,
            clock,
            random: Random(seed),
            hash: Hash(0xcbf2_9ce4_8422_2325),
            reports: BTreeMap::new(),
            requests: 0,
            faults: 0,
            token: String::new(),
        }
    }

    /// Asks until there is an answer: what nobody knows is asked for again, with the same bytes.
    pub(crate) fn call(
        &mut self,
        method: &str,
        path: &str,
        query: &str,
        body: &Value,
    ) -> Result<Value, String> {
        for _ in 0..20 {
            if self.token.is_empty() {
                self.fetch_token()?;
            }
            let url = format!("{path}?access_token={}{query}", self.token);
            let answer = self.once(method, path, &url, body)?;
            match answer.as_ref().map(|answer| integer(answer, "errcode")) {
                Some(40001 | 42001) => self.token.clear(),
                Some(0 | 45065) => return Ok(answer.unwrap_or_default()),
                None | Some(-1) => {}
                Some(code) => return Err(format!("{path}: {code}")),
            }
            self.clock.advance(Duration::from_secs(61));
            self.run_due();
        }
        Err(format!("{path}: no answer in 20 attempts"))
    }

    fn fetch_token(&mut self) -> Result<(), String> {
        let path = "/cgi-bin/stable_token";
        let body = json!({
            "grant_type": "client_credential",
            "appid": self.server.app_id().as_str(),
            "secret": self.server.app_secret().expose(),
        });
        for _ in 0..20 {
            let answer = self.once("POST", path, path, &body)?.unwrap_or_default();
            if let Some(token) = answer.get("access_token").and_then(Value::as_str) {
                self.token = token.to_owned();
                return Ok(());
            }
        }
        Err("no token in 20 attempts".to_owned())
    }

    /// One request, disturbed in one case of twenty; none: no answer that can be read.
    fn once(
        &mut self,
        method: &str,
        path: &str,
        url: &str,
        body: &Value,
    ) -> Result<Option<Value>, String> {
        self.requests += 1;
        if self.random.percent(5) {
            self.faults += 1;
            let rule = self.server.on(path);
            match self.random.below(8) {
                0 => rule.errcode(-1),
                1 => rule.errcode_after_effect(-1),
                2 => rule.answer_lost(),
                3 => rule.reset(),
                4 => rule.status(502),
                5 => rule.status_after_effect(502),
                6 => rule.garbled(),
                // A good token is refused, of whatever age.
                _ => rule.errcode(40001),
            }
        }
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = http::Request::builder().method(method).uri(url).body(body);
        let request = request.map_err(|error| error.to_string())?;
        let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let exchange = self.server.handle(&request, self.clock.now(), peer);
        let Some(response) = exchange.response.filter(|response| response.status() == 200) else {
            return Ok(None);
        };
        self.hash.add(response.body());
        Ok(serde_json::from_slice(response.body()).ok())
    }

    /// The receiver of callbacks; one try in twenty fails.
    pub(crate) fn run_due(&mut self) {
        let Self { server, clock, random, hash, reports, .. } = self;
        server.run_due(clock.now(), |push| {
            if random.percent(5) {
                return PushOutcome::NoAnswer;
            }
            hash.add(&push.body);
            let xml = String::from_utf8_lossy(&push.body);
            if xml.contains("[MASSSENDJOBFINISH]") {
                let number = |name| number(&xml, name);
                let names = ["TotalCount", "FilterCount", "SentCount", "ErrorCount"];
                reports.insert(number("MsgID"), names.map(number));
            }
            PushOutcome::success()
        });
    }
}

/// A whole number of an answer; 0 without one.
pub(crate) fn integer(answer: &Value, key: &str) -> i64 {
    answer.get(key).and_then(Value::as_i64).unwrap_or_default()
}

/// The number in an element; 0 without one.
fn number(xml: &str, name: &str) -> u64 {
    let inside = xml.split_once(&format!("<{name}>")).map(|(_, rest)| rest);
    let digits = inside.and_then(|rest| rest.split('<').next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
