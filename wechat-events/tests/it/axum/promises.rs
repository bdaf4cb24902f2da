//! What every store of seen pushes promises, checked on whichever there are.

use std::time::Duration;

use wechat_events::dedup::{Claim, DedupStore, Lease, LeaseLost, PushKey, StoreError};

use super::crashes::Outside;
use crate::support::{event, parse_plain};

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(2);

/// The key of a push of its own.
pub(super) fn key(number: u32) -> PushKey {
    let job = format!("<MsgID>{number}</MsgID><Status>send success</Status>");
    PushKey::of(&parse_plain(event("MASSSENDJOBFINISH", &job).as_bytes()).unwrap())
}

async fn granted(store: &dyn DedupStore, key: &PushKey, lease: Duration) -> Lease {
    match store.begin(key, lease).await.unwrap() {
        Claim::Granted(lease) => lease,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_lost(result: Result<(), StoreError>) {
    let error = result.unwrap_err();
    assert!(error.is::<LeaseLost>(), "{error}");
}

/// A store that is empty, and how its time passes: a little at each call.
pub(super) struct Place<'a> {
    pub(super) store: &'a dyn DedupStore,
    pub(super) pass: &'a (dyn Fn() + Sync),
}

pub(super) async fn all(place: &Place<'_>) {
    a_push_is_seen_when_it_was_finished(place).await;
    an_abandoned_push_is_handled_again(place).await;
    a_lease_ends_by_time(place).await;
    a_renewed_lease_lasts(place).await;
    another_s_number_does_nothing(place).await;
    one_of_many_gets_it(place).await;
}

async fn a_push_is_seen_when_it_was_finished(Place { store, .. }: &Place<'_>) {
    for (number, reply) in [(1, None), (2, Some("<xml>一次:\u{0}'</xml>")), (3, Some(""))] {
        let lease = granted(*store, &key(number), LONG).await;
        assert_eq!(store.begin(&key(number), LONG).await.unwrap(), Claim::Running);
        store.finish(&key(number), lease, reply).await.unwrap();
        for _ in 0..2 {
            let again = store.begin(&key(number), LONG).await.unwrap();
            assert_eq!(again, Claim::Finished(reply.map(str::to_owned)));
        }
        // The claim ended with it.
        assert_lost(store.finish(&key(number), lease, None).await);
        assert_lost(store.renew(&key(number), lease, LONG).await);
        assert_lost(store.abandon(&key(number), lease).await);
        let again = store.begin(&key(number), LONG).await.unwrap();
        assert_eq!(again, Claim::Finished(reply.map(str::to_owned)));
    }
}

async fn an_abandoned_push_is_handled_again(Place { store, .. }: &Place<'_>) {
    let first = granted(*store, &key(4), LONG).await;
    store.abandon(&key(4), first).await.unwrap();
    let second = granted(*store, &key(4), LONG).await;
    assert_ne!(first, second);
    assert_lost(store.finish(&key(4), first, None).await);
    store.finish(&key(4), second, None).await.unwrap();
}

async fn a_lease_ends_by_time(Place { store, pass }: &Place<'_>) {
    let late = granted(*store, &key(5), SHORT).await;
    let next = loop {
        pass();
        match store.begin(&key(5), LONG).await.unwrap() {
            Claim::Granted(next) => break next,
            other => assert_eq!(other, Claim::Running),
        }
    };
    assert_lost(store.renew(&key(5), late, LONG).await);
    assert_lost(store.finish(&key(5), late, Some("late")).await);
    assert_lost(store.abandon(&key(5), late).await);
    assert_eq!(store.begin(&key(5), LONG).await.unwrap(), Claim::Running, "it is the next one's");
    store.finish(&key(5), next, None).await.unwrap();
    assert_eq!(store.begin(&key(5), LONG).await.unwrap(), Claim::Finished(None));
}

async fn a_renewed_lease_lasts(Place { store, pass }: &Place<'_>) {
    let lease = granted(*store, &key(6), LONG).await;
    store.renew(&key(6), lease, LONG).await.unwrap();
    assert_eq!(store.begin(&key(6), LONG).await.unwrap(), Claim::Running);
    // It lasts from then on, and not on top of what it had.
    store.renew(&key(6), lease, SHORT).await.unwrap();
    loop {
        pass();
        match store.begin(&key(6), LONG).await.unwrap() {
            Claim::Granted(_) => break,
            other => assert_eq!(other, Claim::Running),
        }
    }
}

async fn another_s_number_does_nothing(Place { store, .. }: &Place<'_>) {
    let lease = granted(*store, &key(7), LONG).await;
    let other = Lease::new(lease.get() + 1);
    assert_lost(store.renew(&key(7), other, SHORT).await);
    assert_lost(store.finish(&key(7), other, None).await);
    assert_lost(store.abandon(&key(7), other).await);
    // Nor does it for another push.
    assert_lost(store.finish(&key(8), lease, None).await);
    assert_eq!(store.begin(&key(7), LONG).await.unwrap(), Claim::Running);
    store.finish(&key(7), lease, None).await.unwrap();
    granted(*store, &key(8), LONG).await;
}

async fn one_of_many_gets_it(Place { store, .. }: &Place<'_>) {
    let ninth = key(9);
    let claims = [(); 4].map(|()| store.begin(&ninth, LONG));
    let [a, b, c, d] = claims;
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    let claims = [a, b, c, d].map(Result::unwrap);
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Running).count(), 3, "{claims:?}");
}

#[tokio::test]
async fn the_memory_keeps_them() {
    let store = Outside::new((false, false));
    all(&Place { store: store.as_ref(), pass: &|| store.pass(1) }).await;
}
