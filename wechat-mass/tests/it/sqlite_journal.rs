//! The journal in a database: damaged, foreign, newer, of another plan.

mod failing;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use wechat_mass::campaign::{Conclusion, Content, Plan};
use wechat_mass::journal::{
    Entry, Journal, JournalError, JournalErrorKind, MemoryJournal, SqliteStore, Store as _,
};
use wechat_mass::recipients::{Scratch, frozen};
use wechat_types::mass::Audience;

use crate::world::{
    TWO_CALLS, World, app_id, article, fan, fans, plan, poll_once, tea, text, to_fans,
};

/// A finished campaign's database in a folder of its own.
struct Kept {
    folder: tempfile::TempDir,
    file: PathBuf,
    plan: Plan,
    world: World,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal.db");
        let kept = Self { folder, file, plan: plan(5, article()), world: World::new(5) };
        let mut journal = kept.open(&kept.plan).unwrap();
        kept.world.run_and_die(&kept.plan, journal.as_mut(), usize::MAX, true).unwrap();
        kept
    }

    fn open(&self, plan: &Plan) -> Result<Box<dyn Journal>, JournalError> {
        open(&self.file, plan, &self.world)
    }

    fn sql(&self, sql: &str) {
        Connection::open(&self.file).unwrap().execute_batch(sql).unwrap();
    }
}

fn open(file: &Path, plan: &Plan, world: &World) -> Result<Box<dyn Journal>, JournalError> {
    poll_once(SqliteStore::open(file)?.open(plan, world.now())).unwrap()
}

#[track_caller]
fn problem<T>(opened: Result<T, JournalError>) -> String {
    opened.err().expect("an error").to_string()
}

fn entries(journal: &mut dyn Journal) -> Result<Vec<Entry>, JournalError> {
    poll_once(journal.load()).unwrap()
}

#[test]
fn what_is_written_is_what_is_read() {
    let kept = Kept::new();
    let (world, mut memory) = (World::new(5), MemoryJournal::new());
    poll_once(world.run_on(&kept.plan, &mut memory)).unwrap().unwrap();
    let mut journal = kept.open(&kept.plan).unwrap();
    assert_eq!(entries(journal.as_mut()).unwrap(), memory.entries());
}

#[test]
fn a_call_s_recipients_are_one_value() {
    let kept = Kept::new();
    let database = Connection::open(&kept.file).unwrap();
    let (calls, list): (i64, Vec<u8>) = database
        .query_row("SELECT count(*), max(recipients) FROM call", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let expected: Vec<String> = fans(5).iter().map(ToString::to_string).collect();
    assert_eq!((calls, String::from_utf8(list).unwrap()), (1, expected.join("\n")));
}

#[test]
fn a_damaged_row_is_an_error_with_its_place_and_nothing_is_sent() {
    for (table, column) in [("entry", "fact"), ("campaign", "frozen")] {
        for garbage in ["garbage", "", r#"{"entry":"unheard_of"}"#, r#"{"entry":"intent"}"#] {
            let kept = Kept::new();
            let calls = kept.world.mock.received().len();
            kept.sql(&format!("UPDATE {table} SET {column} = '{garbage}'"));
            let opened = kept.open(&kept.plan);
            let problem = problem(opened.and_then(|mut journal| entries(journal.as_mut())));
            assert!(problem.contains(&format!("row 1 of the table {table}")), "{problem}");
            assert!(problem.contains("nothing is sent"), "{problem}");
            assert_eq!(kept.world.mock.received().len(), calls);
        }
    }
}

#[test]
fn a_damaged_file_is_named() {
    let kept = Kept::new();
    let whole = fs::read(&kept.file).unwrap();
    for text in [b"no database at all, but a long enough text of a hundred bytes or more, such as a letter to a friend".to_vec(), {
        let mut cut = whole.clone();
        cut.truncate(4096);
        cut
    }] {
        fs::write(&kept.file, text).unwrap();
        let opened = kept.open(&kept.plan).and_then(|mut journal| entries(journal.as_mut()));
        let problem = problem(opened);
        assert!(problem.contains("journal.db") && problem.contains("damaged"), "{problem}");
    }
}

#[test]
fn a_database_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE customer (id)").unwrap();
    let problem = problem(SqliteStore::open(&file));
    assert!(problem.contains("no journal of campaigns"), "{problem}");
    let tables: i64 = Connection::open(&file)
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_newer_database_is_left_to_the_newer_program() {
    let kept = Kept::new();
    kept.sql("PRAGMA user_version = 999");
    let error = kept.open(&kept.plan).expect_err("a newer database");
    assert_eq!(error.kind(), JournalErrorKind::Newer);
    let problem = error.to_string();
    assert!(problem.contains("version 999") && problem.contains("newer program"), "{problem}");
}

#[test]
fn a_second_program_is_locked_out_of_the_same_campaign_only() {
    let kept = Kept::new();
    let first = kept.open(&kept.plan).unwrap();
    assert!(problem(kept.open(&kept.plan)).contains("another program is sending"));
    let other = Plan::new(app_id(), "summer", to_fans(5), article()).unwrap();
    kept.open(&other).unwrap();
    drop(first);
    kept.open(&kept.plan).unwrap();
}

#[test]
fn another_plan_under_the_same_name_is_refused_with_the_difference() {
    let kept = Kept::new();
    let refused = |audience: Audience, content: Content| {
        problem(kept.open(&Plan::new(app_id(), "spring", audience, content).unwrap()))
    };
    let mut other = fans(5);
    other[4] = fan(77);
    let reversed = Audience::open_ids(fans(5).into_iter().rev().collect()).unwrap();
    let mut edited = tea();
    edited.title.push('!');
    let texts = [
        refused(to_fans(9), article()),
        refused(Audience::open_ids(other).unwrap(), article()),
        refused(reversed, article()),
        refused(Audience::everyone(), article()),
        refused(to_fans(5), Content::article(edited)),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
    let named = Plan::new(app_id(), "summer", to_fans(9), article()).unwrap();
    kept.open(&named).expect("another name is another campaign");
}

#[test]
fn duplicates_do_not_make_another_audience() {
    let kept = Kept::new();
    let list = fans(5).into_iter().chain(fans(3)).collect();
    let audience = Audience::open_ids(list).unwrap();
    let plan = Plan::new(app_id(), "spring", audience, article()).unwrap();
    assert!(!entries(kept.open(&plan).unwrap().as_mut()).unwrap().is_empty());
}

#[test]
fn recipients_that_a_key_was_not_made_for_are_not_sent_to() {
    let kept = Kept::new();
    let plan = Plan::new(app_id(), "summer", to_fans(5), text()).unwrap();
    let mut journal = kept.open(&plan).unwrap();
    kept.sql("UPDATE call SET recipients = CAST('oSomebody\noElse' AS BLOB) WHERE campaign = 2");
    kept.world.run_and_die(&plan, journal.as_mut(), 2, false);
    drop(journal);
    // Who takes it up without the list of then has what is in the journal.
    let store = SqliteStore::open(&kept.file).unwrap();
    let frozen = || poll_once(frozen(&store, &app_id(), "summer", Scratch::in_memory())).unwrap();
    let list = frozen().unwrap().unwrap();
    let changed = Plan::new(app_id(), "summer", list, text()).unwrap();
    let said = problem(kept.open(&changed));
    assert!(said.contains("it went to 5 OpenIDs, and is now for 2"), "{said}");
    kept.sql("UPDATE call SET recipients = CAST('o somebody' AS BLOB) WHERE campaign = 2");
    let said = problem(frozen());
    assert!(said.contains("of the table call cannot be read"), "{said}");
    // The list that it was begun with is whole.
    let mut journal = kept.open(&plan).unwrap();
    let report = poll_once(kept.world.run_on(&plan, journal.as_mut())).unwrap().unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
}

/// SQLite's log is beside what a link leads to, and so are the locks.
#[cfg(unix)]
#[test]
fn a_link_to_a_journal_is_that_journal() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (link, file) = (here.path().join("journal.db"), there.path().join("shop.db"));
    drop(SqliteStore::open(&file).unwrap());
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let (world, plan) = (World::new(TWO_CALLS), plan(TWO_CALLS, text()));
    let mut journal = open(&link, &plan, &world).unwrap();
    let said = problem(open(&file, &plan, &world));
    assert!(said.contains("\"spring\""), "{said}");
    let report = world.run_and_die(&plan, journal.as_mut(), usize::MAX, true).unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "its answers were flushed");
    world.assert_once(TWO_CALLS);
    drop(journal);
    assert!(open(&file, &plan, &world).is_ok());
}
