//! `token serve`: what it gives to whom, and the program's other commands that ask it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use serde_json::{Value, json};

use crate::program::{Run, Started, program, run};
use crate::shop::{APP_ID, APP_SECRET, SERVICE_SECRET, Shop, WRONG_SECRET};

const STABLE: &str = "/cgi-bin/stable_token";

/// The service of a shop's account, on a port of its own.
struct Service {
    program: Started,
    address: String,
}

impl Service {
    fn start(shop: &Shop) -> Self {
        Self::of(serve(shop).env("WECHAT_TOKEN_SERVICE_SECRET", SERVICE_SECRET))
    }

    fn of(command: &mut Command) -> Self {
        let mut program = Started::new(command);
        let first: Value = serde_json::from_str(&program.read_to("listening")).unwrap();
        assert_eq!(first["account"], APP_ID);
        Self { program, address: first["address"].as_str().unwrap().to_owned() }
    }

    /// One request as it stands; the status, and the answer's JSON.
    fn ask(&self, request: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("cache-control: no-store"), "{head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    /// A request with the secret, and what else is to stand in it.
    fn with(&self, method: &str, target: &str, headers: &str, body: &str) -> (u16, Value) {
        self.ask(&format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {SERVICE_SECRET}\r\n\
             Content-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
            self.address,
            body.len()
        ))
    }

    fn token(&self) -> String {
        let (status, answer) = self.with("GET", &path(), "", "");
        assert_eq!(status, 200, "{answer}");
        assert!((7100..=7200).contains(&answer["expires_in"].as_u64().unwrap()), "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    fn refuse(&self, token: &str) -> (u16, Value) {
        self.with("POST", &path(), "", &json!({ "refused": token }).to_string())
    }

    /// Ends it as a supervisor does.
    #[cfg(unix)]
    fn end(self) -> Run {
        self.program.interrupt();
        self.program.end()
    }
}

fn path() -> String {
    format!("/tokens/{APP_ID}")
}

fn serve(shop: &Shop) -> Command {
    shop.operate_command(&["token", "serve", "--listen", "127.0.0.1:0", "--json"])
}

#[cfg(unix)]
#[test]
fn programs_of_any_language_get_one_token() {
    let shop = Shop::new(2);
    let service = Service::start(&shop);
    assert_eq!(shop.count(STABLE), 0, "nobody has asked yet");
    let token = service.token();
    assert_eq!(service.token(), token);
    assert_eq!(shop.count(STABLE), 1);
    let run = service.end();
    run.assert_status(0);
    assert!(!run.output().contains(&token));
    let actions = shop.actions();
    assert_eq!((actions[0]["command"].as_str(), actions.len()), (Some("token serve"), 1));
}

#[cfg(unix)]
#[test]
fn a_refused_token_is_dropped_and_no_other() {
    let shop = Shop::new(2);
    let service = Service::start(&shop);
    let first = service.token();
    // Another's, and an older one: what is there stays.
    let (status, answer) = service.refuse("75_another");
    assert_eq!((status, answer["access_token"].as_str()), (200, Some(first.as_str())));
    assert_eq!(shop.count(STABLE), 1);
    shop.mock.revoke_tokens(shop.mock.clock().now());
    let (status, answer) = service.refuse(&first);
    let second = answer["access_token"].as_str().unwrap().to_owned();
    assert!(status == 200 && second != first, "{status}");
    // Whoever comes late with the first one drops nothing.
    assert_eq!(service.refuse(&first).1["access_token"], second);
    assert_eq!(service.token(), second);
    assert_eq!(shop.count(STABLE), 2);
    let run = service.end();
    assert!(!run.output().contains(&first) && !run.output().contains(&second));
}

#[cfg(unix)]
#[test]
fn who_is_not_meant_gets_nothing() {
    let shop = Shop::new(2);
    let service = Service::start(&shop);
    let host = &service.address;
    let bare = |headers: &str| {
        service.ask(&format!("GET {} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n", path())).0
    };
    let bearer = format!("Authorization: Bearer {SERVICE_SECRET}\r\n");
    for (headers, status) in [
        (format!("Host: {host}\r\n"), 401),
        (format!("Host: {host}\r\nAuthorization: Bearer {SERVICE_SECRET}x\r\n"), 401),
        (format!("Host: {host}\r\nAuthorization: Bearer \r\n"), 401),
        (format!("Host: {host}\r\nAuthorization: Basic {SERVICE_SECRET}\r\n"), 401),
        (format!("Host: {host}\r\nOrigin: http://{host}\r\n{bearer}"), 403),
        (format!("Host: tokens.example.com\r\n{bearer}"), 403),
    ] {
        assert_eq!(bare(&headers), status, "{headers}");
    }
    let meant = |server: &str| format!("{}?server={server}", path());
    for (method, target, body, status) in [
        ("GET", "/tokens/wx9999999999999999".to_owned(), String::new(), 404),
        ("GET", "/".to_owned(), String::new(), 404),
        ("PUT", path(), String::new(), 405),
        ("POST", path(), String::new(), 400),
        ("POST", path(), "{\"refused\":\"\"}".to_owned(), 400),
        ("POST", path(), "x".repeat(5000), 413),
        ("GET", meant("https%3A%2F%2Fapi.weixin.qq.com"), String::new(), 409),
        ("GET", meant("nonsense"), String::new(), 400),
    ] {
        let (given, answer) = service.with(method, &target, "", &body);
        assert_eq!(given, status, "{method} {target}: {answer}");
        assert!(answer["error"].is_string(), "{answer}");
    }
    assert_eq!(shop.count(STABLE), 0);
    assert_eq!(service.with("GET", &meant(&shop.listening.base_url()), "", "").0, 200);
    service.end().assert_status(0);
}

#[cfg(unix)]
#[test]
fn what_the_platform_says_is_passed_on() {
    let shop = Shop::new(2);
    shop.write("secret", WRONG_SECRET);
    let service = Service::start(&shop);
    let (status, answer) = service.with("GET", &path(), "", "");
    assert_eq!((status, &answer["errcode"]), (502, &json!(40125)), "{answer}");
    let run = service.end();
    run.assert_status(0).assert_says("40125");
}

#[cfg(unix)]
#[test]
fn other_commands_ask_it_and_need_no_app_secret() {
    let shop = Shop::new(2);
    let service = Service::start(&shop);
    let url = format!("http://{}", service.address);
    let server = shop.listening.base_url();
    // Options and environment, without a configuration.
    for _ in 0..2 {
        let mut command = program(&shop.path("."));
        command.current_dir(shop.path(".")).args(["tags", "list", "--base-url", &server]);
        command.args(["--token-service", &url]).env("WECHAT_APP_ID", APP_ID);
        run(command.env("WECHAT_TOKEN_SERVICE_SECRET", SERVICE_SECRET)).assert_status(0);
    }
    // The configuration.
    let section = format!("[accounts.shop.token_service]\nurl = \"{url}\"\nsecret_file = \"s\"\n");
    let config = shop.config("", "").replace("app_secret_file = \"secret\"\n", "") + &section;
    shop.write("wechat.toml", config);
    shop.write("s", format!("{SERVICE_SECRET}\n"));
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [1, 1]);
    assert_eq!(shop.count(STABLE), 1);
    // Revoked between two commands: the service is told, and fetches another one for all.
    shop.mock.revoke_tokens(shop.mock.clock().now());
    for _ in 0..2 {
        shop.operate(&["tags", "list"]).assert_status(0);
    }
    assert_eq!(shop.count(STABLE), 2);
    // The account has no secret of its own.
    let mut command = shop.operate_command(&["tags", "list"]);
    run(command.env("WECHAT_TOKEN_STORE", "redis://127.0.0.1:1"))
        .assert_status(2)
        .assert_says("names exactly one of app_secret_file");
    service.end().assert_status(0);
}

#[cfg(unix)]
#[test]
fn a_service_of_another_server_or_account_is_not_believed() {
    let (shop, other) = (Shop::new(2), Shop::new(2));
    let service = Service::start(&other);
    let url = format!("http://{}", service.address);
    let ask = |app_id: &str, server: &str| {
        let mut command = program(&shop.path("."));
        command.current_dir(shop.path(".")).args(["tags", "list", "--base-url", server]);
        command.env("WECHAT_APP_ID", app_id).env("WECHAT_TOKEN_SERVICE", &url);
        run(command.env("WECHAT_TOKEN_SERVICE_SECRET", SERVICE_SECRET))
    };
    let refused = ask(APP_ID, &shop.listening.base_url());
    refused.assert_status(1).assert_says("409 Conflict").assert_says("and not of");
    let refused = ask("wx9999999999999999", &other.listening.base_url());
    refused.assert_status(1).assert_says("404 Not Found").assert_says("there is nothing but");
    assert_eq!((shop.count(STABLE), other.count(STABLE)), (0, 0));
    service.end().assert_status(0);
}

#[test]
fn what_is_missing_is_said() {
    let shop = Shop::new(2);
    run(&mut serve(&shop)).assert_status(2).assert_says("openssl rand -hex 32");
    run(serve(&shop).env("WECHAT_TOKEN_SERVICE_SECRET", "short"))
        .assert_status(2)
        .assert_says("16 to 256 visible ASCII characters");
    run(serve(&shop).args(["--secret-file", "no-such-file"]))
        .assert_status(2)
        .assert_says("no-such-file cannot be read");
    let mut embedded = program(&shop.path("."));
    embedded.current_dir(shop.path(".")).args(["token", "serve", "--account", "shop"]);
    run(embedded.env("WECHAT_TOKEN_SERVICE_SECRET", SERVICE_SECRET))
        .assert_status(2)
        .assert_says("good nowhere else");
    // Who asks a service needs its secret too.
    let mut command = shop.operate_command(&["tags", "list"]);
    run(command.args(["--token-service", "http://127.0.0.1:1"]))
        .assert_status(2)
        .assert_says("needs its secret");
    let mut command = shop.operate_command(&["tags", "list"]);
    let password = format!("http://shop:{APP_SECRET}@127.0.0.1");
    run(command.args(["--token-service", &password]))
        .assert_status(2)
        .assert_says("--token-service is not a base URL");
    assert_eq!(shop.count(STABLE), 0);
}
