//! The year itself: four sends a month by plain requests, lost answers and callbacks, churn, and the
//! count of every inbox at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wechat_mock::{
    CallbackFault, CallbackTarget, CallbackToken, JobState, ManualClock, MaterialKind, MockServer,
    Trigger, Verdict,
};
use wechat_types::id::{OpenId, TagId};

use crate::caller::{Caller, integer};

/// 2026-01-01 00:00 in Beijing.
const START: u64 = 1_767_196_800;
const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY: u64 = 24 * 3600;
const TAGS: [u64; 2] = [101, 102];
/// The platform's four a month.
const A_MONTH: u32 = 4;

/// What the year came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) followers: usize,
    pub(crate) sends: usize,
    pub(crate) jobs: usize,
    pub(crate) failed_jobs: usize,
    /// In all inboxes.
    pub(crate) messages: u64,
    pub(crate) requests: u64,
    /// Requests that were disturbed.
    pub(crate) faults: u64,
    /// Sends found again by their key.
    pub(crate) found_again: u64,
    /// Jobs whose report came, and those that had to be asked for.
    pub(crate) reports: usize,
    pub(crate) unreported: usize,
    /// Over every answer, callback, job and inbox.
    pub(crate) hash: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "followers     {}", self.followers)?;
        writeln!(f, "sends         {}", self.sends)?;
        writeln!(f, "jobs          {}, {} of them failed", self.jobs, self.failed_jobs)?;
        writeln!(f, "messages      {}", self.messages)?;
        writeln!(f, "requests      {}, {} disturbed", self.requests, self.faults)?;
        writeln!(f, "found again   {} sends by their key", self.found_again)?;
        writeln!(f, "reports       {}, {} never came", self.reports, self.unreported)?;
        write!(f, "state hash    {:016x}", self.hash)
    }
}

/// Runs the year; an error says what does not reconcile.
pub(crate) fn year(followers: usize, seed: u64) -> Result<Summary, String> {
    let mut year = Year::new(followers, seed)?;
    for month in 0..DAYS.len() {
        year.month(month)?;
    }
    year.reconcile()
}

struct Year {
    caller: Caller,
    /// Month of each job, by number.
    sent: BTreeMap<u64, usize>,
    summary: Summary,
}

impl Year {
    fn new(followers: usize, seed: u64) -> Result<Self, String> {
        let clock = ManualClock::new(at(START));
        let token = CallbackToken::new("yearly").map_err(|error| error.to_string())?;
        let server = MockServer::builder()
            .seed(seed)
            .followers(followers)
            .manual_clock(clock.clone())
            .callback(CallbackTarget::plain("http://127.0.0.1/callback", token))
            .build();
        let caller = Caller::new(server, clock, seed);
        let mut year = Self { caller, sent: BTreeMap::new(), summary: Summary::default() };
        year.people();
        Ok(year)
    }

    /// Tags, and those who cannot be reached.
    fn people(&mut self) {
        use wechat_mock::Hindrance::{Blacklisted, Refuses, Unreachable};
        for tag in TAGS {
            self.caller.server.add_tag(TagId::new(tag), format!("tag {tag}"));
        }
        for openid in self.caller.server.followers() {
            for (tag, percent) in TAGS.into_iter().zip([60, 80]) {
                if self.caller.random.percent(percent) {
                    self.caller.server.tag_follower(&openid, TagId::new(tag));
                }
            }
            let hindrance = match self.caller.random.below(1000) {
                0..30 => Some(Refuses),
                30..40 => Some(Blacklisted),
                40..45 => Some(Unreachable),
                _ => None,
            };
            if hindrance.is_some() {
                self.caller.server.set_hindrance(&openid, hindrance);
            }
        }
    }

    fn month(&mut self, month: usize) -> Result<(), String> {
        let first = START + DAYS.iter().take(month).sum::<u64>() * DAY;
        self.come_and_go();
        for (number, day) in [1, 8, 15, 22, 26].into_iter().enumerate() {
            // A fifth send in each quarter: who has had four is left out.
            if number == 4 && month % 3 != 2 {
                break;
            }
            self.caller.clock.advance_to(at(first + day * DAY + 10 * 3600));
            let key = format!("year-{month}-{number}");
            let content = if number < 2 { self.articles()? } else { text(&key) };
            // Articles are spared: their draft would be gone when they are sent again.
            if number >= 2 && self.caller.random.percent(10) {
                self.caller.server.next_job_verdict(Verdict::Refused(20001));
            }
            match number {
                0 => self.send(
                    "sendall",
                    json!({"filter": {"is_to_all": true}}),
                    content,
                    &key,
                    month,
                )?,
                3 => self.listed(&content, &key, month)?,
                _ => {
                    let tag = TAGS.get(number % 2).copied().unwrap_or_default();
                    let filter = json!({"filter": {"is_to_all": false, "tag_id": tag}});
                    self.send("sendall", filter, content, &key, month)?;
                }
            }
        }
        Ok(())
    }

    /// Some follow, some leave.
    fn come_and_go(&mut self) {
        let all = self.caller.server.followers();
        for _ in 0..all.len() / 500 {
            let place = self.caller.random.below(all.len() as u64) as usize;
            if let Some(openid) = all.get(place) {
                self.caller.server.trigger(Trigger::unsubscribe(openid));
            }
            if let Ok(openid) = OpenId::new(format!("o{:027}", self.caller.random.number())) {
                self.caller.server.trigger(Trigger::subscribe(&openid));
            }
        }
        self.caller.run_due();
    }

    /// A draft of two articles.
    fn articles(&mut self) -> Result<Value, String> {
        let thumb = self.caller.server.add_material(MaterialKind::Image);
        let article = |title: &str| json!({"title": title, "content": "<p>正文</p>", "thumb_media_id": thumb.as_str()});
        let body = json!({"articles": [article("一"), article("二")]});
        let answer = self.caller.call("POST", "/cgi-bin/draft/add", "", &body)?;
        let draft = answer
            .get("media_id")
            .and_then(Value::as_str)
            .ok_or_else(|| format!("no draft: {answer}"))?;
        Ok(json!({"msgtype": "mpnews", "mpnews": {"media_id": draft}}))
    }

    /// To the first followers in batches, as the list of followers has them.
    fn listed(&mut self, content: &Value, key: &str, month: usize) -> Result<(), String> {
        let mut next = String::new();
        for batch in 0..3 {
            let query = format!("&next_openid={next}");
            let page = self.caller.call("GET", "/cgi-bin/user/get", &query, &Value::Null)?;
            let openids = page.pointer("/data/openid").cloned().unwrap_or_default();
            if openids.as_array().is_none_or(|list| list.len() < 2) {
                break;
            }
            let key = format!("{key}-{batch}");
            self.send("send", json!({"touser": openids}), content.clone(), &key, month)?;
            next = page.get("next_openid").and_then(Value::as_str).unwrap_or_default().to_owned();
        }
        Ok(())
    }

    /// One send, followed to its end.
    fn send(
        &mut self,
        call: &str,
        mut body: Value,
        content: Value,
        key: &str,
        month: usize,
    ) -> Result<(), String> {
        if let (Some(body), Value::Object(content)) = (body.as_object_mut(), content) {
            body.extend(content);
            body.insert("clientmsgid".to_owned(), json!(key));
        }
        if self.caller.random.percent(5) {
            self.caller.server.disturb_next_callback(match self.caller.random.below(4) {
                0 => CallbackFault::Lost,
                1 => CallbackFault::Doubled,
                2 => CallbackFault::Swapped,
                _ => CallbackFault::Delayed(Duration::from_secs(3600)),
            });
        }
        let answer =
            self.caller.call("POST", &format!("/cgi-bin/message/mass/{call}"), "", &body)?;
        let msg_id = answer
            .get("msg_id")
            .and_then(Value::as_u64)
            .ok_or_else(|| format!("{key}: {answer}"))?;
        self.summary.found_again += u64::from(integer(&answer, "errcode") == 45065);
        if self.sent.insert(msg_id, month).is_some() {
            return Err(format!("{key}: job {msg_id} belongs to another send"));
        }
        loop {
            let status = self.caller.call(
                "POST",
                "/cgi-bin/message/mass/get",
                "",
                &json!({"msg_id": msg_id}),
            )?;
            if status.get("msg_status").and_then(Value::as_str) != Some("SENDING") {
                return Ok(());
            }
            let next = self.caller.server.next_due().unwrap_or_else(|| self.caller.clock.now());
            self.caller
                .clock
                .advance_to(next.max(self.caller.clock.now() + Duration::from_secs(1)));
            self.caller.run_due();
        }
    }

    /// Holds every inbox against the jobs, and the jobs against their reports.
    fn reconcile(mut self) -> Result<Summary, String> {
        // What is delayed comes within the hour.
        self.caller.clock.advance(Duration::from_secs(2 * 3600));
        self.caller.run_due();
        let reached = self.inboxes()?;
        let jobs = self.caller.server.jobs();
        for job in &jobs {
            let id = job.msg_id.get();
            let counts = job.counts;
            let wrong = |what: &str| Err(format!("job {id}: {what}: {counts:?}"));
            let failed = job.state == JobState::Fail;
            // A failed job frees its key: when its answer was lost too, the send is made again.
            if !failed && !self.sent.contains_key(&id) {
                return wrong("nobody sent it");
            }
            if reached.get(&id).copied().unwrap_or_default() != counts.sent {
                return wrong("the inboxes have another number");
            }
            if counts.after_filter != counts.sent + counts.errors
                || counts.total < counts.after_filter
            {
                return wrong("it does not add up");
            }
            let all = [counts.total, counts.after_filter, counts.sent, counts.errors];
            if self.caller.reports.get(&id).is_some_and(|reported| *reported != all) {
                return wrong("its report has other numbers");
            }
            if job.state == JobState::Sending || failed && all != [0; 4] {
                return wrong("it has not ended as it should");
            }
            self.summary.failed_jobs += usize::from(failed);
            self.caller.hash.add(format!("{job:?}").as_bytes());
        }
        if let Some(lost) =
            self.sent.keys().find(|id| !jobs.iter().any(|job| job.msg_id.get() == **id))
        {
            return Err(format!("job {lost} is gone"));
        }
        self.summary.sends = self.sent.len();
        self.summary.jobs = jobs.len();
        self.summary.reports = self.caller.reports.len();
        self.summary.unreported = jobs.len() - self.caller.reports.len();
        (self.summary.requests, self.summary.faults) = (self.caller.requests, self.caller.faults);
        self.summary.hash = self.caller.hash.0;
        Ok(self.summary)
    }

    /// How many each job reached. Nobody has a message twice, or more in a month than the platform
    /// lets through.
    fn inboxes(&mut self) -> Result<BTreeMap<u64, u64>, String> {
        let mut reached = BTreeMap::new();
        let followers = self.caller.server.followers();
        self.summary.followers = followers.len();
        for openid in followers {
            let inbox = self.caller.server.inbox(&openid);
            let mut months = [0; DAYS.len()];
            for id in &inbox {
                *reached.entry(id.get()).or_default() += 1;
                let month = self.sent.get(&id.get()).and_then(|month| months.get_mut(*month));
                *month.ok_or_else(|| format!("{openid}: job {id} was never sent"))? += 1;
                self.caller.hash.add(&id.get().to_le_bytes());
            }
            if inbox.iter().collect::<BTreeSet<_>>().len() != inbox.len() {
                return Err(format!("{openid} has a message twice"));
            }
            if months.iter().any(|count| *count > A_MONTH) {
                return Err(format!("{openid} has more than four in a month: {months:?}"));
            }
            self.summary.messages += inbox.len() as u64;
        }
        Ok(reached)
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}
