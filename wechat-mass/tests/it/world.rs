//! What all tests need: an account with followers, a client, a campaign run in one line.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_http::Client;
use wechat_mass::article::{ArticleSource, Picture};
use wechat_mass::campaign::{
    CampaignReport, Content, Driver, DriverError, Event, Inbox, NoInbox, Plan, Policy,
};
use wechat_mass::journal::{
    Claim, Entry, Journal, JournalError, MemoryJournal, Rebooked, Reserved,
};
use wechat_mock::{
    JobState, ManualClock, MassJob, MockServer, RecordedRequest, Settings, StoredDraft, Verdict,
};
use wechat_types::id::{AppId, MediaId, MsgId, OpenId};
use wechat_types::mass::{Audience, JobStatus, MassReport, RefusalCode, ReportSource};

use crate::pass_on::pass_on;

pub(crate) const SEND: &str = "/cgi-bin/message/mass/send";
pub(crate) const SENDALL: &str = "/cgi-bin/message/mass/sendall";
pub(crate) const PREVIEW: &str = "/cgi-bin/message/mass/preview";
pub(crate) const GET: &str = "/cgi-bin/message/mass/get";
pub(crate) const DRAFT_ADD: &str = "/cgi-bin/draft/add";
pub(crate) const UPLOADIMG: &str = "/cgi-bin/media/uploadimg";
pub(crate) const ADD_MATERIAL: &str = "/cgi-bin/material/add_material";
pub(crate) const STABLE_TOKEN: &str = "/cgi-bin/stable_token";

/// The smallest list that needs two calls: 9,999 and 2.
pub(crate) const TWO_CALLS: usize = 10_001;
/// The list: 10,000, 10,000 and 5,003.
pub(crate) const THREE_CALLS: usize = 25_003;

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn app_id() -> AppId {
    AppId::new("wx0123456789abcdef").unwrap()
}

/// The `number`-th follower, of the usual 28 characters.
pub(crate) fn fan(number: usize) -> OpenId {
    OpenId::new(format!("oTESTfan{number:020}")).unwrap()
}

pub(crate) fn fans(count: usize) -> Vec<OpenId> {
    (0..count).map(fan).collect()
}

pub(crate) fn to_fans(count: usize) -> Audience {
    Audience::open_ids(fans(count)).unwrap()
}

/// A plan for the first `count` followers.
pub(crate) fn plan(count: usize, content: Content) -> Plan {
    Plan::new(app_id(), "spring", to_fans(count), content).unwrap()
}

pub(crate) fn text() -> Content {
    Content::Text("【春茶上新】三款明前茶今日到店".to_owned())
}

pub(crate) fn article() -> Content {
    Content::article(tea())
}

/// An article with two pictures, one of them named twice.
pub(crate) fn tea() -> ArticleSource {
    let html = "<p>谷雨之前，茶山最忙。<img src=\"pictures/tea.jpg\"></p>\n\
        <section style=\"background: url('pictures/bg.png')\"><img src='pictures/tea.jpg'></section>";
    let pictures = BTreeMap::from([
        ("pictures/tea.jpg".to_owned(), jpeg("pictures/tea.jpg", b"tea")),
        ("pictures/bg.png".to_owned(), png("pictures/bg.png", b"bg")),
    ]);
    let mut article =
        ArticleSource::new("清明前的第一口鲜", html, jpeg("cover.jpg", b"cover"), pictures);
    article.author = Some("周知味".to_owned());
    article.digest = Some("三款明前茶到店".to_owned());
    article.content_source_url = Some("https://shop.example.com/articles/318".to_owned());
    article.open_comments = Some(true);
    article.only_followers_comment = Some(false);
    article
}

/// A JPEG of 2 × 2 points as far as anybody looks, with something of its own at the end.
pub(crate) fn jpeg(name: &str, mark: &[u8]) -> Picture {
    let mut bytes =
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00".to_vec();
    bytes.extend_from_slice(b"\xff\xc0\x00\x0b\x08\x00\x02\x00\x02\x01\x01\x11\x00");
    bytes.extend_from_slice(mark);
    bytes.extend_from_slice(b"\xff\xd9");
    Picture::new(name, bytes).unwrap()
}

/// A PNG of 2 × 2 points as far as anybody looks, with something of its own at the end.
pub(crate) fn png(name: &str, mark: &[u8]) -> Picture {
    Picture::new(name, png_bytes(mark)).unwrap()
}

pub(crate) fn png_bytes(mark: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x02".to_vec();
    bytes.extend_from_slice(b"\x08\x06\x00\x00\x00\x72\xb6\x0d\x24");
    bytes.extend_from_slice(mark);
    bytes
}

/// An account on a clock that jumps from wait to wait.
pub(crate) struct World {
    pub(crate) mock: MockServer,
    pub(crate) clock: ManualClock,
    pub(crate) client: Client,
    pub(crate) policy: Policy,
}

impl World {
    pub(crate) fn new(followers: usize) -> Self {
        Self::with(followers, |_| ())
    }

    pub(crate) fn with(followers: usize, rules: impl FnOnce(&mut Settings)) -> Self {
        let clock = ManualClock::auto(ManualClock::default_start());
        let mock = MockServer::builder()
            .app_id(app_id())
            .manual_clock(clock.clone())
            .settings(rules)
            .build();
        for open_id in fans(followers) {
            mock.add_follower(open_id);
        }
        let client = client_of(&mock);
        Self { mock, clock, client, policy: Policy::default() }
    }

    /// The program starts anew: without a token, without anything in memory.
    pub(crate) fn restart(&mut self) {
        self.client = client_of(&self.mock);
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Runs a campaign of which nothing is recorded, without callbacks.
    pub(crate) async fn run(&self, plan: &Plan) -> CampaignReport {
        self.run_on(plan, &mut MemoryJournal::new()).await.unwrap()
    }

    /// Runs a campaign on its journal, without callbacks.
    pub(crate) async fn run_on(
        &self,
        plan: &Plan,
        journal: &mut dyn Journal,
    ) -> Result<CampaignReport, DriverError> {
        let mut inbox = NoInbox::new(self.mock.clock());
        self.run_with(plan, journal, &mut inbox, &mut |_| {}).await
    }

    pub(crate) async fn run_with(
        &self,
        plan: &Plan,
        journal: &mut dyn Journal,
        inbox: &mut dyn Inbox,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<CampaignReport, DriverError> {
        let driver = Driver::new(&self.client, plan).with_policy(self.policy);
        driver.run(journal, inbox, observe).await
    }

    /// Runs a campaign until its program dies. `None`: it died.
    pub(crate) fn run_and_die(
        &self,
        plan: &Plan,
        journal: &mut dyn Journal,
        at_record: usize,
        record_survives: bool,
    ) -> Option<CampaignReport> {
        let mut dying = Dying { inner: journal, records_left: at_record, record_survives };
        poll_once(self.run_on(plan, &mut dying)).map(Result::unwrap)
    }

    /// The mock's callbacks, brought to the campaign.
    pub(crate) fn callbacks(&self) -> Callbacks {
        Callbacks {
            mock: self.mock.clone(),
            clock: self.clock.clone(),
            told: BTreeSet::new(),
            queue: VecDeque::new(),
            copies: 1,
            delay: Duration::ZERO,
        }
    }

    /// The requests of one path.
    pub(crate) fn requests(&self, path: &str) -> Vec<RecordedRequest> {
        self.mock.received().into_iter().filter(|request| request.path == path).collect()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests(path).len()
    }

    /// How often each of the first `count` followers has a message: fewest and most.
    pub(crate) fn messages(&self, count: usize) -> (usize, usize) {
        let counts = || (0..count).map(|number| self.mock.inbox(&fan(number)).len());
        (counts().min().unwrap(), counts().max().unwrap())
    }

    /// Each of the first `count` followers has exactly one message.
    #[track_caller]
    pub(crate) fn assert_once(&self, count: usize) {
        // What was accepted late is delivered by now.
        self.clock.advance(HOUR);
        self.mock.due(self.now());
        assert_eq!(self.messages(count), (1, 1), "fewest and most messages of a follower");
    }

    /// No follower has more than one message.
    #[track_caller]
    pub(crate) fn assert_at_most_once(&self, count: usize) {
        self.clock.advance(HOUR);
        self.mock.due(self.now());
        assert!(self.messages(count).1 <= 1, "a follower has the message twice");
    }

    pub(crate) fn draft(&self, id: &MediaId) -> StoredDraft {
        self.mock.draft(id).expect("a draft of this id")
    }
}

/// Nothing here ever waits for anything but the clock, which jumps: one poll is the whole run, or
/// all of it up to the program's death. Dropping the future is the death.
pub(crate) fn poll_once<T>(run: impl Future<Output = T>) -> Option<T> {
    match std::pin::pin!(run).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(end) => Some(end),
        Poll::Pending => None,
    }
}

pub(crate) fn client_of(mock: &MockServer) -> Client {
    Client::builder(mock.app_id(), mock.app_secret())
        .transport(mock.transport())
        .clock(mock.clock())
        .build()
        .unwrap()
}

/// Tells the campaign of every job that ends, as a callback endpoint would, and moves the time
/// from one end to the next.
#[derive(Debug)]
pub(crate) struct Callbacks {
    mock: MockServer,
    clock: ManualClock,
    told: BTreeSet<MsgId>,
    queue: VecDeque<(SystemTime, MassReport)>,
    /// How often each report comes; 0: all are lost.
    copies: usize,
    /// How long after the job's end.
    delay: Duration,
}

impl Callbacks {
    pub(crate) fn with_copies(mut self, copies: usize) -> Self {
        self.copies = copies;
        self
    }

    pub(crate) fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    fn collect(&mut self) {
        self.mock.due(self.clock.now());
        for job in self.mock.jobs() {
            if job.state != JobState::Sending && self.told.insert(job.msg_id) {
                for _ in 0..self.copies {
                    self.queue.push_back((self.clock.now() + self.delay, report_of(&job)));
                }
            }
        }
    }
}

#[async_trait]
impl Inbox for Callbacks {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        loop {
            self.collect();
            let now = self.clock.now();
            if self.queue.front().is_some_and(|(at, _)| *at <= now) {
                return self.queue.pop_front().map(|(_, report)| report);
            }
            if now >= until {
                return None;
            }
            let report = self.queue.front().map(|(at, _)| *at);
            let job = self.mock.next_due().filter(|at| *at > now);
            self.clock.advance_to(report.into_iter().chain(job).fold(until, SystemTime::min));
        }
    }
}

/// What MASSSENDJOBFINISH tells of a job.
pub(crate) fn report_of(job: &MassJob) -> MassReport {
    let status = match job.verdict {
        Verdict::Success => JobStatus::Success,
        Verdict::Refused(number) => JobStatus::Refused(RefusalCode::new(number)),
        _ => JobStatus::Fail,
    };
    let mut report = MassReport::new(job.msg_id, status, ReportSource::Callback);
    report.total = Some(job.counts.total);
    report.after_filter = Some(job.counts.after_filter);
    report.sent = Some(job.counts.sent);
    report.failed = Some(job.counts.errors);

    report
}

/// A journal whose program dies at the `n`-th record, counted from 1.
#[derive(Debug)]
pub(crate) struct Dying<'j> {
    pub(crate) inner: &'j mut dyn Journal,
    pub(crate) records_left: usize,
    /// The fatal record itself is made.
    pub(crate) record_survives: bool,
}

impl Dying<'_> {
    /// Whether this record is made; the program may be gone after it, or before.
    fn dies(&mut self) -> Option<bool> {
        self.records_left -= 1;
        (self.records_left == 0).then_some(self.record_survives)
    }
}

#[async_trait]
impl Journal for Dying<'_> {
    pass_on!(inner: worker bind hold load flush news keep_report other_owner other_open);

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        match self.dies() {
            None => return self.inner.record(entry, rebooked).await,
            Some(true) => self.inner.record(entry, rebooked).await?,
            Some(false) => {}
        }
        // The program is gone: nothing that waits here ever goes on.
        std::future::pending().await
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        match self.dies() {
            None => return self.inner.claim(claim).await,
            Some(true) => assert_eq!(self.inner.claim(claim).await?, Reserved::Granted),
            Some(false) => {}
        }
        std::future::pending().await
    }
}
