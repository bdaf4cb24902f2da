//! What every store promises, as functions that check it: for the stores of this crate, and for
//! one of your own.
//!
//! ```
//! # use wechat_mass::journal::{MemoryStore, Store, conformance};
//! # #[derive(Clone)] struct Memory(MemoryStore);
//! impl conformance::Place for Memory {
//!     fn open(&self) -> Result<Box<dyn Store>, wechat_mass::journal::JournalError> {
//!         Ok(Box::new(self.0.clone()))
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! for promise in conformance::PROMISES {
//!     let place = Memory(MemoryStore::new());
//!     assert_eq!(promise.check(&place).await, Ok(()), "{}", promise.name());
//! }
//! # }
//! ```

mod budgets;
mod promises;
mod refusals;
mod stops;
mod workers;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;

use super::{JournalError, Store};

/// Where a store keeps its records: empty at first.
#[async_trait]
pub trait Place: Sync {
    /// Opens the store that is kept here, each time anew as another process would.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be opened.
    fn open(&self) -> Result<Box<dyn Store>, JournalError>;

    /// Lets the store's clock go on, for [`WORKERS`]: it stands at [`BEGINNING`] first.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    async fn pass(&self, span: Duration) -> Result<(), String> {
        Err(format!("this place's clock cannot be moved by {span:?}"))
    }
}

/// When the promises begin, in seconds since 1970: 2026-03-31 23:59:00 in Beijing, a minute before a day
/// and a month end.
pub const BEGINNING: u64 = 1_774_972_740;

/// One promise of a store.
#[derive(Clone, Copy)]
pub struct Promise {
    name: &'static str,
    check: for<'a> fn(&'a dyn Place) -> Checked<'a>,
}

type Checked<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + 'a>>;

impl std::fmt::Debug for Promise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Promise").field(&self.name).finish()
    }
}

impl Promise {
    /// The promise in words.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Checks it in an empty place.
    ///
    /// # Errors
    ///
    /// What was found instead.
    pub async fn check(&self, place: &dyn Place) -> Result<(), String> {
        (self.check)(place).await
    }
}

/// Those of a store that several workers share, by [`Store::join`].
pub const WORKERS: &[Promise] = &[
    Promise {
        name: "several take part in a campaign, or one has it for himself",
        check: |place| Box::pin(workers::several_take_part(place)),
    },
    Promise {
        name: "a worker who is alone chooses a part of a list anew as long as no call was begun, others do not",
        check: |place| Box::pin(workers::choices_change_alone(place)),
    },
    Promise {
        name: "a part of the work is held by one worker, until its lease ends",
        check: |place| Box::pin(workers::parts_are_held_by_one(place)),
    },
    Promise {
        name: "a call is claimed by one worker, who knows all that was recorded of it",
        check: |place| Box::pin(workers::calls_are_claimed_by_one(place)),
    },
    Promise {
        name: "a worker whose lease has ended records nothing, and his call is given up",
        check: |place| Box::pin(workers::late_workers_record_nothing(place)),
    },
    Promise {
        name: "what may stop a campaign is read before the next call is claimed",
        check: |place| Box::pin(workers::brakes_are_read_first(place)),
    },
    Promise {
        name: "what may stop a campaign, or let it go on, is recorded by whoever has read all of that before",
        check: |place| Box::pin(workers::brakes_have_one_order(place)),
    },
    Promise {
        name: "budgets are the account's, whoever draws on them",
        check: |place| Box::pin(workers::budgets_are_the_accounts(place)),
    },
    Promise {
        name: "who comes later reads all, and takes over what was left",
        check: |place| Box::pin(workers::who_comes_later_reads_all(place)),
    },
];

/// Those of every store.
pub const PROMISES: &[Promise] = &[
    Promise {
        name: "what was recorded is read again by another process, in its order",
        check: |place| Box::pin(promises::records_survive(place)),
    },
    Promise {
        name: "a campaign is taken up by one process at a time",
        check: |place| Box::pin(refusals::one_holder(place)),
    },
    Promise {
        name: "the same plan is taken up again, another one under its name is refused",
        check: |place| Box::pin(refusals::plans_are_frozen(place)),
    },
    Promise {
        name: "a call's recipients are read as they were frozen",
        check: |place| Box::pin(promises::recipients_are_frozen(place)),
    },
    Promise {
        name: "a plan of which nothing was sent may be changed",
        check: |place| Box::pin(promises::unsent_plans_change(place)),
    },
    Promise {
        name: "a part of a list is chosen anew as long as no call was begun, and then stays",
        check: |place| Box::pin(promises::choices_change(place)),
    },
    Promise {
        name: "a call is claimed within its budgets, across campaigns and processes",
        check: |place| Box::pin(budgets::budgets_hold(place)),
    },
    Promise {
        name: "sends of the website draw on their month as they were stated last",
        check: |place| Box::pin(budgets::website_sends_are_stated(place)),
    },
    Promise {
        name: "days and months are Beijing's",
        check: |place| Box::pin(budgets::windows_are_beijing(place)),
    },
    Promise {
        name: "a claim that must wait records nothing",
        check: |place| Box::pin(budgets::waiting_records_nothing(place)),
    },
    Promise {
        name: "a call that was not made is no send any more, and an attempt still",
        check: |place| Box::pin(budgets::spends_are_rebooked(place)),
    },
    Promise {
        name: "a campaign goes on at the server where it began",
        check: |place| Box::pin(refusals::one_server(place)),
    },
    Promise {
        name: "a campaign is not sent by another plan than was frozen",
        check: |place| Box::pin(refusals::one_plan(place)),
    },
    Promise {
        name: "nothing is claimed while the clock is set back",
        check: |place| Box::pin(refusals::clock_set_back(place)),
    },
    Promise {
        name: "a fact of a campaign that is not there is refused",
        check: |place| Box::pin(refusals::facts_have_a_campaign(place)),
    },
    Promise {
        name: "a job belongs to one call of an account",
        check: |place| Box::pin(promises::jobs_have_one_owner(place)),
    },
    Promise {
        name: "an open call of the same content is found, whatever campaign it is of",
        check: |place| Box::pin(promises::open_calls_are_found(place)),
    },
    Promise {
        name: "a stopped campaign is claimed by nobody until somebody says go on",
        check: |place| Box::pin(stops::stops_hold(place)),
    },
    Promise {
        name: "a stop outlives a plan that is changed before its first call",
        check: |place| Box::pin(stops::stops_outlive_plans(place)),
    },
    Promise {
        name: "what others kept is news to a campaign, as it is to whoever asks the store",
        check: |place| Box::pin(stops::reports_are_news(place)),
    },
    Promise {
        name: "reports are kept, known job or not, once each and in their order",
        check: |place| Box::pin(promises::reports_are_kept(place)),
    },
    Promise {
        name: "the calls of a frozen plan are read without it",
        check: |place| Box::pin(promises::calls_are_kept(place)),
    },
    Promise {
        name: "a fact is noted of a campaign that another process holds, and of none that is not there",
        check: |place| Box::pin(promises::facts_are_noted(place)),
    },
    Promise {
        name: "accounts do not see each other",
        check: |place| Box::pin(promises::accounts_are_apart(place)),
    },
];
