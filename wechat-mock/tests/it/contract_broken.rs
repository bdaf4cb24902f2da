//! Servers that break a promise on purpose: the suite names it, and no other one that is kept.

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use wechat_http::{Client, Transport, TransportError};
use wechat_mock::{InProcess, MockServer};

use crate::contract::{environment, in_process, mock, run, unheld};
use crate::rig::{GET, SEND};

/// A mock behind something that changes requests and answers.
#[derive(Debug)]
struct Broken {
    mock: InProcess,
    request: fn(&str, &mut Value),
    answer: fn(&str, &mut Value),
}

#[async_trait]
impl Transport for Broken {
    fn stand_in(&self) -> Option<&str> {
        self.mock.stand_in()
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let path = request.uri().path().to_owned();
        let request = request.map(|body| changed(body, |value| (self.request)(&path, value)));
        let answer = self.mock.send(request).await?;
        Ok(answer.map(|body| changed(body, |value| (self.answer)(&path, value))))
    }
}

fn changed(body: Bytes, change: impl FnOnce(&mut Value)) -> Bytes {
    match serde_json::from_slice(&body) {
        Ok(mut value) => {
            change(&mut value);
            Bytes::from(value.to_string())
        }
        Err(_) => body,
    }
}

fn kept(_: &str, _: &mut Value) {}

async fn findings(request: fn(&str, &mut Value), answer: fn(&str, &mut Value)) -> Vec<String> {
    let mock = mock();
    let client = broken(&mock, request, answer);
    unheld(&run(&client, &environment(&mock, None)).await)
}

fn broken(
    mock: &MockServer,
    request: fn(&str, &mut Value),
    answer: fn(&str, &mut Value),
) -> Client {
    Client::builder(mock.app_id(), mock.app_secret())
        .transport(Broken { mock: mock.transport(), request, answer })
        .clock(mock.clock())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_server_that_ignores_keys_is_caught() {
    let forget = |path: &str, body: &mut Value| {
        if path == SEND
            && let Some(body) = body.as_object_mut()
        {
            body.remove("clientmsgid");
        }
    };
    insta::assert_snapshot!(findings(forget, kept).await.join("\n"), @"
    a key of 65 bytes is refused with 45067: differs: expected a refusal with 45067, found it was accepted
    a repeated key is refused with 45065, which names the first job: differs: expected a refusal with 45065, found it was accepted
    ");
}

#[tokio::test]
async fn a_server_that_names_another_job_is_caught() {
    let rename = |path: &str, answer: &mut Value| {
        if path == SEND && answer["errcode"] == 45065 {
            answer["msg_id"] = json!(answer["msg_id"].as_u64().unwrap() + 1);
        }
    };
    insta::assert_snapshot!(findings(kept, rename).await.join("\n"), @"a repeated key is refused with 45065, which names the first job: differs: expected the number of the first job, found another number");
}

#[tokio::test]
async fn a_server_that_loses_a_tag_is_caught() {
    let lose = |path: &str, answer: &mut Value| {
        if path == "/cgi-bin/tags/getidlist" {
            answer["tagid_list"] = json!([]);
        }
    };
    insta::assert_snapshot!(findings(kept, lose).await.join("\n"), @"followers with a tag are found by it, page by page: differs: expected getidlist with the tag, found without it");
}

#[tokio::test]
async fn a_server_with_a_status_of_its_own_is_caught() {
    let rename = |path: &str, answer: &mut Value| {
        if path == GET && answer["msg_status"] == "SEND_SUCCESS" {
            answer["msg_status"] = json!("LATER");
        }
    };
    insta::assert_snapshot!(findings(kept, rename).await.join("\n"), @r#"
    a send becomes a job that comes to an end: differs: expected a documented status, found LATER
    a draft that was sent is used up: skipped: the job ended in unknown status "LATER"
    an article that was sent can be deleted: skipped: the job ended in unknown status "LATER"
    "#);
}

/// The change itself changes nothing that matters, or the tests above would prove nothing.
#[tokio::test]
async fn a_server_behind_a_mirror_is_not_broken() {
    assert_eq!(findings(kept, kept).await, [""; 0]);
    let mock = mock();
    assert_eq!(unheld(&run(&in_process(&mock), &environment(&mock, None)).await), [""; 0]);
}
