//! Bodies and handlers: how large, how slow, how many at once.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};

use super::*;

/// A body whose sender says nothing more.
struct Silent;

impl HttpBody for Silent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        Poll::Pending
    }
}

fn silent() -> Body {
    Body::new(Silent)
}

#[tokio::test(start_paused = true)]
async fn bodies_over_the_limit_are_cut_off() {
    let route = endpoint(&Told::default()).into_route();
    let (query, limit) = (job(1).query, EventParser::MAX_BODY_BYTES);
    let send = async |length: usize, announced| {
        call(&route, "POST", &query, vec![b' '; length], announced).await
    };
    assert_eq!(send(limit + 1, None).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(limit + 1, Some(limit + 1)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(limit, Some(limit)).await.status, StatusCode::BAD_REQUEST);
    let put = call(&route, "PUT", "", "", None).await;
    assert_eq!(put.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up_in_time() {
    let told = Told::default();
    let route = endpoint(&told).into_route();
    let answer = call(&route, "POST", &job(1).query, silent(), Some(100)).await;
    answer.is(408, "refused");
    assert_eq!((answer.after.as_millis(), told.begun()), (4000, 0));
}

#[tokio::test(start_paused = true)]
async fn slow_senders_of_large_bodies_do_not_keep_the_platform_out() {
    let told = Told::default();
    let route = endpoint(&told).into_route();
    let query = job(1).query;
    let mut senders = Vec::new();
    for _ in 0..40 {
        let (route, query) = (route.clone(), query.clone());
        senders.push(tokio::spawn(async move {
            call(&route, "POST", &query, silent(), None).await.status.as_u16()
        }));
    }
    tokio::task::yield_now().await;
    post(&route, &job(1)).await.is(200, "success");
    let mut statuses = Vec::new();
    for sender in senders {
        statuses.push(sender.await.unwrap());
    }
    let count = |status| statuses.iter().filter(|is| **is == status).count();
    assert_eq!((count(408), count(503)), (16, 24));
}

#[tokio::test(start_paused = true)]
async fn so_many_handlers_run_and_the_rest_come_again() {
    let told = Told::to(vec![after(3, Act::Finish); 4]);
    let route = endpoint(&told).with_max_running(2).into_route();
    let (one, two, three, one_again) = (job(1), job(2), job(3), job(1));
    let (a, b, c, d) = tokio::join!(
        post(&route, &one),
        post(&route, &two),
        post(&route, &three),
        post(&route, &one_again)
    );
    a.is(200, "success");
    b.is(200, "success");
    c.is(503, "not ready");
    d.is(200, "success");
    assert_eq!((told.begun(), told.at_once()), (2, 2));
    post(&route, &job(3)).await.is(200, "success");
}

#[tokio::test(start_paused = true)]
async fn an_earlier_answer_can_be_asked_for_and_no_later_one() {
    for (asked, answered) in [(1, 1000), (60, 4000)] {
        let told = Told::to([after(100, Act::Finish)]);
        let time = Duration::from_secs(asked);
        let route = endpoint(&told).with_answer_within(time).into_route();
        let answer = post(&route, &job(1)).await;
        answer.is(503, "not ready");
        assert_eq!(answer.after.as_millis(), answered);
    }
}
