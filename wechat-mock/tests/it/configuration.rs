//! The configuration file: what it can say, and how a mistake is named.

use std::path::Path;

use serde_json::json;
use wechat_mock::{Configuration, JobProgress};
use wechat_types::id::{AppId, TagId};

use crate::rig::{PEER, request};

const FULL: &str = r#"
listen = "127.0.0.1:0"
seed = 7
clock = "manual"

[control]
token = "0pen-sesame"

[[accounts]]
app_id = "wx0000000000000001"
app_secret = "5ecret5ecret"
followers = 5

[[accounts.tags]]
id = 101
name = "猫"
first_followers = 2

[accounts.settings]
progress = { by_time = { review = 0.25, followers_per_minute = 600000 } }
key_memory = 3600
title_limit = 64

[[accounts.faults]]
path = "/cgi-bin/tags/get"
nth = 2
effect = { errcode = { code = -1 } }

[accounts.callback]
url = "http://127.0.0.1:9/wx"
token = "callbacktoken"

[[accounts]]
app_id = "wx0000000000000002"
followers = 3
"#;

fn parse(text: &str) -> Result<Configuration, String> {
    Configuration::parse(text, Path::new(".")).map_err(|error| error.to_string())
}

#[test]
fn accounts_rules_faults_and_callbacks_come_from_the_file() {
    let config = parse(FULL).unwrap();
    assert_eq!((config.listen(), config.has_manual_clock()), (Some("127.0.0.1:0"), true));
    assert!(!format!("{config:?}").contains("5ecret") && !format!("{config:?}").contains("sesame"));
    let server = config.builder().build();
    assert_eq!(server.app_id().as_str(), "wx0000000000000001");
    assert_eq!(server.app_secret().expose(), "5ecret5ecret");
    let second = server.account_of(&AppId::new("wx0000000000000002").unwrap()).unwrap();
    assert_eq!((server.followers().len(), second.followers().len()), (5, 3));
    assert_eq!(server.tags_of(&server.followers()[1]), [TagId::new(101)]);
    assert!(server.tags_of(&server.followers()[2]).is_empty());
    let settings = server.settings();
    assert_eq!((settings.title_limit, settings.key_memory.as_secs()), (64, 3600));
    let review = std::time::Duration::from_millis(250);
    let progress = JobProgress::ByTime { review, followers_per_minute: 600_000 };
    assert_eq!(settings.progress, progress);
    assert_eq!(second.settings().title_limit, 32);
    assert_eq!(server.callback_target().unwrap().url(), "http://127.0.0.1:9/wx");
    let now = server.manual_clock().unwrap().now();
    let tags = || server.handle(&request("GET", "/cgi-bin/tags/get", "".into()), now, PEER);
    for code in [41001, -1, 41001] {
        let answer = tags().response.unwrap();
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(answer["errcode"], json!(code));
    }
    server.reset();
    assert_eq!((server.faults_left(), server.tags_of(&server.followers()[1]).len()), (1, 1));
}

#[test]
fn mistakes_are_named_with_their_line_and_secrets_are_not() {
    for (from, to, part) in [
        ("seed = 7", "sead = 7", "line LINE: sead: unknown field `sead`"),
        ("seed = 7", "seed = 'x'", "line LINE: seed: invalid type"),
        ("title_limit = 64", "titel_limit = 64", "line LINE: titel_limit: unknown field"),
        ("title_limit = 64", "title_limit = -1", "line LINE: title_limit: invalid value"),
        ("key_memory = 3600", "key_memory = 'long'", "line LINE: key_memory: a number of seconds"),
        ("nth = 2", "nth = 0", "nth: calls are counted from 1"),
        ("{ code = -1 }", "{ cod = -1 }", "line LINE: effect: unknown field `cod`"),
        ("\"/cgi-bin/tags/get\"", "\"/cgi-bin/nowhere\"", "path: there is no call"),
        ("\"5ecret5ecret\"", "5", "line LINE: app_secret: a text in quotes"),
        ("\"5ecret5ecret\"", "\"5ecret5ecret", "line LINE: "),
        ("\"5ecret5ecret\"", "\"\"", "accounts, number 1: app_secret"),
        ("127.0.0.1:9", "10.0.0.1:9", "accounts, number 1: callback.url: \"10.0.0.1\" is not this"),
        ("\"callbacktoken\"", "\"5ecret!\"", "callback.token: "),
        (
            "wx0000000000000002",
            "wx0000000000000001",
            "number 2: app_id: wx0000000000000001 is there",
        ),
        ("clock = \"manual\"", "clock = \"fast\"", "line LINE: clock: unknown variant"),
        ("followers = 3", "followers_file = 'nowhere.txt'", "number 2: followers_file: "),
    ] {
        assert!(FULL.contains(from), "{from}");
        let line = FULL[..FULL.find(from).unwrap()].matches('\n').count() + 1;
        let part = &part.replace("LINE", &line.to_string());
        let error = parse(&FULL.replace(from, to)).unwrap_err();
        assert!(error.contains(part), "{to}: {error}");
        assert!(!error.contains("5ecret"), "{to}: {error}");
    }
    let remote = FULL
        .replace("127.0.0.1:9", "10.0.0.1:9")
        .replace("[control]", "[control]\nremote_callbacks = true");
    assert!(parse(&remote).is_ok());
    let missing = Configuration::from_file(Path::new("no/such.toml")).unwrap_err();
    assert!(missing.to_string().starts_with("no/such.toml: "), "{missing}");
}
