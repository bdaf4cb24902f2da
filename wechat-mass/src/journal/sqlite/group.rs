//! Writers that come at the same time share one transaction, and so one flush.
//!
//! Whoever finds nobody at work takes all that waits into his transaction; the others wait for him. One
//! writer alone pays nothing for it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Transaction;

use super::files::failure;
use super::handle::Flush;
use super::{Database, Trouble};
use crate::journal::JournalError;

/// What is to be written.
pub(super) type Work<T> = Box<dyn FnOnce(&Transaction<'_>) -> Result<T, Trouble> + Send>;

/// The writers of a database.
#[derive(Default)]
pub(super) struct Group {
    state: Mutex<State>,
    turn: Condvar,
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Group")
    }
}

#[derive(Default)]
struct State {
    waiting: Vec<Arc<dyn Step>>,
    at_work: bool,
}

/// What one writer brings.
trait Step: Send + Sync {
    /// Writes it; false when it must be undone, the others' work not.
    fn run(&self, transaction: &Transaction<'_>) -> bool;
    /// The transaction could not be made to stand.
    fn failed(&self, error: JournalError);
    fn is_done(&self) -> bool;
    /// The transaction stands.
    fn stands(&self);
    /// When it has to be on the disk.
    fn flush(&self) -> Flush;
}

struct Writer<T> {
    flush: Flush,
    place: Mutex<Place<T>>,
}

enum Place<T> {
    Waits(Work<T>),
    /// Its outcome stands when the transaction does.
    Ran(Result<T, JournalError>),
    Done(Result<T, JournalError>),
    Empty,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: Send> Writer<T> {
    fn take(&self) -> Place<T> {
        std::mem::replace(&mut *lock(&self.place), Place::Empty)
    }
}

impl<T: Send> Step for Writer<T> {
    fn run(&self, transaction: &Transaction<'_>) -> bool {
        let Place::Waits(work) = self.take() else { return false };
        let (place, good) = match work(transaction) {
            Ok(done) => (Place::Ran(Ok(done)), true),
            Err(Trouble::Refused(error)) => (Place::Ran(Err(error)), false),
            Err(Trouble::Sqlite(error)) => {
                let path = transaction.path().unwrap_or_default().to_owned();
                (Place::Ran(Err(failure(path.as_ref(), &error))), false)
            }
        };
        *lock(&self.place) = place;
        good
    }

    fn failed(&self, error: JournalError) {
        *lock(&self.place) = Place::Done(Err(error));
    }

    fn is_done(&self) -> bool {
        matches!(*lock(&self.place), Place::Done(_))
    }

    fn flush(&self) -> Flush {
        self.flush
    }

    fn stands(&self) {
        match self.take() {
            Place::Ran(outcome) => *lock(&self.place) = Place::Done(outcome),
            other => *lock(&self.place) = other,
        }
    }
}

/// Ends a turn, also by a panic: whoever waits must not wait for ever.
struct Turn<'g> {
    group: &'g Group,
    batch: Vec<Arc<dyn Step>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        for step in self.batch.iter().filter(|step| !step.is_done()) {
            step.failed(JournalError::new("the record was given up; nothing further is sent"));
        }
        lock(&self.group.state).at_work = false;
        self.group.turn.notify_all();
    }
}

impl Group {
    /// Has it done by `all`, by this writer or by another, together with what else waits.
    fn write<T: Send + 'static>(
        &self,
        flush: Flush,
        work: Work<T>,
        all: impl FnOnce(&[Arc<dyn Step>]),
    ) -> Result<T, JournalError> {
        let writer = Arc::new(Writer { flush, place: Mutex::new(Place::Waits(work)) });
        let mut state = lock(&self.state);
        state.waiting.push(Arc::clone(&writer) as Arc<dyn Step>);
        while state.at_work && !writer.is_done() {
            state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if writer.is_done() {
            drop(state);
        } else {
            state.at_work = true;
            let turn = Turn { group: self, batch: std::mem::take(&mut state.waiting) };
            drop(state);
            all(&turn.batch);
        }
        match writer.take() {
            Place::Done(outcome) => outcome,
            _ => Err(JournalError::new("the record was given up; nothing further is sent")),
        }
    }
}

impl Database {
    /// Writes all or nothing, in one transaction with whoever else writes now: each one's failure is his
    /// own. When this returns, it survives the process; it is on the disk when it has to be.
    pub(super) fn write_together<T: Send + 'static>(
        &self,
        flush: Flush,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.group.write(flush, Box::new(work), |batch| {
            if let Err(error) = self.commit(batch) {
                for step in batch {
                    step.failed(failure(&self.path, &error));
                }
            }
        })
    }

    fn commit(&self, batch: &[Arc<dyn Step>]) -> rusqlite::Result<()> {
        let mut handle = self.handle();
        let flush = batch.iter().map(|step| step.flush()).max();
        let transaction = handle.write(flush.unwrap_or(Flush::Now))?;
        if let [only] = batch {
            if only.run(&transaction) {
                transaction.commit()?;
            } else {
                transaction.rollback()?;
            }
        } else {
            for step in batch {
                transaction.execute_batch("SAVEPOINT step")?;
                if !step.run(&transaction) {
                    transaction.execute_batch("ROLLBACK TO step")?;
                }
                transaction.execute_batch("RELEASE step")?;
            }
            transaction.commit()?;
        }
        batch.iter().for_each(|step| step.stands());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// A batch as the database runs it, but for its place.
    fn run(batch: &[Arc<dyn Step>]) {
        let mut connection = Connection::open_in_memory().unwrap();
        let transaction = connection.transaction().unwrap();
        for step in batch {
            step.run(&transaction);
        }
        batch.iter().for_each(|step| step.stands());
    }

    #[test]
    fn who_waits_is_taken_along() {
        const WRITERS: usize = 8;
        let (group, sizes) = (Group::default(), Mutex::new(Vec::new()));
        let all = |batch: &[Arc<dyn Step>]| {
            // The first one works until all others wait.
            if lock(&sizes).is_empty() {
                while lock(&group.state).waiting.len() < WRITERS - 1 {
                    std::thread::yield_now();
                }
            }
            lock(&sizes).push(batch.len());
            run(batch);
        };
        std::thread::scope(|scope| {
            for number in 0..WRITERS {
                let (group, all) = (&group, &all);
                scope.spawn(move || {
                    let written = group.write(Flush::Now, Box::new(move |_| Ok(number)), all);
                    assert_eq!(written.unwrap(), number);
                });
            }
        });
        assert_eq!(*lock(&sizes), [1, WRITERS - 1]);
    }

    #[test]
    fn nobody_waits_for_one_who_panicked() {
        let group = Group::default();
        let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            group.write::<()>(Flush::Now, Box::new(|_| panic!("a bug")), run)
        }));
        assert!(died.is_err());
        assert!(group.write(Flush::Now, Box::new(|_| Ok(())), run).is_ok());
        assert!(
            group.write(Flush::Now, Box::new(|_| Ok(())), |_| {}).is_err(),
            "not done, not durable"
        );
    }
}
