//! `list`, `status` and `report`: what the record tells, without a server.

use serde_json::Value;
use wechat_mock::JobProgress;

use crate::program::{Started, program, run};
use crate::shop::{SEND, Shop, TEXT, TWO_CALLS};

#[test]
fn a_campaign_is_listed_and_shown_call_by_call() {
    let shop = Shop::new(3);
    shop.run(&["--json"]).assert_status(0);
    let asked = shop.mock.received_count();
    let (list, status) = (shop.operate(&["list"]), shop.operate(&["status"]));
    list.assert_status(0);
    status.assert_status(0);
    assert_eq!(shop.mock.received_count(), asked, "the record is read, no server is asked");
    insta::assert_snapshot!(shop.redact(&format!("{}\n{}", list.stdout, status.stdout)));
}

#[test]
fn the_same_as_json() {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", TEXT);
    shop.run(&["--json"]).assert_status(0);
    let listed = shop.operate(&["list", "--json"]);
    let lines = listed.assert_status(0).lines();
    assert_eq!(lines[0]["count"], 1);
    assert_eq!((&lines[1]["campaign"], &lines[1]["state"]), (&"spring".into(), &"success".into()));
    assert_eq!((&lines[1]["calls"], &lines[1]["jobs"]), (&2.into(), &2.into()));
    assert_eq!(lines[1]["sent"], TWO_CALLS);

    let shown = shop.operate(&["status", "spring", "--json"]);
    let [status] = &shown.assert_status(0).lines()[..] else { panic!("{shown:?}") };
    assert_eq!((&status["exit"], &status["recipients"]), (&0.into(), &TWO_CALLS.into()));
    assert_eq!(status["next"], "nothing");
    let calls = status["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    for call in calls {
        assert_eq!((&call["outcome"], &call["attempts"]), (&"ended".into(), &1.into()));
        assert!(call["msg_id"].is_u64() && call["ended"].as_u64() >= call["answered"].as_u64());
    }
}

#[test]
fn a_refused_campaign_says_why_and_exits_as_send_did() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.mock.on(SEND).always().errcode(48001);
    shop.run(&[]).assert_status(2);
    let status = shop.operate(&["status"]);
    status.assert_status(2).assert_says("48001").assert_says("接口未授权");
    // Nobody has to let it go on.
    status.assert_says("next: call 1 is not made until `send` is run again");
    shop.run(&[]).assert_status(2);
    assert_eq!(shop.count(SEND), 2);
}

#[test]
fn what_is_not_in_the_record_is_named() {
    let shop = Shop::new(2);
    let none = shop.operate(&["list"]);
    none.assert_status(2).assert_says("there is no record").assert_says("--state");
    assert!(!shop.path(".wechat-mass").exists(), "a look makes no record");
    for (words, status) in [
        (&["status"][..], 2),
        (&["report", "spring", "--csv", "spring.csv"], 2),
        (&["delete", "spring", "--yes"], 2),
        // The platform's counts are worth knowing without a record too.
        (&["quota"], 0),
    ] {
        let run = shop.operate(words);
        run.assert_status(status).assert_says("there is no record").assert_says("--journal");
        run.assert_says("journal.db");
        assert!(!shop.journal().exists(), "{words:?} makes a journal");
    }
    shop.run(&[]).assert_status(0);
    let other = shop.operate(&["status", "summer"]);
    other.assert_status(2).assert_says("no campaign \"summer\"").assert_says("\"spring\"");
    let embedded = run(program(&shop.path("")).arg("list").current_dir(shop.path("")));
    embedded.assert_status(2).assert_says("the embedded mock keeps no record");
}

/// A line each time something was recorded, and no end before the campaign's.
#[test]
fn a_watched_campaign_is_shown_until_it_has_ended() {
    let shop = Shop::new(2);
    shop.without_callbacks();
    shop.write("campaign.toml", TEXT);
    shop.mock.configure(|settings| settings.progress = JobProgress::AfterQueries(2));
    let mut sending = shop.start(&["--json", "--poll", "2"]);
    sending.read_to("\"answer\":\"accepted\"");
    let watch = ["status", "--watch", "--json", "--every", "1"];
    let watched = Started::new(&mut shop.operate_command(&watch)).end();
    sending.end().assert_status(0);
    let lines = watched.assert_status(0).lines();
    let states: Vec<&str> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["running", "success"]);
}

#[test]
fn the_report_is_one_page_and_a_table() {
    let shop = Shop::new(3);
    // Whatever a name says, it stays text.
    let name = "<script>alert('春')</script>";
    let campaign = crate::shop::ARTICLE.replace("\"spring\"", &format!("{name:?}"));
    shop.write("campaign.toml", campaign);
    shop.run(&[]).assert_status(0);
    let run = shop.operate(&["report", name, "--html", "spring.html", "--csv", "spring.csv"]);
    run.assert_status(0).assert_says("wrote spring.html").assert_says("wrote spring.csv");

    let page = shop.read("spring.html");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(&#39;春&#39;)&lt;/script&gt;"));
    for outside in ["src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "the page loads something: {outside}");
    }
    assert_eq!(page.matches("<svg").count(), 3);
    assert!(page.contains("收件人") && page.contains("recipients"));

    let table = shop.read("spring.csv");
    let lines: Vec<&str> = table.trim_start_matches('\u{feff}').split_terminator("\r\n").collect();
    let [head, row] = lines[..] else { panic!("{table}") };
    let value = |column: &str| {
        let at = head.split(',').position(|name| name == column).unwrap();
        row.split(',').nth(at).unwrap().to_owned()
    };
    assert_eq!(
        [value("call"), value("total"), value("sent"), value("state")],
        ["1", "3", "3", "ended"]
    );
    assert_eq!(value("status"), "send success");
    assert!(value("article_urls").starts_with("http"), "{row}");
}

#[test]
fn a_report_needs_a_file_and_says_which_it_cannot_write() {
    let shop = Shop::new(2);
    shop.run(&[]).assert_status(0);
    shop.operate(&["report", "spring"]).assert_status(2).assert_says("--html");
    let run = shop.operate(&["report", "spring", "--csv", "no/folder/spring.csv"]);
    run.assert_status(2).assert_says("no/folder/spring.csv: cannot be written");
}

/// Reading while `send` holds the campaign, in the middle of its call.
#[test]
fn a_running_campaign_can_be_looked_at() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.mock.configure(|settings| {
        let review = std::time::Duration::from_secs(3600);
        settings.progress = JobProgress::ByTime { review, followers_per_minute: 1 };
    });
    let mut sending = shop.start(&["--json"]);
    sending.read_to("\"answer\":\"accepted\"");
    let status = shop.operate(&["status", "--json"]);
    let line: Value = status.assert_status(3).lines().remove(0);
    assert_eq!(line["state"], "running");
    assert_eq!(line["calls"][0]["outcome"], "running");
    sending.interrupt();
    sending.end().assert_status(130);
}

/// The journal does not know when a call may be made; the campaign file does.
#[test]
fn what_is_next_is_by_the_campaign_file_where_it_is_named() {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", TEXT);
    shop.say("canary", &["--poll", "1"]).assert_status(0);
    shop.write("elsewhere/.keep", "");
    let status = |options: &[&str]| {
        let mut command = shop.operate_command(&["status"]);
        // Beside the file lie its record and the account.
        run(command.args(options).current_dir(shop.path("elsewhere")))
    };
    let file = ["--campaign", "../campaign.toml"];
    let whole = shop.operate(&["status"]);
    whole.assert_says("next: call 2 is made").assert_says("--campaign FILE");
    status(&file).assert_says("next: call 2 is made, while `send` runs, or when it is run again\n");
    shop.write("campaign.toml", format!("not_before = 2999-01-01T00:00:00\n{TEXT}"));
    status(&file).assert_says("not to be made before").assert_says("from 2999-01-01 00:00:00");
    shop.write("campaign.toml", format!("not_after = 2026-01-01T00:00:00\n{TEXT}"));
    status(&file).assert_status(1).assert_says("not_after has passed");
    let other = status(&["summer", file[0], file[1]]);
    other.assert_status(2).assert_says("it is the file of the campaign \"spring\"");
    // A subscription account sends to no list.
    shop.write("campaign.toml", TEXT);
    shop.write("wechat.toml", shop.config("kind = \"subscription\"", ""));
    status(&file).assert_says("when the day's or the month's quota opens");
}
