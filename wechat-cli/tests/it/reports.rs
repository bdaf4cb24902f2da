//! Where the end of a job is learnt: by callback with counters, by asking without.

use std::time::Duration;

use serde_json::Value;
use wechat_mock::{CallbackFault, CallbackTarget, JobProgress};

use crate::shop::{SEND, Shop, token};

#[test]
fn a_lost_callback_is_replaced_by_asking() {
    let shop = Shop::new(2);
    shop.mock.disturb_next_callback(CallbackFault::Lost);
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    let result = run.result();
    assert_eq!(result["reports"]["callback"], 0);
    assert_eq!(result["reports"]["status_query"], 1);
    for counter in ["total", "filtered", "sent", "failed"] {
        assert_eq!(result[counter], Value::Null, "{counter}");
        assert_eq!(result["calls"][0][counter], Value::Null, "{counter}");
    }
    assert_eq!(shop.count(SEND), 1);
    assert_eq!(shop.messages(2), [1, 1]);
}

#[test]
fn counters_that_come_after_the_end_are_waited_for() {
    // The callback is held back until the mock's clock is moved.
    let shop =
        Shop::with(2, |mock| mock.settings(|settings| settings.progress = JobProgress::Immediate));
    shop.mock.disturb_next_callback(CallbackFault::Delayed(Duration::from_secs(3600)));
    let mut running = shop.start(&["--poll", "2"]);
    running.read_to("send success (by status query)");
    shop.mock.advance(Duration::from_secs(3600));
    let run = running.end();
    run.assert_status(0).assert_says("send success (by callback)");
    let row = run.stdout.lines().find(|line| line.starts_with("total ")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["total", "2", "0", "2", "0"]);
}

#[test]
fn without_callbacks_there_are_no_counters() {
    let shop = Shop::new(2);
    shop.without_callbacks();
    let run = shop.run(&[]);
    run.assert_status(0);
    insta::assert_snapshot!(shop.redact(&run.output()));
}

#[test]
fn a_callback_that_comes_twice_counts_once() {
    let shop = Shop::new(2);
    shop.mock.disturb_next_callback(CallbackFault::Doubled);
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["total"], 2);
    assert_eq!(run.result()["reports"]["callback"], 1);
}

#[test]
fn an_account_in_plain_mode() {
    let shop = Shop::new(2);
    shop.write("wechat.toml", shop.config("", "# no key"));
    let url = format!("http://{}/", shop.callbacks);
    shop.mock.set_callback(Some(CallbackTarget::plain(url, token())));
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["reports"]["callback"], 1);
    assert_eq!(run.result()["sent"], 2);
    assert_eq!(run.lines()[1]["encrypted"], false);
}
