//! Proxies of the environment carry what goes out, never what stays on this machine.

use std::process::Command;

use wechat_http::{Client, RetryPolicy};
use wechat_types::id::{AppId, AppSecret};

use crate::rig::{FixedToken, picture};
use crate::tiny_server::TinyServer;

/// Tells the test below that it runs in a process of its own, with a proxy in its environment.
const CHILD: &str = "WECHAT_HTTP_TEST_BEHIND_PROXY";
const NAME: &str = "proxies::the_environments_proxy_is_for_other_machines";

async fn address_of_picture(base_url: &str) -> String {
    let client = Client::builder(AppId::new("wx1").unwrap(), AppSecret::new("s").unwrap())
        .base_url(base_url.parse().unwrap())
        .token_source(FixedToken::new("75_x"))
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    client.send(&picture()).await.unwrap().url
}

/// In the child: nothing here may end anywhere but at the proxy or at the own server.
async fn behind_the_proxy() {
    let own = TinyServer::answering_json("{\"url\":\"http://own\"}").await;
    let localhost = format!("http://localhost:{}", own.addr.port());
    assert_eq!(address_of_picture(&own.base_url()).await, "http://own");
    assert_eq!(address_of_picture(&localhost).await, "http://own");
    assert_eq!(own.received().len(), 2);
    assert_eq!(address_of_picture("http://wechat.invalid").await, "http://proxy");
}

/// A process cannot safely change its own environment while threads run: the test starts itself
/// again as a child that has a proxy.
#[tokio::test]
async fn the_environments_proxy_is_for_other_machines() {
    if std::env::var_os(CHILD).is_some() {
        behind_the_proxy().await;
        return;
    }
    let proxy = TinyServer::answering_json("{\"url\":\"http://proxy\"}").await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", NAME, "--nocapture"]).env(CHILD, "1");
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        child.env(name, proxy.base_url()).env(name.to_ascii_uppercase(), proxy.base_url());
    }
    child.env_remove("no_proxy").env_remove("NO_PROXY").env_remove("REQUEST_METHOD");
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "{heads:?}");
    assert!(
        heads[0].starts_with("POST http://wechat.invalid/cgi-bin/media/uploadimg?access_token="),
        "{heads:?}"
    );
}
