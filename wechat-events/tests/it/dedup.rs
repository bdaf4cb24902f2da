//! Keys, claims and what is seen, with time as a number.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use wechat_events::dedup::{Claim, Lease, LeaseLost, MemoryDedup, PushKey};

use crate::support::{event, file, names, parse_plain};

fn key(xml: &str) -> PushKey {
    PushKey::of(&parse_plain(xml.as_bytes()).unwrap())
}

fn message(time: u32, id: &str) -> String {
    format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>\
         <CreateTime>{time}</CreateTime><MsgType>text</MsgType><Content>c</Content>{id}</xml>"
    )
}

const MINUTE: Duration = Duration::from_secs(60);

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn granted(claim: Claim) -> Lease {
    let Claim::Granted(lease) = claim else { panic!("{claim:?}") };
    lease
}

#[test]
fn messages_are_told_apart_by_their_id_alone() {
    let id = "<MsgId>23456789012345678</MsgId>";
    assert_eq!(key(&message(1, id)), key(&message(2, id)));
    assert_ne!(key(&message(1, id)), key(&message(1, "<MsgId>23456789012345679</MsgId>")));
    let other_account = message(1, id).replace("gh_1", "gh_2");
    assert_ne!(key(&message(1, id)), key(&other_account));
}

#[test]
fn events_of_one_second_are_told_apart_by_what_they_are_about() {
    let click = event("CLICK", "<EventKey>a</EventKey>");
    assert_eq!(key(&click), key(&click));
    for other in [
        event("CLICK", "<EventKey>b</EventKey>"),
        event("VIEW", "<EventKey>a</EventKey>"),
        click.replace("<CreateTime>1700000000", "<CreateTime>1700000001"),
        click.replace("<FromUserName>o1", "<FromUserName>o2"),
        click.replace("gh_1", "gh_2"),
    ] {
        assert_ne!(key(&click), key(&other), "{other}");
    }
    let card = |code| event("user_del_card", &format!("<UserCardCode>{code}</UserCardCode>"));
    assert_ne!(key(&card(1)), key(&card(2)));
}

#[test]
fn jobs_are_told_apart_by_their_number_alone() {
    let job = |time: u32, id: u32| {
        event("MASSSENDJOBFINISH", &format!("<MsgID>{id}</MsgID><Status>send success</Status>"))
            .replace("1700000000", &time.to_string())
    };
    assert_eq!(key(&job(1, 7)), key(&job(2, 7)));
    assert_ne!(key(&job(1, 7)), key(&job(1, 8)));
    assert!(key(&job(1, 7)).as_str().starts_with("job-"));
    let publish = |id: u32| {
        event(
            "PUBLISHJOBFINISH",
            &format!(
                "<PublishEventInfo><publish_id>{id}</publish_id><publish_status>0</publish_status>\
                 <article_id>a</article_id></PublishEventInfo>"
            ),
        )
    };
    assert_ne!(key(&publish(1)), key(&publish(2)));
}

/// Parts are not simply put behind each other.
#[test]
fn no_key_can_be_put_together_from_other_parts() {
    let with = |key: &str, card: &str| {
        event("x", &format!("<EventKey>{key}</EventKey><CardId>{card}</CardId>"))
    };
    assert_ne!(key(&with("ab", "c")), key(&with("a", "bc")));
    let long = key(&with(&"k".repeat(100_000), ""));
    assert_eq!(long.as_str().len(), "event-".len() + 40);
}

/// The fixtures are pushes of their own, also when all of them come in the same second.
#[test]
fn fixtures_keep_their_keys_apart() {
    let mut seen: BTreeMap<PushKey, String> = BTreeMap::new();
    for folder in ["messages", "events"] {
        for name in names(folder) {
            let xml = String::from_utf8(file(folder, &format!("{name}.xml"))).unwrap();
            let Ok(callback) = parse_plain(at_once(&xml).as_bytes()) else { continue };
            let key = PushKey::of(&callback);
            if let Some(other) = seen.insert(key, name.clone()) {
                panic!("{name} has the key of {other}");
            }
        }
    }
}

fn at_once(xml: &str) -> String {
    let Some((before, rest)) = xml.split_once("<CreateTime>") else { return xml.to_owned() };
    let (_, after) = rest.split_once('<').unwrap();
    format!("{before}<CreateTime>1700000000<{after}")
}

/// The account sends these, and says inside whom they are about.
#[test]
fn events_of_one_second_about_two_users_are_two() {
    for name in ["user_authorization_revoke", "user_info_modified", "something_new"] {
        let of = |user| key(&event(name, &format!("<OpenID>{user}</OpenID><AppID>wx1</AppID>")));
        assert_ne!(of("oTESTone"), of("oTESTtwo"), "{name}");
    }
    let job = |id| event("MASSSENDJOBFINISH", &format!("<MsgId>{id}</MsgId><Status>x</Status>"));
    assert_ne!(key(&job(7)), key(&job(8)));
    assert!(key(&job(7)).as_str().starts_with("job-"));
}

#[test]
fn a_push_is_seen_when_it_was_finished_and_not_before() {
    let (store, key) = (MemoryDedup::new(), key(&message(1, "<MsgId>1</MsgId>")));
    let lease = granted(store.begin(&key, at(0), MINUTE));
    assert_eq!(store.begin(&key, at(5), MINUTE), Claim::Running);
    store.finish(&key, lease, at(6), Some("<xml/>".to_owned())).unwrap();
    let again = store.begin(&key, at(7), MINUTE);
    assert_eq!(again, Claim::Finished(Some("<xml/>".to_owned())));
    assert_eq!(store.finish(&key, lease, at(8), None), Err(LeaseLost));
}

#[test]
fn an_abandoned_push_is_handled_at_the_next_try() {
    let (store, key) = (MemoryDedup::new(), key(&message(1, "<MsgId>1</MsgId>")));
    let first = granted(store.begin(&key, at(0), MINUTE));
    store.abandon(&key, first).unwrap();
    let second = granted(store.begin(&key, at(5), MINUTE));
    assert_ne!(first, second);
    // The first has no say any more.
    assert_eq!(store.abandon(&key, first), Err(LeaseLost));
    assert_eq!(store.finish(&key, first, at(6), None), Err(LeaseLost));
    store.finish(&key, second, at(6), None).unwrap();
    assert_eq!(store.begin(&key, at(10), MINUTE), Claim::Finished(None));
}

#[test]
fn a_lease_ends_by_time() {
    let (store, key) = (MemoryDedup::new(), key(&message(1, "<MsgId>1</MsgId>")));
    let lost = granted(store.begin(&key, at(0), MINUTE));
    assert_eq!(store.begin(&key, at(59), MINUTE), Claim::Running);
    granted(store.begin(&key, at(60), MINUTE));
    assert_eq!(store.finish(&key, lost, at(61), None), Err(LeaseLost));
    assert_eq!(store.len(), 1);
}

#[test]
fn seen_pushes_are_forgotten_after_their_time() {
    let store = MemoryDedup::with(at(600), usize::MAX);
    for number in 1..=3 {
        let key = key(&message(1, &format!("<MsgId>{number}</MsgId>")));
        let lease = granted(store.begin(&key, at(0), MINUTE));
        store.finish(&key, lease, at(number), None).unwrap();
    }
    let another = key(&message(1, "<MsgId>9</MsgId>"));
    granted(store.begin(&another, at(601), MINUTE));
    assert_eq!(store.len(), 3);
    granted(store.begin(&key(&message(1, "<MsgId>1</MsgId>")), at(602), MINUTE));
    // Claims that nobody ended are forgotten with their lease.
    store.begin(&key(&message(1, "<MsgId>8</MsgId>")), at(9999), MINUTE);
    assert_eq!(store.len(), 1);
}

#[test]
fn memory_is_bounded_and_the_oldest_go_first() {
    let store = MemoryDedup::with(at(600), 100_000);
    for number in 1..=1000 {
        let key = key(&message(1, &format!("<MsgId>{number}</MsgId>")));
        let lease = granted(store.begin(&key, at(1), MINUTE));
        store.finish(&key, lease, at(1), Some("r".repeat(2048))).unwrap();
    }
    assert!((40..=50).contains(&store.len()), "{}", store.len());
    let of = |number| key(&message(1, &format!("<MsgId>{number}</MsgId>")));
    assert!(matches!(store.begin(&of(1000), at(1), MINUTE), Claim::Finished(Some(_))));
    granted(store.begin(&of(1), at(1), MINUTE));
}

#[derive(Clone, Debug)]
enum Step {
    Begin(u8),
    Finish(u8),
    Abandon(u8),
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..4_u8).prop_map(Step::Begin),
        (0..4_u8).prop_map(Step::Finish),
        (0..4_u8).prop_map(Step::Abandon),
        (0..90_u8).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Whatever happens: one holder at a time, and nobody begins what was finished.
    #[test]
    fn no_push_is_finished_twice(steps in proptest::collection::vec(step(), 0..60)) {
        let store = MemoryDedup::with(Duration::MAX, usize::MAX);
        let keys: Vec<PushKey> =
            (0..4).map(|n| key(&message(1, &format!("<MsgId>{}</MsgId>", n + 1)))).collect();
        let mut leases: BTreeMap<u8, (Lease, Duration)> = BTreeMap::new();
        let mut finished = [0; 4];
        let mut now = at(0);
        for step in steps {
            match step {
                Step::Begin(n) => {
                    let held = leases.get(&n).is_some_and(|(_, until)| now < *until);
                    match store.begin(&keys[usize::from(n)], now, MINUTE) {
                        Claim::Granted(lease) => {
                            prop_assert!(!held && finished[usize::from(n)] == 0);
                            leases.insert(n, (lease, now + MINUTE));
                        }
                        Claim::Running => prop_assert!(held),
                        Claim::Finished(_) => prop_assert_eq!(finished[usize::from(n)], 1),
                        other => prop_assert!(false, "{:?}", other),
                    }
                }
                Step::Finish(n) => {
                    let Some((lease, until)) = leases.get(&n) else { continue };
                    let done = store.finish(&keys[usize::from(n)], *lease, now, None);
                    prop_assert_eq!(done.is_ok(), now < *until);
                    finished[usize::from(n)] += u32::from(done.is_ok());
                    leases.remove(&n);
                }
                Step::Abandon(n) => {
                    if let Some((lease, _)) = leases.remove(&n) {
                        let _ = store.abandon(&keys[usize::from(n)], lease);
                    }
                }
                Step::Wait(seconds) => now += at(seconds.into()),
            }
            prop_assert!(finished.iter().all(|count| *count <= 1));
        }
    }
}
