//! Handlers that are not ready in time, fail, panic, or whose caller hangs up.

use wechat_events::axum::Slow;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_failing_handler_makes_the_platform_try_again() {
    for act in [Act::Fail, Act::Panic, after(2, Act::Fail), after(2, Act::Panic)] {
        let told = Told::to([act.clone(), act, Act::Finish]);
        let route = endpoint(&told).into_route();
        post(&route, &job(1)).await.is(500, "not taken");
        post(&route, &job(1)).await.is(500, "not taken");
        post(&route, &job(1)).await.is(200, "success");
        post(&route, &job(1)).await.is(200, "success");
        assert_eq!((told.begun(), told.finished()), (3, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_is_left_to_the_next_try_which_gets_its_reply() {
    let told = Told::to([after(11, Act::Reply("终于"))]);
    let token = token("tok3n");
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let route = Endpoint::new(builder().build(), told.clone()).into_route();
    let push = stamp.plain(&event("CLICK", "<EventKey>k</EventKey>"));
    post(&route, &push).await.is(503, "not ready");
    post(&route, &push).await.is(503, "not ready");
    let answer = post(&route, &push).await;
    assert!(answer.body.contains("终于") && answer.after.as_secs() == 3, "{answer:?}");
    assert_eq!((told.begun(), told.finished()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_was_ready_between_two_tries_is_not_lost() {
    let told = Told::to([after(6, Act::Reply("终于"))]);
    let token = token("tok3n");
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let route = Endpoint::new(builder().build(), told.clone()).into_route();
    let push = stamp.plain(&event("CLICK", "<EventKey>k</EventKey>"));
    post(&route, &push).await.is(503, "not ready");
    pass(10).await;
    assert!(post(&route, &push).await.body.contains("终于"));
    assert_eq!(told.begun(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_goes_on_behind_its_answer_if_told_so() {
    let told = Told::to([after(30, Act::Reply("too late"))]);
    let route = endpoint(&told).with_slow(Slow::AnswerAndGoOn).into_route();
    let answer = post(&route, &click("k")).await;
    answer.is(200, "success");
    assert_eq!((answer.after.as_millis(), told.begun(), told.finished()), (4000, 1, 0));
    pass(30).await;
    assert_eq!(told.finished(), 1);
}

/// Nobody can ask for the end of a job again.
#[tokio::test(start_paused = true)]
async fn a_job_report_is_not_answered_before_it_is_taken() {
    for act in [after(6, Act::Finish), after(6, Act::Fail)] {
        let told = Told::to([act]);
        let route = endpoint(&told).with_slow(Slow::AnswerAndGoOn).into_route();
        post(&route, &job(1)).await.is(503, "not ready");
        assert_eq!(told.finished(), 0);
        pass(10).await;
        post(&route, &job(1)).await.is(200, "success");
        assert_eq!(told.finished(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn tries_at_the_same_time_wait_for_the_same_result() {
    let told = Told::to([after(2, Act::Finish)]);
    let route = endpoint(&told).into_route();
    let push = job(1);
    let (a, b, c) = tokio::join!(post(&route, &push), post(&route, &push), post(&route, &push));
    for answer in [a, b, c] {
        answer.is(200, "success");
    }
    assert_eq!((told.begun(), told.at_once()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_cuts_nothing_off() {
    let told = Told::to([after(4, Act::Finish)]);
    let route = endpoint(&told).into_route();
    let short = Duration::from_secs(1);
    tokio::time::timeout(short, post(&route, &job(1))).await.unwrap_err();
    assert_eq!((told.begun(), told.finished()), (1, 0));
    post(&route, &job(1)).await.is(200, "success");
    assert_eq!((told.begun(), told.finished()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_handler_without_end_is_stopped_and_the_next_try_is_handled() {
    let told = Told::to([after(u64::from(u32::MAX), Act::Finish), Act::Finish]);
    let limit = Duration::from_secs(6);
    let route = endpoint(&told).with_handler_limit(limit).into_route();
    post(&route, &job(1)).await.is(503, "not ready");
    // Joins it, and is there when it is stopped.
    let answer = post(&route, &job(1)).await;
    answer.is(500, "not taken");
    assert_eq!(answer.after.as_millis(), 2000);
    post(&route, &job(1)).await.is(200, "success");
    assert_eq!((told.begun(), told.finished(), told.at_once()), (2, 1, 1));
}
