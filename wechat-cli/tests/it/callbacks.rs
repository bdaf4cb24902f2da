//! False callbacks while the program runs: refused, and without effect.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use wechat_events::push::{Cipher, Push, Stamp};
use wechat_events::{CallbackToken, EncodingAesKey};
use wechat_mock::UrlCheck;
use wechat_types::id::{AppId, MsgId};

use crate::shop::{AES_KEY, APP_ID, SEND, Shop, aes_key, token};

const OWNER: &str = "oTESTowner00000000000000000";
const ORIGINAL_ID: &str = "gh_5b1e7c40d9a2";

/// Posts as the platform does; the answer's status.
pub(crate) fn post(address: SocketAddr, push: &Push) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    let body = &push.body;
    write!(
        stream,
        "POST /callback?{} HTTP/1.1\r\nHost: {address}\r\nContent-Type: text/xml\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        push.query,
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// A count that nothing else in the output has, longer than the moments in it.
const FALSE: &str = "777777777777777777";

/// A report of the running job that claims too much.
fn report(job: MsgId) -> String {
    format!(
        "<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>\
         <FromUserName><![CDATA[{OWNER}]]></FromUserName><CreateTime>1768183200</CreateTime>\
         <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[MASSSENDJOBFINISH]]></Event>\
         <MsgID>{job}</MsgID><Status><![CDATA[send success]]></Status>\
         <TotalCount>{FALSE}</TotalCount><FilterCount>{FALSE}</FilterCount>\
         <SentCount>{FALSE}</SentCount><ErrorCount>0</ErrorCount></xml>"
    )
}

#[test]
fn false_callbacks_are_refused_and_change_nothing() {
    // The job runs until the mock's clock is moved.
    let shop = Shop::with(2, |mock| mock);
    let mut running = shop.start(&["--poll", "3600", "--json"]);
    running.read_to("waiting for the jobs to end");

    let xml = report(shop.mock.jobs()[0].msg_id);
    let (own, other) = (token(), CallbackToken::new("0therT0ken").unwrap());
    let id = AppId::new(APP_ID).unwrap();
    let other_id = AppId::new("wxfedcba9876543210").unwrap();
    let other_key = EncodingAesKey::parse(&AES_KEY.replace("k3y", "0dd")).unwrap();
    let stamp = Stamp::new(&own, "1768183200", "1234567890", OWNER);
    let forged = Stamp::new(&other, "1768183200", "1234567890", OWNER);
    let (key, random) = (aes_key(), *b"0123456789abcdef");
    let good = stamp.safe(&Cipher::new(&key, &id, random), ORIGINAL_ID, &xml);

    let bad_signature = forged.safe(&Cipher::new(&key, &id, random), ORIGINAL_ID, &xml);
    assert_eq!(post(shop.callbacks, &bad_signature), 403);
    let wrong_app = stamp.safe(&Cipher::new(&key, &other_id, random), ORIGINAL_ID, &xml);
    assert_eq!(post(shop.callbacks, &wrong_app), 400);
    let wrong_key = stamp.safe(&Cipher::new(&other_key, &id, random), ORIGINAL_ID, &xml);
    assert_eq!(post(shop.callbacks, &wrong_key), 400);
    assert_eq!(post(shop.callbacks, &stamp.plain(&xml)), 400);
    let mut cut = good.clone();
    let end = cut.body.find("]]></Encrypt>").unwrap();
    cut.body.replace_range(end - 40..end, "");
    assert_eq!(post(shop.callbacks, &cut), 403);
    let mut torn = good.clone();
    torn.body.truncate(good.body.len() / 2);
    assert_eq!(post(shop.callbacks, &torn), 400);
    let mut unsigned = good.clone();
    unsigned.query = String::new();
    assert_eq!(post(shop.callbacks, &unsigned), 400);

    // The platform's own check of the address, and its own report, are taken.
    let check = shop.runtime.block_on(shop.listening.verify_callback_url());
    assert_eq!(check, Some(UrlCheck::Verified));
    shop.mock.advance(Duration::from_secs(10));
    let run = running.end();
    run.assert_status(0);
    let result = run.result();
    assert_eq!(result["total"], 2);
    assert_eq!(result["sent"], 2);
    assert_eq!(result["reports"]["callback"], 1);
    assert!(!run.output().contains(FALSE), "{}", run.output());
    assert_eq!(shop.count(SEND), 1);
}

#[test]
fn a_report_of_somebody_elses_job_changes_nothing() {
    let shop = Shop::with(2, |mock| mock);
    let mut running = shop.start(&["--poll", "3600", "--json"]);
    running.read_to("waiting for the jobs to end");
    let stamp_token = token();
    let (key, id) = (aes_key(), AppId::new(APP_ID).unwrap());
    let stamp = Stamp::new(&stamp_token, "1768183200", "1234567890", OWNER);
    let xml = report(MsgId::new(shop.mock.jobs()[0].msg_id.get() + 1));
    let push = stamp.safe(&Cipher::new(&key, &id, *b"0123456789abcdef"), ORIGINAL_ID, &xml);
    assert_eq!(post(shop.callbacks, &push), 200);
    shop.mock.advance(Duration::from_secs(10));
    let run = running.end();
    run.assert_status(0);
    assert_eq!(run.result()["jobs"], 1);
    assert_eq!(run.result()["sent"], 2);
    assert_eq!(run.result()["total"], 2);
}
