//! What becomes of a job: review, originality, the administrator, counters.

use std::time::Duration;

use serde_json::json;
use wechat_mock::{Hindrance, JobProgress, OriginalArticle, Verdict};

use super::{draft, rig, send_draft, verdict};
use crate::rig::{Rig, SEND, SENDALL, msg_id, text_to, text_to_all};

#[test]
fn words_fail_the_review() {
    let rig =
        rig(|s| s.review_words = vec![("lottery".to_owned(), 20008), ("ad".to_owned(), 10001)]);
    let fans = rig.server.followers();
    let id = msg_id(&rig.send_text(&fans, "an ad for a lottery", None));
    assert_eq!(verdict(&rig, id).0, Verdict::Refused(20008));
    let id = msg_id(&rig.send_text(&fans, "an ad", None));
    assert_eq!(
        (verdict(&rig, id).0, rig.status(id).as_str()),
        (Verdict::Refused(10001), "SEND_FAIL")
    );
    let id = send_draft(&rig, &draft(&rig, &["good", "a lottery"]), 1);
    assert_eq!(verdict(&rig, id).0, Verdict::Refused(20008));
    assert!(rig.server.inbox(&fans[0]).is_empty());
}

#[test]
fn a_reprint_is_stopped_or_goes_on() {
    let rig = rig(|_| {});
    rig.server.set_mass_quota_left(Some(9));
    rig.server.add_original(OriginalArticle::new("reprint"));
    let titles = ["mine", "reprint"];
    let stopped = send_draft(&rig, &draft(&rig, &titles), 0);
    assert_eq!(verdict(&rig, stopped), (Verdict::Refused(30003), 1));
    let sent = send_draft(&rig, &draft(&rig, &titles), 1);
    assert_eq!(verdict(&rig, sent), (Verdict::Success, 1));
    let job = rig.server.job(sent).unwrap();
    assert_eq!((job.originality.check_state(), job.originality.reprints[0].0), (2, 2));
    let mine = send_draft(&rig, &draft(&rig, &["mine"]), 0);
    assert_eq!(verdict(&rig, mine), (Verdict::Success, 0));
    assert_eq!(rig.server.job(mine).unwrap().originality.check_state(), 1);
}

#[test]
fn a_forbidden_reprint_is_never_sent() {
    let rig = rig(|_| {});
    rig.server.set_mass_quota_left(Some(9));
    rig.server.add_original(OriginalArticle::not_to_be_reprinted("theirs"));
    for ignore in [0, 1] {
        let id = send_draft(&rig, &draft(&rig, &["mine", "theirs"]), ignore);
        assert_eq!(verdict(&rig, id), (Verdict::Refused(30002), 1));
        assert_eq!(rig.server.job(id).unwrap().originality.check_state(), 3);
    }
}

#[test]
fn a_broken_check_stops_the_careful() {
    let rig = rig(|s| s.originality_check_broken = true);
    rig.server.set_mass_quota_left(Some(9));
    let careful = send_draft(&rig, &draft(&rig, &["t"]), 0);
    assert_eq!(verdict(&rig, careful).0, Verdict::Refused(30001));
    let bold = send_draft(&rig, &draft(&rig, &["t"]), 1);
    assert_eq!(verdict(&rig, bold).0, Verdict::Success);
    let words = msg_id(&rig.call(SENDALL, &text_to_all("no article")));
    assert_eq!(verdict(&rig, words).0, Verdict::Success);
}

#[test]
fn the_administrator_confirms_refuses_or_is_silent() {
    let rig = rig(|s| {
        s.mass_protection = true;
        s.progress =
            JobProgress::ByTime { review: Duration::from_secs(10), followers_per_minute: 1000 };
    });
    rig.server.set_mass_quota_left(Some(9));
    let fans = rig.server.followers();
    let send = |text| msg_id(&rig.call(SENDALL, &text_to_all(text)));
    let (first, second, third) = (send("a"), send("b"), send("c"));
    assert_eq!(rig.server.waiting_jobs(), [first, second, third]);
    // Sends to some followers wait for nobody.
    let some = msg_id(&rig.send_text(&fans, "d", None));
    rig.advance(29 * 60);
    assert_eq!([rig.status(first), rig.status(some)], ["SENDING", "SEND_SUCCESS"]);
    assert!(rig.server.approve_job(first));
    assert!(rig.server.refuse_job(second));
    assert!(!rig.server.approve_job(some));
    assert_eq!(rig.status(first), "SENDING", "review and delivery take their time");
    assert_eq!(
        (rig.status(second).as_str(), verdict(&rig, second).0),
        ("SEND_FAIL", Verdict::Refused(40001))
    );
    rig.advance(60 - 1);
    assert_eq!([rig.status(first), rig.status(third)], ["SEND_SUCCESS", "SENDING"]);
    rig.advance(1);
    assert_eq!(
        (rig.status(third).as_str(), verdict(&rig, third).0),
        ("SEND_FAIL", Verdict::Refused(40002))
    );
    assert!(!rig.server.approve_job(third), "too late");
    assert_eq!(rig.server.inbox(&fans[0]), [some, first]);

    rig.server.configure(|s| s.confirmation_time = Duration::from_secs(5));
    let fourth = send("e");
    rig.advance(5);
    assert_eq!(rig.status(fourth), "SEND_FAIL");
}

#[test]
fn a_protected_send_may_be_refused_at_once() {
    let rig = rig(|s| {
        s.mass_protection = true;
        s.protection_code = Some(89504);
    });
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 89504);
    assert!(rig.server.jobs().is_empty());
    assert_eq!(rig.code(SEND, &text_to(&rig.server.followers(), "a", None)), 0);
}

#[test]
fn the_report_may_know_a_little_less() {
    let rig = Rig::with(|b| b.followers(1500).settings(|s| s.progress = JobProgress::Immediate));
    rig.server.set_mass_quota_left(Some(9));
    let counts = |text, shortfall| {
        rig.server.configure(|s| s.report_shortfall = shortfall);
        let id = msg_id(&rig.call(SENDALL, &text_to_all(text)));
        let job = rig.server.job(id).unwrap();
        (job.counts.sent, job.reported.unwrap().sent, job.reported.unwrap().total)
    };
    assert_eq!(counts("a", 0), (1500, 1500, 1500));
    assert_eq!(counts("b", 3), (1500, 1495, 1500));
    assert_eq!(counts("c", 1000), (1500, 0, 1500));
}

#[test]
fn a_job_that_reached_nobody_may_be_deleted() {
    for (setting, end) in [(false, "SEND_SUCCESS"), (true, "DELETE")] {
        let rig = rig(|s| s.unsent_job_is_deleted = setting);
        let fans = rig.server.followers();
        for fan in &fans {
            rig.server.set_hindrance(fan, Some(Hindrance::Refuses));
        }
        assert_eq!(rig.status(msg_id(&rig.send_text(&fans, "a", None))), end);
    }
}

#[test]
fn speeds_may_be_those_of_the_sample() {
    let rig = rig(|_| {});
    let real = |rig: &Rig| {
        assert_eq!(rig.code("/cgi-bin/message/mass/speed/set", &json!({"speed": 3})), 0);
        rig.call("/cgi-bin/message/mass/speed/get", &json!({}))["realspeed"].clone()
    };
    assert_eq!(real(&rig), 30);
    rig.server.configure(|s| s.speeds[3] = 15);
    assert_eq!(real(&rig), 15);
}
