//! What happens to be there: the mock, the clock, and what really became of every call.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use wechat_mass::campaign::Plan;
use wechat_mass::journal::{MemoryStore, SqliteStore, Store};
use wechat_mock::{ManualClock, MockServer};
use wechat_types::id::{AppId, MsgId};

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
    /// When each campaign's last call was claimed.
    claimed: BTreeMap<usize, SystemTime>,
    /// A request went out later than it was claimed: the platform's count is another one then.
    lagged: bool,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) violations: Vec<String>,
    /// What happened, line by line, when somebody wants to read it.
    story: Option<Vec<String>>,
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
            lagged: false,
            counts: BTreeMap::new(),
            violations: Vec::new(),
            story: told.then(Vec::new),
        };
        let memory = MemoryStore::new();
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

    pub(crate) fn claimed(&self, campaign: usize, at: SystemTime) {
        self.state().claimed.insert(campaign, at);
    }

    /// A process is about to hand a request over; nobody else runs until it is with the mock.
    pub(crate) fn carries(&self, campaign: usize, path: &str, body: Bytes, disturbed: bool) {
        let now = self.clock.now();
        let mut state = self.state();
        if is_send(path) && state.claimed.get(&campaign) != Some(&now) {
            state.lagged = true;
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
            self.state().jobs.insert(job, of);
        }
    }

    /// The call that a request is: the one whose first recipient it names.
    fn chunk_of(&self, caller: &Caller) -> usize {
        let Ok(plan) = self.plan(caller.campaign) else { return 0 };
        let names = |chunk: &&wechat_mass::campaign::Chunk| {
            plan.open_ids(chunk).first().is_some_and(|first| {
                let first = format!("[\"{}\"", first.as_str());
                caller.body.windows(first.len()).any(|part| part == first.as_bytes())
            })
        };
        let chunks = plan.chunks();
        chunks.iter().position(|chunk| names(&chunk)).unwrap_or_default()
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
