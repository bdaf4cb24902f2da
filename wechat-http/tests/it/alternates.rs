//! Other hosts stand in for one that cannot be reached, where a call may be made again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::{BaseUrl, Client, Error, Outcome, Transport, TransportError, TransportErrorKind};
use wechat_mock::{InProcess, MockServer};
use wechat_types::codec::ReplyError;

use crate::rig::{STATUS, send, status_of_new_job};

/// A network in which hosts may be down, or lose answers; the mock is behind all of them.
#[derive(Clone, Debug)]
struct Network {
    mock: InProcess,
    trouble: Arc<Mutex<BTreeMap<&'static str, TransportErrorKind>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Transport for Network {
    fn stand_in(&self) -> Option<&str> {
        None
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let host = request.uri().host().unwrap().to_owned();
        self.asked.lock().unwrap().push(host.clone());
        let trouble = self.trouble.lock().unwrap().get(host.as_str()).copied();
        match trouble {
            Some(TransportErrorKind::Connect) => {
                Err(TransportError::new(TransportErrorKind::Connect, "down"))
            }
            Some(kind) => {
                self.mock.send(request).await?;
                Err(TransportError::new(kind, "answer lost"))
            }
            None => self.mock.send(request).await,
        }
    }
}

struct Rig {
    mock: MockServer,
    network: Network,
    client: Client,
}

fn rig() -> Rig {
    let clock = wechat_mock::ManualClock::auto(wechat_mock::ManualClock::default_start());
    let mock = MockServer::builder().followers(2).manual_clock(clock).build();
    let network =
        Network { mock: mock.transport(), trouble: Arc::default(), asked: Arc::default() };
    let url = |host: &str| format!("http://{host}").parse::<BaseUrl>().unwrap();
    let client = Client::builder(mock.app_id(), mock.app_secret())
        .base_url(url("first"))
        .alternates(vec![url("second"), url("third")])
        .transport(network.clone())
        .clock(mock.clock())
        .build()
        .unwrap();
    Rig { mock, network, client }
}

impl Rig {
    fn trouble(&self, host: &'static str, kind: TransportErrorKind) {
        self.network.trouble.lock().unwrap().insert(host, kind);
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.network.asked.lock().unwrap())
    }
}

#[tokio::test]
async fn a_host_that_is_down_is_left_for_the_next_and_kept() {
    let rig = rig();
    rig.trouble("first", TransportErrorKind::Connect);
    rig.client.send(&send(&rig.mock, Some("spring-01"))).await.unwrap();
    assert_eq!(rig.asked(), ["first", "second", "second"], "the token's call turns for all");
    rig.client.send(&send(&rig.mock, Some("spring-02"))).await.unwrap();
    assert_eq!(rig.asked(), ["second"]);
    assert_eq!(rig.mock.jobs().len(), 2);
}

#[tokio::test]
async fn a_send_whose_answer_was_lost_goes_to_no_other_host() {
    let rig = rig();
    let question = status_of_new_job(&rig.client, &rig.mock).await;
    rig.asked();
    rig.trouble("first", TransportErrorKind::Interrupted);
    let error = rig.client.send(&send(&rig.mock, Some("spring-01"))).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(rig.asked(), ["first"]);
    // A question may be asked elsewhere.
    rig.client.send(&question).await.unwrap();
    assert_eq!(rig.asked(), ["first", "second"]);
}

#[tokio::test]
async fn a_refusal_turns_nothing() {
    let rig = rig();
    let question = status_of_new_job(&rig.client, &rig.mock).await;
    rig.asked();
    rig.mock.on(STATUS).errcode(40059);
    let error = rig.client.send(&question).await.unwrap_err();
    assert!(matches!(error, Error::Reply(ReplyError::Api(_))));
    assert_eq!(rig.asked(), ["first"]);
}

#[test]
fn the_platforms_own_hosts_are_real() {
    let hosts = BaseUrl::official_alternates();
    assert_eq!(hosts.len(), 4);
    assert!(hosts.iter().all(BaseUrl::is_real_platform));
}

/// A record of what was sent goes on wherever the same server is reached, and nowhere else.
#[test]
fn a_client_knows_its_server_by_whatever_address_it_goes() {
    let Rig { mock, network, client } = rig();
    assert_eq!(client.server(), "first:80", "one that failed is still the same server");
    let builder = || Client::builder(mock.app_id(), mock.app_secret()).clock(mock.clock());
    let over = |url: &str| {
        let url = url.parse().unwrap();
        builder().transport(network.clone()).base_url(url)
    };
    let of = |builder: wechat_http::ClientBuilder| builder.build().unwrap().server().to_owned();
    assert_eq!(of(builder().transport(network.clone())), "weixin.qq.com");
    assert_eq!(of(over("https://sh.api.weixin.qq.com")), "weixin.qq.com");
    assert_eq!(of(over("https://proxy.example/wx/")), "proxy.example:443/wx");
    assert_eq!(of(builder().transport(mock.transport())), "an in-process mock");
}
