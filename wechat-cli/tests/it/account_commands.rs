//! `check`, `speed`, `quota`, `upload`: the account rather than a campaign.

use crate::shop::{SECRETS, Shop, TEXT, fan};

const STABLE_TOKEN: &str = "/cgi-bin/stable_token";

fn found(shop: &Shop, options: &[&str]) -> (i32, Vec<(String, String)>) {
    let words = [&["check", "--json"], options].concat();
    let run = shop.operate(&words);
    let lines = run.lines();
    let checked = lines.iter().filter(|line| line["event"] == "checked");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (run.status, checked.map(|line| (text(&line["name"]), text(&line["found"]))).collect())
}

fn all(words: [&str; 6]) -> Vec<(String, String)> {
    let names = ["token", "white list", "permission", "quota", "address", "callback"];
    names.into_iter().zip(words).map(|(name, word)| (name.to_owned(), word.to_owned())).collect()
}

#[test]
fn all_is_well_and_a_push_goes_round() {
    let shop = Shop::new(2);
    let run = shop.operate(&["check"]);
    run.assert_status(0).assert_says("arrived on").assert_says("nothing wrong on");
    insta::assert_snapshot!(shop.redact(&run.stdout));
    assert_eq!(found(&shop, &[]), (0, all(["well"; 6])));
}

#[test]
fn a_machine_that_is_not_on_the_white_list_learns_its_address() {
    let shop = Shop::new(2);
    shop.mock.configure(|settings| settings.ip_white_list = Some(Default::default()));
    let run = shop.operate(&["check"]);
    run.assert_status(1).assert_says("40164: put 127.0.0.1 on the IP white list");
    assert_eq!(
        found(&shop, &[]).1,
        all(["skipped", "bad", "skipped", "skipped", "skipped", "well"])
    );
}

#[test]
fn a_wrong_secret_a_missing_permission_and_a_used_up_quota() {
    let shop = Shop::new(2);
    shop.mock.on("/cgi-bin/message/mass/speed/get").always().errcode(48001);
    shop.mock.configure(|settings| settings.mass_calls_per_day = 0);
    assert_eq!(found(&shop, &[]), (1, all(["well", "well", "bad", "bad", "well", "well"])));
    shop.mock.on(STABLE_TOKEN).always().errcode(40125);
    let run = shop.operate(&["check"]);
    run.assert_status(1).assert_says("40125").assert_says("wrong on http://");
}

#[test]
fn a_callback_address_that_leads_elsewhere_is_found_out() {
    let shop = Shop::new(2);
    // Somebody answers there, but it is not the account's receiver.
    let elsewhere = format!("{}/cgi-bin/nothing", shop.listening.base_url());
    let (status, checked) = found(&shop, &["--callback-url", &elsewhere]);
    assert_eq!((status, checked), (1, all(["well", "well", "well", "well", "well", "bad"])));
}

#[test]
fn an_account_without_callbacks_is_well_too() {
    let shop = Shop::new(2);
    shop.without_callbacks();
    let expected = all(["well", "well", "well", "well", "skipped", "skipped"]);
    assert_eq!(found(&shop, &[]), (0, expected));
}

#[test]
fn a_receiver_that_runs_already_is_asked() {
    let shop = Shop::new(2);
    let mut listen = crate::program::program(&shop.path(""));
    listen.args(["callback", "listen", "--account", "shop", "--json"]).current_dir(shop.path(""));
    let mut listening = crate::program::Started::new(&mut listen);
    listening.read_to("\"listening\"");
    let run = shop.operate(&["check"]);
    run.assert_status(0).assert_says("is in use, and a signed push to");
    listening.read_to("wechat_cli_check");
    listening.interrupt();
    listening.end().assert_status(0);
}

#[test]
fn the_speed_is_asked_for_and_set() {
    let shop = Shop::new(2);
    shop.operate(&["speed", "set", "3"]).assert_status(0).assert_says("300,000 messages a minute");
    let run = shop.operate(&["speed", "get", "--json"]);
    assert_eq!(run.assert_status(0).result()["speed"], 3);
    shop.operate(&["speed", "set", "5"]).assert_status(2);
}

#[test]
fn the_platform_s_count_stands_beside_the_record_s() {
    let shop = Shop::new(2);
    shop.run(&[]).assert_status(0);
    let run = shop.operate(&["quota"]);
    run.assert_status(0);
    insta::assert_snapshot!(shop.redact(&run.stdout));
}

#[test]
fn a_subscription_account_has_its_own_month() {
    let shop = Shop::new(2);
    shop.write("wechat.toml", shop.config("kind = \"subscription\"", ""));
    shop.operate(&["preview", "campaign.toml", "--to", fan(0).as_str()]).assert_status(0);
    shop.operate(&["quota"]).assert_status(0).assert_says("0 in the record, of 31");
}

#[test]
fn files_are_uploaded_and_their_ids_told() {
    let shop = Shop::new(2);
    shop.write("notes.txt", "x");
    shop.write("empty.jpg", "");
    let picture = shop.operate(&["upload", "picture", "cover.jpg", "--json"]);
    let url = picture.assert_status(0).result()["url"].as_str().unwrap().to_owned();
    assert_eq!(shop.mock.article_pictures(), [url]);
    let material = shop.operate(&["upload", "material", "cover.jpg", "--json"]);
    assert!(material.assert_status(0).result()["media_id"].is_string());
    let media = shop.operate(&["upload", "media", "cover.jpg", "--kind", "thumb"]);
    media.assert_status(0).assert_says("media_id ").assert_says("for three days");
    for (words, status, said) in [
        (&["upload", "media", "notes.txt"][..], 2, "40113"),
        (&["upload", "material", "empty.jpg"], 1, "44001"),
        (&["upload", "picture", "notes.txt"], 2, "notes.txt"),
        (&["upload", "media", "none.jpg"], 2, "none.jpg: cannot be read"),
        (&["upload", "material", "cover.jpg", "--kind", "video"], 2, "--title"),
    ] {
        shop.operate(words).assert_status(status).assert_says(said);
    }
    assert_eq!(shop.requests("/cgi-bin/material/add_material").len(), 1);
}

/// Everything that reached the platform is a line of its own, in order; none holds a secret.
#[test]
fn every_action_is_logged() {
    let shop = Shop::new(2);
    shop.operate(&["speed", "get"]).assert_status(0);
    shop.mock.on(STABLE_TOKEN).always().errcode(40125);
    shop.operate(&["followers", "count"]).assert_status(1);
    let lines = shop.actions();
    let told: Vec<_> = lines.iter().map(|line| (&line["command"], &line["exit"])).collect();
    assert_eq!(told, [(&"speed get".into(), &0.into()), (&"followers count".into(), &1.into())]);
    for line in &lines {
        assert_eq!(line["account"], crate::shop::APP_ID);
        assert_eq!(line["server"], shop.listening.base_url());
        assert!(line["at"].as_str().unwrap().ends_with("+08:00"), "{line}");
        for secret in SECRETS {
            assert!(!line.to_string().contains(secret), "{line}");
        }
    }
    // A look at the record is no action.
    shop.operate(&["list"]);
    assert_eq!(shop.actions().len(), 2);
}

#[test]
fn a_send_is_an_action_of_its_campaign() {
    let shop = Shop::new(2);
    shop.run(&[]).assert_status(0);
    shop.run(&["--dry-run"]).assert_status(0);
    let [begin, end] = &shop.actions()[..] else { panic!("{:?}", shop.actions()) };
    assert_eq!(shop.phases(), ["send begin", "send end"]);
    assert_eq!((&begin["campaign"], &end["campaign"]), (&"spring".into(), &"spring".into()));
    assert_eq!((&begin["exit"], &end["exit"]), (&serde_json::Value::Null, &0.into()));
    assert_eq!(end["outcome"], "success");
}

/// Also what ended before it was driven, and what never ended.
#[test]
fn what_was_begun_is_logged_whatever_becomes_of_it() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", format!("not_before = 2999-01-01T00:00:00\n{TEXT}"));
    let mut running = shop.start(&[]);
    running.read_to("not_before");
    running.kill();
    assert_eq!(shop.phases(), ["send begin"]);
    shop.say("resume", &[]).assert_status(2);
    let lines = shop.actions();
    assert_eq!(shop.phases()[1..], ["resume begin", "resume end"]);
    assert_eq!(lines[2]["exit"], 2);
    assert!(lines[2]["outcome"].as_str().unwrap().contains("begin it with send"), "{}", lines[2]);
}

/// What cannot be logged is not done.
#[test]
fn without_a_log_nothing_is_done() {
    let shop = Shop::new(2);
    shop.write(".wechat-mass", "a file in the folder's place");
    let run = shop.operate(&["speed", "set", "3"]);
    run.assert_status(2).assert_says("the log of actions cannot be written");
    assert_eq!(shop.count("/cgi-bin/message/mass/speed/set"), 0);
}
