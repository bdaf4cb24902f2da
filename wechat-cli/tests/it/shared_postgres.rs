//! Programs that share a record in a real PostgreSQL server, which `cargo xtask services` starts. Without one these
//! tests are left out.

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use wechat_mock::JobProgress;

use crate::program::{Started, run};
use crate::shop::{AES_KEY, APP_ID, Shop, TOKEN, list_of, target_at};

/// The address that `cargo xtask services` gives.
fn address() -> Option<String> {
    let address = std::env::var("WECHAT_TEST_POSTGRES").ok();
    if address.is_none() {
        eprintln!("left out: WECHAT_TEST_POSTGRES is not set; cargo xtask services sets it");
    }
    address
}

const FOLLOWERS: usize = 20_003;

/// Three calls, and nobody here who receives callbacks.
fn shop() -> Shop {
    let shop = Shop::new(FOLLOWERS);
    shop.without_callbacks();
    shop
}

#[test]
fn two_programs_share_a_campaign() {
    let Some(address) = address() else { return };
    let shop = shop();
    let start = |name: &str| {
        let mut command = shop.command(&["--json", "--worker", name]);
        Started::new(command.env("WECHAT_JOURNAL", &address))
    };
    let workers = [start("anna"), start("ben")];
    for worker in workers {
        worker.end().assert_status(0);
    }
    assert_eq!(shop.messages(FOLLOWERS), vec![1; FOLLOWERS]);
    assert_eq!(shop.count("/cgi-bin/message/mass/send"), 3);
    assert_eq!(shop.count("/cgi-bin/draft/add"), 3, "a draft for each call, by whoever makes it");
    assert_eq!(shop.count("/cgi-bin/media/uploadimg"), 2, "a picture is uploaded by one of them");

    let again = run(shop.command(&["--json"]).env("WECHAT_JOURNAL", &address));
    again.assert_status(0);
    assert_eq!(shop.count("/cgi-bin/message/mass/send"), 3, "nothing is sent twice");

    let mut status = shop.operate_command(&["status", "--json"]);
    let status = run(status.env("WECHAT_JOURNAL", &address));
    let line = status.assert_status(0).lines().remove(0);
    assert_eq!(line["state"], "success");
    assert_eq!(line["workers"], Value::Array(Vec::new()), "nobody is there any more");
    shop.operate(&["status", "--json"]).assert_status(2).assert_says("there is no record");
}

#[test]
fn the_account_names_its_journal_and_each_mock_has_a_record_of_its_own() {
    let Some(address) = address() else { return };
    for _ in 0..2 {
        let shop = Shop::new(2);
        shop.mock.set_callback(None);
        let account = shop.config(&format!("journal = \"{address}\""), "");
        let (account, _) = account.split_once("[accounts.shop.callback]").unwrap();
        shop.write("wechat.toml", account);
        shop.run(&[]).assert_status(0).assert_says("recorded in PostgreSQL at 127.0.0.1");
        assert_eq!(shop.messages(2), [1, 1]);
        assert!(!shop.journal().exists(), "no file is begun beside it");
        shop.say("stop", &[]).assert_status(0);
        shop.run(&[]).assert_status(0);
    }
}

#[test]
fn a_receiver_on_another_machine_keeps_the_reports() {
    let Some(address) = address() else { return };
    let shop = shop();
    let base_url = shop.listening.base_url().to_string();
    let mut receiver = Started::new(
        crate::program::program(&shop.path("."))
            .args(["callback", "listen", "--json", "--listen", "127.0.0.1:0"])
            .env("WECHAT_BASE_URL", &base_url)
            .env("WECHAT_APP_ID", APP_ID)
            .env("WECHAT_CALLBACK_TOKEN", TOKEN)
            .env("WECHAT_AES_KEY", AES_KEY)
            .env("WECHAT_JOURNAL", &address),
    );
    let first: Value = serde_json::from_str(&receiver.read_to("listening")).unwrap();
    let listens: SocketAddr = first["address"].as_str().unwrap().parse().unwrap();
    shop.mock.set_callback(Some(target_at(listens)));
    shop.write("followers.txt", list_of(2));
    let sent = run(shop.command(&["--json"]).env("WECHAT_JOURNAL", &address));
    let result = sent.assert_status(0).result();
    assert_eq!(result["calls"][0]["report_from"], "callback", "{result}");
    assert_eq!(result["calls"][0]["sent"], 2);
    receiver.kill();
}

/// A way to a server that can be broken.
struct Way {
    port: u16,
    /// What goes over it now; none when it is broken.
    open: Arc<Mutex<Option<Vec<TcpStream>>>>,
}

impl Way {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let way = Self {
            port: listener.local_addr().unwrap().port(),
            open: Arc::new(Mutex::new(Some(Vec::new()))),
        };
        let open = Arc::clone(&way.open);
        std::thread::spawn(move || {
            for near in listener.incoming().map(Result::unwrap) {
                if let Some(open) = &mut *open.lock().unwrap() {
                    let far = TcpStream::connect(("127.0.0.1", port)).unwrap();
                    for (from, to) in [(&near, &far), (&far, &near)] {
                        let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                        std::thread::spawn(move || pass_on(from, to));
                    }
                    open.extend([near, far]);
                }
            }
        });
        way
    }

    fn cut(&self) {
        for stream in self.open.lock().unwrap().take().unwrap() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        *self.open.lock().unwrap() = Some(Vec::new());
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_watcher_waits_for_the_database() {
    let Some(address) = address() else { return };
    let port = address.rsplit_once("@127.0.0.1:").unwrap().1;
    let port: u16 = port.split_once('/').unwrap().0.parse().unwrap();
    let way = Way::to(port);
    let by_way = address.replace(&format!(":{port}/"), &format!(":{}/", way.port));
    let shop = shop();
    shop.write("followers.txt", list_of(2));
    shop.mock.configure(|settings| settings.progress = JobProgress::AfterQueries(1));
    let mut first = shop.command(&["--json", "--poll", "600"]);
    let mut first = Started::new(first.env("WECHAT_JOURNAL", &address));
    first.read_to("\"answer\":\"accepted\"");
    first.kill();

    let mut watch = shop.operate_command(&["status", "--watch", "--json", "--every", "1"]);
    let mut watch = Started::new(watch.env("WECHAT_JOURNAL", &by_way));
    watch.read_to("\"state\":\"running\"");
    way.cut();
    watch.read_to("\"event\":\"journal_unreachable\"");
    way.mend();
    run(shop.command(&["--json"]).env("WECHAT_JOURNAL", &address)).assert_status(0);
    let watched = watch.end();
    let lines = watched.assert_status(0).lines();
    let away = lines.iter().filter(|line| line["event"] == "journal_unreachable").count();
    assert_eq!(away, 1, "it is said once");
    assert_eq!(lines.last().unwrap()["state"], "success");
}

#[test]
fn what_is_wrong_with_a_journal_is_said_without_its_password() {
    let Some(address) = address() else { return };
    let shop = Shop::new(2);
    let bad = address.replace("only-for-tests", "s3cret");
    assert_ne!(bad, address);
    for (journal, said) in [
        (bad.as_str(), "wrong user or password"),
        ("postgres://me:s3cret@127.0.0.1:1/d", "cannot be reached"),
        ("mysql://me:s3cret@127.0.0.1/d", "none of a PostgreSQL database"),
    ] {
        let refused = run(shop.command(&[]).env("WECHAT_JOURNAL", journal));
        refused.assert_status(2).assert_says(said);
        assert!(!refused.output().contains("s3cret"), "{}", refused.output());
    }
    shop.assert_untouched();
}

/// The other program, such as `callback listen`, keeps the reports in the database.
#[cfg(unix)]
#[test]
fn a_campaign_is_sent_beside_who_listens_for_callbacks() {
    let Some(address) = address() else { return };
    let shop = Shop::with(2, |mock| mock);
    let _listens = TcpListener::bind(shop.callbacks).unwrap();
    let mut command = shop.command(&["--poll", "3600"]);
    let mut running = Started::new(command.env("WECHAT_JOURNAL", &address));
    let line = running.read_to("is in use");
    assert!(line.starts_with(&shop.callbacks.to_string()), "{line}");
    assert!(line.contains("端口已被占用") && line.contains("the same journal"), "{line}");
    running.read_to("waiting for the jobs to end");
    running.interrupt();
    running.end().assert_status(130);
    assert_eq!(shop.count("/cgi-bin/message/mass/send"), 1);
}
