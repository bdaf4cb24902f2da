//! From an article's files to a draft on the platform, and what is refused before any request.

use std::collections::BTreeMap;
use std::fs;

use wechat_mass::article::{
    ArticleSource, Picture, PublishError, Uploads, add_cover, add_draft, load_pictures, publish,
    upload_picture,
};
use wechat_mass::campaign::{Content, Plan};
use wechat_mass::journal::{Entry, MemoryJournal};
use wechat_mock::StoredArticle;

use crate::world::{
    ADD_MATERIAL, DRAFT_ADD, UPLOADIMG, World, app_id, article, jpeg, plan, png, png_bytes, tea,
    to_fans,
};

/// The stored article is ours, with these two addresses in the place of the files.
#[track_caller]
fn assert_stored(stored: &StoredArticle, jpg: &str, png: &str, cover: &str) {
    let source = tea();
    assert_eq!(stored.title, source.title);
    assert_eq!(Some(&stored.author), source.author.as_ref());
    assert_eq!(Some(&stored.digest), source.digest.as_ref());
    assert_eq!(Some(&stored.content_source_url), source.content_source_url.as_ref());
    assert_eq!(stored.thumb_media_id, cover);
    assert_eq!(stored.dropped_pictures, Vec::<String>::new());
    assert!(!stored.is_picture_post);
    assert_eq!(
        stored.content,
        format!(
            "<p>谷雨之前，茶山最忙。<img src=\"{jpg}\"></p>\n\
             <section style=\"background: url({png})\"><img src=\"{jpg}\"></section>"
        )
    );
}

/// The addresses the mock gave out: of the JPEG and of the PNG.
#[track_caller]
fn addresses(world: &World) -> (String, String) {
    let [first, second] = world.mock.article_pictures().try_into().expect("two uploads");
    if first.contains("mmbiz_jpg") { (first, second) } else { (second, first) }
}

#[tokio::test]
async fn a_campaign_puts_both_addresses_into_the_draft() {
    let world = World::new(5);
    let mut journal = MemoryJournal::new();
    let report = world.run_on(&plan(5, article()), &mut journal).await.unwrap();
    let draft = world.draft(report.chunks[0].draft.as_ref().unwrap());
    let cover = journal.entries().iter().find_map(|entry| match entry {
        Entry::Cover { media_id, .. } => Some(media_id.to_string()),
        _ => None,
    });
    let (jpg, png) = addresses(&world);
    assert_eq!(draft.articles.len(), 1);
    assert_stored(&draft.articles[0], &jpg, &png, &cover.unwrap());
}

#[tokio::test]
async fn publish_alone_goes_the_whole_way() {
    let world = World::new(0);
    let id = publish(&world.client, &tea()).await.unwrap();
    let draft = world.draft(&id);
    let (jpg, png) = addresses(&world);
    let cover = draft.articles[0].thumb_media_id.clone();
    assert_stored(&draft.articles[0], &jpg, &png, &cover);
    assert!(!draft.consumed);
    let counts = [UPLOADIMG, ADD_MATERIAL, DRAFT_ADD].map(|path| world.count(path));
    assert_eq!(counts, [2, 1, 1]);
}

#[tokio::test]
async fn the_steps_can_be_gone_one_by_one() {
    let world = World::new(0);
    let article = tea();
    let mut uploads = Uploads::default();
    // Without its uploads the article would lose its pictures silently.
    let error = add_draft(&world.client, &[(&article, &uploads)]).await.unwrap_err();
    let PublishError::Article(problems) = error else { panic!("{error:?}") };
    assert_eq!(
        problems.list,
        ["pictures/tea.jpg is not uploaded", "pictures/bg.png is not uploaded"]
    );
    for (source, picture) in &article.pictures {
        let address = upload_picture(&world.client, picture).await.unwrap();
        uploads.addresses.insert(source.clone(), address);
    }
    let error = add_draft(&world.client, &[(&article, &uploads)]).await.unwrap_err();
    assert!(
        matches!(&error, PublishError::Article(problems)
        if problems.to_string().contains("the cover of") ),
        "{error:?}"
    );
    assert_eq!(world.count(DRAFT_ADD), 0);
    uploads.cover = Some(add_cover(&world.client, &article.cover).await.unwrap());
    let id = add_draft(&world.client, &[(&article, &uploads), (&article, &uploads)]).await.unwrap();
    assert_eq!(world.draft(&id).articles.len(), 2);
}

#[tokio::test]
async fn an_article_from_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    fs::create_dir(dir.join("图")).unwrap();
    fs::write(dir.join("图/a b.png"), png_bytes(b"1")).unwrap();
    // The extension is wrong; the platform compares it with the content.
    fs::write(dir.join("cover.gif"), png_bytes(b"2")).unwrap();
    fs::write(dir.join("tea.html"), "<p>茶</p><img src='%E5%9B%BE/a%20b.png'>").unwrap();
    let article = ArticleSource::from_dir(dir, "茶", "tea.html", "cover.gif").unwrap();
    let world = World::new(0);
    let id = publish(&world.client, &article).await.unwrap();
    let stored = &world.draft(&id).articles[0];
    let [address] = world.mock.article_pictures().try_into().unwrap();
    assert_eq!(stored.content, format!("<p>茶</p><img src=\"{address}\">"));
    assert_eq!((stored.author.as_str(), stored.digest.as_str()), ("", ""));
}

#[test]
fn a_folder_with_everything_wrong_names_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    fs::write(dir.join("empty.png"), "").unwrap();
    fs::write(dir.join("text.png"), "no picture").unwrap();
    fs::write(dir.join("gif.gif"), b"GIF89a\x02\x00\x02\x00\x80\x00\x00").unwrap();
    fs::write(dir.join("large.png"), png_bytes(&vec![0; 1 << 20])).unwrap();
    fs::write(
        dir.join("a.html"),
        "<img src=empty.png><img src=text.png><img src=gif.gif><img src=large.png><img src=gone.jpg>",
    )
    .unwrap();
    let problems = ArticleSource::from_dir(dir, "x", "a.html", "no-cover.jpg").unwrap_err();
    let shown = problems.to_string().replace(&dir.display().to_string(), "[folder]");
    insta::assert_snapshot!(shown);
    ArticleSource::from_dir(dir, "x", "gone.html", "no-cover.jpg").unwrap_err();
    load_pictures("<img src='https://example.com/a.png'>", dir).unwrap_err();
}

/// Every way an article can be unusable, with a word of what is said.
fn unusable() -> Vec<(&'static str, ArticleSource)> {
    let with = |change: fn(&mut ArticleSource)| {
        let mut article = tea();
        change(&mut article);
        article
    };
    vec![
        ("pictures/tea.jpg is missing", with(|a| drop(a.pictures.remove("pictures/tea.jpg")))),
        ("pictures/bg.png is missing", with(|a| drop(a.pictures.remove("pictures/bg.png")))),
        ("other.png is missing", with(|a| a.html.push_str("<img src=other.png>"))),
        (
            "a jpeg or a png",
            with(|a| {
                let gif = Picture::new("x.gif", b"GIF89a\x02\x00\x02\x00\x80\x00\x00".to_vec());
                a.pictures.insert("pictures/bg.png".to_owned(), gif.unwrap());
            }),
        ),
        (
            "may have 1048576",
            with(|a| {
                let large = png("large.png", &vec![0; 1 << 20]);
                a.pictures.insert("pictures/bg.png".to_owned(), large);
            }),
        ),
        ("may have 10485760", with(|a| a.cover = png("large.png", &vec![0; 10 << 20]))),
        ("another host", with(|a| a.html.push_str("<img src='https://example.com/a.png'>"))),
        ("embedded in the HTML", with(|a| a.html.push_str("<img src='data:image/png;base64,AA'>"))),
        ("srcset", with(|a| a.html.push_str("<img src=pictures/bg.png srcset='a.png 2x'>"))),
        ("45003", with(|a| a.title = "茶".repeat(65))),
        ("45003", with(|a| a.title.clear())),
        ("45110", with(|a| a.author = Some("茶".repeat(17)))),
        ("45004", with(|a| a.digest = Some("茶".repeat(129)))),
        ("45008", with(|a| a.html.push_str(&"茶".repeat(20_000)))),
        ("44003", with(|a| a.html.clear())),
        ("41039", with(|a| a.content_source_url = Some("x".repeat(1025)))),
    ]
}

#[tokio::test]
async fn what_is_unusable_is_refused_before_any_request() {
    let world = World::new(5);
    for (word, article) in unusable() {
        let error = publish(&world.client, &article).await.unwrap_err();
        let PublishError::Article(problems) = error else { panic!("{word}: {error:?}") };
        assert!(problems.to_string().contains(word), "{word}: {problems}");
        // Nor is there a plan of it.
        let content = Content::article(article);
        let problems = Plan::new(app_id(), "spring", to_fans(5), content).unwrap_err();
        assert!(problems.to_string().contains(word), "{word}: {problems}");
    }
    assert!(world.mock.received().is_empty());
}

#[test]
fn all_problems_are_named_at_once() {
    let mut article = tea();
    article.pictures.clear();
    article.title = "茶".repeat(65);
    let problems = Plan::new(app_id(), "\n", to_fans(5), Content::article(article)).unwrap_err();
    insta::assert_snapshot!(problems);
}

#[test]
fn one_to_eight_articles() {
    let of = |count| {
        let content = Content::articles_of(vec![tea(); count], false);
        Plan::new(app_id(), "spring", to_fans(5), content)
    };
    assert!(of(0).unwrap_err().to_string().contains("0 articles"));
    assert!(of(9).unwrap_err().to_string().contains("9 articles"));
    of(1).unwrap();
    of(8).unwrap();
}

#[tokio::test]
async fn a_failed_call_is_the_callers_to_judge() {
    let world = World::new(0);
    for path in [UPLOADIMG, ADD_MATERIAL, DRAFT_ADD] {
        world.mock.on(path).errcode(45009);
        let error = publish(&world.client, &tea()).await.unwrap_err();
        let PublishError::Call(call) = &error else { panic!("{error:?}") };
        assert_eq!(call.code().map(|code| code.get()), Some(45009), "{path}");
        assert_eq!(error.to_string(), "the article did not become a draft");
    }
}

#[tokio::test]
async fn a_title_that_only_the_newest_rule_forbids_is_warned_of_and_named_when_refused() {
    let mut article = tea();
    article.title = "茶".repeat(33);
    let plan = plan(5, Content::article(article));
    assert!(plan.warnings()[0].contains("the title has 33 characters"), "{:?}", plan.warnings());
    // The mock goes by the newest rule unless told otherwise.
    let world = World::new(5);
    let report = world.run(&plan).await;
    assert!(report.halted.as_deref().unwrap().contains("45003"), "{report:?}");
    let world = World::with(5, |rules| rules.title_limit = 64);
    assert_eq!(world.run(&plan).await.halted, None);
}

#[tokio::test]
async fn an_article_without_pictures() {
    let world = World::new(0);
    let article = ArticleSource::new("茶", "<p>茶</p>", jpeg("c.jpg", b""), BTreeMap::new());
    let id = publish(&world.client, &article).await.unwrap();
    assert_eq!(world.draft(&id).articles[0].content, "<p>茶</p>");
    assert_eq!(world.count(UPLOADIMG), 0);
}
