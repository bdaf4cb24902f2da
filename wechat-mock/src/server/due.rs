//! The second door: what happens without a request.

use std::time::SystemTime;

use super::MockServer;
use crate::exchange::{Push, PushOutcome};
use crate::turn::catch_up;
#[cfg(feature = "callbacks")]
use crate::world::account::Account;

/// All of these are about the account that this is a view of.
impl MockServer {
    /// The second door: carries out what is due by `now` and hands out the callbacks to be sent.
    /// Each must be brought back to [`settle`](Self::settle).
    pub fn due(&self, now: SystemTime) -> Vec<Push> {
        let settings = self.settings();
        catch_up(self.account_lock(), &settings, now);
        let mut account = self.account();
        let reports = account.take_reports();
        let ended = account.publications.take_ended();
        #[cfg(feature = "callbacks")]
        {
            let sender = sender(&account);
            // Under both locks: who comes second must not overtake.
            let mut outbox = self.outbox();
            for report in &reports {
                outbox.add(report, &sender, &settings);
            }
            for publication in &ended {
                outbox.add_publication(publication, &sender);
            }
            outbox.due(&sender, &settings, now)
        }
        #[cfg(not(feature = "callbacks"))]
        {
            drop((reports, ended));
            Vec::new()
        }
    }

    /// Takes the outcome of a push. Silence and wrong answers bring the next try, which is due at
    /// once.
    pub fn settle(&self, push: &Push, outcome: &PushOutcome, now: SystemTime) {
        #[cfg(feature = "callbacks")]
        {
            // Before the outbox: locks are taken in one order, else a reset at the same time waits
            // for this call and this call for it.
            let settings = self.settings();
            self.outbox().settle(push, outcome, &settings, now);
        }
        #[cfg(not(feature = "callbacks"))]
        let _ = (push, outcome, now);
        self.changed();
    }

    /// Takes back a push whose delivery was cut short.
    #[cfg(feature = "server")]
    pub(crate) fn put_back(&self, push: &Push) {
        #[cfg(feature = "callbacks")]
        self.outbox().put_back(push);
        #[cfg(not(feature = "callbacks"))]
        let _ = push;
        self.changed();
    }

    /// When [`due`](Self::due) has something to do next; none: not before the next request.
    pub fn next_due(&self) -> Option<SystemTime> {
        let jobs = self.account().next_due();
        #[cfg(feature = "callbacks")]
        let pushes = self.outbox().next_due();
        #[cfg(not(feature = "callbacks"))]
        let pushes = None;
        jobs.into_iter().chain(pushes).min()
    }

    /// Nothing is due by `now`, and no callback is on its way.
    #[cfg(feature = "server")]
    pub(crate) fn is_quiet(&self, now: SystemTime) -> bool {
        let account = self.account();
        let is_due = |at: Option<SystemTime>| at.is_some_and(|at| at <= now);
        if account.is_advancing || is_due(account.next_due()) {
            return false;
        }
        // Under both locks, as what is handed out is: else it could be between them.
        #[cfg(feature = "callbacks")]
        {
            let outbox = self.outbox();
            !outbox.has_one_under_way() && !is_due(outbox.next_due())
        }
        #[cfg(not(feature = "callbacks"))]
        true
    }

    /// Carries out all that is due by `now`: each push goes to `deliver`, its retries too.
    pub fn run_due(&self, now: SystemTime, mut deliver: impl FnMut(&Push) -> PushOutcome) {
        loop {
            let pushes = self.due(now);
            if pushes.is_empty() {
                return;
            }
            for push in pushes {
                let outcome = deliver(&push);
                self.settle(&push, &outcome, now);
            }
        }
    }
}

#[cfg(feature = "callbacks")]
pub(crate) fn sender(account: &Account) -> crate::callbacks::Sender {
    crate::callbacks::Sender {
        app_id: account.app_id.clone(),
        original_id: account.original_id.clone(),
        owner: account.owner.clone(),
    }
}
