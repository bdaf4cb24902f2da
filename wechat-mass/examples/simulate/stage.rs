//! Plays one seed: whose turn it is, who dies, how long the machine sleeps.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use wechat_mass::campaign::CampaignReport;

use crate::cast::Cast;
use crate::dice::Dice;
use crate::gate::{Gate, Waits};
use crate::judge;
use crate::mail::{has_ended, report_of};
use crate::process::{self, End};
use crate::scene::{HOUR, MINUTE, Scene};
use crate::world::{Id, World};

/// Turns before the disturbances end, and turns after which something goes round in circles.
const DISTURBED: u64 = 3_000;
const ENDLESS: u64 = 200_000;
/// Runs of a campaign that must be enough when nothing goes wrong any more.
const RUNS: u32 = 6;

/// What became of a seed.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) violations: Vec<String>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) story: Vec<String>,
}

/// A program that was started, will be, or has done its work.
struct Process {
    campaign: usize,
    gate: Gate,
    state: State,
    runs: u32,
    /// Its machine alone stands still until then.
    stalled: Option<SystemTime>,
}

enum State {
    StartsAt(SystemTime),
    Lives(Pin<Box<dyn Future<Output = End>>>),
    Over,
}

/// Plays a seed from its beginning to its end.
pub(crate) fn play(seed: u64, cast: &Cast, told: bool) -> Result<Played, String> {
    let mut dice = Dice::new(seed);
    let scene = Scene::draw(&mut dice, cast);
    let world = Arc::new(World::new(seed, scene, dice, told)?);
    introduce(&world);
    let mut stage = Stage::new(&world);
    stage.act(DISTURBED);
    stage.curtain();
    let reports = stage.reports;
    judge::everybody_has_it(&world, &reports);
    let story = world.story();
    let mut state = world.state();
    Ok(Played {
        violations: std::mem::take(&mut state.violations),
        counts: std::mem::take(&mut state.counts),
        story,
    })
}

fn introduce(world: &World) {
    for (number, campaign) in world.scene.campaigns.iter().enumerate() {
        world.tell(|| {
            let plan = &campaign.plan;
            format!("campaign {number}: {} call(s), {:?}", plan.chunks().len(), plan.name())
        });
    }
    let scene = &world.scene;
    world.tell(|| {
        format!(
            "{:?}, {:?}, {:?}, known content refused {}, too fast for {:?}, callbacks {}, database {}, workers {}",
            scene.settings.key_check,
            scene.settings.draft_consumed,
            scene.settings.progress,
            scene.settings.known_content_refused,
            scene.settings.repeat_too_fast,
            scene.callbacks,
            scene.database,
            scene.workers,
        )
    });
}

struct Stage<'w> {
    world: &'w Arc<World>,
    processes: Vec<Process>,
    kills: u64,
    stalls: u64,
    stops: u64,
    /// The last word of each campaign.
    reports: BTreeMap<usize, CampaignReport>,
}

impl<'w> Stage<'w> {
    fn new(world: &'w Arc<World>) -> Self {
        let mut stage = Self {
            world,
            processes: Vec::new(),
            kills: world.scene.kills,
            stalls: world.scene.stalls,
            stops: world.scene.stops,
            reports: BTreeMap::new(),
        };
        let start = world.clock.now();
        for campaign in 0..world.scene.campaigns.len() {
            let later = world.state().dice.time(Duration::ZERO, 5 * MINUTE);
            stage.add(campaign, start + later);
            let others = world.scene.workers.saturating_sub(1);
            for _ in 0..others.max(u64::from(world.scene.twice)) {
                let later = world.state().dice.time(Duration::ZERO, 5 * MINUTE);
                stage.add(campaign, start + later);
            }
        }
        stage
    }

    fn add(&mut self, campaign: usize, at: SystemTime) {
        let state = State::StartsAt(at);
        self.processes.push(Process {
            campaign,
            gate: Gate::default(),
            state,
            runs: 0,
            stalled: None,
        });
    }

    /// Gives turns until all is over, or so many were given. False: it was not over.
    fn act(&mut self, turns: u64) -> bool {
        for _ in 0..turns {
            self.start();
            let now = self.world.clock.now();
            for process in &mut self.processes {
                process.stalled = process.stalled.filter(|until| *until > now);
            }
            let ready: Vec<usize> = self.lives(|process| match process.gate.waits() {
                _ if process.stalled.is_some() => false,
                Waits::Turn => true,
                Waits::Until(at) => at <= now,
                Waits::Answer => self.world.clock.next_wake().is_none(),
            });
            let Some(place) = self.world.state().dice.pick(&ready) else {
                match self.next_moment() {
                    Some(at) => self.world.clock.advance_to(at),
                    None => return true,
                }
                // Whoever waited for an answer has it now.
                for place in self.lives(|process| {
                    process.gate.waits() == Waits::Answer && process.stalled.is_none()
                }) {
                    self.turn(place);
                }
                continue;
            };
            if self.strikes() {
                continue;
            }
            self.turn(place);
        }
        false
    }

    /// Nothing goes wrong any more: every campaign comes to its end by itself.
    fn curtain(&mut self) {
        self.world.state().chaos = false;
        self.world.tell(|| "from here on nothing goes wrong any more".to_owned());
        self.processes.clear();
        let now = self.world.clock.now();
        for campaign in 0..self.world.scene.campaigns.len() {
            self.add(campaign, now);
        }
        if !self.act(ENDLESS) {
            let places: Vec<_> = self.processes.iter().map(|p| p.gate.place()).collect();
            self.world.violated(format!("it never ends; the processes are at {places:?}"));
            self.processes.clear();
        }
    }

    /// The living who are so.
    fn lives(&self, is: impl Fn(&Process) -> bool) -> Vec<usize> {
        let all = self.processes.iter().enumerate();
        all.filter(|(_, process)| matches!(process.state, State::Lives(_)) && is(process))
            .map(|(place, _)| place)
            .collect()
    }

    fn start(&mut self) {
        let now = self.world.clock.now();
        for (place, process) in self.processes.iter_mut().enumerate() {
            if matches!(process.state, State::StartsAt(at) if at <= now) {
                process.runs += 1;
                process.gate = Gate::default();
                let (world, gate) = (Arc::clone(self.world), process.gate.clone());
                let id = Id { campaign: process.campaign, place };
                let run = process::run(world, id, gate);
                process.state = State::Lives(Box::pin(run));
                // Polled once, it stands at its first point.
                process.gate.open();
                if let State::Lives(run) = &mut process.state {
                    let _ = run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                }
                self.world.count("runs");
                let runs = process.runs;
                self.world.tell(|| format!("{id}: run {runs} starts"));
            }
        }
    }

    fn next_moment(&self) -> Option<SystemTime> {
        let of_processes = self.processes.iter().filter_map(|process| match &process.state {
            State::StartsAt(at) => Some(*at),
            State::Lives(_) if process.stalled.is_some() => process.stalled,
            State::Lives(_) => match process.gate.waits() {
                Waits::Until(at) => Some(at),
                Waits::Turn | Waits::Answer => None,
            },
            State::Over => None,
        });
        of_processes.chain(self.world.clock.next_wake()).min()
    }

    /// Lets somebody die, or the machine sleep; true when it did.
    fn strikes(&mut self) -> bool {
        let living = self.lives(|_| true);
        let mut state = self.world.state();
        if !state.chaos {
            return false;
        }
        if self.kills > 0 && state.dice.one_in(40) {
            self.kills -= 1;
            let Some(place) = state.dice.pick(&living) else { return false };
            let down = downtime(&mut state.dice);
            drop(state);
            self.kill(place, down);
            return true;
        }
        if self.stalls > 0 && state.dice.one_in(60) {
            self.stalls -= 1;
            let asleep = downtime(&mut state.dice);
            let alone = self.world.scene.workers > 0 && state.dice.one_in(2);
            let place = state.dice.pick(&living).filter(|_| alone);
            drop(state);
            if let Some(place) = place {
                self.stall(place, asleep);
                return true;
            }
            self.world.count("stalls");
            self.world.tell(|| format!("the machine sleeps for {} s", asleep.as_secs()));
            self.world.clock.advance(asleep);
            return true;
        }
        if self.stops > 0 && state.dice.one_in(60) {
            self.stops -= 1;
            let campaigns = self.world.scene.campaigns.len() as u64;
            let campaign = usize::try_from(state.dice.below(campaigns)).unwrap_or_default();
            drop(state);
            self.by_hand(self.world.stop(campaign));
            return true;
        }
        if self.world.scene.callbacks && state.dice.one_in(60) {
            let ended: Vec<_> = self.world.mock.jobs().into_iter().filter(has_ended).collect();
            let place = usize::try_from(state.dice.below(ended.len() as u64)).unwrap_or_default();
            drop(state);
            let Some(job) = ended.get(place) else { return false };
            self.by_hand(self.world.keep(&report_of(job)));
            return true;
        }
        false
    }

    fn by_hand(&self, done: Result<(), String>) {
        if let Err(problem) = done {
            self.world.violated(problem);
        }
    }

    /// One machine stands still, while the others go on.
    fn stall(&mut self, place: usize, asleep: Duration) {
        let until = self.world.clock.now() + asleep;
        let Some(process) = self.processes.get_mut(place) else { return };
        process.stalled = Some(until);
        let (campaign, at) = (process.campaign, process.gate.place());
        self.world.count("stalls of one worker");
        self.world.tell(|| {
            let seconds = asleep.as_secs();
            format!("campaign {campaign} at {place} stands still for {seconds} s, {at}")
        });
    }

    fn kill(&mut self, place: usize, down: Duration) {
        let at = self.world.clock.now() + down;
        let Some(process) = self.processes.get_mut(place) else { return };
        (process.state, process.stalled) = (State::StartsAt(at), None);
        let (campaign, at) = (process.campaign, process.gate.place());
        self.world.count("kills");
        self.world.tell(|| {
            format!("campaign {campaign} is killed {at}, and starts again in {} s", down.as_secs())
        });
        self.world.look();
    }

    fn turn(&mut self, place: usize) {
        let Some(process) = self.processes.get_mut(place) else { return };
        let State::Lives(run) = &mut process.state else { return };
        process.gate.open();
        let polled = run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        self.world.look();
        if let Poll::Ready(end) = polled {
            let campaign = process.campaign;
            self.world.tell(|| format!("campaign {campaign} ended: {end:?}"));
            process.state = State::Over;
            self.ended(place, campaign, end);
        }
    }

    fn ended(&mut self, place: usize, campaign: usize, end: End) {
        let chaos = self.world.state().chaos;
        let again = match end {
            End::Reported(report) => {
                judge::no_doubles(self.world);
                // While others go on, what one worker says may be old.
                let alone = |process: &Process| {
                    process.campaign == campaign && !matches!(process.state, State::Over)
                };
                if self.world.scene.workers == 0 || !self.processes.iter().any(alone) {
                    judge::is_true(self.world, campaign, &report);
                }
                let settled = judge::is_settled(self.world, &report);
                self.reports.insert(campaign, report);
                !settled
            }
            End::NotBegun(problem) | End::Stopped(problem) => {
                if !chaos {
                    self.world.violated(format!("campaign {campaign} failed: {problem}"));
                }
                true
            }
        };
        let later = self.world.state().dice.time(Duration::ZERO, HOUR);
        let at = self.world.clock.now() + later;
        let Some(process) = self.processes.get_mut(place) else { return };
        if !again || !self.world.state().violations.is_empty() {
            return;
        }
        if process.runs < RUNS {
            process.state = State::StartsAt(at);
        } else if !chaos {
            self.world.violated(format!("campaign {campaign} is not settled after {RUNS} runs"));
        }
    }
}

/// How long a process is down or the machine asleep: from nothing to days, often near the hours at
/// which keys are forgotten.
fn downtime(dice: &mut Dice) -> Duration {
    let (from, to) = match dice.below(8) {
        0 | 1 => (Duration::ZERO, MINUTE),
        2 | 3 => (MINUTE, 30 * MINUTE),
        4 => (HOUR, 22 * HOUR),
        5 => (22 * HOUR, 25 * HOUR),
        6 => (24 * HOUR, 30 * HOUR),
        _ => (30 * HOUR, 100 * HOUR),
    };
    dice.time(from, to)
}
