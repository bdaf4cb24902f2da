//! Who has had the messages of the month, from what campaigns recorded.

use wechat_http::describe;
use wechat_mass::campaign::{Conclusion, Plan};
use wechat_mass::journal::{MemoryStore, Store as _};
use wechat_mass::reachability::{Reachability, only_reachable};
use wechat_mass::recipients::Scratch;
use wechat_types::mass::Audience;

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
    let only = only_reachable(&store, &whole, 0, world.now(), Scratch::in_memory()).await.unwrap();
    assert_eq!((only.left_out, only.plan.recipients()), (4, Some(2)));
    send(&world, &store, &only.plan).await;
    let counts = world.mock.jobs().last().unwrap().counts;
    assert_eq!((counts.total, counts.after_filter), (2, 2));
    // Taken up again, it is the same plan, though two have had their message by now.
    let again = only_reachable(&store, &whole, 3, world.now(), Scratch::in_memory()).await.unwrap();
    assert_eq!(again.plan.digest(), only.plan.digest());
    // The platform would have filtered just those.
    let sixth = plan("sixth", to_fans(6));
    send(&world, &store, &sixth).await;
    let counts = world.mock.jobs().last().unwrap().counts;
    assert_eq!((counts.total, counts.after_filter), (6, 2));
    // The next month everybody gets one again.
    world.clock.advance(31 * 24 * HOUR);
    let month = Reachability::read(&store, &app_id(), None, 0, world.now()).await.unwrap();
    assert!(fans(6).iter().all(|id| month.reaches(id)));
}

#[tokio::test]
async fn sends_to_everyone_and_on_the_website_count_for_all() {
    let world = World::new(5);
    let store = MemoryStore::new();
    send(&world, &store, &plan("everyone", Audience::everyone())).await;
    let month = Reachability::read(&store, &app_id(), None, 2, world.now()).await.unwrap();
    assert_eq!((month.to_everyone(), month.received(&fan(0)), month.received(&fan(99))), (3, 3, 3));
    let month = Reachability::read(&store, &app_id(), None, 3, world.now()).await.unwrap();
    assert!(!month.reaches(&fan(0)));
    let nobody =
        only_reachable(&store, &plan("next", to_fans(5)), 3, world.now(), Scratch::in_memory())
            .await;
    assert!(describe(&nobody.unwrap_err()).contains("no plan"));
}
