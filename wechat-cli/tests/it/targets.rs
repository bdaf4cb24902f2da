//! Which server a campaign goes to: three ways to name one, and the real one only with --live.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::program::run;
use crate::shop::{APP_ID, APP_SECRET, SEND, Shop, TEXT};

const REAL: &str = "https://api.weixin.qq.com";

#[test]
fn a_server_is_named_by_option_environment_or_configuration() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    let server = shop.listening.base_url();

    let run_option = run(shop.bare().args(["--base-url", &server]));
    run_option.assert_status(0).assert_says(&server);
    assert_eq!(shop.count(SEND), 1);

    shop.write("campaign.toml", TEXT.replace("\"spring\"", "\"spring 2\""));
    let run_environment = run(shop.bare().env("WECHAT_BASE_URL", &server));
    run_environment.assert_status(0).assert_says(&server);
    assert_eq!(shop.count(SEND), 2);

    shop.write("campaign.toml", TEXT.replace("\"spring\"", "\"spring 3\""));
    shop.write("wechat.toml", shop.config(&format!("base_url = \"{server}\""), ""));
    let run_configuration = run(&mut shop.bare());
    run_configuration.assert_status(0).assert_says(&server);
    assert_eq!(shop.count(SEND), 3);
    assert_eq!(shop.messages(2), [3, 3]);
}

#[test]
fn an_account_without_a_server_is_rehearsed() {
    let shop = Shop::new(2);
    let run = run(shop.bare().arg("--dry-run"));
    run.assert_status(0).assert_says("on embedded mock");
    shop.assert_untouched();
}

#[test]
fn the_option_wins_over_the_environment_and_that_over_the_configuration() {
    let shop = Shop::new(2);
    shop.write("wechat.toml", shop.config(&format!("base_url = \"{REAL}\""), ""));
    let server = shop.listening.base_url();
    let run_option = run(shop.bare().env("WECHAT_BASE_URL", REAL).args(["--base-url", &server]));
    run_option.assert_status(0).assert_says(&server);
    let run_environment = run(shop.bare().env("WECHAT_BASE_URL", &server));
    run_environment.assert_status(0).assert_says("resumed from");
}

#[test]
fn the_real_platform_is_refused_without_live() {
    let shop = Shop::new(2);
    let said = "https://api.weixin.qq.com is the real platform: it is reached with --live only, \
        or with live = true in the account's configuration";
    // The check comes before a dry run ends; should it ever break, the test still reaches nobody.
    let dry = || {
        let mut command = shop.bare();
        command.arg("--dry-run");
        command
    };
    let run_option = run(dry().args(["--base-url", REAL]));
    let run_environment = run(dry().env("WECHAT_BASE_URL", REAL));
    shop.write("wechat.toml", shop.config(&format!("base_url = \"{REAL}\""), ""));
    let run_configuration = run(&mut dry());
    shop.write("wechat.toml", shop.config(&format!("live = false\nbase_url = \"{REAL}\""), ""));
    let run_not_live = run(&mut dry());
    for run in [run_option, run_environment, run_configuration, run_not_live] {
        run.assert_status(2).assert_says(said).assert_says("refused: nothing was sent");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn other_spellings_of_the_real_platform_are_known() {
    let shop = Shop::new(2);
    for url in [
        "https://API.weixin.qq.com:443/",
        "https://api.weixin.qq.com./",
        "https://api2.weixin.qq.com",
        "https://sh.api.weixin.qq.com",
    ] {
        let run = run(shop.bare().args(["--dry-run", "--base-url", url]));
        run.assert_status(2).assert_says("is the real platform");
    }
}

#[test]
fn live_is_planned_and_named_so() {
    let shop = Shop::new(2);
    for options in [&["--live"][..], &["--live", "--base-url", REAL]] {
        let run = run(shop.bare().arg("--dry-run").args(options));
        run.assert_status(0).assert_says("on https://api.weixin.qq.com (LIVE)");
    }
    shop.write("wechat.toml", shop.config("live = true", ""));
    let run = run(shop.bare().arg("--dry-run"));
    run.assert_status(0).assert_says("on https://api.weixin.qq.com (LIVE)");
}

#[test]
fn a_server_needs_an_account() {
    let shop = Shop::new(2);
    for option in ["--live", "--base-url=http://127.0.0.1:9"] {
        let mut command = crate::program::program(&shop.path("."));
        let run = run(command.arg("send").arg(shop.path("campaign.toml")).arg(option));
        run.assert_status(2).assert_says("an account: name one with --account");
    }
}

#[test]
fn the_environment_can_hold_the_account() {
    let shop = Shop::new(2);
    shop.without_callbacks();
    let mut command = crate::program::program(&shop.path("."));
    command.arg("send").arg(shop.path("campaign.toml")).args(["--poll", "1"]);
    command.env("WECHAT_BASE_URL", shop.listening.base_url()).env("WECHAT_APP_ID", APP_ID);
    run(&mut command).assert_status(2).assert_says("WECHAT_APP_SECRET is not");
    shop.assert_untouched();
    run(command.env("WECHAT_APP_SECRET", APP_SECRET)).assert_status(0);
    assert_eq!(shop.messages(2), [1, 1]);
}

#[test]
fn what_is_no_address_is_refused() {
    let shop = Shop::new(2);
    let mut text = String::new();
    let password = format!("http://shop:{APP_SECRET}@127.0.0.1");
    for url in ["127.0.0.1:8787", "ftp://127.0.0.1", "https://127.0.0.1?a=1", "", &password] {
        let run = run(shop.bare().args(["--base-url", url]));
        run.assert_status(2);
        text.push_str(&run.stderr);
    }
    insta::assert_snapshot!(text);
}

/// `0.0.0.0` leads to this machine, but is no loopback address: it stands for another machine.
#[cfg(unix)]
#[test]
fn another_machine_must_say_that_it_is_a_mock() {
    let shop = Shop::new(2);
    let server = format!("http://0.0.0.0:{}", shop.listening.addr().port());
    run(shop.bare().args(["--poll", "1", "--base-url", &server])).assert_status(0);
    assert_eq!(shop.messages(2), [1, 1]);

    // A proxy, perhaps to the real platform.
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://0.0.0.0:{}", proxy.local_addr().unwrap().port());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut request = [0; 1024];
        let length = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let run = run(shop.bare().args(["--base-url", &server]));
    run.assert_status(2).assert_says("does not say that it is a mock").assert_says("use --live");
    assert!(asked.join().unwrap().starts_with("GET /_mock HTTP/1.1\r\n"));
}

#[test]
fn a_live_send_does_not_go_to_a_mock() {
    let shop = Shop::new(2);
    let server = shop.listening.base_url();
    let option = run(shop.bare().args(["--live", "--base-url", &server]));
    option.assert_status(2).assert_says("says that it is a mock, and this send is live");
    // A rehearsal's variable, forgotten in the shell.
    let environment = run(shop.bare().arg("--live").env("WECHAT_BASE_URL", &server));
    environment.assert_status(2).assert_says("does not choose where a live send goes");
    shop.write("wechat.toml", shop.config(&format!("live = true\nbase_url = \"{server}\""), ""));
    let configuration = run(&mut shop.bare());
    configuration.assert_status(2).assert_says("says that it is a mock, and this send is live");
    shop.assert_untouched();
    assert!(!shop.path(".wechat-mass").exists(), "nothing is recorded as sent");
}

#[test]
fn a_tunnel_on_this_machine_is_no_mock() {
    let shop = Shop::new(2);
    let tunnel = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tunnel.local_addr().unwrap();
    let answers = std::thread::spawn(move || {
        let (mut stream, _) = tunnel.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let run = run(shop.bare().args(["--base-url", &format!("http://{address}")]));
    run.assert_status(2).assert_says("does not say that it is a mock");
    let request = answers.join().unwrap();
    assert!(request.starts_with("GET /_mock HTTP/1.1"), "{request}");
}
