//! Several programs share a campaign by a PostgreSQL server; each is killed or frozen at random moments, and
//! the server goes away once.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::campaign::Campaign;
use super::options::{Dice, Options};
use super::program::{Ended, Moment, Programs, Worker};
use super::tally::Tally;
use super::{KILLS_OF_ONE, inboxes, platform};
use crate::run;
use crate::services::{self, Postgres};

/// Blows that one campaign takes from all its workers before they may come to their end.
const BLOWS_EACH: u32 = KILLS_OF_ONE / 2;

/// Lines that a worker says, about: the calls of a campaign are shared.
const LINES: u64 = 8;

/// Kills workers as often as wanted.
pub(super) fn crash(
    options: &Options,
    programs: &Programs,
    mock: &Path,
    root: &Path,
    tally: &mut Tally,
) -> Result<(), String> {
    let workers = options.workers.unwrap_or(1);
    let mut dice = options.dice();
    services::with_postgres(|postgres| {
        let address = postgres.url("disable");
        let journal = address.as_str();
        while tally.kills() < options.kills {
            let campaign = Campaign::write(root, tally.campaigns)?;
            let mock = platform(mock, &campaign)?;
            let before = tally.kills();
            let shared = Mutex::new((&mut *tally, workers * BLOWS_EACH));
            let outage = Outage::draw(&mut dice);
            std::thread::scope(|scope| {
                let away = scope.spawn(|| outage.befall(postgres));
                let all: Vec<_> = (0..workers)
                    .map(|number| {
                        let worker = Worker { number, journal };
                        let (campaign, base_url, shared) = (&campaign, &mock.base_url, &shared);
                        scope.spawn(move || {
                            work(options, programs, campaign, base_url, worker, shared)
                        })
                    })
                    .collect();
                let died = |_| Err("a thread died".to_owned());
                let worked =
                    all.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(died));
                away.join().unwrap_or_else(died).and(worked)
            })?;
            tally.outages += 1;
            let found = inboxes::ask(&mock.base_url)?;
            println!("{}: {} kills, {found}", campaign.name(), tally.kills() - before);
            tally.add(&found);
        }
        Ok(())
    })
}

/// When the database goes away, and for how long.
struct Outage {
    after: Duration,
    span: Duration,
}

impl Outage {
    fn draw(dice: &mut Dice) -> Self {
        let millis = |dice: &mut Dice, most| Duration::from_millis(dice.below(most));
        Self { after: millis(dice, 8000), span: millis(dice, 4000) }
    }

    fn befall(&self, postgres: &mut Postgres) -> Result<(), String> {
        run::rest(self.after);
        postgres.be_away(self.span)
    }
}

/// One worker: begun again after each kill, until the campaign has ended and no blow is left.
fn work(
    options: &Options,
    programs: &Programs,
    campaign: &Campaign,
    base_url: &str,
    worker: Worker<'_>,
    shared: &Mutex<(&mut Tally, u32)>,
) -> Result<(), String> {
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let mut dice = options.dice_of(lock().0.campaigns, worker.number);
    loop {
        let moment = {
            let (tally, blows) = &mut *lock();
            let strikes = *blows > 0 && tally.kills() < options.kills;
            *blows -= u32::from(strikes);
            strikes.then(|| Moment::draw_any(&mut dice, LINES))
        };
        match programs.send(campaign, base_url, Some(worker), moment)? {
            Ended::Killed { phase } => lock().0.killed(phase),
            Ended::NotBegun => run::rest(Duration::from_millis(300)),
            Ended::ByItself { frozen, .. } => {
                if let Some(phase) = frozen {
                    lock().0.frozen(phase);
                }
                return Ok(());
            }
        }
    }
}
