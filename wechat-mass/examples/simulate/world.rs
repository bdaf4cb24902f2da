//! What happens to be there: the mock, the clock, and what really became of every call.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use wechat_mass::campaign::Plan;
use wechat_mass::journal::{Entry, MemoryStore, SqliteStore, Store};
use wechat_mock::{ManualClock, MockServer};
use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::{JobStatus, MassReport};

use crate::cast::{APP_ID, TAG};
use crate::dice::Dice;
use crate::scene::Scene;

/// One seed's world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) scene: Scene,
    pub(crate) mock: MockServer,
    pub(crate) clock: ManualClock,
    memory: MemoryStore,
    database: Option<tempfile::TempDir>,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) dice: Dice,
    /// Things still go wrong.
    pub(crate) chaos: bool,
    /// Which call each job was made by: noted when the mock took it.
    pub(crate) jobs: BTreeMap<MsgId, CallOf>,
    /// The request that is being carried.
    caller: Option<Caller>,
    /// Requests of the mock that were looked at.
    seen: u64,
    /// When each process' last call was claimed, and as the how manieth thing.
    claimed: BTreeMap<Id, (SystemTime, u64)>,
    /// Campaigns that a human stopped, or of which a job is known to have failed, and nobody has said
    /// go on since: as the how manieth thing.
    braked: BTreeMap<usize, u64>,
    things: u64,
    /// How jobs that failed ended, as far as that was recorded.
    ends: BTreeMap<MsgId, JobStatus>,
    /// A request went out later than it was claimed: the platform's count is another one then.
    lagged: bool,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) violations: Vec<String>,
    /// What happened, line by line, when somebody wants to read it.
    story: Option<Vec<String>>,
}

/// A process: the campaign that it drives, and its place on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) campaign: usize,
    pub(crate) place: usize,
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "campaign {} at {}", self.campaign, self.place)
    }
}

/// A call of a campaign of this seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallOf {
    pub(crate) campaign: usize,
    pub(crate) chunk: usize,
}

#[derive(Debug)]
struct Caller {
    campaign: usize,
    body: Bytes,
    disturbed: bool,
}

impl State {
    /// What a human sees of a call on the platform's pages.
    pub(crate) fn last_job(&self, of: CallOf) -> Option<MsgId> {
        self.jobs.iter().filter(|(_, call)| **call == of).map(|(job, _)| *job).max()
    }
}

/// A request that left in time arrives within this.
const ON_ITS_WAY: Duration = Duration::from_secs(120);

impl World {
    pub(crate) fn new(seed: u64, scene: Scene, dice: Dice, told: bool) -> Result<Self, String> {
        let clock = ManualClock::new(ManualClock::default_start());
        let settings = scene.settings.clone();
        let mock = MockServer::builder()
            .seed(seed)
            .app_id(AppId::new(APP_ID).map_err(|error| error.to_string())?)
            .manual_clock(clock.clone())
            .settings(|rules| *rules = settings)
            .build();
        mock.add_tag(TAG, "tea");
        for campaign in &scene.campaigns {
            for open_id in campaign.followers.iter().flatten().flatten() {
                mock.add_follower(open_id.clone());
                if campaign.tag {
                    mock.tag_follower(open_id, TAG);
                }
            }
        }
        // Somebody whom only a send to everyone reaches.
        mock.add_followers(1);
        let database = if scene.database { Some(folder()?) } else { None };
        let state = State {
            dice,
            chaos: true,
            jobs: BTreeMap::new(),
            caller: None,
            seen: 0,
            claimed: BTreeMap::new(),
            braked: BTreeMap::new(),
            things: 0,
            ends: BTreeMap::new(),
            lagged: false,
            counts: BTreeMap::new(),
            violations: Vec::new(),
            story: told.then(Vec::new),
        };
        let memory = MemoryStore::with_clock(Arc::new(clock.clone()));
        Ok(Self { scene, mock, clock, memory, database, state: Mutex::new(state) })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn plan(&self, campaign: usize) -> Result<&Plan, String> {
        let found = self.scene.campaigns.get(campaign).map(|campaign| &campaign.plan);
        found.ok_or_else(|| "no such campaign".to_owned())
    }

    /// The store as a process that starts opens it.
    pub(crate) fn store(&self) -> Result<Box<dyn Store>, String> {
        match &self.database {
            None => Ok(Box::new(self.memory.clone())),
            Some(folder) => {
                let file: PathBuf = folder.path().join("journal.db");
                let store = SqliteStore::open(&file).map_err(|error| error.to_string())?;
                Ok(Box::new(store))
            }
        }
    }

    /// A line of the story; made only when it is told.
    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        let now = self.clock.now();
        if let Some(story) = &mut self.state().story {
            let since = now.duration_since(ManualClock::default_start()).unwrap_or_default();
            let seconds = since.as_secs();
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            story.push(format!("{hours:3}:{minutes:02}:{:02}  {}", seconds % 60, line()));
        }
    }

    pub(crate) fn story(&self) -> Vec<String> {
        self.state().story.take().unwrap_or_default()
    }

    pub(crate) fn count(&self, what: &'static str) {
        *self.state().counts.entry(what).or_default() += 1;
    }

    pub(crate) fn violated(&self, what: impl Into<String>) {
        let what = what.into();
        self.tell(|| format!("VIOLATED: {what}"));
        self.state().violations.push(what);
    }

    pub(crate) fn claimed(&self, id: Id, at: SystemTime) {
        let mut state = self.state();
        state.things += 1;
        let claimed = (at, state.things);
        state.claimed.insert(id, claimed);
    }

    /// A human stops a campaign, from a process of his own.
    pub(crate) fn stop(&self, campaign: usize) -> Result<(), String> {
        let (store, plan) = (self.store()?, self.plan(campaign)?);
        let stopped = store.stop(plan.account(), plan.name(), self.clock.now());
        if now_or_never(stopped).ok_or("a stop waits")?.map_err(|error| error.to_string())? {
            self.tell(|| format!("a human stops campaign {campaign}"));
            self.count("stops");
            self.brake(campaign);
        }
        Ok(())
    }

    /// Another program is told of a job's end, and keeps that.
    pub(crate) fn keep(&self, report: &MassReport) -> Result<(), String> {
        let store = self.store()?;
        let account = AppId::new(APP_ID).map_err(|error| error.to_string())?;
        let kept = store.keep_report(&account, report, self.clock.now());
        now_or_never(kept).ok_or("to keep a report waits")?.map_err(|error| error.to_string())?;
        self.tell(|| format!("another program keeps the end of job {}", report.msg_id));
        self.count("reports kept by others");
        Ok(())
    }

    /// What was recorded keeps the next call back, or lets it go.
    pub(crate) fn brakes(&self, campaign: usize, entry: &Entry) {
        match entry {
            Entry::GoOn { .. } => {
                self.state().braked.remove(&campaign);
            }
            Entry::Report { report, .. } if report.status != JobStatus::Success => {
                let of = self.state().jobs.get(&report.msg_id).copied();
                if of.is_some_and(|of| of.campaign == campaign) && report.is_final() {
                    let known = self.state().ends.insert(report.msg_id, report.status.clone());
                    // Its counters may come later; the human has seen how it ended.
                    if known.as_ref() != Some(&report.status) {
                        self.brake(campaign);
                    }
                }
            }
            _ => {}
        }
    }

    fn brake(&self, campaign: usize) {
        let mut state = self.state();
        state.things += 1;
        let thing = state.things;
        state.braked.insert(campaign, thing);
    }

    /// A process is about to hand a request over; nobody else runs until it is with the mock.
    pub(crate) fn carries(&self, id: Id, path: &str, body: Bytes, disturbed: bool) {
        let (now, campaign) = (self.clock.now(), id.campaign);
        let mut state = self.state();
        let claimed = state.claimed.get(&id).copied();
        if is_send(path) && claimed.map(|(at, _)| at) != Some(now) {
            state.lagged = true;
        }
        let braked = state.braked.get(&campaign).copied();
        let against = braked.zip(claimed).is_some_and(|(braked, (_, claimed))| claimed > braked);
        if is_send(path) && against {
            state.violations.push(format!("campaign {campaign} made a call against its brake"));
        }
        state.caller = Some(Caller { campaign, body, disturbed });
    }

    /// Looks what became of the request that was carried, if one was: by the mock alone.
    pub(crate) fn look(&self) {
        let Some(caller) = self.state().caller.take() else { return };
        let seen = self.state().seen;
        for request in self.mock.received_after(seen) {
            let path = request.path.clone();
            let code = request.answer.errcode;
            self.tell(|| format!("    the mock: {path} -> {code:?} {:?}", request.answer.fault));
            self.count("requests");
            let mut state = self.state();
            state.seen = request.number;
            let over = matches!(code, Some(45009 | 45011));
            if over && !caller.disturbed && !state.lagged {
                drop(state);
                self.violated(format!("a quota was exceeded: {path} was answered {code:?}"));
            } else if is_send(&path) {
                *state.counts.entry("sends").or_default() += 1;
                if code == Some(45065) && !caller.disturbed {
                    *state.counts.entry("answered 45065").or_default() += 1;
                }
            }
        }
        let new: Vec<MsgId> = {
            let state = self.state();
            let jobs = self.mock.jobs().into_iter().map(|job| job.msg_id);
            jobs.filter(|job| !state.jobs.contains_key(job)).collect()
        };
        for job in new {
            let of = CallOf { campaign: caller.campaign, chunk: self.chunk_of(&caller) };
            self.tell(|| format!("    job {job} of call {} begins", of.chunk + 1));
            self.count("jobs");
            if self.scene.ends(ON_ITS_WAY).is_some_and(|end| self.clock.now() > end) {
                self.violated(format!("job {job} began after its offer had ended"));
            }
            self.state().jobs.insert(job, of);
        }
    }

    /// The call that a request is: the one whose first recipient it names.
    fn chunk_of(&self, caller: &Caller) -> usize {
        let Ok(plan) = self.plan(caller.campaign) else { return 0 };
        let names = |chunk: &&wechat_mass::campaign::Chunk| {
            plan.open_ids(chunk).unwrap_or_default().first().is_some_and(|first| {
                let first = format!("[\"{}\"", first.as_str());
                caller.body.windows(first.len()).any(|part| part == first.as_bytes())
            })
        };
        let chunks = plan.chunks();
        chunks.iter().position(|chunk| names(&chunk)).unwrap_or_default()
    }
}

/// What a store's future came to; it waits for nobody.
fn now_or_never<T>(work: impl Future<Output = T>) -> Option<T> {
    match std::pin::pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

pub(crate) fn is_send(path: &str) -> bool {
    path.ends_with("/mass/send") || path.ends_with("/mass/sendall")
}

/// In memory where the system has such a place: a disk's flushes take most of the time.
fn folder() -> Result<tempfile::TempDir, String> {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.map_err(|error| format!("no temporary folder: {error}"))
}
