//! What the platform refuses: exit status, the code in both languages, and nothing further sent.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wechat_mock::Verdict;

use crate::program::run;
use crate::shop::{DRAFT_ADD, GET, SEND, Shop, TEXT, TWO_CALLS, WRONG_SECRET, list_of};

const REFUSED: &str = "refused: nothing was sent (未发送任何消息)";
const PARTLY: &str = "failed, in part or whole: see the calls above (部分或全部失败)";

#[test]
fn a_wrong_secret() {
    for code in [40125, 40001] {
        let shop = Shop::new(2);
        shop.mock.configure(|settings| settings.wrong_secret_code = code);
        shop.write("secret", WRONG_SECRET);
        let run = shop.run(&[]);
        run.assert_status(2)
            .assert_says(&code.to_string())
            .assert_says("secret")
            .assert_says(REFUSED);
        let paths: Vec<_> = shop.mock.received().into_iter().map(|r| r.path).collect();
        assert!(paths.iter().all(|path| path == "/cgi-bin/stable_token"), "{paths:?}");
        if code == 40125 {
            insta::assert_snapshot!("wrong_secret", shop.redact(&run.output()));
        }
    }
}

#[test]
fn an_address_that_is_not_on_the_white_list() {
    let shop = Shop::new(2);
    let other = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    shop.mock.configure(|settings| settings.ip_white_list = Some(vec![other]));
    let run = shop.run(&[]);
    run.assert_status(2)
        .assert_says("40164")
        .assert_says("127.0.0.1")
        .assert_says("not in whitelist")
        .assert_says("IP不在白名单")
        .assert_says("IP白名单")
        .assert_says(REFUSED);
    let paths: Vec<_> = shop.mock.received().into_iter().map(|r| r.path).collect();
    assert!(paths.iter().all(|path| path == "/cgi-bin/stable_token"), "{paths:?}");
}

#[test]
fn a_used_up_quota() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.mock.set_mass_quota_left(Some(0));
    let run = shop.run(&[]);
    run.assert_status(2)
        .assert_says("45028")
        .assert_says("无群发配额")
        .assert_says("额度已用完")
        .assert_says(REFUSED);
    assert_eq!(shop.count(SEND), 1);
    assert_eq!(shop.messages(2), [0, 0]);
    insta::assert_snapshot!(shop.redact(&run.output()));
}

#[test]
fn a_quota_used_up_between_two_calls() {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", TEXT);
    shop.mock.set_mass_quota_left(Some(1));
    let run = shop.run(&[]);
    run.assert_status(1).assert_says("45028").assert_says("无群发配额").assert_says(PARTLY);
    assert_eq!(shop.count(SEND), 2);
    let messages = shop.messages(TWO_CALLS);
    assert_eq!(messages.iter().filter(|count| **count == 1).count(), 9_999);
    assert_eq!(messages.iter().filter(|count| **count == 0).count(), 2);
    insta::assert_snapshot!(shop.redact(&run.output()));

    // The next day the same command sends the rest.
    shop.mock.set_mass_quota_left(Some(1));
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["total"], TWO_CALLS);
    assert_eq!(shop.count(SEND), 3);
    assert!(shop.messages(TWO_CALLS).iter().all(|count| *count == 1));
}

#[test]
fn a_refused_first_call_keeps_the_second_one_back() {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", TEXT);
    shop.mock.set_mass_quota_left(Some(0));
    let run = shop.run(&["--json"]);
    run.assert_status(2);
    assert_eq!(shop.count(SEND), 1);
    assert_eq!(run.result()["calls"][0]["outcome"], "refused");
    assert_eq!(run.result()["calls"][1]["outcome"], "not sent");
}

#[test]
fn a_bad_media_id() {
    let shop = Shop::new(2);
    shop.mock.on(SEND).errcode(40007);
    let run = shop.run(&[]);
    run.assert_status(2)
        .assert_says("40007")
        .assert_says("invalid media_id")
        .assert_says("media_id不合法")
        .assert_says(REFUSED);
    assert_eq!(shop.count(SEND), 1);
    assert_eq!(shop.count(GET), 0);
    assert_eq!(shop.messages(2), [0, 0]);

    // Run again, it makes a new draft of the pictures that are there, and sends.
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(shop.count(DRAFT_ADD), 2);
    assert_eq!(shop.mock.article_pictures().len(), 2);
    assert_eq!(shop.messages(2), [1, 1]);
}

#[test]
fn a_refused_upload() {
    for path in ["/cgi-bin/media/uploadimg", "/cgi-bin/material/add_material", DRAFT_ADD] {
        let shop = Shop::new(2);
        shop.mock.on(path).always().errcode(45001);
        let run = shop.run(&[]);
        run.assert_status(2).assert_says("45001").assert_says(REFUSED);
        assert_eq!(shop.count(path), 1);
        assert_eq!(shop.count(SEND), 0);
    }
}

#[test]
fn a_job_that_the_review_refuses() {
    let shop = Shop::new(2);
    shop.mock.next_job_verdict(Verdict::Refused(30003));
    let run = shop.run(&[]);
    run.assert_status(1).assert_says("err(30003)").assert_says(PARTLY);
    assert_eq!(shop.count(SEND), 1);
    insta::assert_snapshot!(shop.redact(&run.output()));
}

#[test]
fn a_job_that_fails() {
    let shop = Shop::new(2);
    shop.mock.next_job_verdict(Verdict::Fail);
    let run = shop.run(&["--json"]);
    run.assert_status(1);
    assert_eq!(run.result()["calls"][0]["status"], "send fail");
    assert_eq!(run.result()["calls"][0]["reason"], "send fail");
    assert_eq!(run.result()["result"], "partly");
    assert_eq!(shop.count(SEND), 1);
}

#[test]
fn a_failed_job_asked_for_by_its_number() {
    let shop = Shop::new(2);
    shop.without_callbacks();
    shop.mock.next_job_verdict(Verdict::Fail);
    let run = shop.run(&["--json"]);
    run.assert_status(1);
    assert_eq!(run.result()["reports"]["status_query"], 1);
    assert_eq!(shop.count(SEND), 1);
}

#[test]
fn a_server_that_is_not_there() {
    let shop = Shop::new(2);
    shop.without_callbacks();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let run = run(shop.bare().args(["--base-url", &format!("http://{address}")]));
    run.assert_status(2).assert_says("connect").assert_says("nothing was sent by this run");
    shop.assert_untouched();
}

/// Each time it is asked, a database that does not answer costs ten seconds.
#[test]
fn a_database_that_cannot_be_reached_is_asked_once() {
    let shop = Shop::new(2);
    let database = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://me@{}/d?sslmode=disable", database.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // It hangs up on everybody.
    std::thread::spawn(move || {
        database.incoming().for_each(|_| _ = count.fetch_add(1, Ordering::SeqCst));
    });
    let sources = TEXT.replace("open_ids = \"followers.txt\"", "include = [{ tag = 134 }]");
    for (campaign, times) in [(TEXT, 1), (sources.as_str(), 2)] {
        shop.write("campaign.toml", campaign);
        let run = run(shop.command(&[]).env("WECHAT_JOURNAL", &address));
        run.assert_status(2).assert_says("PostgreSQL at 127.0.0.1");
        assert!(run.stderr.ends_with("(本次未发送任何消息)\n"), "{}", run.stderr);
        assert_eq!(asked.load(Ordering::SeqCst), times, "{}", run.output());
    }
    assert_eq!(shop.count(SEND), 0);
}

#[test]
fn a_callback_address_in_use() {
    let shop = Shop::new(2);
    let _held = TcpListener::bind(shop.callbacks).unwrap();
    let run = shop.run(&[]);
    let said = format!("callbacks cannot be received on {}", shop.callbacks);
    run.assert_status(2)
        .assert_says(&said)
        .assert_says("端口已被占用")
        .assert_says("nothing was sent");
    shop.assert_untouched();
}

#[test]
fn every_refusal_is_a_line_of_json_too() {
    let shop = Shop::new(2);
    shop.write("followers.txt", list_of(1));
    let run = shop.run(&["--json"]);
    run.assert_status(2);
    assert_eq!(run.stderr, "");
    let result = run.result();
    assert_eq!(result["result"], "refused");
    assert_eq!(result["exit"], 2);
    assert_eq!(result["problems"].as_array().unwrap().len(), 1);
    shop.assert_untouched();
}
