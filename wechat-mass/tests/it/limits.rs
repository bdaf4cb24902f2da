//! The platform's own limits, refused or only warned of; what protects the readers is held always.

use wechat_http::{Checks, Client};
use wechat_mass::article::{PublishError, publish};
use wechat_mass::campaign::{Conclusion, Content, Plan};

use crate::world::{DRAFT_ADD, World, app_id, tea, to_fans};

/// A platform that takes longer titles than any document allows, and a client that does this.
fn world(checks: Checks) -> World {
    let mut world = World::with(3, |rules| rules.title_limit = 100);
    world.client = Client::builder(world.mock.app_id(), world.mock.app_secret())
        .transport(world.mock.transport())
        .clock(world.mock.clock())
        .checks(checks)
        .build()
        .unwrap();
    world
}

fn long_title() -> Content {
    let mut article = tea();
    article.title = "标".repeat(65);
    Content::article(article)
}

fn planned(checks: Checks, content: Content) -> Result<Plan, Vec<String>> {
    Plan::with_checks(checks, app_id(), "spring", to_fans(3), content).map_err(|found| found.list)
}

#[tokio::test]
async fn a_plan_with_warnings_goes_out_by_a_client_with_warnings() {
    let refused = planned(Checks::Refuse, long_title()).unwrap_err();
    assert!(refused.len() == 1 && refused[0].contains("45003"), "{refused:?}");
    let plan = planned(Checks::Warn, long_title()).unwrap();
    assert!(plan.warnings().iter().any(|text| text.contains("45003")), "{:?}", plan.warnings());
    let world = world(Checks::Warn);
    assert_eq!(world.run(&plan).await.conclusion(), Conclusion::Success);
    world.assert_once(3);
}

#[tokio::test]
async fn a_client_that_refuses_sends_nothing_of_such_a_plan() {
    let plan = planned(Checks::Warn, long_title()).unwrap();
    let world = world(Checks::Refuse);
    assert_ne!(world.run(&plan).await.conclusion(), Conclusion::Success);
    assert_eq!(world.requests(DRAFT_ADD).len(), 0);
    assert_eq!(world.mock.jobs().len(), 0);
}

#[tokio::test]
async fn publishing_goes_by_the_client() {
    let mut article = tea();
    article.title = "标".repeat(65);
    publish(&world(Checks::Warn).client, &article).await.unwrap();
    let strict = world(Checks::Refuse);
    let error = publish(&strict.client, &article).await.unwrap_err();
    assert!(matches!(error, PublishError::Article(_)), "{error:?}");
    assert_eq!(strict.mock.received().len(), 0);
}

#[test]
fn what_is_no_limit_of_the_platform_stays_refused() {
    for content in [
        Content::Text(" ".to_owned()),
        Content::articles_of(Vec::new(), false),
        Content::article({
            let mut article = tea();
            article.html = "<img src=\"https://example.com/foreign.jpg\">".to_owned();
            article
        }),
    ] {
        assert!(planned(Checks::Warn, content.clone()).is_err(), "{content:?}");
    }
    let nine = Content::articles_of(vec![tea(); 9], false);
    assert!(planned(Checks::Refuse, nine.clone()).is_err());
    assert!(planned(Checks::Warn, nine).is_ok());
}
