//! What cannot be recorded is not sent: a disk that is full, read-only, held by another program.

use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use rusqlite::Connection;
use wechat_mass::campaign::{Conclusion, DriverError, Event, Inbox, NoInbox, Plan};
use wechat_mass::journal::{
    Claim, Entry, Journal, JournalError, MemoryJournal, Rebooked, Reserved, SqliteStore, Store as _,
};
use wechat_types::mass::MassReport;

use super::{Kept, entries, open, problem};
use crate::pass_on::pass_on;
use crate::world::{Callbacks, SEND, TWO_CALLS, World, app_id, plan, poll_once, text, to_fans};

#[test]
fn a_place_that_cannot_be_written_is_found_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for place in [file.join("journal.db"), file.join("inside/journal.db")] {
        let error = SqliteStore::open(&place).unwrap_err();
        assert!(error.to_string().contains("cannot be created"), "{error}");
        assert!(error.source().is_some());
    }
    let problem = problem(SqliteStore::open(folder.path()));
    assert!(problem.contains(&folder.path().display().to_string()), "{problem}");
}

#[test]
fn a_read_only_database_stops_the_sending() {
    let kept = Kept::new();
    let world = World::new(5);
    let store = SqliteStore::open(&kept.file).unwrap();
    let plan = Plan::new(app_id(), "summer", to_fans(5), text()).unwrap();
    let mut journal = poll_once(store.open(&plan, world.now())).unwrap().unwrap();
    // For root there is no such thing as a read-only file, so another program forbids it.
    kept.sql("CREATE TRIGGER no_more BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END");
    let error = poll_once(world.run_on(&plan, journal.as_mut())).unwrap().unwrap_err();
    let DriverError::Journal { source, .. } = error else { panic!("{error:?}") };
    assert!(source.problem.contains("What cannot be recorded is not sent"), "{source}");
    assert_eq!(world.count(SEND), 0);
}

#[test]
fn a_full_disk_stops_the_sending_and_the_next_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.db");
    let (world, plan) = (World::new(TWO_CALLS), plan(TWO_CALLS, text()));
    let mut journal = open(&file, &plan, &world).unwrap();
    let mut full = Full { inner: journal.as_mut(), left: 3 };
    let error = poll_once(world.run_on(&plan, &mut full)).unwrap().unwrap_err();
    let DriverError::Journal { source, report, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.problem, "the disk is full");
    assert_ne!(report.conclusion(), Conclusion::Success);
    // Intent, send, answer, intent: never a send without its intent.
    assert_eq!(world.count(SEND), 2);
    assert_eq!(entries(journal.as_mut()).unwrap().len(), 3);
    let report = poll_once(world.run_on(&plan, journal.as_mut())).unwrap().unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    world.assert_once(TWO_CALLS);
}

#[test]
fn a_database_that_another_program_holds_is_named_when_it_is_opened() {
    let kept = Kept::new();
    let received = kept.world.mock.received().len();
    for how in ["BEGIN EXCLUSIVE", "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"] {
        let other = Connection::open(&kept.file).unwrap();
        other.execute_batch(how).unwrap();
        assert_held(&kept.file, &problem(open_at_once(&kept.file, &kept.plan, &kept.world)));
        drop(other);
        open_at_once(&kept.file, &kept.plan, &kept.world).expect("it was let go");
    }
    assert_eq!(kept.world.mock.received().len(), received);
}

/// Another program takes the database before the run, and after each of its records: what is sent then is
/// recorded as an intent, and the next run asks for it with its key.
#[test]
fn a_database_that_another_program_holds_stops_the_sending_and_the_next_run_goes_on() {
    let plan = plan(5, text());
    let mut stopped = 0;
    for after in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let (file, world) = (folder.path().join("journal.db"), World::new(5));
        let mut journal = open_at_once(&file, &plan, &world).unwrap();
        let other = Connection::open(&file).unwrap();
        let other = Mutex::new(other);
        let hold = || other.lock().unwrap().execute_batch("BEGIN EXCLUSIVE").unwrap();
        let mut records = 0;
        if after == 0 {
            hold();
        }
        let mut inbox = NoInbox::new(world.mock.clock());
        let mut observe = |event: Event<'_>| {
            records += usize::from(matches!(event, Event::Recorded(_)));
            if matches!(event, Event::Recorded(_)) && records == after {
                hold();
            }
        };
        let run = world.run_with(&plan, journal.as_mut(), &mut inbox, &mut observe);
        let ended = poll_once(run).unwrap();
        // Reading is possible meanwhile.
        let intents = entries(journal.as_mut()).unwrap();
        let intents = intents.iter().filter(|entry| matches!(entry, Entry::Intent { .. })).count();
        assert!(world.count(SEND) <= intents, "after {after}: sent, and not recorded");
        drop((journal, other));
        match ended {
            // The last record was made before.
            Ok(report) => {
                assert_eq!((report.conclusion(), records), (Conclusion::Success, stopped));
                break;
            }
            Err(DriverError::Journal { source, .. }) => assert_held(&file, &source.problem),
            Err(error) => panic!("after {after}: {error:?}"),
        }
        stopped += 1;
        let mut journal = open_at_once(&file, &plan, &world).unwrap();
        let report = poll_once(world.run_on(&plan, journal.as_mut())).unwrap().unwrap();
        assert_eq!(report.conclusion(), Conclusion::Success, "after {after}");
        world.assert_once(5);
    }
    assert!(stopped >= 3, "the intent, the answer, the report: {stopped}");
}

/// Does not wait for another program.
fn open_at_once(file: &Path, plan: &Plan, world: &World) -> Result<Box<dyn Journal>, JournalError> {
    let store = SqliteStore::open_with_patience(file, Duration::ZERO)?;
    poll_once(store.open(plan, world.now())).unwrap()
}

#[track_caller]
fn assert_held(file: &Path, problem: &str) {
    assert!(problem.contains(&file.display().to_string()), "{problem}");
    assert!(problem.contains("another program holds it"), "{problem}");
    assert!(problem.contains("then run the same command again"), "{problem}");
    assert!(problem.contains("What cannot be recorded is not sent"), "{problem}");
}

/// Has room for so many records.
#[derive(Debug)]
struct Full<'j> {
    inner: &'j mut dyn Journal,
    left: usize,
}

impl Full<'_> {
    fn room(&mut self) -> Result<(), JournalError> {
        let full = || JournalError::new("the disk is full");
        self.left = self.left.checked_sub(1).ok_or_else(full)?;
        Ok(())
    }
}

#[async_trait]
impl Journal for Full<'_> {
    pass_on!(inner: worker bind hold load flush news keep_report other_owner other_open);

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        self.room()?;
        self.inner.record(entry, rebooked).await
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        self.room()?;
        self.inner.claim(claim).await
    }
}

/// Callbacks whose sender is told when the last one is to come again.
#[derive(Debug)]
struct Brought {
    inner: Callbacks,
    not_recorded: usize,
}

#[async_trait]
impl Inbox for Brought {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        self.inner.next(until).await
    }

    fn not_recorded(&mut self) {
        self.not_recorded += 1;
    }
}

#[tokio::test]
async fn who_brought_a_report_is_told_that_it_could_not_be_recorded() {
    // An intent, an answer, the report.
    for (left, told) in [(2, 1), (3, 0)] {
        let (world, plan) = (World::new(5), plan(5, text()));
        let mut journal = Full { inner: &mut MemoryJournal::new(), left };
        let mut inbox = Brought { inner: world.callbacks(), not_recorded: 0 };
        let ended = world.run_with(&plan, &mut journal, &mut inbox, &mut |_| {}).await;
        assert_eq!(
            (ended.is_err(), inbox.not_recorded),
            (told == 1, 1 + told),
            "once at its begin"
        );
        world.assert_once(5);
    }
}

#[test]
fn the_engine_s_full_disk_is_named_and_records_nothing() {
    let kept = Kept::new();
    let big = Plan::new(app_id(), "big", to_fans(20_000), text()).unwrap();
    let Some(small) = SmallDisk::mount(kept.folder.path()) else { return };
    let file = small.0.join("journal.db");
    let store = SqliteStore::open(&file).unwrap();
    let opened = poll_once(store.open(&big, kept.world.now())).unwrap();
    let problem = problem(opened);
    assert!(problem.contains("the disk is full"), "{problem}");
    let all = poll_once(store.campaigns(big.account())).unwrap().unwrap();
    assert!(all.is_empty(), "{all:?}");
}

/// A file system of half a megabyte; only root can make one, elsewhere the test has nothing to say.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Option<Self> {
        let place = folder.join("small");
        fs::create_dir(&place).ok()?;
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"])
            .arg(&place)
            .stderr(std::process::Stdio::null())
            .status();
        mounted.ok()?.success().then_some(Self(place))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[test]
fn a_journal_that_cannot_be_read_sends_nothing() {
    #[derive(Debug)]
    struct Unreadable(MemoryJournal);

    #[async_trait]
    impl Journal for Unreadable {
        pass_on!(0: worker bind hold record flush news keep_report other_owner other_open);

        async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
            Err(JournalError::new("unreadable"))
        }

        async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
            self.0.claim(claim).await
        }
    }

    let world = World::new(5);
    let mut journal = Unreadable(MemoryJournal::new());
    let error = poll_once(world.run_on(&plan(5, text()), &mut journal)).unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the campaign stopped at its journal");
    assert_eq!(error.source().unwrap().to_string(), "unreadable");
    assert!(world.mock.received().is_empty());
}

#[test]
fn a_clock_that_was_set_back_stops_the_sending() {
    let kept = Kept::new();
    // The calls so far were made tomorrow.
    kept.sql("UPDATE spent SET at = at + 86400000");
    let plan = Plan::new(app_id(), "summer", to_fans(5), text()).unwrap();
    let mut journal = kept.open(&plan).unwrap();
    let sends = kept.world.count(SEND);
    let error = poll_once(kept.world.run_on(&plan, journal.as_mut())).unwrap().unwrap_err();
    let DriverError::Journal { source, .. } = error else { panic!("{error:?}") };
    assert!(source.problem.contains("seconds before the last recorded call"), "{source}");
    assert_eq!(kept.world.count(SEND), sends);
}

#[test]
fn writers_at_the_same_time_fail_each_by_itself() {
    const WRITERS: u64 = 16;
    const EACH: u64 = 20;
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(3));
    let store = SqliteStore::open(&folder.path().join("journal.db")).unwrap();
    let plans: Vec<Plan> = (0..WRITERS)
        .map(|n| Plan::new(app_id(), format!("of {n}"), to_fans(3), text()).unwrap())
        .collect();
    let accepted = |job: u64| -> Entry {
        let text = format!(
            r#"{{"entry":"answer","chunk":0,"at":1775000000000,"answer":"accepted","msg_id":{job},
                "msg_data_id":null,"already":false}}"#
        );
        serde_json::from_str(&text).unwrap()
    };
    std::thread::scope(|scope| {
        for (number, plan) in (0..WRITERS).zip(&plans) {
            let (store, world, accepted) = (&store, &world, &accepted);
            scope.spawn(move || {
                let opened = poll_once(store.open(plan, world.now())).unwrap();
                let mut journal = opened.unwrap();
                for job in 0..EACH {
                    poll_once(journal.append(&accepted(number * EACH + job))).unwrap().unwrap();
                    // Another writer may have this one, or will have it: whoever comes second is refused.
                    drop(poll_once(journal.append(&accepted(1_000_000 + job))).unwrap());
                }
            });
        }
    });
    let mut shared = 0;
    for plan in &plans {
        let mut journal = poll_once(store.open(plan, world.now())).unwrap().unwrap();
        shared += entries(journal.as_mut()).unwrap().len() as u64 - EACH;
    }
    assert_eq!(shared, EACH, "each shared job has one owner, and its refused claims left nothing");
}
