//! The state machine, step by step.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_refusal_halts_the_rest() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), first(Err(code(45028))));
    assert_eq!(campaign.next(start()), Step::Done);
    let report = campaign.report();
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert!(report.halted.unwrap().starts_with("call 1: "));
    assert_eq!(report.chunks[1].outcome, ChunkOutcome::NotSent);
}

#[test]
fn a_budget_that_is_used_up_is_waited_for() {
    for repeat in [false, true] {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        if repeat {
            campaign.apply(&Entry::Intent { chunk: 0, at: start() });
            campaign.apply(&Entry::Resumed { at: start() });
        }
        campaign.close_until(start() + MINUTE, WaitReason::Quota);
        let wait = Step::Wait { until: start() + MINUTE, reason: WaitReason::Quota };
        assert_eq!(campaign.next(start()), wait);
        assert_eq!(campaign.next(start() + MINUTE), Step::Send { chunk: 0, repeat });
    }
}

#[test]
fn a_day_s_quota_is_tried_again_a_minute_after_midnight_in_beijing() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    // 2026-01-12 10:00 in Beijing.
    attempt(&mut campaign, 0, start(), first(Err(code(45009))));
    let opens = start() + Duration::from_secs(14 * 60 * 60) + MINUTE;
    let wait = Step::Wait { until: opens, reason: WaitReason::Pace };
    assert_eq!(campaign.next(start()), wait);
    assert_eq!(campaign.next(opens), Step::Send { chunk: 0, repeat: false });
    // Its clock is behind.
    attempt(&mut campaign, 0, opens - MINUTE / 2, first(Err(code(45009))));
    assert_eq!(campaign.next(opens - MINUTE / 2), wait);
}

#[test]
fn a_key_that_grew_old_during_a_wait_is_given_up() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), unknown());
    let window = Policy::default().key_window;
    assert_eq!(campaign.next(start() + window), Step::Send { chunk: 0, repeat: true });
    let late = start() + window + Duration::from_millis(1);
    assert_eq!(campaign.next(late), Step::GiveUp { chunk: 0, why: GiveUp::KeyTooOld });
    campaign.give_up(0, GiveUp::KeyTooOld);
    assert_eq!(campaign.next(late), Step::Done);
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided);
    assert!(campaign.report().halted.unwrap().contains("look on mp.weixin.qq.com"));
    // What is not in question is not given up.
    let before = campaign.report();
    campaign.give_up(1, GiveUp::KeyTooOld);
    campaign.give_up(99, GiveUp::Ended);
    assert_eq!(campaign.report(), before);
}

#[test]
fn the_last_repeat_ends_before_the_window_does() {
    let policy = Policy { attempts: u32::MAX, ..Policy::default() };
    let mut campaign = Campaign::new(&TEXT, policy);
    let mut now = start();
    let mut last = now;
    loop {
        match campaign.next(now) {
            Step::Send { chunk: 0, .. } => {
                attempt(&mut campaign, 0, now, unknown());
                last = now;
            }
            Step::Wait { until, .. } => now = until,
            step => break assert_eq!(step, Step::Done),
        }
    }
    assert_eq!(last, start() + policy.key_window);
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided);
}

#[test]
fn a_clock_set_back_makes_an_open_call_undecided() {
    for back in [Duration::from_millis(1), DAY, 100 * DAY] {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        campaign.apply(&Entry::Intent { chunk: 0, at: start() });
        campaign.apply(&Entry::Resumed { at: start() - back });
        assert_eq!(campaign.report().conclusion(), Conclusion::Undecided, "{back:?}");
        let next = campaign.next(start() - back);
        assert!(!matches!(next, Step::Send { chunk: 0, .. }), "{back:?}: {next:?}");
    }
}

/// The answer to call 2, after the first had job 7 or is open.
fn second(campaign: &Campaign<'_>, answer: Accepted, first_is_open: bool) -> Answer {
    let call = JobOwner::new("spring", 0);
    let (owner, open) = if first_is_open { (None, Some(&call)) } else { (Some(&call), None) };
    judge(Ok(answer), &KEY, campaign.chunks[1].before(), Others { owner, open })
}

#[test]
fn a_call_taken_for_another_one_is_tried_again_and_then_refused_with_both() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), running(7));
    campaign.looked(start(), MsgId::new(7));
    let mut now = start();
    for _ in 0..5 {
        let answer = second(&campaign, already(7), false);
        attempt(&mut campaign, 1, now, answer);
        assert_eq!(campaign.halted, None);
        assert_ne!(campaign.next(now), Step::Send { chunk: 1, repeat: false });
        now += 10 * MINUTE;
        // Nothing of it is with the platform, so this is a first attempt.
        assert_eq!(campaign.next(now), Step::Send { chunk: 1, repeat: false });
    }
    let answer = second(&campaign, already(7), false);
    attempt(&mut campaign, 1, now, answer);
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided, "the first still runs");
    let report = campaign.report();
    let ChunkOutcome::Refused { code: Some(45065), reason } = &report.chunks[1].outcome else {
        panic!("{report:?}")
    };
    for part in ["job 7", "call 1 of campaign \"spring\"", "key key-1"] {
        assert!(reason.contains(part), "{part} in {reason}");
    }
    assert_eq!(report.chunks[2].outcome, ChunkOutcome::NotSent);
    // The next run tries again, and the platform may have come to its senses.
    campaign.apply(&Entry::Resumed { at: now });
    campaign.looked(now, MsgId::new(7));
    assert_eq!(campaign.next(now), Step::Send { chunk: 1, repeat: false });
}

#[test]
fn a_job_that_may_be_an_open_call_s_is_waited_for() {
    let policy = Policy { past_undecided: true, ..Policy::default() };
    let doubtful = || {
        let mut campaign = Campaign::new(&TEXT, policy);
        let lost = Answer::Unknown { reason: "lost".to_owned(), repeatable: false };
        attempt(&mut campaign, 0, start(), lost);
        campaign.halted = None;
        let answer = second(&campaign, already(7), true);
        assert!(matches!(answer, Answer::Doubtful { .. }), "{answer:?}");
        attempt(&mut campaign, 1, start(), answer);
        campaign
    };
    let later = start() + 10 * MINUTE;
    let again = Step::Send { chunk: 1, repeat: true };
    // The first call proves to have the job: this one was not sent, whatever came before.
    let mut campaign = doubtful();
    assert_ne!(campaign.next(later - MINUTE), again);
    assert_eq!(campaign.next(later), again);
    let answer = second(&campaign, already(7), false);
    assert!(matches!(answer, Answer::Mistaken { .. }), "{answer:?}");
    attempt(&mut campaign, 1, later, answer);
    let first_again = Step::Send { chunk: 1, repeat: false };
    assert_eq!(campaign.next(later + 10 * MINUTE), first_again);
    // It proves to have another one: this is ours.
    let campaign = doubtful();
    let before = campaign.chunks[1].before();
    let answer = judge(Ok(already(7)), &KEY, before, Others::default());
    assert!(matches!(answer, Answer::Accepted { already: true, .. }), "{answer:?}");
    // The draft is gone: perhaps by this call.
    let answer = judge(Err(code(40007)), &KEY, before, Others::default());
    assert!(matches!(answer, Answer::Unknown { repeatable: false, .. }), "{answer:?}");
    // The program ended during the repeat: now nobody knows whether this one was accepted.
    let mut campaign = doubtful();
    campaign.apply(&Entry::Intent { chunk: 1, at: later });
    campaign.apply(&Entry::Resumed { at: later });
    let answer = second(&campaign, already(7), false);
    assert!(matches!(answer, Answer::Unknown { repeatable: true, .. }), "{answer:?}");
    // It stays so.
    let mut campaign = doubtful();
    for _ in 1..policy.attempts {
        let answer = second(&campaign, already(7), true);
        attempt(&mut campaign, 1, later, answer);
    }
    let ChunkOutcome::Undecided { reason } = &campaign.report().chunks[1].outcome else {
        panic!("{campaign:?}")
    };
    assert!(reason.contains("job 7") && reason.contains("key-1"), "{reason}");
}

#[test]
fn reports_of_every_kind_and_order() {
    use ReportSource::{Callback, StatusQuery};
    let end = |reports: &[(JobStatus, ReportSource)]| {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        attempt(&mut campaign, 0, start(), running(7));
        for (status, source) in reports {
            let report = report(7, status.clone(), *source);
            campaign.apply(&Entry::Report { at: start(), report });
        }
        match campaign.report().chunks[0].outcome.clone() {
            ChunkOutcome::Ended { report, .. } => format!("{}, {}", report.status, report.source),
            ChunkOutcome::Running { .. } => "running".to_owned(),
            other => panic!("{other:?}"),
        }
    };
    use JobStatus::{Deleted, Fail, Sending, Success};
    assert_eq!(end(&[]), "running");
    assert_eq!(end(&[(Sending, StatusQuery)]), "running");
    assert_eq!(end(&[(Sending, Callback), (Success, Callback)]), "send success, callback");
    assert_eq!(end(&[(Success, StatusQuery)]), "send success, status query");
    assert_eq!(end(&[(Success, StatusQuery), (Success, Callback)]), "send success, callback");
    assert_eq!(end(&[(Success, Callback), (Success, StatusQuery)]), "send success, callback");
    assert_eq!(end(&[(Success, Callback), (Fail, Callback)]), "send success, callback");
    assert_eq!(end(&[(Success, Callback), (Sending, Callback)]), "send success, callback");
    assert_eq!(end(&[(Fail, StatusQuery)]), "send fail, status query");
    assert_eq!(end(&[(Deleted, StatusQuery), (Deleted, StatusQuery)]), "deleted, status query");
}

#[test]
fn a_report_may_come_before_the_answer() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    campaign.apply(&Entry::Intent { chunk: 0, at: start() });
    for msg_id in [7, 7, 8] {
        let report = report(msg_id, JobStatus::Success, ReportSource::Callback);
        campaign.apply(&Entry::Report { at: start(), report });
    }
    assert!(!owns(&campaign, MsgId::new(7)));
    campaign.apply(&Entry::Answer { chunk: 0, at: start(), answer: running(7) });
    assert!(owns(&campaign, MsgId::new(7)));
    assert!(campaign.report().chunks[0].outcome.is_success());
}

#[test]
fn conclusions_follow_from_the_calls() {
    let conclude = |answers: &[Answer], ended: &[u64]| {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        for (chunk, answer) in answers.iter().enumerate() {
            attempt(&mut campaign, chunk, start(), answer.clone());
        }
        for msg_id in ended {
            let report = report(*msg_id, JobStatus::Success, ReportSource::Callback);
            campaign.apply(&Entry::Report { at: start(), report });
        }
        campaign.report().conclusion()
    };
    let refused = || first(Err(code(45028)));
    let lost = || Answer::Unknown { reason: String::new(), repeatable: false };
    assert_eq!(conclude(&[], &[]), Conclusion::Refused);
    assert_eq!(conclude(&[refused()], &[]), Conclusion::Refused);
    assert_eq!(conclude(&[running(1), running(2), running(3)], &[1, 2, 3]), Conclusion::Success);
    assert_eq!(conclude(&[running(1), running(2), running(3)], &[1, 2]), Conclusion::Undecided);
    assert_eq!(conclude(&[running(1), running(2), refused()], &[1, 2]), Conclusion::Partly);
    assert_eq!(conclude(&[running(1), running(2)], &[1, 2]), Conclusion::Partly);
    assert_eq!(conclude(&[running(1), lost()], &[1]), Conclusion::Undecided);
    assert_eq!(conclude(&[lost()], &[]), Conclusion::Undecided);
}

#[test]
fn a_job_that_nobody_looked_at_is_looked_at_before_the_next_call() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), running(7));
    campaign.apply(&Entry::Resumed { at: start() });
    assert_eq!(campaign.next(start()), Step::Poll { msg_id: MsgId::new(7) });
    campaign.looked(start(), MsgId::new(7));
    // Once: the calls must not wait for many jobs.
    let later = start() + MINUTE;
    assert_eq!(campaign.next(later), Step::Send { chunk: 1, repeat: false });
}

#[test]
fn each_worker_begins_the_calls_in_an_order_of_its_own() {
    let order = |worker: Option<&str>| {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        if let Some(worker) = worker {
            campaign.share();
            campaign.order_by(worker);
        }
        let mut order = Vec::new();
        for _ in 0..3 {
            let Step::Send { chunk, repeat: false } = campaign.next(start()) else {
                panic!("a call is left");
            };
            campaign.apply(&Entry::Intent { chunk, at: start() });
            order.push(chunk);
            let ahead = campaign.after(chunk, start());
            campaign.apply(&Entry::Answer {
                chunk,
                at: start(),
                answer: running(chunk as u64 + 1),
            });
            if worker.is_some() && order.len() < 3 {
                let next = Step::Send { chunk: ahead, repeat: false };
                assert_eq!(campaign.next(start()), next, "what is made ready is made next");
            }
        }
        order
    };
    assert_eq!(order(None), [0, 1, 2]);
    let orders: Vec<_> = ('a'..='z').map(|name| order(Some(&name.to_string()))).collect();
    let firsts: BTreeSet<_> = orders.iter().map(|order| order[0]).collect();
    assert_eq!(firsts.len(), 3, "{orders:?}");
    for mut order in orders {
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2]);
    }
}

#[test]
fn what_was_lost_or_put_off_holds_up_what_nobody_has_begun() {
    for worker in 'a'..='h' {
        for held in 0..3 {
            let shared = || {
                let mut campaign = Campaign::new(&TEXT, Policy::default());
                campaign.share();
                campaign.order_by(&worker.to_string());
                campaign
            };
            let mut lost = shared();
            attempt(&mut lost, held, start(), unknown());
            let wait = Step::Wait { until: start() + MINUTE, reason: WaitReason::Repeat };
            assert_eq!(lost.next(start()), wait, "{worker}");
            assert_eq!(lost.after(9, start()), held);
            let repeat = Step::Send { chunk: held, repeat: true };
            assert_eq!(lost.next(start() + MINUTE), repeat);
            let mut put_off = shared();
            attempt(&mut put_off, held, start(), first(Err(code(45009))));
            let Step::Wait { until, reason: WaitReason::Pace } = put_off.next(start()) else {
                panic!("{worker}: the platform's pause is kept by all");
            };
            assert_eq!(until, start() + Duration::from_secs(14 * 60 * 60) + MINUTE);
        }
    }
}

#[test]
fn a_job_without_a_report_is_overdue_after_its_time_and_told_once() {
    let policy = Policy::default();
    let mut campaign = Campaign::new(&TEXT, policy);
    for (chunk, job) in [(0, 7), (1, 8), (2, 9)] {
        attempt(&mut campaign, chunk, start(), running(job));
    }
    for job in [7, 8] {
        let success = report(job, JobStatus::Success, ReportSource::Callback);
        campaign.apply(&Entry::Report { at: start(), report: success });
    }
    let due = start() + policy.overdue_after;
    assert!(matches!(campaign.next(due - MINUTE), Step::Poll { .. }));
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided);
    // Counted from its acceptance, whenever somebody looks again.
    campaign.apply(&Entry::Resumed { at: due - MINUTE });
    assert_eq!(campaign.next(due), Step::Overdue { msg_id: MsgId::new(9) });
    campaign.overdue(MsgId::new(9));
    assert_eq!(campaign.next(due), Step::Poll { msg_id: MsgId::new(9) });
    assert_eq!(campaign.report().conclusion(), Conclusion::Overdue);
    let success = report(9, JobStatus::Success, ReportSource::Callback);
    campaign.apply(&Entry::Report { at: due, report: success });
    assert_eq!(campaign.report().conclusion(), Conclusion::Success);
}

/// The first of three calls, of which nobody knows.
fn undecided() -> Campaign<'static> {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), unknown());
    campaign.apply(&Entry::Resumed { at: start() + DAY });
    assert_eq!(campaign.next(start() + DAY), Step::Done);
    campaign
}

fn resolved(campaign: &mut Campaign<'_>, resolution: Resolution) {
    let at = start() + DAY;
    campaign.apply(&Entry::Resolved { chunk: 0, at, resolution });
    campaign.apply(&Entry::Resumed { at });
}

#[test]
fn a_human_decides_what_nobody_knows() {
    let now = start() + DAY;
    // Not sent: a first attempt again, with the key it had.
    let mut campaign = undecided();
    resolved(&mut campaign, Resolution::NotSent);
    assert_eq!(campaign.next(now), Step::Send { chunk: 0, repeat: false });
    assert_eq!(campaign.chunks[0].before(), Before::Nothing);
    // Sent, by a job that is followed, or whose report is there already.
    let mut campaign = undecided();
    let early = report(7, JobStatus::Success, ReportSource::Callback);
    campaign.apply(&Entry::Report { at: now, report: early });
    resolved(&mut campaign, Resolution::Sent { msg_id: Some(MsgId::new(7)) });
    assert!(campaign.report().chunks[0].outcome.is_success());
    assert_eq!(campaign.next(now), Step::Send { chunk: 1, repeat: false });
    let mut campaign = undecided();
    resolved(&mut campaign, Resolution::Sent { msg_id: Some(MsgId::new(7)) });
    assert_eq!(campaign.next(now), Step::Overdue { msg_id: MsgId::new(7) });
    // Sent, and nobody knows how.
    let mut campaign = undecided();
    resolved(&mut campaign, Resolution::Sent { msg_id: None });
    assert_eq!(campaign.report().chunks[0].outcome, ChunkOutcome::SaidSent);
    assert_eq!(campaign.next(now), Step::Send { chunk: 1, repeat: false });
}

#[test]
fn what_is_known_is_not_decided_otherwise() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), running(7));
    let before = campaign.report();
    for chunk in [0, 1, 99] {
        let resolution = Resolution::NotSent;
        campaign.apply(&Entry::Resolved { chunk, at: start(), resolution });
    }
    assert_eq!(campaign.report(), before);
}
