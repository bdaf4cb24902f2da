//! What is done beside campaigns: previews, deletions, tags, lists of followers.

use std::num::NonZeroU64;

use wechat_http::Outcome;
use wechat_mass::campaign::Brake;
use wechat_mass::deletion::{Deletion, DeletionError};
use wechat_mass::followers::{ExportError, FollowerExport, Followers};
use wechat_mass::journal::{Entry, MemoryStore, Store as _};
use wechat_mass::preview::{PreviewError, preview};
use wechat_mass::quota::{Limits, Spend};
use wechat_mass::tagging::{TagChange, change_tag};
use wechat_types::id::{MediaId, MsgId, TagId};
use wechat_types::mass::report::ArticleUrl;
use wechat_types::mass::{JobStatus, MassReport, PreviewReceiver, ReportSource};
use wechat_types::user::{GetFollowers, GetFollowersResponse};

use crate::world::{
    DRAFT_ADD, HOUR, PREVIEW, TWO_CALLS, World, app_id, article, fan, fans, plan, text, to_fans,
};

const DELETE: &str = "/cgi-bin/message/mass/delete";

fn limits() -> Limits {
    Limits::default()
}

#[tokio::test]
async fn a_preview_is_counted_before_it_is_made() {
    let (world, store) = (World::new(2), MemoryStore::new());
    let to = || PreviewReceiver::OpenId(fan(0));
    let shown = preview(&world.client, &store, &limits(), &article(), to()).await.unwrap();
    assert!(!world.draft(&shown.draft.unwrap()).consumed, "a preview uses no draft up");
    assert_eq!(world.mock.previews(&fan(0)), 1);

    world.mock.on(PREVIEW).answer_lost();
    let lost = preview(&world.client, &store, &limits(), &text(), to()).await.unwrap_err();
    let PreviewError::Call(error) = lost else { panic!("{lost:?}") };
    assert_eq!(error.outcome(), Outcome::Unknown);
    // Processed, and the answer lost: it is not made again by itself, and it is counted.
    assert_eq!(world.mock.previews(&fan(0)), 2);
    let spent = store.spent(&app_id(), &[Spend::Preview], world.now() - HOUR).await.unwrap();
    assert_eq!(spent.len(), 2);
}

#[tokio::test]
async fn a_used_up_day_uploads_nothing() {
    let (world, store) = (World::new(2), MemoryStore::new());
    for _ in 0..100 {
        store.spend(&app_id(), Spend::Preview, world.now(), &[]).await.unwrap();
    }
    let to = PreviewReceiver::OpenId(fan(0));
    let closed = preview(&world.client, &store, &limits(), &article(), to).await.unwrap_err();
    let PreviewError::Closed { until, .. } = closed else { panic!("{closed:?}") };
    assert!(until > world.now() && until <= world.now() + 24 * HOUR);
    assert_eq!(world.mock.received_count(), 0);
}

#[tokio::test]
async fn an_article_that_breaks_a_limit_is_not_uploaded() {
    let (world, store) = (World::new(2), MemoryStore::new());
    let mut bad = crate::world::tea();
    bad.title = "长".repeat(65);
    let content = wechat_mass::campaign::Content::article(bad);
    let to = PreviewReceiver::OpenId(fan(0));
    let refused = preview(&world.client, &store, &limits(), &content, to).await.unwrap_err();
    assert!(matches!(refused, PreviewError::Publish(_)), "{refused:?}");
    assert_eq!(world.count(DRAFT_ADD), 0);
    let spent = store.spent(&app_id(), &Spend::ALL, world.now() - HOUR).await.unwrap();
    assert_eq!(spent, []);
}

/// A deletion that stops goes on where it was, and nothing is deleted twice.
#[tokio::test]
async fn a_deletion_goes_on_after_a_refusal_and_another_day() {
    let (world, store) = (World::new(TWO_CALLS), MemoryStore::new());
    let plan = plan(TWO_CALLS, article());
    let mut journal = store.open(&plan, world.now()).await.unwrap();
    world.run_on(&plan, journal.as_mut()).await.unwrap();
    let deletion = || async { Deletion::plan(&store, &app_id(), "spring", None).await.unwrap() };
    let mut first = deletion().await;
    assert_eq!((first.jobs.len(), first.is_of_articles()), (2, true));
    // Processed, and the answer lost: the repeat is told 40065, and the status says that it is gone.
    world.mock.on(DELETE).answer_lost();
    world.mock.on(DELETE).containing(first.jobs[1].msg_id.to_string()).errcode(45009);
    let stopped = first.run(&world.client, &store, &limits(), &mut |_| {}).await.unwrap_err();
    assert!(
        matches!(stopped, DeletionError::Call { msg_id, .. } if msg_id == first.jobs[0].msg_id)
    );

    for _ in 0..8 {
        store.spend(&app_id(), Spend::Delete, world.now(), &[]).await.unwrap();
    }
    let mut second = deletion().await;
    assert_eq!((second.jobs.len(), second.deleted.len()), (1, 1));
    let closed = second.run(&world.client, &store, &limits(), &mut |_| {}).await.unwrap_err();
    let DeletionError::Closed { until, .. } = closed else { panic!("{closed:?}") };
    world.clock.advance_to(until);
    second.run(&world.client, &store, &limits(), &mut |_| {}).await.unwrap();
    assert_eq!(deletion().await.jobs, []);
    assert_eq!(world.count(DELETE), 4);
}

#[tokio::test]
async fn a_job_that_cannot_be_deleted_does_not_keep_the_others() {
    let (world, store) = (World::new(TWO_CALLS), MemoryStore::new());
    let plan = plan(TWO_CALLS, article());
    let mut journal = store.open(&plan, world.now()).await.unwrap();
    world.run_on(&plan, journal.as_mut()).await.unwrap();
    world.mock.on(DELETE).errcode(40204);
    let mut deletion = Deletion::plan(&store, &app_id(), "spring", None).await.unwrap();
    deletion.run(&world.client, &store, &limits(), &mut |_| {}).await.unwrap();
    let [refused] = &deletion.refused[..] else { panic!("{deletion:?}") };
    assert_eq!((refused.code.get(), deletion.deleted.len()), (40204, 1));
    let again = Deletion::plan(&store, &app_id(), "spring", None).await.unwrap();
    assert_eq!(again.jobs, std::slice::from_ref(&refused.job));
}

/// Whoever takes a message back does not want it to go out to the others meanwhile.
#[tokio::test]
async fn a_campaign_with_calls_to_come_is_stopped_first() {
    let (world, store) = (World::new(TWO_CALLS), MemoryStore::new());
    let plan = plan(TWO_CALLS, article());
    drop(store.open(&plan, world.now()).await.unwrap());
    // One article too: the calls to come would send it again.
    for article in [NonZeroU64::new(1), None] {
        let mut deletion = Deletion::plan(&store, &app_id(), "spring", article).await.unwrap();
        assert_eq!((&deletion.to_come[..], deletion.stops_the_campaign()), (&[0, 1][..], true));
        deletion.run(&world.client, &store, &limits(), &mut |_| {}).await.unwrap();
        assert!(deletion.stopped);
        let mut journal = store.open(&plan, world.now()).await.unwrap();
        let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
        assert!(matches!(report.brake, Some(Brake::Stopped { .. })), "{report:?}");
        assert_eq!(world.mock.received_count(), 0);
        journal.append(&Entry::GoOn { at: world.now() }).await.unwrap();
    }
}

/// As when the platform gave two sends one statistics id, one article address, or both one draft.
#[tokio::test]
async fn sends_that_share_a_material_are_named() {
    let (world, store) = (World::new(2), MemoryStore::new());
    let note = |name: &'static str, entry: Entry| {
        let store = store.clone();
        async move { store.note(&app_id(), name, &entry).await.unwrap() }
    };
    let at = world.now();
    let accepted = |job: u64, data: Option<u64>| -> Entry {
        let fact = serde_json::json!({
            "entry": "answer", "chunk": 0, "at": 0, "answer": "accepted",
            "msg_id": job, "msg_data_id": data, "already": false,
        });
        serde_json::from_value(fact).unwrap()
    };
    let draft = |id: &str| Entry::Draft { chunk: 0, media_id: MediaId::new(id).unwrap() };
    let report = |job: u64, url: &str| {
        let source = ReportSource::Callback;
        let mut report = MassReport::new(MsgId::new(job), JobStatus::Success, source);
        report.article_urls = vec![ArticleUrl::new(1, url)];
        Entry::Report { at, report }
    };
    for (name, data, media, url) in [
        ("spring", Some(7), "d1", "http://x/1"),
        ("by-draft", None, "d1", "http://x/2"),
        ("by-statistics", Some(7), "d2", "http://x/3"),
        ("by-address", None, "d3", "http://x/1"),
        ("alone", Some(8), "d4", "http://x/4"),
    ] {
        let plan = wechat_mass::campaign::Plan::new(app_id(), name, to_fans(2), text()).unwrap();
        drop(store.open(&plan, at).await.unwrap());
        let job = name.len() as u64;
        note(name, draft(media)).await;
        note(name, accepted(job, data)).await;
        note(name, report(job, url)).await;
    }
    let deletion = Deletion::plan(&store, &app_id(), "spring", NonZeroU64::new(1)).await.unwrap();
    let mut named: Vec<&str> = deletion.sharing.iter().map(|job| job.campaign.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["by-address", "by-draft", "by-statistics"]);
}

#[tokio::test]
async fn those_whom_the_platform_could_not_tag_are_named() {
    let world = World::with(120, |settings| settings.partial_tagging = true);
    world.mock.add_tag(TagId::new(134), "熟客");
    let list = fans(119).into_iter().chain([fan(500)]);
    let mut steps = Vec::new();
    let mut observe = |done: &wechat_mass::tagging::Tagged| steps.push(done.changed);
    let tag = TagId::new(134);
    let done = change_tag(&world.client, TagChange::Add, tag, list, &mut observe).await.unwrap();
    assert_eq!((done.changed, done.failed), (119, vec![fan(500)]));
    assert_eq!(steps, [50, 100, 119]);
}

#[tokio::test]
async fn a_list_that_goes_in_a_circle_ends() {
    let (world, folder) = (World::new(2), tempfile::tempdir().unwrap());
    world.mock.stub::<GetFollowers>(|_| Ok(GetFollowersResponse::new(9, fans(2))));
    let file = folder.path().join("all.txt");
    let mut export = FollowerExport::open(&file, &world.client, Followers::All).unwrap();
    let ended = export.run(&world.client, &mut |_| {}).await.unwrap_err();
    assert!(matches!(&ended, ExportError::Circle { after, .. } if *after == fan(1)), "{ended}");
}

/// Whatever page fails, and however much of the next one is in the file already: the list is whole.
#[tokio::test]
async fn an_export_goes_on_from_any_page() {
    const PAGES: usize = 4;
    for fails in 1..=PAGES + 1 {
        let (world, folder) = (World::new(2), tempfile::tempdir().unwrap());
        let mut asked = 0;
        world.mock.stub::<GetFollowers>(move |request| {
            asked += 1;
            if asked == fails {
                return Err(45009);
            }
            let page = |n: usize| vec![fan(2 * n), fan(2 * n + 1)];
            let next = match &request.after {
                None => 0,
                Some(id) => (0..PAGES).find(|n| page(*n).last() == Some(id)).unwrap() + 1,
            };
            let open_ids = if next < PAGES { page(next) } else { Vec::new() };
            Ok(GetFollowersResponse::new(2 * PAGES as u64, open_ids))
        });
        let file = folder.path().join("all.txt");
        let open = || FollowerExport::open(&file, &world.client, Followers::All).unwrap();
        let stopped = open().run(&world.client, &mut |_| {}).await.unwrap_err();
        let ExportError::Page { open_ids, .. } = stopped else { panic!("{stopped}") };
        assert_eq!(open_ids, 2 * (fails as u64 - 1));
        let part = folder.path().join("all.txt.part");
        let torn = std::fs::read_to_string(&part).unwrap() + "oTESTfan0000";
        std::fs::write(&part, torn).unwrap();
        let mut again = open();
        assert_eq!(again.resumed(), open_ids);
        assert_eq!(again.run(&world.client, &mut |_| {}).await.unwrap(), 2 * PAGES as u64);
        let lines: Vec<String> = fans(2 * PAGES).iter().map(|id| format!("{id}\n")).collect();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), lines.concat());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

/// A part that lost what its cursor counts is not taken for whole.
#[tokio::test]
async fn a_part_shorter_than_its_cursor_is_refused() {
    let (world, folder) = (World::new(TWO_CALLS), tempfile::tempdir().unwrap());
    world.mock.on("/cgi-bin/user/get").nth(2).errcode(45009);
    let file = folder.path().join("all.txt");
    let open = || FollowerExport::open(&file, &world.client, Followers::All).unwrap();
    open().run(&world.client, &mut |_| {}).await.unwrap_err();
    std::fs::write(folder.path().join("all.txt.part"), "short").unwrap();
    let ended = open().run(&world.client, &mut |_| {}).await.unwrap_err();
    assert!(matches!(ended, ExportError::File { .. }), "{ended}");
    assert!(!file.exists());
}
