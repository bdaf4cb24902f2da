//! The promises of the platform, checked by the program on the embedded mock and on others.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use wechat_mock::recording::Replayer;
use wechat_types::id::TagId;

use crate::program::{program, run};
use crate::shop::{SECRETS, Shop, WRONG_SECRET, fan, list_of};

const SPEED: &str = "/cgi-bin/message/mass/speed/get";

/// A shop whose mock stands still until the program moves its clock.
fn shop() -> Shop {
    let shop = Shop::with(4, |mock| mock);
    shop.mock.add_tag(TagId::new(101), "testers");
    shop.mock.tag_follower(&fan(0), TagId::new(101));
    shop
}

/// `wechat-cli contract` with the shop's account, without a server.
fn bare(shop: &Shop) -> Command {
    let mut command = program(&shop.path("."));
    // Its log lies where it runs.
    command.current_dir(shop.path("."));
    command.arg("contract").arg("--config").arg(shop.path("wechat.toml"));
    command.args(["--account", "shop"]);
    command
}

fn command(shop: &Shop) -> Command {
    let mut command = bare(shop);
    command.args(["--base-url", &shop.listening.base_url()]);
    command
}

#[test]
fn the_embedded_mock_keeps_its_promises() {
    let shop = shop();
    let mut command = program(&shop.path("."));
    command.args(["contract", "--may-send", "--everyone", "--tag", "101"]);
    let run = run(&mut command);
    run.assert_status(0);
    insta::assert_snapshot!(run.stdout);
    shop.assert_untouched();
}

#[test]
fn without_the_word_nothing_that_sends_is_called() {
    let shop = shop();
    let run = run(&mut command(&shop));
    run.assert_status(0);
    insta::assert_snapshot!(shop.redact(&run.stdout));
    for call in ["send", "sendall", "preview", "delete"] {
        assert_eq!(shop.count(&format!("/cgi-bin/message/mass/{call}")), 0, "{call}");
    }
    assert_eq!(shop.messages(4), [0; 4]);
}

#[test]
fn over_http_the_mock_keeps_its_promises() {
    let shop = shop();
    let run = run(command(&shop).args(["--may-send", "--tag", "101", "--json"]));
    run.assert_status(0);
    let result = run.result();
    assert_eq!((&result["differ"], &result["skipped"]), (&0.into(), &2.into()), "{}", run.stdout);
    let skipped: Vec<_> = run.lines().into_iter().filter(|l| l["outcome"] == "skipped").collect();
    let whys: Vec<&str> = skipped.iter().map(|line| line["why"].as_str().unwrap()).collect();
    assert_eq!(whys, ["it may not send to everyone"; 2]);
    assert_eq!(shop.mock.jobs().iter().filter(|job| job.to_all).count(), 0);
    assert_eq!(shop.phases(), ["contract begin", "contract end"]);
    assert_eq!(shop.actions()[1]["outcome"], "messages allowed: true; 0 promises differ");
}

#[test]
fn named_followers_are_the_only_ones() {
    let shop = shop();
    shop.write("two.txt", list_of(2));
    run(command(&shop).arg("--may-send").arg("--open-ids").arg(shop.path("two.txt")))
        .assert_status(0);
    let messages = shop.messages(4);
    assert!(messages[0] > 0 && messages[1] > 0, "{messages:?}");
    assert_eq!(messages[2..], [0, 0]);

    for (count, said) in [(1, "two OpenIDs are needed"), (11, "11 OpenIDs; name the two to ten")] {
        shop.write("list.txt", list_of(count));
        run(command(&shop).arg("--open-ids").arg(shop.path("list.txt")))
            .assert_status(2)
            .assert_says(said);
    }
}

#[test]
fn a_broken_promise_is_told_kept_and_compared() {
    let shop = shop();
    let report = shop.path("report.json");
    run(command(&shop).arg("--report").arg(&report)).assert_status(0);
    run(command(&shop).arg("--compare").arg(&report))
        .assert_status(0)
        .assert_says("nothing has changed since the older report");

    shop.mock.on(SPEED).always().errcode(45083);
    let broken = run(command(&shop).arg("--compare").arg(&report));
    broken.assert_status(1);
    let told = broken.stdout.split_once(" held, ").unwrap().1;
    insta::assert_snapshot!(shop.redact(told));

    // Known differences are no change.
    let known = shop.path("known.json");
    run(command(&shop).arg("--report").arg(&known))
        .assert_status(1)
        .assert_says("DIFFERS  the speed");
    run(command(&shop).arg("--compare").arg(&known)).assert_status(0);
    assert!(fs::read_to_string(&known).unwrap().contains("\"outcome\": \"differs\""));

    shop.write("other.json", "{\"version\": 9}");
    run(command(&shop).arg("--compare").arg(shop.path("other.json")))
        .assert_status(2)
        .assert_says("a contract report of version 9, and not of version 1");
    run(command(&shop).arg("--report").arg(shop.path(".")))
        .assert_status(1)
        .assert_says("error: the report is not kept: ");
}

#[test]
fn a_recording_holds_no_secret_and_can_be_played() {
    let shop = shop();
    let file = shop.path("calls.jsonl");
    run(command(&shop).arg("--record").arg(&file)).assert_status(0);
    let text = fs::read_to_string(file).unwrap();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(!text.contains("75_"), "a token: {text}");
    assert_eq!(Replayer::new(&text).unwrap().left() + 1, text.lines().count());
}

#[test]
fn a_server_that_cannot_be_asked_is_no_finding() {
    let shop = shop();
    shop.write("secret", WRONG_SECRET);
    run(&mut command(&shop)).assert_status(2).assert_says("cannot be asked: ");
}

#[test]
fn a_server_that_is_no_mock_needs_live() {
    let shop = shop();
    let tunnel = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tunnel.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = tunnel.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    run(bare(&shop).args(["--base-url", &format!("http://{address}")]))
        .assert_status(2)
        .assert_says("does not say that it is a mock")
        .assert_says("refused: no promise was checked");
    assert!(asked.join().unwrap().starts_with("GET /_mock HTTP/1.1"));
}

#[test]
fn the_real_platform_needs_its_words() {
    let shop = shop();
    let real = "https://api.weixin.qq.com";
    run(bare(&shop).args(["--base-url", real]))
        .assert_status(2)
        .assert_says("is the real platform: it is reached with --live only");
    run(bare(&shop).args(["--live", "--may-send"]))
        .assert_status(2)
        .assert_says("--may-send to real followers needs --open-ids");
    run(bare(&shop).arg("--everyone")).assert_status(2).assert_says("--may-send");
    run(command(&shop).arg("--live")).assert_status(2).assert_says("says that it is a mock");
    shop.assert_untouched();
}
