//! Jobs from acceptance to their end, and that everything is the same in each run.

use std::time::Duration;

use serde_json::Value;
use wechat_mock::{AccountKind, Hindrance, JobProgress, JobState, MockServer, Verdict};
use wechat_types::id::MsgId;

use crate::rig::{GET, Rig, SENDALL, mpnews_to_all, msg_id, text_to_all};

#[test]
fn by_time_a_job_is_sending_until_its_time_has_come() {
    let rig = Rig::with(|b| b.followers(40_000));
    let id = msg_id(&rig.call(SENDALL, &text_to_all("a")));
    let fan = &rig.server.followers()[7];
    // 2 s of review and 40 000 at 800 000 a minute: 5 s.
    assert_eq!(rig.server.next_due(), Some(rig.now() + Duration::from_secs(5)));
    rig.advance(4);
    assert_eq!((rig.status(id).as_str(), rig.server.inbox(fan).len()), ("SENDING", 0));
    rig.advance(1);
    assert_eq!((rig.status(id).as_str(), rig.server.inbox(fan).len()), ("SEND_SUCCESS", 1));
    assert_eq!(rig.server.deliveries(id).len(), 40_000);
}

#[test]
fn the_report_may_come_before_the_end() {
    let rig = Rig::with(|b| b.followers(2).settings(|s| s.report_ahead = Duration::from_secs(1)));
    let id = msg_id(&rig.call(SENDALL, &text_to_all("a")));
    rig.advance(1);
    assert_eq!(rig.status(id), "SENDING");
    assert_eq!(rig.server.job(id).unwrap().counts.sent, 2);
    rig.advance(2);
    assert_eq!(rig.status(id), "SEND_SUCCESS");
}

/// A short job overtakes a long one, however seldom somebody looks: who has one message left in
/// this month gets that of the job which ends first.
#[test]
fn jobs_end_in_the_order_of_time() {
    for looks in [[15, 0], [5, 10]] {
        let rig = Rig::with(|b| b.followers(40_000));
        let fans = rig.server.followers();
        rig.server.set_received_this_month(&fans[0], 3, rig.now());
        let long = msg_id(&rig.call(SENDALL, &text_to_all("a")));
        let short = msg_id(&rig.send_text(&fans[..2], "b", None));
        for seconds in looks {
            rig.advance(seconds);
            rig.server.due(rig.now());
        }
        assert_eq!(rig.server.inbox(&fans[1]), [short, long], "{looks:?}");
        assert_eq!(rig.server.inbox(&fans[0]), [short], "{looks:?}");
    }
}

#[test]
fn after_queries_the_next_one_finds_the_end() {
    let rig = Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::AfterQueries(2)));
    let id = msg_id(&rig.call(SENDALL, &text_to_all("a")));
    rig.advance(3600);
    let seen = [rig.status(id), rig.status(id), rig.status(id), rig.status(id)];
    assert_eq!(seen, ["SENDING", "SENDING", "SEND_SUCCESS", "SEND_SUCCESS"]);
}

#[test]
fn a_refused_job_reaches_nobody() {
    let rig = Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::Immediate));
    rig.server.set_mass_quota_left(Some(9));
    let draft = rig.server.add_draft();
    rig.server.next_job_verdict(Verdict::Refused(30003));
    rig.server.next_job_verdict(Verdict::Fail);
    for text in [mpnews_to_all(draft.as_str(), "k"), text_to_all("b")] {
        let id = msg_id(&rig.call(SENDALL, &text));
        let job = rig.server.job(id).unwrap();
        assert_eq!((job.state, job.counts.total), (JobState::Fail, 0));
        assert!(job.article_urls.is_empty());
        assert_eq!(rig.status(id), "SEND_FAIL");
        assert!(rig.server.deliveries(id).is_empty());
    }
    // Its key is free again.
    let draft = rig.server.add_draft();
    let job = rig.server.job(msg_id(&rig.call(SENDALL, &mpnews_to_all(draft.as_str(), "k"))));
    assert_eq!(job.unwrap().article_urls.len(), 1);
}

#[test]
fn counters_tell_who_was_left_out() {
    let rig = Rig::with(|b| b.followers(6).settings(|s| s.progress = JobProgress::Immediate));
    let fans = rig.server.followers();
    rig.server.set_hindrance(&fans[0], Some(Hindrance::Refuses));
    rig.server.set_hindrance(&fans[1], Some(Hindrance::Blacklisted));
    rig.server.set_hindrance(&fans[2], Some(Hindrance::Unreachable));
    rig.server.set_hindrance(&fans[3], Some(Hindrance::Unsubscribed));
    rig.server.set_received_this_month(&fans[4], 4, rig.now());
    let send = |text| rig.server.job(msg_id(&rig.call(SENDALL, &text_to_all(text)))).unwrap();
    let counts = send("a").counts;
    assert_eq!((counts.total, counts.after_filter, counts.sent, counts.errors), (5, 2, 1, 1));
    // A new month, and a subscription account knows no such limit.
    rig.advance(31 * 24 * 3600);
    assert_eq!(send("b").counts.sent, 2);
    rig.server.set_received_this_month(&fans[4], 4, rig.now());
    rig.server.configure(|s| s.account_kind = AccountKind::VerifiedSubscription);
    assert_eq!(send("c").counts.sent, 2);

    let rig = Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::Immediate));
    rig.server.configure(|s| s.messages_per_follower_and_month = 2);
    for (fan, received) in rig.server.followers().iter().zip([1, 2]) {
        rig.server.set_received_this_month(fan, received, rig.now());
    }
    let id = msg_id(&rig.call(SENDALL, &text_to_all("d")));
    assert_eq!(rig.server.job(id).unwrap().counts.after_filter, 1);
}

#[test]
fn an_unknown_job() {
    let rig = Rig::new();
    let code = |body| rig.code(GET, &body);
    assert_eq!(code(serde_json::json!({"msg_id": 5})), 40059);
    assert_eq!(code(serde_json::json!({"msg_id": "x"})), 47001);
    assert_eq!(code(serde_json::json!({})), 40059);
    assert_eq!(rig.server.job(MsgId::new(5)), None);
}

/// A whole flow; what the mock recorded, answered and decided.
fn flow(seed: u64) -> (String, Vec<String>) {
    let rig = Rig::with(|b| b.seed(seed).followers(3));
    let fans = rig.server.followers();
    let mut answers = vec![rig.server.app_id().to_string()];
    rig.server.on(crate::rig::SEND).nth(2).errcode_after_effect(-1);
    for text in ["第一封", "second"] {
        answers.push(rig.send_text(&fans, text, Some(text.get(..3).unwrap())).to_string());
    }
    let token_for_log = rig.token();
    let again = rig.post_with(
        &token_for_log,
        crate::rig::SEND,
        &crate::rig::text_to(&fans, "second", Some("sec")),
    );
    answers.push(again.to_string());
    rig.advance(10);
    answers.push(rig.status(msg_id(&again)));
    rig.server.on(GET).answer_lost();
    rig.exchange(&crate::rig::request("GET", GET, bytes::Bytes::new()));
    let log: Vec<String> = rig.server.received().iter().map(ToString::to_string).collect();
    answers.push(token_for_log);
    (log.join("\n"), answers)
}

#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(flow(7), flow(7));
    assert_ne!(flow(7).1, flow(8).1);
}

#[test]
fn the_log_of_a_flow() {
    insta::assert_snapshot!(flow(7).0);
}

#[test]
fn secrets_show_nowhere() {
    let rig = Rig::with(|b| b.followers(2));
    let fans = rig.server.followers();
    rig.get(&rig.token_url());
    rig.send_text(&fans, "a", None);
    let credentials = rig.credentials().to_string();
    let form = format!("secret={}", rig.server.app_secret().expose());
    for body in [credentials, form] {
        let url = "/cgi-bin/stable_token?unknown_key=5ecret";
        rig.exchange(&crate::rig::request("POST", url, body.into()));
    }
    let token = rig.token();
    let asked =
        serde_json::json!({ "cgi_path": format!("/cgi-bin/user/get?access_token={token}") });
    let url = "/cgi-bin/openapi/quota/get";
    rig.exchange(&crate::rig::request("POST", url, asked.to_string().into()));
    let mut upload =
        crate::rig::request("POST", "/cgi-bin/stable_token", rig.credentials().to_string().into());
    let kind = http::HeaderValue::from_static("multipart/form-data; boundary=x");
    upload.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    rig.exchange(&upload);
    let mistyped = format!("/cgi-bin/user/get&access_token={token}");
    rig.exchange(&crate::rig::request("GET", &mistyped, String::new().into()));
    let secret = rig.server.app_secret();
    // A form that calls itself an upload, a part, JSON in JSON, and what stands behind an upload.
    let secret_text = secret.expose();
    let part =
        format!("--x\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\n{secret_text}");
    for (kind, body) in [
        ("multipart/form-data", format!("appid=wx1&secret={secret_text}")),
        ("multipart/form-data; boundary=x", format!("{part}\r\n--x--\r\n")),
        (
            "multipart/form-data; boundary=x",
            format!(
                "{}\r\n--x--secret={secret_text}",
                part.replace(secret_text, "1").replace("secret", "a")
            ),
        ),
        ("application/json", Value::from(rig.credentials().to_string()).to_string()),
    ] {
        let mut odd = crate::rig::request("POST", "/cgi-bin/stable_token", body.into());
        odd.headers_mut().insert(http::header::CONTENT_TYPE, kind.parse().unwrap());
        rig.exchange(&odd);
    }
    // A token that lost its name, or whose name lost its end.
    let urls = ["access_token%3D", "", "type=image%26access_token%3D", "x="];
    let errors = urls.map(|before| rig.get(&format!("/cgi-bin/user/get?{before}{token}")));
    for error in errors {
        let rid = error["errmsg"].as_str().unwrap().rsplit(' ').next().unwrap();
        let record = rig.call("/cgi-bin/openapi/rid/get", &serde_json::json!({ "rid": rid }));
        assert_eq!(record["errcode"], 0);
        assert!(!record.to_string().contains(&token), "{record}");
    }
    let received = rig.server.received();
    let shown = format!(
        "{received:?}{}{:?}{}",
        rig.server.report(),
        received.iter().map(|r| r.body.clone()).collect::<Vec<_>>(),
        received.iter().map(ToString::to_string).collect::<String>(),
    );
    for secret in [secret.expose(), token.as_str(), "5ecret"] {
        assert!(!shown.contains(secret), "{secret} shows");
    }
    assert!(!format!("{:?}", rig.server).contains(secret.expose()));
    assert!(!format!("{:?}", rig.server).contains(&token));
    let part = received.iter().find(|r| r.body.starts_with(b"--x\r\n")).unwrap();
    assert!(part.body.ends_with(b"\r\n\r\n[redacted]\r\n--x--\r\n"), "{:?}", part.body);
    // A body without secrets stands as it was sent.
    let send = received.iter().find(|r| r.path == crate::rig::SEND).unwrap();
    assert_eq!(send.body, crate::rig::text_to(&fans, "a", None).to_string());
}

#[test]
fn a_large_account_is_no_burden() {
    let server = MockServer::builder().followers(25_003).build();
    let rig = Rig { clock: server.manual_clock().unwrap(), server };
    let fans = rig.server.followers();
    for (i, chunk) in fans.chunks(10_000).enumerate() {
        assert_eq!(crate::rig::code(&rig.send_text(chunk, "x", Some(&i.to_string()))), 0);
    }
    rig.advance(10);
    let sent: u64 = {
        rig.server.due(rig.now());
        rig.server.jobs().iter().map(|job| job.counts.sent).sum()
    };
    assert_eq!(sent, 25_003);
    assert!(fans.iter().all(|fan| rig.server.inbox(fan).len() == 1));
}

/// What a test changes holds for what comes later, and not for what was due before.
#[test]
fn a_change_comes_after_what_was_due() {
    let changes: [fn(&Rig); 4] = [
        |rig| rig.server.set_hindrance(&rig.server.followers()[0], Some(Hindrance::Refuses)),
        |rig| rig.server.set_received_this_month(&rig.server.followers()[0], 4, rig.now()),
        |rig| rig.server.configure(|s| s.messages_per_follower_and_month = 0),
        |rig| {
            let line = format!("{}\t\trefuses\n", rig.server.followers()[0]);
            assert_eq!(rig.server.import_followers(line.as_bytes()).unwrap(), 1);
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let rig = Rig::with(|b| b.followers(2));
        let id = msg_id(&rig.call(SENDALL, &text_to_all("x")));
        rig.advance(3600);
        change(&rig);
        assert_eq!(rig.server.job(id).unwrap().counts.sent, 2, "change {number}");
    }
}
