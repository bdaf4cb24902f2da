//! The journal in a file: torn, damaged, locked, of another audience, of a newer program.

use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use wechat_mass::campaign::{Conclusion, Content, DriverError, Plan};
use wechat_mass::journal::{Entry, FileJournal, Journal, JournalError, MemoryJournal};
use wechat_types::mass::Audience;

use crate::world::{SEND, TWO_CALLS, World, app_id, article, fan, fans, plan, tea, text, to_fans};

/// A finished campaign's journal in a folder of its own.
struct Kept {
    folder: tempfile::TempDir,
    file: PathBuf,
    plan: Plan,
}

impl Kept {
    fn new() -> (World, Self) {
        let folder = tempfile::tempdir().unwrap();
        let (world, plan) = (World::new(5), plan(5, article()));
        let mut journal = FileJournal::open(folder.path(), &plan).unwrap();
        world.run_and_die(&plan, &mut journal, usize::MAX, true).unwrap();
        let file = journal.file().to_owned();
        (world, Self { folder, file, plan })
    }

    fn open(&self) -> Result<FileJournal, JournalError> {
        FileJournal::open(self.folder.path(), &self.plan)
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }
}

#[track_caller]
fn problem(opened: Result<FileJournal, JournalError>) -> String {
    opened.expect_err("an error").to_string()
}

#[test]
fn the_file_is_named_after_account_and_campaign() {
    let (_, kept) = Kept::new();
    let name = kept.file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("wx0123456789abcdef.spring."), "{name}");
    assert!(name.ends_with(".jsonl"), "{name}");
}

#[test]
fn names_of_campaigns_stay_inside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["../../evil", "a/b", "..", "C:\\x", "春茶 2026"] {
        let plan = Plan::new(app_id(), name, to_fans(5), text()).unwrap();
        let journal = FileJournal::open(folder.path(), &plan).unwrap();
        assert_eq!(journal.file().parent().unwrap(), folder.path(), "{name}");
        assert!(journal.file().is_file());
    }
}

#[tokio::test]
async fn what_is_written_is_what_is_read() {
    let (_, kept) = Kept::new();
    let mut journal = kept.open().unwrap();
    let (world, mut memory) = (World::new(5), MemoryJournal::new());
    world.run_on(&kept.plan, &mut memory).await.unwrap();
    // The same but for the fractions of a millisecond, of which there are none here.
    assert_eq!(journal.entries(), memory.entries());
    assert_eq!(journal.load().await.unwrap(), memory.entries());
}

#[test]
fn the_file_in_full() {
    let (_, kept) = Kept::new();
    let ids = kept.open().unwrap().entries().iter().fold(kept.text(), |text, entry| match entry {
        Entry::Picture { url, .. } => text.replace(url, "[url]"),
        Entry::Cover { media_id, .. } => text.replace(media_id.as_str(), "[cover]"),
        Entry::Draft { media_id, .. } => text.replace(media_id.as_str(), "[draft]"),
        _ => text,
    });
    insta::assert_snapshot!(ids);
}

#[tokio::test]
async fn a_torn_last_line_is_cut_off_and_told() {
    let (world, kept) = Kept::new();
    let whole = kept.text();
    fs::write(&kept.file, format!("{whole}{{\"entry\":\"inte")).unwrap();
    let mut journal = kept.open().unwrap();
    assert_eq!(journal.torn_bytes(), 14);
    assert_eq!(kept.text(), whole);
    let sends = world.count(SEND);
    let report = world.run_on(&kept.plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.count(SEND), sends);
    // What is written now stands on a line of its own.
    drop(journal);
    assert_eq!(kept.open().unwrap().torn_bytes(), 0);
}

#[test]
fn a_torn_first_line_is_a_new_journal() {
    let (_, kept) = Kept::new();
    fs::write(&kept.file, "{\"journal\":\"wech").unwrap();
    let journal = kept.open().unwrap();
    assert_eq!((journal.torn_bytes(), journal.entries().len()), (16, 0));
}

#[test]
fn a_damaged_line_is_an_error_with_its_number() {
    let (world, kept) = Kept::new();
    let calls = world.mock.received().len();
    let whole = kept.text();
    let lines: Vec<&str> = whole.lines().collect();
    for damaged in 0..lines.len() {
        for garbage in ["garbage", "{\"entry\":\"unheard_of\"}", "{\"entry\":\"intent\"}", "\u{0}"]
        {
            let mut lines = lines.clone();
            lines[damaged] = garbage;
            let text = lines.join("\n") + "\n";
            fs::write(&kept.file, &text).unwrap();
            let problem = problem(kept.open());
            assert!(problem.contains(&format!("line {}", damaged + 1)), "{problem}");
            assert!(problem.contains("nothing is sent"), "{problem}");
            assert_eq!(kept.text(), text, "evidence is left alone");
        }
    }
    assert_eq!(world.mock.received().len(), calls);
}

#[test]
fn a_second_program_is_locked_out() {
    let (_, kept) = Kept::new();
    let first = kept.open().unwrap();
    assert!(problem(kept.open()).contains("another program is sending this campaign"));
    drop(first);
    kept.open().unwrap();
}

#[test]
fn another_audience_is_refused() {
    let (_, kept) = Kept::new();
    let open = |plan: &Plan| problem(FileJournal::open(kept.folder.path(), plan));
    // One more, one other, the same in another order, and all.
    let mut other = fans(5);
    other[4] = fan(77);
    let reversed = fans(5).into_iter().rev().collect();
    for list in [fans(6), other, reversed] {
        let audience = Audience::open_ids(list).unwrap();
        let plan = Plan::new(app_id(), "spring", audience, article()).unwrap();
        let problem = open(&plan);
        assert!(problem.contains("went out as campaign \"spring\""), "{problem}");
        assert!(problem.contains("5 OpenIDs in 1 calls"), "{problem}");
    }
    let everyone = Plan::new(app_id(), "spring", Audience::everyone(), article()).unwrap();
    assert!(open(&everyone).contains("now everyone or a tag"));
    // Another name is another campaign.
    let named = Plan::new(app_id(), "summer", to_fans(6), article()).unwrap();
    FileJournal::open(kept.folder.path(), &named).unwrap();
}

#[test]
fn duplicates_do_not_make_another_audience() {
    let (_, kept) = Kept::new();
    let list = fans(5).into_iter().chain(fans(3)).collect();
    let audience = Audience::open_ids(list).unwrap();
    let plan = Plan::new(app_id(), "spring", audience, article()).unwrap();
    assert!(!FileJournal::open(kept.folder.path(), &plan).unwrap().entries().is_empty());
}

#[test]
fn an_edited_article_has_a_journal_of_its_own() {
    let (_, kept) = Kept::new();
    let mut edited = tea();
    edited.title.push('!');
    let edited = plan(5, Content::article(edited));
    let journal = FileJournal::open(kept.folder.path(), &edited).unwrap();
    assert!(journal.entries().is_empty());
    assert_ne!(journal.file(), kept.file);
}

#[test]
fn a_newer_format_is_left_to_the_newer_program() {
    let (_, kept) = Kept::new();
    let newer = kept.text().replacen("wechat-mass 1", "wechat-mass 2", 1);
    fs::write(&kept.file, newer).unwrap();
    let problem = problem(kept.open());
    assert!(
        problem.contains("\"wechat-mass 2\"") && problem.contains("newer program"),
        "{problem}"
    );
}

#[test]
fn a_place_that_cannot_be_written_is_found_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(5, text());
    // A file where the folder should be.
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = FileJournal::open(&file, &plan).unwrap_err();
    assert!(error.to_string().contains("cannot be"), "{error}");
    assert!(error.source().is_some());
    FileJournal::open(&file.join("inside"), &plan).unwrap_err();
    // A folder where the file should be.
    let taken = FileJournal::open(folder.path(), &plan).unwrap().file().to_owned();
    fs::remove_file(&taken).unwrap();
    fs::create_dir(&taken).unwrap();
    let problem = problem(FileJournal::open(folder.path(), &plan));
    assert!(problem.contains(&taken.display().to_string()), "{problem}");
}

#[test]
fn a_file_without_write_permission_is_found_before_anything_is_sent() {
    let (_, kept) = Kept::new();
    let mut permissions = fs::metadata(&kept.file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&kept.file, permissions).unwrap();
    let writable = fs::OpenOptions::new().append(true).open(&kept.file).is_ok();
    // For root there is no such thing as a read-only file.
    assert_eq!(kept.open().is_ok(), writable);
}

/// Any journal error; only journals of this crate can make one.
fn journal_error() -> JournalError {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    FileJournal::open(&file, &plan(2, text())).expect_err("a file is no folder")
}

/// Fails to load, or at the `n`-th append.
#[derive(Debug)]
struct Failing {
    inner: MemoryJournal,
    loads: bool,
    appends: usize,
}

#[async_trait]
impl Journal for Failing {
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        if self.loads { self.inner.load().await } else { Err(disk_full()) }
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.appends = self.appends.checked_sub(1).ok_or_else(disk_full)?;
        self.inner.append(entry).await
    }
}

fn disk_full() -> JournalError {
    let mut error = journal_error();
    error.problem = "the disk is full".to_owned();
    error
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_sends_nothing() {
    let world = World::new(5);
    let mut journal = Failing { inner: MemoryJournal::new(), loads: false, appends: 99 };
    let error = world.run_on(&plan(5, text()), &mut journal).await.unwrap_err();
    assert_eq!(error.to_string(), "the campaign stopped at its journal");
    assert_eq!(error.source().unwrap().to_string(), "the disk is full");
    assert!(world.mock.received().is_empty());
}

#[tokio::test]
async fn a_full_disk_stops_the_sending_and_the_next_run_goes_on() {
    let plan = plan(TWO_CALLS, text());
    for appends in 0..5 {
        let world = World::new(TWO_CALLS);
        let mut journal = Failing { inner: MemoryJournal::new(), loads: true, appends };
        let error = world.run_on(&plan, &mut journal).await.unwrap_err();
        let DriverError::Journal { report, source, .. } = error else { panic!("{error:?}") };
        assert_eq!(source.problem, "the disk is full");
        // Intent, send, answer, intent, send, answer: never a send without its intent.
        assert_eq!(world.count(SEND), appends.div_ceil(2).min(2), "after {appends} entries");
        assert_eq!(report.chunks.len(), 2);
        assert_ne!(report.conclusion(), Conclusion::Success);
        let mut journal = journal.inner;
        let report = world.run_on(&plan, &mut journal).await.unwrap();
        assert_eq!(report.conclusion(), Conclusion::Success);
        world.assert_once(TWO_CALLS);
    }
}
