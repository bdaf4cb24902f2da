//! Whom a call goes to: the list of the plan that was frozen, or nobody.

use wechat_mass::campaign::{Conclusion, DriverError};
use wechat_mass::journal::{JournalErrorKind, MemoryJournal, MemoryStore, Store as _};

use crate::world::{SEND, World, plan, text};

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

/// Its entries would be taken for those of the other one's calls.
#[tokio::test]
async fn a_journal_without_a_store_is_of_its_first_plan() {
    let (world, mut journal) = (World::new(9), MemoryJournal::new());
    world.run_on(&plan(5, text()), &mut journal).await.unwrap();
    let error = world.run_on(&plan(6, text()), &mut journal).await.unwrap_err();
    let DriverError::Journal { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.kind(), JournalErrorKind::AnotherPlan);
    assert_eq!(world.count(SEND), 1);
}

/// What a machine without `/proc` cannot be made to do.
#[cfg(target_os = "linux")]
mod damaged {
    use std::fs::{self, OpenOptions};
    use std::os::unix::fs::FileExt as _;
    use std::path::Path;

    use wechat_mass::campaign::{ChunkOutcome, Conclusion, Plan};
    use wechat_mass::journal::{MemoryJournal, MemoryStore, Store as _};
    use wechat_mass::recipients::{Gatherer, Roster, Scratch};

    use crate::world::{SEND, TWO_CALLS, World, app_id, fans, text};

    /// Bytes of a line.
    const LINE: u64 = 29;
    const SECOND_CALL: u64 = 9_999 * LINE;

    /// A list in a file.
    fn put_aside(folder: &Path) -> Roster {
        let mut gatherer = Gatherer::new(Scratch::folder(folder).with_memory(0));
        for open_id in fans(TWO_CALLS) {
            gatherer.push(&open_id).unwrap();
        }
        gatherer.finish().unwrap()
    }

    fn plan(folder: &Path) -> Plan {
        Plan::new(app_id(), "spring", put_aside(folder), text()).unwrap()
    }

    /// Writes into the file of a folder that has lost its name; without bytes it becomes that short.
    fn damage(folder: &Path, at: u64, bytes: &str) {
        let mut found = 0;
        for entry in fs::read_dir("/proc/self/fd").unwrap() {
            let path = entry.unwrap().path();
            if fs::read_link(&path).is_ok_and(|file| file.starts_with(folder)) {
                let file = OpenOptions::new().write(true).open(path).unwrap();
                if bytes.is_empty() {
                    file.set_len(at).unwrap();
                }
                file.write_all_at(bytes.as_bytes(), at).unwrap();
                found += 1;
            }
        }
        assert_ne!(found, 0, "the list is in no file");
    }

    #[tokio::test]
    async fn a_list_that_changes_on_the_disk_is_not_sent_to() {
        let end_of_line = LINE - 1;
        for (at, bytes, why) in [
            (27, "7", "has changed since"),
            (27, " ", "has changed since"),
            (10, "\n", "has changed since"),
            (5 * LINE, "", "cannot be read again"),
            (SECOND_CALL + 27, "7", "has changed since"),
            (SECOND_CALL + end_of_line, "7", "has changed since"),
            (SECOND_CALL + LINE, "", "cannot be read again"),
        ] {
            let (folder, world) = (tempfile::tempdir().unwrap(), World::new(TWO_CALLS));
            let plan = plan(folder.path());
            damage(folder.path(), at, bytes);
            let mut journal = MemoryJournal::new();
            let report = world.run_on(&plan, &mut journal).await.unwrap();
            let halted = report.halted.clone().unwrap();
            assert!(halted.contains(why) && halted.contains("run the campaign again"), "{halted}");
            let whole = usize::from(at >= SECOND_CALL);
            assert_eq!((world.count(SEND), journal.entries().is_empty()), (whole, whole == 0));
            let conclusion = if whole == 0 { Conclusion::Refused } else { Conclusion::Partly };
            assert_eq!(report.conclusion(), conclusion, "what went out is followed");
            assert!(matches!(report.chunks[1].outcome, ChunkOutcome::NotSent), "{report:?}");
        }
    }

    /// The last call is cut out of the list's second thousand from its end.
    #[tokio::test]
    async fn a_list_without_its_line_ends_is_not_read_beyond_its_end() {
        let (folder, world) = (tempfile::tempdir().unwrap(), World::new(TWO_CALLS));
        let plan = plan(folder.path());
        for line in [9_500, 9_600] {
            damage(folder.path(), line * LINE - 1, "7");
        }
        let second = plan.chunks().last().unwrap();
        assert!(plan.open_ids(second).unwrap_err().to_string().contains("has changed since"));
        assert_eq!(world.run(&plan).await.conclusion(), Conclusion::Refused);
        assert_eq!(world.count(SEND), 0);
    }

    #[tokio::test]
    async fn a_list_that_changed_is_not_frozen() {
        let (folder, world) = (tempfile::tempdir().unwrap(), World::new(TWO_CALLS));
        let (plan, store) = (plan(folder.path()), MemoryStore::new());
        damage(folder.path(), SECOND_CALL, "x");
        let error = store.open(&plan, world.now()).await.unwrap_err();
        assert!(error.to_string().contains("a list of recipients cannot be had"), "{error}");
        assert_eq!(store.campaigns(&app_id()).await.unwrap(), []);
    }
}
