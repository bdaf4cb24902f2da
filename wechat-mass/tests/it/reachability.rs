//! Who has had the messages of the month, from what campaigns recorded.

use std::sync::Arc;

use wechat_http::describe;
use wechat_mass::campaign::{Conclusion, Content, Plan, Resolution, resolve};
use wechat_mass::journal::{MemoryStore, Store as _};
use wechat_mass::reachability::{Reachability, only_reachable};
use wechat_mass::recipients::{Gatherer, Scratch, reached_by};
use wechat_mock::Verdict;
use wechat_types::mass::{Audience, Recipients};

use crate::world::{HOUR, World, app_id, fan, fans, text, to_fans};

fn plan(name: &str, audience: Audience) -> Plan {
    Plan::new(app_id(), name, audience, text()).unwrap()
}

async fn send(world: &World, store: &MemoryStore, plan: &Plan) -> Conclusion {
    let mut journal = store.open(plan, world.now()).await.unwrap();
    world.run_on(plan, journal.as_mut()).await.unwrap().conclusion()
}

#[tokio::test]
async fn the_fifth_message_of_a_month_is_foreseen_as_the_platform_filters_it() {
    let world = World::new(6);
    let store = MemoryStore::new();
    for (number, count) in [(1, 6), (2, 4), (3, 4), (4, 4)] {
        send(&world, &store, &plan(&format!("campaign {number}"), to_fans(count))).await;
    }
    let whole = plan("fifth", to_fans(6));
    let only = only_reachable(&store, &whole, world.now(), Scratch::in_memory()).await.unwrap();
    assert_eq!((only.left_out, only.plan.recipients()), (4, Some(2)));
    send(&world, &store, &only.plan).await;
    let counts = world.mock.jobs().last().unwrap().counts;
    assert_eq!((counts.total, counts.after_filter), (2, 2));
    // Taken up again, it is the same plan, though two have had their message by now.
    store.state_website_sends(&app_id(), 1, world.now()).await.unwrap();
    let again = only_reachable(&store, &whole, world.now(), Scratch::in_memory()).await.unwrap();
    assert_eq!((again.plan.digest(), again.left_out), (only.plan.digest(), 4));
    // The platform would have filtered just those.
    let sixth = plan("sixth", to_fans(6));
    send(&world, &store, &sixth).await;
    let counts = world.mock.jobs().last().unwrap().counts;
    assert_eq!((counts.total, counts.after_filter), (6, 2));
    // The next month everybody gets one again.
    world.clock.advance(31 * 24 * HOUR);
    let month = Reachability::read(&store, &app_id(), None, world.now()).await.unwrap();
    assert!(fans(6).iter().all(|id| month.reaches(id)));
}

#[tokio::test]
async fn who_is_new_in_a_list_is_not_taken_for_left_out() {
    let world = World::new(8);
    let store = MemoryStore::new();
    let only =
        async |plan: &Plan| only_reachable(&store, plan, world.now(), Scratch::in_memory()).await;
    for number in 1..=4 {
        send(&world, &store, &plan(&format!("campaign {number}"), to_fans(2))).await;
    }
    let fifth = only(&plan("fifth", to_fans(6))).await.unwrap();
    assert_eq!(fifth.left_out, 2);
    // As long as nobody got anything, the list may change.
    let fifth = only(&plan("fifth", to_fans(5))).await.unwrap();
    assert_eq!((fifth.left_out, fifth.plan.recipients()), (2, Some(3)));
    send(&world, &store, &fifth.plan).await;
    let refused = describe(&only(&plan("fifth", to_fans(8))).await.unwrap_err());
    assert!(refused.contains("3 OpenIDs, the reachable ones of a list of 5"), "{refused}");
    assert!(refused.contains("another name"), "{refused}");
    // The list of then goes on, and so does the part of it that is sent to.
    let again = only(&plan("fifth", to_fans(5))).await.unwrap();
    assert_eq!((again.left_out, again.plan.digest()), (2, fifth.plan.digest()));
    let again = only(&fifth.plan).await.unwrap();
    assert_eq!((again.left_out, again.plan.digest()), (2, fifth.plan.digest()));
    // Another content is the store's to tell.
    let other = Content::Text("另一篇".to_owned());
    let other = Plan::new(app_id(), "fifth", to_fans(5), other).unwrap();
    let other = only(&other).await.unwrap().plan;
    let refused = describe(&store.open(&other, world.now()).await.unwrap_err());
    assert!(refused.contains("the content was changed"), "{refused}");

    // Begun with the whole list: the store tells what was added, for nobody was left out.
    send(&world, &store, &plan("whole", to_fans(3))).await;
    let longer = only(&plan("whole", to_fans(5))).await.unwrap();
    assert_eq!(longer.left_out, 0);
    let refused = describe(&store.open(&longer.plan, world.now()).await.unwrap_err());
    assert!(refused.contains("added: 2 OpenIDs"), "{refused}");
    let same = only(&plan("whole", to_fans(3))).await.unwrap();
    assert_eq!((same.left_out, same.plan.recipients()), (0, Some(3)));
}

#[tokio::test]
async fn who_is_reachable_is_chosen_anew_until_a_call_was_begun_or_others_take_part() {
    let world = World::new(6);
    let store = MemoryStore::with_clock(Arc::new(world.clock.clone()));
    let join = async |plan: &Plan, name: &str| store.join(plan, name, world.now()).await.unwrap();
    let whole = plan("fifth", to_fans(6));
    let only =
        async || only_reachable(&store, &whole, world.now(), Scratch::in_memory()).await.unwrap();
    let month = async |name: &str, count| send(&world, &store, &plan(name, to_fans(count))).await;
    for (name, count) in [("first", 2), ("second", 2), ("third", 3), ("fourth", 3)] {
        month(name, count).await;
    }
    let anna = only().await;
    assert_eq!(anna.left_out, 2);
    let journal = join(&anna.plan, "anna").await;
    // Somebody has had all messages meanwhile: Anna's plan is Ben's too, who comes while she is there.
    for name in ["beside", "behind"] {
        month(name, 3).await;
    }
    let ben = only().await;
    assert_eq!((ben.left_out, ben.plan.digest()), (2, anna.plan.digest()));
    drop(join(&ben.plan, "ben").await);
    drop(journal);
    // Nobody is there and nothing was sent.
    let cleo = only().await;
    assert_eq!(cleo.left_out, 3);
    let journal = join(&cleo.plan, "cleo").await;
    drop(journal);
    let frozen = store.recipients(&app_id(), "fifth", 0).await.unwrap();
    assert_eq!(frozen, Recipients::new(fans(6).split_off(3)).ok());
}

#[tokio::test]
async fn whom_nothing_reached_is_not_said_to_be_reached() {
    let world = World::new(3);
    let store = MemoryStore::new();
    let reached = async |name: &str| {
        let mut gatherer = Gatherer::new(Scratch::in_memory());
        reached_by(&store, &app_id(), name, &mut gatherer).await.unwrap();
        gatherer.finish().unwrap().len()
    };
    send(&world, &store, &plan("sent", to_fans(3))).await;
    assert_eq!(reached("sent").await, 3);
    for (name, verdict) in [("failed", Verdict::Fail), ("refused", Verdict::Refused(20008))] {
        world.mock.next_job_verdict(verdict);
        send(&world, &store, &plan(name, to_fans(3))).await;
        assert_eq!(reached(name).await, 0, "{name}");
    }
    // Nobody knows, until a human does.
    let lost = plan("lost", to_fans(3));
    let mut journal = store.open(&lost, world.now()).await.unwrap();
    assert!(world.run_and_die(&lost, journal.as_mut(), 1, true).is_none());
    assert_eq!(reached("lost").await, 3);
    resolve(journal.as_mut(), &lost, 0, Resolution::NotSent, world.now()).await.unwrap();
    assert_eq!(reached("lost").await, 0);
}

#[tokio::test]
async fn sends_to_everyone_and_on_the_website_count_for_all() {
    let world = World::new(5);
    let store = MemoryStore::new();
    send(&world, &store, &plan("everyone", Audience::everyone())).await;
    store.state_website_sends(&app_id(), 2, world.now()).await.unwrap();
    let month = Reachability::read(&store, &app_id(), None, world.now()).await.unwrap();
    assert_eq!((month.to_everyone(), month.received(&fan(0)), month.received(&fan(99))), (3, 3, 3));
    store.state_website_sends(&app_id(), 3, world.now()).await.unwrap();
    let month = Reachability::read(&store, &app_id(), None, world.now()).await.unwrap();
    assert!(!month.reaches(&fan(0)));
    let nobody =
        only_reachable(&store, &plan("next", to_fans(5)), world.now(), Scratch::in_memory()).await;
    assert!(describe(&nobody.unwrap_err()).contains("no plan"));
}
