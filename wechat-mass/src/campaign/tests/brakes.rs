//! What keeps the rest back: a job that failed, a stop, the time, the canary.

use super::*;

#[test]
fn a_job_that_does_not_end_well_keeps_the_rest_back_until_a_human_says_go_on() {
    use ReportSource::{Callback, StatusQuery};
    for (status, source) in [
        (JobStatus::from_wire("err(20008)"), Callback),
        (JobStatus::Fail, StatusQuery),
        (JobStatus::Deleted, StatusQuery),
        (JobStatus::Other("?".to_owned()), Callback),
    ] {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        attempt(&mut campaign, 0, start(), running(7));
        assert_eq!(campaign.next(start()), Step::Send { chunk: 1, repeat: false });
        campaign.apply(&Entry::Report { at: start(), report: report(7, status, source) });
        // No run makes a call, nor a repeat: it would be one.
        campaign.apply(&Entry::Intent { chunk: 1, at: start() });
        campaign.apply(&Entry::Resumed { at: start() });
        let later = start() + MINUTE;
        assert!(!matches!(campaign.next(later), Step::Send { .. }), "{campaign:?}");
        assert!(matches!(campaign.report().brake, Some(Brake::Failed { chunk: 0, .. })));
        campaign.apply(&Entry::GoOn { at: later });
        assert_eq!(campaign.next(later), Step::Send { chunk: 1, repeat: true });
        // The next one that fails is another reason.
        attempt(&mut campaign, 1, later, running(8));
        let failed = report(8, JobStatus::Fail, Callback);
        campaign.apply(&Entry::Report { at: later, report: failed });
        assert!(matches!(campaign.report().brake, Some(Brake::Failed { chunk: 1, .. })));
        assert!(!matches!(campaign.next(later), Step::Send { .. }), "{campaign:?}");
    }
}

#[test]
fn counters_that_come_late_do_not_put_on_a_brake_that_was_let_go() {
    use ReportSource::{Callback, StatusQuery};
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), running(7));
    for source in [StatusQuery, StatusQuery] {
        let report = report(7, JobStatus::Fail, source);
        campaign.apply(&Entry::Report { at: start(), report });
    }
    campaign.apply(&Entry::GoOn { at: start() });
    let counted = report(7, JobStatus::Fail, Callback);
    assert!(campaign.is_news(&counted));
    campaign.apply(&Entry::Report { at: start(), report: counted });
    assert_eq!(campaign.next(start()), Step::Send { chunk: 1, repeat: false });
}

#[test]
fn brakes_in_words() {
    let failed = |status: &str| Brake::Failed {
        chunk: 1,
        msg_id: MsgId::new(3_147_483_649),
        status: JobStatus::from_wire(status),
    };
    let mut text = Brake::Stopped { at: start() }.to_string();
    for status in ["err(20008)", "err(99)", "send fail", "delete", "paused"] {
        text.push_str(&format!("\n{}", failed(status)));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_stop_keeps_back_what_is_left_and_nothing_else() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), running(7));
    campaign.apply(&Entry::Stopped { at: start() });
    campaign.apply(&Entry::Resumed { at: start() });
    // Jobs are followed.
    assert_eq!(campaign.next(start()), Step::Poll { msg_id: MsgId::new(7) });
    let ended = report(7, JobStatus::Success, ReportSource::Callback);
    campaign.apply(&Entry::Report { at: start(), report: ended });
    assert_eq!(campaign.next(start()), Step::Done);
    let stopped = campaign.report();
    assert_eq!(stopped.conclusion(), Conclusion::Partly);
    assert_eq!(stopped.brake, Some(Brake::Stopped { at: start() }));
    campaign.apply(&Entry::GoOn { at: start() });
    for (chunk, job) in [(1, 8), (2, 9)] {
        assert_eq!(campaign.next(start()), Step::Send { chunk, repeat: false });
        attempt(&mut campaign, chunk, start(), running(job));
        let ended = report(job, JobStatus::Success, ReportSource::Callback);
        campaign.apply(&Entry::Report { at: start(), report: ended });
    }
    // After the last call there is nothing to keep back.
    campaign.apply(&Entry::Stopped { at: start() });
    assert_eq!(campaign.report().conclusion(), Conclusion::Success);
    assert_eq!((campaign.report().brake, campaign.report().halted), (None, None));
}

/// Run again, the program would make it anew: not before somebody says go on.
#[test]
fn a_stop_keeps_back_what_was_refused() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    for chunk in 0..3 {
        let refused = Answer::Rejected { code: Some(45028), reason: "used up".to_owned() };
        attempt(&mut campaign, chunk, start(), refused);
    }
    assert_eq!(campaign.report().brake, None);
    campaign.apply(&Entry::Stopped { at: start() });
    assert_eq!(campaign.report().brake, Some(Brake::Stopped { at: start() }));
}

#[test]
fn nothing_is_sent_before_or_after_its_time() {
    let policy = Policy {
        not_before: Some(start() + MINUTE),
        not_after: Some(start() + 2 * MINUTE),
        ..Policy::default()
    };
    let mut campaign = Campaign::new(&TEXT, policy);
    let wait = Step::Wait { until: start() + MINUTE, reason: WaitReason::NotBefore };
    assert_eq!(campaign.next(start()), wait);
    for inside in [MINUTE, 2 * MINUTE] {
        assert_eq!(campaign.next(start() + inside), Step::Send { chunk: 0, repeat: false });
    }
    let late = start() + 2 * MINUTE + Duration::from_millis(1);
    let give_up = |chunk| Step::GiveUp { chunk, why: GiveUp::Ended };
    assert_eq!(campaign.next(late), give_up(0));
    // A wait that would end too late is not waited for.
    campaign.close_until(late, WaitReason::Quota);
    assert_eq!(campaign.next(start() + MINUTE), give_up(0));
    campaign.give_up(0, GiveUp::Ended);
    assert_eq!(campaign.next(late), Step::Done);
    assert_eq!(campaign.report().conclusion(), Conclusion::Refused);
    insta::assert_snapshot!(campaign.report().halted.unwrap(), @"call 1: not made: nothing is sent after 2026-01-12 10:02:00, Beijing time (已过截止时间)");
}

#[test]
fn a_lost_call_is_not_repeated_after_the_end() {
    let end = start() + Duration::from_secs(30);
    let policy = Policy { not_after: Some(end), ..Policy::default() };
    let mut campaign = Campaign::new(&TEXT, policy);
    attempt(&mut campaign, 0, start(), unknown());
    // A repeat could tell, and it could send.
    for _ in 0..2 {
        assert_eq!(campaign.next(end), Step::GiveUp { chunk: 0, why: GiveUp::Ended });
        campaign.give_up(0, GiveUp::Ended);
        assert_eq!(campaign.report().conclusion(), Conclusion::Undecided);
        insta::allow_duplicates! {
            insta::assert_snapshot!(campaign.report().halted.unwrap(), @"call 1: lost; a repeat with its key could tell, and could send if the first attempt was not taken: nothing is sent after 2026-01-12 10:00:30, Beijing time (已过截止时间)");
        }
        campaign.apply(&Entry::Resumed { at: end + MINUTE });
    }
}

#[test]
fn the_canary_goes_first() {
    let policy = Policy { canary: Canary::ThenRest, ..Policy::default() };
    let ended = |status| report(8, status, ReportSource::Callback);
    let began = || {
        let mut campaign = Campaign::new(&TEXT, policy);
        // Nothing is learnt from a call that is refused for its recipients.
        attempt(&mut campaign, 0, start(), first(Err(code(40003))));
        assert_eq!(campaign.next(start()), Step::Send { chunk: 1, repeat: false });
        attempt(&mut campaign, 1, start(), running(8));
        campaign
    };
    let mut campaign = began();
    assert!(matches!(campaign.next(start()), Step::Wait { reason: WaitReason::Jobs, .. }));
    let halted = campaign.report().halted;
    assert_eq!(halted.as_deref(), Some("the job of the first call has not ended (canary)"));
    campaign.apply(&Entry::Report { at: start(), report: ended(JobStatus::Success) });
    assert_eq!(campaign.next(start()), Step::Send { chunk: 2, repeat: false });
    // A bad end is a human's business.
    let mut campaign = began();
    campaign.apply(&Entry::Report { at: start(), report: ended(JobStatus::Fail) });
    assert_eq!(campaign.next(start()), Step::Done);
    campaign.apply(&Entry::GoOn { at: start() });
    assert_eq!(campaign.next(start()), Step::Send { chunk: 2, repeat: false });
}

#[test]
fn a_canary_alone_is_followed_by_nothing() {
    let policy = Policy { canary: Canary::Alone, ..Policy::default() };
    let mut campaign = Campaign::new(&TEXT, policy);
    assert_eq!(campaign.next(start()), Step::Send { chunk: 0, repeat: false });
    attempt(&mut campaign, 0, start(), running(7));
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided);
    let success = report(7, JobStatus::Success, ReportSource::Callback);
    campaign.apply(&Entry::Report { at: start(), report: success });
    assert_eq!(campaign.next(start()), Step::Done);
    let report = campaign.report();
    assert_eq!(report.conclusion(), Conclusion::Success, "what it was meant to do is done");
    assert_eq!(report.halted.as_deref(), Some("only the first call was to be made (canary)"));
    assert_eq!(report.chunks[1].outcome, ChunkOutcome::NotSent);
}
