//! Several accounts in one server: whom a request reaches, and what they share.

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::{AccountBuilder, MockServer};
use wechat_types::id::AppId;

use crate::rig::{PEER, SEND, code, request, text, text_to};

fn two() -> (MockServer, MockServer) {
    let other = AppId::new("wx0000000000000002").unwrap();
    let account = AccountBuilder::new().app_id(other.clone()).followers(3);
    let first = MockServer::builder().followers(2).account(account).build();
    let second = first.account_of(&other).unwrap();
    (first, second)
}

fn post(server: &MockServer, path: &str, body: &Value) -> Value {
    let now = server.manual_clock().unwrap().now();
    let request = request("POST", path, Bytes::from(body.to_string()));
    let answer = server.handle(&request, now, PEER).response.unwrap();
    serde_json::from_slice(answer.body()).unwrap()
}

fn credentials(server: &MockServer) -> Value {
    json!({
        "grant_type": "client_credential",
        "appid": server.app_id().as_str(),
        "secret": server.app_secret().expose(),
    })
}

fn token(door: &MockServer, account: &MockServer) -> String {
    text(&post(door, "/cgi-bin/stable_token", &credentials(account)), "access_token")
}

#[test]
fn a_request_reaches_the_account_it_names_whichever_view_takes_it_in() {
    let (first, second) = two();
    for door in [&first, &second] {
        for account in [&first, &second] {
            let before = account.jobs().len();
            let path = format!("{SEND}?access_token={}", token(door, account));
            let sent = post(door, &path, &text_to(&account.followers(), "x", None));
            assert_eq!(sent["errmsg"], "send job submission success", "{sent}");
            assert_eq!(account.jobs().len(), before + 1);
            // Another text, for the same one would be a repeat.
            account.configure(|settings| settings.default_key = wechat_mock::DefaultKey::None);
        }
    }
    assert_eq!((first.received().len(), second.received().len()), (4, 4));
    assert_eq!((first.followers().len(), second.followers().len()), (2, 3));
}

#[test]
fn a_plain_token_is_asked_for_by_query() {
    let (first, second) = two();
    let path = format!(
        "/cgi-bin/token?grant_type=client_credential&appid={}&secret={}",
        second.app_id(),
        second.app_secret().expose()
    );
    let now = first.manual_clock().unwrap().now();
    let answer = first.handle(&request("GET", &path, Bytes::new()), now, PEER).response.unwrap();
    let token = text(&serde_json::from_slice(answer.body()).unwrap(), "access_token");
    let path = format!("/cgi-bin/get_api_domain_ip?access_token={token}");
    let answer = first.handle(&request("GET", &path, Bytes::new()), now, PEER).response.unwrap();
    assert!(answer.body().starts_with(b"{\"ip_list\""), "{:?}", answer.body());
    assert_eq!((first.received().len(), second.received().len()), (0, 2));
}

#[test]
fn what_names_nobody_is_answered_by_the_own_account() {
    let (first, second) = two();
    let unknown = format!("{SEND}?access_token=nobodys");
    assert_eq!(code(&post(&first, &unknown, &json!({}))), 40001);
    assert_eq!(code(&post(&second, &unknown, &json!({}))), 40001);
    assert_eq!((first.received().len(), second.received().len()), (1, 1));
    let stranger = json!({"grant_type": "client_credential", "appid": "wx9", "secret": "s"});
    assert_eq!(code(&post(&first, "/cgi-bin/stable_token", &stranger)), 40013);
    assert!(first.account_of(&AppId::new("wx9999999999999999").unwrap()).is_none());
}

#[test]
fn rules_faults_and_ids_are_each_accounts_own_and_the_clock_is_not() {
    let (first, second) = two();
    first.configure(|settings| settings.secret_frozen = true);
    second.on_any().errcode(-1);
    assert_eq!(code(&post(&first, "/cgi-bin/stable_token", &credentials(&first))), 40243);
    assert_eq!(code(&post(&first, "/cgi-bin/stable_token", &credentials(&second))), -1);
    assert_ne!(first.followers()[0], second.followers()[0]);
    assert_ne!(token(&first, &second), "");
    let before = second.manual_clock().unwrap().now();
    assert!(first.advance(std::time::Duration::from_secs(5)));
    assert_eq!(second.manual_clock().unwrap().now(), before + std::time::Duration::from_secs(5));
}

#[test]
fn the_same_seed_gives_the_same_accounts() {
    let build = |seed| {
        let more = || AccountBuilder::new().followers(2);
        MockServer::builder().seed(seed).account(more()).account(more()).build()
    };
    let ids = |server: &MockServer| -> Vec<_> {
        let accounts = server.accounts();
        accounts.iter().map(|account| (account.app_id(), account.followers())).collect()
    };
    assert_eq!(ids(&build(7)), ids(&build(7)));
    assert_ne!(ids(&build(7)), ids(&build(8)));
    let three = ids(&build(7));
    assert!(three[1] != three[2] && three[0].1.is_empty());
}

#[test]
fn the_same_requests_give_the_same_state_and_a_reset_the_first_one() {
    let run = |text: &str| {
        let (first, second) = two();
        let fresh = (first.state_hash(), second.state_hash());
        let path = format!("{SEND}?access_token={}", token(&first, &second));
        post(&first, &path, &text_to(&second.followers(), text, None));
        first.on_any().errcode(-1);
        let after = (first.state_hash(), second.state_hash());
        first.reset();
        second.reset();
        assert_eq!((first.state_hash(), second.state_hash()), fresh);
        (fresh, after)
    };
    let (fresh, after) = run("一");
    assert_eq!(run("一"), (fresh, after));
    assert!(fresh.0 != after.0 && fresh.1 != after.1);
    assert_ne!(run("二").1.1, after.1);
    let rules = |limit| {
        let server = MockServer::builder().settings(|s| s.title_limit = limit).build();
        server.state_hash()
    };
    assert!(rules(32) == rules(32) && rules(32) != rules(64));
}
