//! What a check may use and do: followers, rights, time.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use wechat_http::Clock;
use wechat_types::id::{AppSecret, ClientMsgId, MsgId, OpenId, TagId};
use wechat_types::mass::{Filter, MassReport, Recipients};

use super::Unheld;
use super::outcome::skipped;
use crate::server::MockServer;

/// Lets time pass for the server.
#[async_trait]
pub trait Time: Debug + Send + Sync + 'static {
    /// Why so much time cannot pass; asked before anything is done that would be in vain then.
    fn refuses(&self, by: Duration) -> Option<String>;

    /// When it returns, this much more time has passed for the server.
    ///
    /// # Errors
    ///
    /// Why it has not.
    async fn pass(&self, by: Duration) -> Result<(), String>;
}

/// A mock's own clock, moved by hand.
#[async_trait]
impl Time for MockServer {
    fn refuses(&self, _: Duration) -> Option<String> {
        let moved_by_hand = self.manual_clock().is_some();
        (!moved_by_hand).then(|| "the mock's clock is not moved by hand".to_owned())
    }

    async fn pass(&self, by: Duration) -> Result<(), String> {
        self.advance(by);
        Ok(())
    }
}

/// Waits until the time has passed, for servers that live in real time.
#[derive(Clone, Debug)]
pub struct Waiting {
    clock: Arc<dyn Clock>,
    longest: Duration,
}

impl Waiting {
    /// Waits by this clock, and refuses to wait longer than `longest` at once.
    pub fn new(clock: Arc<dyn Clock>, longest: Duration) -> Self {
        Self { clock, longest }
    }
}

#[async_trait]
impl Time for Waiting {
    fn refuses(&self, by: Duration) -> Option<String> {
        (by > self.longest).then(|| format!("{} seconds would have to be waited for", by.as_secs()))
    }

    async fn pass(&self, by: Duration) -> Result<(), String> {
        self.clock.sleep_until(self.clock.now() + by).await;
        Ok(())
    }
}

/// Where the reports of finished jobs (MASSSENDJOBFINISH) arrive.
#[async_trait]
pub trait Reports: Debug + Send + Sync + 'static {
    /// The report of a job that has ended; none: it did not come.
    async fn report(&self, job: MsgId) -> Option<MassReport>;
}

/// What the checks of one run may use and do. At first they may do nothing but what reaches nobody.
#[derive(Debug)]
pub struct Environment {
    run: u64,
    names: AtomicU32,
    followers: Vec<OpenId>,
    tag: Option<TagId>,
    sends: bool,
    everyone: bool,
    app_secret: Option<AppSecret>,
    renews_tokens: bool,
    time: Option<Arc<dyn Time>>,
    reports: Option<Arc<dyn Reports>>,
}

impl Environment {
    /// `run` makes keys and names: another number for each run against the same server, such as the
    /// time in seconds, as the platform remembers a key for 24 hours.
    pub fn new(run: u64) -> Self {
        Self {
            run,
            names: AtomicU32::new(0),
            followers: Vec::new(),
            tag: None,
            sends: false,
            everyone: false,
            app_secret: None,
            renews_tokens: false,
            time: None,
            reports: None,
        }
    }

    /// Two followers or more. They are tagged for a moment, and sent to where that is allowed; only
    /// the first ten are used.
    #[must_use]
    pub fn with_followers(mut self, mut followers: Vec<OpenId>) -> Self {
        followers.truncate(10);
        self.followers = followers;
        self
    }

    /// A tag to send to.
    #[must_use]
    pub fn with_tag(mut self, tag: TagId) -> Self {
        self.tag = Some(tag);
        self
    }

    /// The account's secret, for checks of the token calls.
    #[must_use]
    pub fn with_app_secret(mut self, app_secret: AppSecret) -> Self {
        self.app_secret = Some(app_secret);
        self
    }

    /// A way to let time pass for the server.
    #[must_use]
    pub fn with_time(mut self, time: impl Time) -> Self {
        self.time = Some(Arc::new(time));
        self
    }

    /// Where the reports of jobs arrive.
    #[must_use]
    pub fn with_reports(mut self, reports: impl Reports) -> Self {
        self.reports = Some(Arc::new(reports));
        self
    }

    /// Allows calls that send to the named followers and to the tag. Without it neither send, sendall,
    /// preview nor delete is called at all.
    #[must_use]
    pub fn may_send(mut self) -> Self {
        self.sends = true;
        self
    }

    /// Allows to send to **all** followers, besides [`may_send`](Self::may_send).
    #[must_use]
    pub fn may_send_to_everyone(mut self) -> Self {
        self.everyone = true;
        self
    }

    /// Allows to fetch new tokens in the ways that end the life of those in use: other programs of the
    /// account that hold one must fetch theirs anew.
    #[must_use]
    pub fn may_renew_tokens(mut self) -> Self {
        self.renews_tokens = true;
        self
    }

    /// A name that no other check has, and no other run.
    pub(super) fn name(&self) -> String {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        format!("contract-{:x}-{number}", self.run)
    }

    pub(super) fn key(&self) -> Result<ClientMsgId, Unheld> {
        ClientMsgId::new(self.name()).map_err(|e| skipped(format!("no key: {e}")))
    }

    /// Followers to look at and to tag.
    pub(super) fn followers(&self) -> Result<&[OpenId], Unheld> {
        match self.followers.as_slice() {
            [_, _, ..] => Ok(&self.followers),
            _ => Err(skipped("it needs two followers")),
        }
    }

    /// Stops what calls a sending call without the right to.
    pub(super) fn sending(&self) -> Result<(), Unheld> {
        if self.sends { Ok(()) } else { Err(skipped("it may not send")) }
    }

    /// Followers to send to.
    pub(super) fn recipients(&self) -> Result<Recipients, Unheld> {
        self.sending()?;
        let followers = self.followers()?.to_vec();
        Recipients::new(followers).map_err(|e| skipped(e.to_string()))
    }

    /// A follower to send to.
    pub(super) fn recipient(&self) -> Result<OpenId, Unheld> {
        self.sending()?;
        self.followers()?.first().cloned().ok_or_else(|| skipped("it needs two followers"))
    }

    /// The tag to send to.
    pub(super) fn tagged(&self) -> Result<Filter, Unheld> {
        self.sending()?;
        self.tag.map(Filter::Tag).ok_or_else(|| skipped("it needs a tag to send to"))
    }

    /// All followers.
    pub(super) fn everyone(&self) -> Result<Filter, Unheld> {
        self.sending()?;
        if self.everyone {
            Ok(Filter::Everyone)
        } else {
            Err(skipped("it may not send to everyone"))
        }
    }

    pub(super) fn app_secret(&self) -> Result<AppSecret, Unheld> {
        self.app_secret.clone().ok_or_else(|| skipped("it needs the AppSecret"))
    }

    pub(super) fn renewing_tokens(&self) -> Result<(), Unheld> {
        let why = "it may not renew tokens that others may be using";
        if self.renews_tokens { Ok(()) } else { Err(skipped(why)) }
    }

    /// Stops what would wait in vain, before it does anything.
    pub(super) fn can_pass(&self, by: Duration) -> Result<(), Unheld> {
        self.time(by).map(|_| ())
    }

    /// Lets time pass.
    pub(super) async fn pass(&self, by: Duration) -> Result<(), Unheld> {
        self.time(by)?.pass(by).await.map_err(skipped)
    }

    fn time(&self, by: Duration) -> Result<&dyn Time, Unheld> {
        let time =
            self.time.as_deref().ok_or_else(|| skipped("it needs a way to let time pass"))?;
        time.refuses(by).map_or(Ok(time), |why| Err(skipped(why)))
    }

    /// Where reports arrive.
    pub(super) fn reports(&self) -> Result<&dyn Reports, Unheld> {
        self.reports.as_deref().ok_or_else(|| skipped("it needs the reports of jobs"))
    }
}
