//! Callbacks: the reports of jobs in their XML, sealed for each try, tried again as documented.

mod publication;

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Method;
use wechat_events::push::{Cipher, Stamp};
use wechat_events::{CallbackToken, EncodingAesKey, signature};
use wechat_types::id::{AppId, OpenId};

use crate::beijing::unix_seconds;
use crate::exchange::{Push, PushOutcome};
use crate::random::Random;
use crate::settings::{Settings, Verdict};
use crate::world::mass_job::JobReport;
use crate::world::publish::Publication;

/// The server settings of the account: where callbacks go, and how.
#[derive(Clone, Debug)]
pub struct CallbackTarget {
    url: String,
    token: CallbackToken,
    mode: Mode,
}

#[derive(Clone, Debug)]
enum Mode {
    Plain,
    Compatible(EncodingAesKey),
    Safe(EncodingAesKey),
}

impl CallbackTarget {
    /// Plain mode (明文模式): readable XML. The loopback server reaches `http://` addresses only.
    pub fn plain(url: impl Into<String>, token: CallbackToken) -> Self {
        Self { url: url.into(), token, mode: Mode::Plain }
    }

    /// Compatible mode (兼容模式): readable and encrypted in one document.
    pub fn compatible(url: impl Into<String>, token: CallbackToken, key: EncodingAesKey) -> Self {
        Self { url: url.into(), token, mode: Mode::Compatible(key) }
    }

    /// Safe mode (安全模式): encrypted only.
    pub fn safe(url: impl Into<String>, token: CallbackToken, key: EncodingAesKey) -> Self {
        Self { url: url.into(), token, mode: Mode::Safe(key) }
    }

    /// Where callbacks go.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn with_query(&self, query: &str) -> String {
        let sign = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{sign}{query}", self.url)
    }
}

/// How callbacks are written, by name.
#[cfg(feature = "server")]
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallbackMode {
    Plain,
    Safe,
    Compatible,
}

/// A disturbance of the next callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackFault {
    /// It is never sent.
    Lost,
    /// It is sent twice, each with its own tries.
    Doubled,
    /// It is sent so much later; those after it overtake it.
    Delayed(Duration),
}

/// How the tries of one callback ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackResult {
    /// Which callback: [`Push::id`].
    pub id: u64,
    /// Tries made.
    pub tries: u32,
    /// The receiver took it.
    pub accepted: bool,
}

#[derive(Debug)]
struct Pending {
    id: u64,
    xml: String,
    attempt: u32,
    due: SystemTime,
    /// Handed out and not settled yet.
    in_flight: bool,
}

/// Callbacks on their way.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) target: Option<CallbackTarget>,
    pub(crate) faults: VecDeque<CallbackFault>,
    pub(crate) results: Vec<CallbackResult>,
    pending: Vec<Pending>,
    last_id: u64,
    random: Random,
    /// How often it started anew: an outcome from before decides nothing.
    epoch: Epoch,
}

/// How often an account was reset. No part of its state: a reset account is as a new one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Epoch(u64);

impl std::fmt::Debug for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Epoch")
    }
}

/// What of the account stands in a callback.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) app_id: AppId,
    pub(crate) original_id: String,
    pub(crate) owner: OpenId,
}

impl Outbox {
    pub(crate) fn new(target: Option<CallbackTarget>, random: Random) -> Self {
        let faults = VecDeque::new();
        Self {
            target,
            faults,
            results: Vec::new(),
            pending: Vec::new(),
            last_id: 0,
            random,
            epoch: Epoch(0),
        }
    }

    /// Becomes this other one, to which nothing that is on its way now comes back.
    pub(crate) fn start_anew(&mut self, other: Self) {
        *self = Self { epoch: Epoch(self.epoch.0 + 1), ..other };
    }

    /// Takes the report of a send in.
    pub(crate) fn add(&mut self, report: &JobReport, sender: &Sender) {
        self.post(mass_send_job_finish(report, sender), report.at);
    }

    /// Takes the end of a publication in.
    pub(crate) fn add_publication(&mut self, ended: &Publication, sender: &Sender) {
        self.post(publication::publish_job_finish(ended, sender), ended.updated_at);
    }

    /// Takes a document in that is to be sent at `at`. Without a target it is dropped, as for an
    /// account without server settings.
    fn post(&mut self, xml: String, at: SystemTime) {
        if self.target.is_none() {
            return;
        }
        let (copies, delay) = match self.faults.pop_front() {
            Some(CallbackFault::Lost) => (0, Duration::ZERO),
            Some(CallbackFault::Doubled) => (2, Duration::ZERO),
            Some(CallbackFault::Delayed(delay)) => (1, delay),
            None => (1, Duration::ZERO),
        };
        for _ in 0..copies {
            self.last_id += 1;
            self.pending.push(Pending {
                id: self.last_id,
                xml: xml.clone(),
                attempt: 1,
                due: at + delay,
                in_flight: false,
            });
        }
    }

    /// None without a target: what is on its way waits for the next one.
    pub(crate) fn next_due(&self) -> Option<SystemTime> {
        self.target.as_ref()?;
        self.pending.iter().filter(|p| !p.in_flight).map(|p| p.due).min()
    }

    /// All tries to be made now, each freshly signed.
    pub(crate) fn due(
        &mut self,
        sender: &Sender,
        settings: &Settings,
        now: SystemTime,
    ) -> Vec<Push> {
        let Some(target) = &self.target else { return Vec::new() };
        let mut pushes = Vec::new();
        for pending in self.pending.iter_mut().filter(|p| !p.in_flight && p.due <= now) {
            pending.in_flight = true;
            let push = seal(target, pending, sender, settings, &mut self.random, now);
            pushes.push(Push { epoch: self.epoch.0, ..push });
        }
        pushes
    }

    pub(crate) fn settle(
        &mut self,
        push: &Push,
        outcome: &PushOutcome,
        settings: &Settings,
        now: SystemTime,
    ) {
        let Some(place) = self.on_its_way(push) else { return };
        let accepted = outcome.is_accepted();
        if accepted || push.attempt >= settings.push_tries {
            self.pending.remove(place);
            self.results.push(CallbackResult { id: push.id, tries: push.attempt, accepted });
        } else if let Some(pending) = self.pending.get_mut(place) {
            pending.attempt += 1;
            pending.due = now;
            pending.in_flight = false;
        }
    }

    /// Takes back a try that was cut short: it is due again, under the same number.
    #[cfg(feature = "server")]
    pub(crate) fn put_back(&mut self, push: &Push) {
        let pending = self.on_its_way(push).and_then(|place| self.pending.get_mut(place));
        if let Some(pending) = pending {
            pending.in_flight = false;
        }
    }

    /// Where the callback stands whose current try this is. An old try decides nothing any more.
    fn on_its_way(&self, push: &Push) -> Option<usize> {
        let is_this = |p: &Pending| {
            self.epoch.0 == push.epoch
                && p.id == push.id
                && p.attempt == push.attempt
                && p.in_flight
        };
        self.pending.iter().position(is_this)
    }

    /// The GET by which the platform checks the address; plain even in safe mode.
    pub(crate) fn verify_url(&mut self, settings: &Settings, now: SystemTime) -> Option<Push> {
        let target = self.target.as_ref()?;
        let (timestamp, nonce) = stamp(&mut self.random, now);
        let echo = (self.random.number() >> 1).to_string();
        let signature = signature::signature(&target.token, &timestamp, &nonce);
        let query =
            format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&echostr={echo}");
        Some(Push {
            id: 0,
            attempt: 1,
            method: Method::GET,
            url: target.with_query(&query),
            content_type: "text/xml",
            body: Bytes::new(),
            timeout: settings.push_timeout,
            echo: Some(Bytes::from(echo)),
            epoch: self.epoch.0,
        })
    }
}

fn stamp(random: &mut Random, now: SystemTime) -> (String, String) {
    (unix_seconds(now).to_string(), (random.number() % 9_000_000_000 + 1_000_000_000).to_string())
}

fn seal(
    target: &CallbackTarget,
    pending: &Pending,
    sender: &Sender,
    settings: &Settings,
    random: &mut Random,
    now: SystemTime,
) -> Push {
    let (timestamp, nonce) = stamp(random, now);
    let mut bytes = [0; 16];
    for (byte, digit) in bytes.iter_mut().zip(random.hex(16).bytes()) {
        *byte = digit;
    }
    let stamp = Stamp::new(&target.token, &timestamp, &nonce, sender.owner.as_str());
    let sealed = match &target.mode {
        Mode::Plain => stamp.plain(&pending.xml),
        Mode::Compatible(key) => {
            stamp.compatible(&Cipher::new(key, &sender.app_id, bytes), &pending.xml)
        }
        Mode::Safe(key) => {
            let cipher = Cipher::new(key, &sender.app_id, bytes);
            stamp.safe(&cipher, &sender.original_id, &pending.xml)
        }
    };
    Push {
        id: pending.id,
        attempt: pending.attempt,
        method: Method::POST,
        url: target.with_query(&sealed.query),
        content_type: "text/xml",
        body: Bytes::from(sealed.body),
        timeout: settings.push_timeout,
        echo: None,
        epoch: 0,
    }
}

/// The report of a job, element by element as the platform orders them.
fn mass_send_job_finish(report: &JobReport, sender: &Sender) -> String {
    let status = match report.verdict {
        Verdict::Success => "send success".to_owned(),
        Verdict::Fail => "send fail".to_owned(),
        Verdict::Refused(number) => format!("err({number})"),
    };
    // 3: judged a reprint that may not be sent; 1: no reprint; 0 for what is no article.
    let check_state = match report.verdict {
        Verdict::Refused(30003) => 3,
        _ if report.is_articles => 1,
        _ => 0,
    };
    let items: String = report
        .article_urls
        .iter()
        .enumerate()
        .map(|(i, url)| {
            let index = i + 1;
            format!(
                "<item><ArticleIdx>{index}</ArticleIdx><ArticleUrl><![CDATA[{url}]]></ArticleUrl></item>"
            )
        })
        .collect();
    let counts = &report.counts;
    let mut xml = String::from("<xml>");
    let mut cdata = |name: &str, text: &str| {
        xml.push_str(&format!("<{name}><![CDATA[{text}]]></{name}>"));
    };
    cdata("ToUserName", &sender.original_id);
    cdata("FromUserName", sender.owner.as_str());
    xml.push_str(&format!("<CreateTime>{}</CreateTime>", unix_seconds(report.at)));
    xml.push_str(
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[MASSSENDJOBFINISH]]></Event>",
    );
    xml.push_str(&format!(
        "<MsgID>{}</MsgID><Status><![CDATA[{status}]]></Status>\
         <TotalCount>{}</TotalCount><FilterCount>{}</FilterCount>\
         <SentCount>{}</SentCount><ErrorCount>{}</ErrorCount>",
        report.msg_id, counts.total, counts.after_filter, counts.sent, counts.errors,
    ));
    xml.push_str(&format!(
        "<CopyrightCheckResult><Count>0</Count><ResultList></ResultList>\
         <CheckState>{check_state}</CheckState></CopyrightCheckResult>\
         <ArticleUrlResult><Count>{}</Count><ResultList>{items}</ResultList></ArticleUrlResult></xml>",
        report.article_urls.len(),
    ));
    xml
}
