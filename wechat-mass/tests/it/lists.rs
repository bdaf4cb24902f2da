//! Whom a call goes to: the list of the plan that was frozen, or nobody.

use std::error::Error as _;
use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use wechat_mass::campaign::{Conclusion, DriverError, Plan};
use wechat_mass::journal::{JournalErrorKind, MemoryJournal, MemoryStore, Store as _};
use wechat_mass::recipients::{Gatherer, Roster, Scratch};

use crate::world::{SEND, TWO_CALLS, World, app_id, fans, plan, text};

/// A list in a file.
fn put_aside(folder: &Path, count: usize) -> Roster {
    let mut gatherer = Gatherer::new(Scratch::folder(folder).with_memory(0));
    for open_id in fans(count) {
        gatherer.push(&open_id).unwrap();
    }
    gatherer.finish().unwrap()
}

#[cfg(target_os = "linux")]
/// Writes into the files of a folder that have lost their names.
fn damage(folder: &Path, at: u64, bytes: &[u8]) {
    let mut found = 0;
    for entry in fs::read_dir("/proc/self/fd").unwrap() {
        let path = entry.unwrap().path();
        if fs::read_link(&path).is_ok_and(|file| file.starts_with(folder)) {
            let mut file = OpenOptions::new().write(true).open(path).unwrap();
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(bytes).unwrap();
            found += 1;
        }
    }
    assert_ne!(found, 0, "the list is in no file");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_list_that_changes_on_the_disk_is_not_sent_to() {
    // Another follower, one that is none, a line more; in the first call, in the second one.
    for (at, bytes) in [(27, "7"), (27, " "), (10, "\n"), (9_999 * 29 + 27, "7")] {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(TWO_CALLS);
        let plan = Plan::new(app_id(), "spring", put_aside(folder.path(), TWO_CALLS), text());
        let plan = plan.unwrap();
        damage(folder.path(), at, bytes.as_bytes());
        let mut journal = MemoryJournal::new();
        let error = world.run_on(&plan, &mut journal).await.unwrap_err();
        let DriverError::Journal { source, .. } = error else { panic!("{error:?}") };
        let why = source.source().unwrap().to_string();
        assert!(why.contains("has changed since: run the campaign again"), "{why}");
        let whole = usize::from(at >= 9_999 * 29);
        assert_eq!((world.count(SEND), journal.entries().len()), (whole, 2 * whole));
    }
}

#[tokio::test]
async fn a_journal_of_another_plan_is_not_sent_by() {
    let (world, store) = (World::new(9), MemoryStore::new());
    let (five, six) = (plan(5, text()), plan(6, text()));
    let mut journal = store.open(&five, world.now()).await.unwrap();
    let error = world.run_on(&six, journal.as_mut()).await.unwrap_err();
    let DriverError::Journal { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.kind(), JournalErrorKind::AnotherPlan);
    assert_eq!((world.count(SEND), journal.load().await.unwrap().len()), (0, 0));
    let report = world.run_on(&five, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    world.assert_once(5);
}
