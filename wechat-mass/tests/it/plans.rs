//! Plans: audiences cut into calls, keys that never change, content that counts in every field.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wechat_mass::article::ArticleSource;
use wechat_mass::campaign::{ChunkAudience, Content, Plan};
use wechat_mass::{ContentDigest, split};
use wechat_types::id::{AppId, OpenId, TagId};
use wechat_types::mass::Audience;

use crate::world::{
    THREE_CALLS, TWO_CALLS, app_id, article, fan, fans, jpeg, plan, png, tea, text, to_fans,
};

fn keys(plan: &Plan) -> Vec<String> {
    plan.chunks().iter().map(|chunk| chunk.key.to_string()).collect()
}

#[test]
fn the_keys_never_change() {
    // Computed by another program, from the documented recipe. A change here would send running
    // campaigns a second time.
    assert_eq!(
        keys(&plan(THREE_CALLS, text())),
        [
            "a3fdf546d95d99cbd238087bac5957e6",
            "d21d1ba929dcd44e16fc879e7181580a",
            "8d7d5b279d550748efbe09ac38009cb5",
        ]
    );
    assert_eq!(keys(&plan(3, article())), ["d3baeab14051e15c032ec9df9567dba6"]);
    let everyone = Plan::new(app_id(), "spring", Audience::everyone(), text()).unwrap();
    assert_eq!(keys(&everyone), ["5586c1d1dc62c183e605e5931e8142ce"]);
    let tag = Plan::new(app_id(), "spring", Audience::tag(TagId::new(134)), text()).unwrap();
    assert_eq!(keys(&tag), ["cfab1542ecce0f2cb05b847a4a8a1c69"]);
}

#[test]
fn a_key_fits_the_shortest_documented_limit() {
    for key in keys(&plan(THREE_CALLS, article())) {
        assert_eq!(key.len(), 32);
        assert!(key.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    }
}

#[test]
fn each_part_of_a_plan_is_in_its_keys() {
    let base = plan(5, text());
    let other = AppId::new("wxffffffffffffffff").unwrap();
    let plans = [
        base.clone(),
        Plan::new(other, "spring", to_fans(5), text()).unwrap(),
        Plan::new(app_id(), "summer", to_fans(5), text()).unwrap(),
        plan(6, text()),
        plan(5, Content::Text("x".to_owned())),
        plan(5, article()),
        Plan::new(app_id(), "spring", Audience::everyone(), text()).unwrap(),
        Plan::new(app_id(), "spring", Audience::tag(TagId::new(2)), text()).unwrap(),
        Plan::new(app_id(), "spring", Audience::tag(TagId::new(3)), text()).unwrap(),
    ];
    let all: BTreeSet<_> = plans.iter().flat_map(keys).collect();
    assert_eq!(all.len(), plans.len());
    let digests: BTreeSet<_> = plans.iter().map(|plan| *plan.digest()).collect();
    assert_eq!(digests.len(), plans.len());
    assert_eq!(keys(&base), keys(&plan(5, text())));
}

#[test]
fn each_recipient_is_in_exactly_one_call() {
    for count in [2, 3, 10_000, TWO_CALLS, 20_001, THREE_CALLS] {
        let plan = plan(count, text());
        let chunks = plan.chunks();
        let mut reached: Vec<OpenId> = Vec::new();
        for chunk in chunks {
            let ids = plan.open_ids(chunk).unwrap();
            assert!((2..=10_000).contains(&ids.len()));
            reached.extend(ids);
        }
        assert_eq!(reached, fans(count));
        assert_eq!(plan.recipients(), Some(count));
        assert_eq!(chunks.len(), split(count).len());
        assert_eq!(keys(&plan).iter().collect::<BTreeSet<_>>().len(), chunks.len());
    }
}

#[test]
fn duplicates_are_removed_and_counted() {
    let list = [fan(1), fan(0), fan(1), fan(2), fan(0), fan(1)].to_vec();
    let audience = Audience::open_ids(list).unwrap();
    let plan = Plan::new(app_id(), "spring", audience, text()).unwrap();
    assert_eq!((plan.duplicates(), plan.recipients()), (3, Some(3)));
    assert_eq!(plan.open_ids(&plan.chunks()[0]).unwrap(), [fan(1), fan(0), fan(2)]);
}

#[test]
fn one_recipient_is_refused_with_the_reason() {
    let error = Audience::open_ids(vec![fan(0)]).unwrap_err();
    assert!(error.to_string().contains("preview"), "{error}");
    assert!(Audience::open_ids(Vec::new()).is_err());
    // Also when it only turns out to be one.
    let audience = Audience::open_ids(vec![fan(0), fan(0), fan(0)]).unwrap();
    let problems = Plan::new(app_id(), "spring", audience, text()).unwrap_err();
    insta::assert_snapshot!(problems, @"without its 2 duplicates, the list would be refused with 40130 (invalid openid list size, at least two openid / openid列表至少2个): the list holds one single OpenID; a mass message goes to at least two (use preview to reach one person)");
}

#[test]
fn everyone_and_a_tag_are_one_call_of_unknown_size() {
    for (audience, expected) in [
        (Audience::everyone(), ChunkAudience::Everyone),
        (Audience::tag(TagId::new(134)), ChunkAudience::Tag(TagId::new(134))),
    ] {
        let plan = Plan::new(app_id(), "spring", audience, text()).unwrap();
        assert_eq!(plan.chunks().len(), 1);
        assert_eq!(plan.chunks()[0].audience, expected);
        assert_eq!(plan.recipients(), None);
        assert!(plan.open_ids(&plan.chunks()[0]).unwrap().is_empty());
    }
}

#[test]
fn a_name_is_a_name() {
    let of = |name: &str| Plan::new(app_id(), name, to_fans(2), text());
    for bad in ["", "   ", "a\nb", "a\u{0}", &"x".repeat(65)] {
        assert!(of(bad).unwrap_err().to_string().contains("the campaign's name"), "{bad:?}");
    }
    for good in ["春茶 2026/4", &"茶".repeat(64)] {
        assert_eq!(of(good).unwrap().name(), good);
    }
}

#[test]
fn an_empty_text_is_refused() {
    for empty in ["", "  \n"] {
        let content = Content::Text(empty.to_owned());
        let problems = Plan::new(app_id(), "spring", to_fans(2), content).unwrap_err();
        assert!(problems.to_string().contains("44004"), "{problems}");
    }
}

#[test]
fn what_the_platform_will_change_is_warned_of() {
    let mut article = tea();
    article.html.push_str("<script>x()</script><a href='https://example.com'>x</a>");
    article.title = "茶".repeat(40);
    let plan = plan(2, Content::article(article));
    insta::assert_debug_snapshot!(plan.warnings(), @r#"
    [
        "1 scripts or event handlers: the platform removes them",
        "1 links to other sites: the platform removes them for accounts without WeChat Pay",
        "the title has 40 characters: the newest document allows 32, older ones 64",
    ]
    "#);
    assert!(crate::world::plan(2, crate::world::article()).warnings().is_empty());
}

type Change = fn(&mut ArticleSource);

/// Each field of an article, changed.
fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("title", |a| a.title.push('!')),
        ("author", |a| a.author = Some("别人".to_owned())),
        ("no author", |a| a.author = None),
        ("empty author", |a| a.author = Some(String::new())),
        ("digest", |a| a.digest = Some("别的".to_owned())),
        ("no digest", |a| a.digest = None),
        ("html", |a| a.html.push(' ')),
        ("source url", |a| a.content_source_url = Some("https://example.com".to_owned())),
        ("no source url", |a| a.content_source_url = None),
        ("cover", |a| a.cover = jpeg("cover.jpg", b"other")),
        ("picture", |a| {
            a.pictures.insert("pictures/bg.png".to_owned(), png("pictures/bg.png", b"other"));
        }),
        ("picture's place", |a| {
            let picture = a.pictures.remove("pictures/bg.png").unwrap();
            a.pictures.insert("pictures/bg2.png".to_owned(), picture);
        }),
        ("fewer pictures", |a| drop(a.pictures.remove("pictures/bg.png"))),
        ("comments off", |a| a.open_comments = Some(false)),
        ("comments unsaid", |a| a.open_comments = None),
        ("followers comment", |a| a.only_followers_comment = Some(true)),
        ("followers unsaid", |a| a.only_followers_comment = None),
    ]
}

#[test]
fn every_field_of_an_article_is_in_its_digest() {
    let mut digests = BTreeMap::from([(tea().content_digest(), "unchanged")]);
    for (name, change) in changes() {
        let mut article = tea();
        change(&mut article);
        let other = digests.insert(article.content_digest(), name);
        assert_eq!(other, None, "{name}");
    }
}

#[test]
fn a_file_s_name_is_not_content() {
    let mut renamed = tea();
    renamed.cover = jpeg("/pictures/cover-final-2.jpg", b"cover");
    assert_eq!(renamed.content_digest(), tea().content_digest());
}

#[test]
fn a_message_s_digest_holds_order_number_and_flag() {
    let mut second = tea();
    second.title.push('2');
    let of = |articles: Vec<ArticleSource>, flag| Content::articles_of(articles, flag).digest();
    let digests = BTreeSet::from([
        of(vec![tea()], false),
        of(vec![tea()], true),
        of(vec![tea(), tea()], false),
        of(vec![tea(), second.clone()], false),
        of(vec![second, tea()], false),
        text().digest(),
        Content::Text(String::new()).digest(),
    ]);
    assert_eq!(digests.len(), 7);
    assert_eq!(Content::article(tea()).digest(), of(vec![tea()], false));
}

proptest! {
    #[test]
    fn parts_never_run_into_each_other(a in prop::collection::vec("[ab]{0,3}", 0..4), b in prop::collection::vec("[ab]{0,3}", 0..4)) {
        let digest = |parts: &[String]| ContentDigest::of(parts.iter().map(String::as_bytes));
        prop_assert_eq!(digest(&a) == digest(&b), a == b);
    }

    #[test]
    fn texts_of_two_fields_do_not_change_places(
        title in "[ab]{1,3}", author in "[ab]{0,3}", digest in "[ab]{0,3}", html in "[ab]{1,3}",
    ) {
        let article = |title: &str, author: &str, digest: &str, html: &str| {
            let mut article = ArticleSource::new(title, html, jpeg("c.jpg", b""), BTreeMap::new());
            (article.author, article.digest) = (Some(author.to_owned()), Some(digest.to_owned()));
            article.content_digest()
        };
        let base = article(&title, &author, &digest, &html);
        prop_assert_eq!(base == article(&author, &title, &digest, &html), title == author);
        prop_assert_eq!(base == article(&title, &digest, &author, &html), author == digest);
        prop_assert_eq!(base == article(&html, &author, &digest, &title), title == html);
    }
}
