//! A campaign's run: driven to its end, also past a database that was away for a while.

use std::time::Duration;

use wechat_http::{Client, Clock as _, SystemClock, describe};
use wechat_mass::campaign::{Driver, DriverError, Event, Inbox, Plan, Policy};
use wechat_mass::journal::{Entry, Journal, JournalError, JournalErrorKind, Store};

use super::output::Output;
use super::result_text::End;
use crate::exit::Exit;
use crate::interrupt::unless_interrupted;

/// How often a database is tried that cannot be reached.
const AGAIN: Duration = Duration::from_secs(2);

/// What is driven, and where that is shown.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) client: &'a Client,
    pub(super) plan: &'a Plan,
    pub(super) policy: Policy,
    pub(super) output: &'a Output,
}

enum Driven {
    Over(Exit),
    /// The journal cannot be reached; nothing is sent until it can.
    Unreachable {
        problem: String,
        /// Whether this worker took part before.
        joined: bool,
    },
}

/// What this process is called among several.
pub(super) fn worker() -> String {
    let read = || std::fs::read_to_string("/etc/hostname").ok();
    let machine = std::env::var("HOSTNAME").ok().or_else(read).unwrap_or_default();
    let machine = if machine.trim().is_empty() { "worker" } else { machine.trim() };
    format!("{machine}-{}", std::process::id())
}

impl Run<'_> {
    /// Runs it with a record that ends with the process.
    pub(super) async fn once(&self, journal: &mut dyn Journal, inbox: &mut dyn Inbox) -> Exit {
        match self.drive(journal, inbox, (false, false)).await {
            Driven::Over(exit) => exit,
            Driven::Unreachable { .. } => Exit::Undecided,
        }
    }

    /// Runs it; where the journal is away meanwhile, it is waited for and the campaign taken up again.
    pub(super) async fn to_the_end(
        self,
        store: &dyn Store,
        worker: &str,
        mut journal: Box<dyn Journal>,
        inbox: &mut dyn Inbox,
    ) -> Exit {
        let mut again = false;
        loop {
            match self.drive(journal.as_mut(), inbox, (true, again)).await {
                Driven::Over(exit) => return exit,
                Driven::Unreachable { problem, joined } => {
                    self.output.unreachable(&problem);
                    again |= joined;
                }
            }
            drop(journal);
            journal = match unless_interrupted(self.join_again(store, worker)).await {
                Some(Ok(joined)) => joined,
                // Calls were made: that is no refusal any more.
                Some(Err(error)) => {
                    self.output.stopped(&describe(&error));
                    return Exit::Undecided;
                }
                None => {
                    self.output.interrupted(true);
                    return Exit::Interrupted;
                }
            };
        }
    }

    async fn join_again(
        &self,
        store: &dyn Store,
        worker: &str,
    ) -> Result<Box<dyn Journal>, JournalError> {
        let clock = SystemClock::new();
        loop {
            clock.sleep_until(clock.now() + AGAIN).await;
            match store.join(self.plan, worker, clock.now()).await {
                Err(error) if error.kind() == JournalErrorKind::Unreachable => {}
                joined => return joined,
            }
        }
    }

    async fn drive(
        &self,
        journal: &mut dyn Journal,
        inbox: &mut dyn Inbox,
        (durable, again): (bool, bool),
    ) -> Driven {
        let Self { client, plan, policy, output } = *self;
        let driver = Driver::new(client, plan).with_policy(policy);
        let driver = if again { driver.again() } else { driver };
        let mut progress = output.progress(plan);
        let mut joined = false;
        let mut observe = |event: Event<'_>| {
            joined |= matches!(event, Event::Recorded(Entry::Joined { .. }));
            progress.show(&event);
        };
        let ended = unless_interrupted(driver.run(journal, inbox, &mut observe)).await;
        let made = progress.finish();
        Driven::Over(match ended {
            None => {
                output.interrupted(durable);
                Exit::Interrupted
            }
            Some(Ok(report)) => {
                let exit = Exit::from(report.conclusion());
                output.result(plan, &report, &End { exit, made, stopped: None });
                exit
            }
            Some(Err(DriverError::Journal { source, .. }))
                if source.kind() == JournalErrorKind::Unreachable =>
            {
                return Driven::Unreachable { problem: describe(&source), joined };
            }
            Some(Err(DriverError::Journal { source, report, .. })) => {
                // What was sent before the journal failed is recorded, or open and keyed.
                let exit = match Exit::from(report.conclusion()) {
                    Exit::Refused => Exit::Refused,
                    _ => Exit::Undecided,
                };
                let stopped = describe(&source);
                output.result(plan, &report, &End { exit, made, stopped: Some(&stopped) });
                exit
            }
            Some(Err(error)) => {
                output.refused(&[describe(&error)], None);
                Exit::Refused
            }
        })
    }
}
