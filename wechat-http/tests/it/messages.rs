//! What a person reads when a call fails: the chain of each kind of error.

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::{
    BaseUrl, Client, Error, RetryPolicy, TokenError, Transport, TransportError, TransportErrorKind,
};
use wechat_mock::FaultRule;
use wechat_types::id::{AppId, AppSecret};
use wechat_types::mass::{MassContent, Recipients, Send};

use crate::rig::{FixedToken, Rig, SEND, STABLE, UPLOAD, chain, picture, send};

/// Fails in one way.
#[derive(Clone, Copy, Debug)]
struct Failing(TransportErrorKind);

#[async_trait]
impl Transport for Failing {
    fn stand_in(&self) -> Option<&str> {
        None
    }

    async fn send(
        &self,
        _request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        Err(TransportError::new(self.0, "the cause"))
    }
}

/// The chain without the request id, which changes with the mock's time.
fn shown(error: &Error) -> String {
    let text = chain(error);
    match text.split_once(" [rid ") {
        Some((start, rest)) => {
            format!("{start} [rid …]{}", rest.split_once(']').expect("an end").1)
        }
        None => text,
    }
}

#[tokio::test]
async fn errors_of_the_transport() {
    use TransportErrorKind::{
        BadAnswer, Connect, DeadlinePassed, Interrupted, Malformed, Other, Timeout,
    };
    let mut lines = String::new();
    for kind in [Malformed, Connect, DeadlinePassed, Timeout, Interrupted, BadAnswer, Other] {
        let rig = Rig::new();
        let client = Client::builder(rig.mock.app_id(), rig.mock.app_secret())
            .transport(Failing(kind))
            .clock(rig.mock.clock())
            .token_source(FixedToken::new("75_x"))
            .retry(RetryPolicy::NEVER)
            .build()
            .unwrap();
        let error = client.send(&picture()).await.unwrap_err();
        lines.push_str(&format!("{:?} {kind:?}: {}\n", error.outcome(), shown(&error)));
    }
    insta::assert_snapshot!(lines, @r#"
    NotSent Malformed: the request failed on its way: the request cannot be written (it was not sent): the cause
    NotSent Connect: the request failed on its way: no connection (the request was not sent): the cause
    NotSent DeadlinePassed: the request failed on its way: the deadline passed before the request was written (it was not sent): the cause
    Unknown Timeout: the request failed on its way: no answer in time (the request may have been processed): the cause
    Unknown Interrupted: the request failed on its way: the connection broke (the request may have been processed): the cause
    Unknown BadAnswer: the request failed on its way: the answer could not be read as HTTP (the request may have been processed): the cause
    Unknown Other: the request failed on its way: transport failed (the request may have been processed): the cause
    "#);
}

#[tokio::test]
async fn errors_of_the_answer() {
    type Strike = fn(FaultRule<'_>);
    let strikes: [Strike; 7] = [
        |rule| rule.errcode(45028),
        |rule| rule.errcode(-1),
        |rule| rule.errcode(123_456),
        |rule| rule.status(502),
        |rule| rule.garbled(),
        |rule| rule.cut(10),
        |rule| rule.cut(0),
    ];
    let mut lines = String::new();
    for strike in strikes {
        let rig = Rig::new();
        strike(rig.mock.on(SEND));
        let error = rig.client.send(&send(&rig.mock, Some("a"))).await.unwrap_err();
        lines.push_str(&format!("{:?}: {}\n", error.outcome(), shown(&error)));
    }
    insta::assert_snapshot!(lines, @r#"
    Rejected: the platform refused the call: 45028 (has no masssend quota / 无群发配额) [rid …]
    Unknown: the answer leaves open whether the call took effect: -1 (system error / 系统繁忙) [rid …]
    Unknown: the answer leaves open whether the call took effect: 123456 (a code that no document names), answered as: error [rid …]
    Unknown: the answer cannot be read: HTTP status 502: 150 bytes beginning "<html>  <head><title>502 Bad Gateway</title></head>  <body>  <center><h1>502 Bad Gateway</h1></center>  <hr><center>ngin"
    Unknown: the answer cannot be read: the answer is not the JSON that this call answers with: 15 bytes beginning " � {\"errcode\":0"
    Unknown: the answer cannot be read: the answer is not the JSON that this call answers with: 10 bytes beginning "{\"errcode\"": EOF while parsing an object at line 1 column 10
    Unknown: the answer cannot be read: the answer is not the JSON that this call answers with: an empty body
    "#);
}

#[tokio::test]
async fn errors_of_the_token() {
    type Strike = fn(FaultRule<'_>);
    let strikes: [Strike; 6] = [
        |rule| rule.errcode(40125),
        |rule| rule.errcode(40001),
        |rule| rule.errcode(40164),
        |rule| rule.refused(),
        |rule| rule.status(502),
        |rule| rule.cut(40),
    ];
    let mut lines = String::new();
    for strike in strikes {
        let rig = Rig::new();
        strike(rig.mock.on(STABLE).always());
        let error = rig.call().await.unwrap_err();
        lines.push_str(&format!("{:?}: {}\n", error.outcome(), shown(&error)));
    }
    let rig = Rig::new();
    rig.mock.on(UPLOAD).always().stale_node();
    rig.call().await.unwrap_err();
    let error = rig.call().await.unwrap_err();
    lines.push_str(&format!("{:?}: {}\n", error.outcome(), shown(&error)));
    let own = Error::Token(TokenError::new("the team's token service is down"));
    lines.push_str(&format!("{:?}: {}\n", own.outcome(), shown(&own)));
    insta::assert_snapshot!(lines, @r#"
    NotSent: no access token: the platform refused to give a token: 40125 (invalid appsecret / secret不合法) [rid …]
    NotSent: no access token: the platform refused to give a token: 40001 (invalid credential, access_token is invalid or not latest / 凭证无效或secret错) [rid …]
    NotSent: no access token: the platform refused to give a token: 40164 (ip not in whitelist / IP不在白名单), answered as: invalid ip, not in whitelist [rid …]
    NotSent: no access token: the token call failed: no connection (the request was not sent): the mock refused the connection
    NotSent: no access token: the token call failed: HTTP status 502: 150 bytes beginning "<html>  <head><title>502 Bad Gateway</title></head>  <body>  <center><h1>502 Bad Gateway</h1></center>  <hr><center>ngin"
    NotSent: no access token: the token call failed: the answer is not the JSON that this call answers with: 40 bytes, not shown because they may hold a secret: EOF while parsing a string at line 1 column 40
    NotSent: no access token: the token call failed: the platform keeps handing out a token that it refuses, and the forced renewals (20 a day, 30 seconds apart) are used up: wait, or renew the AppSecret
    NotSent: no access token: the token call failed: the team's token service is down
    "#);
}

#[tokio::test]
async fn errors_before_anything_is_sent() {
    let rig = Rig::new();
    let recipients = Recipients::new(rig.mock.followers()).unwrap();
    let error = rig.client.send(&Send::new(recipients, MassContent::text(""))).await.unwrap_err();
    let url = "api.weixin.qq.com".parse::<BaseUrl>().unwrap_err();
    insta::assert_snapshot!(format!("{}\n{}", shown(&error), chain(&url)), @r#"
    the request breaks a documented limit: would be refused with 44004 (empty content / 文本内容为空): the text is empty
    not a base URL such as https://api.weixin.qq.com: it starts neither with http:// nor with https://
    "#);
}

#[cfg(not(feature = "reqwest"))]
#[test]
fn errors_of_building() {
    let builder = || Client::builder(AppId::new("wx1").unwrap(), AppSecret::new("secret").unwrap());
    let no_transport = builder().build().unwrap_err();
    let no_clock = builder().transport(Failing(TransportErrorKind::Other)).build().unwrap_err();
    insta::assert_snapshot!(format!("{}\n{}", chain(&no_transport), chain(&no_clock)), @r#"
    the client cannot be made: no transport: set one, or enable the feature `reqwest`
    the client cannot be made: no clock: set one, or enable the feature `reqwest`
    "#);
}

#[cfg(feature = "reqwest")]
#[test]
fn defaults_are_enough_to_build() {
    let client = Client::builder(AppId::new("wx1").unwrap(), AppSecret::new("secret").unwrap())
        .build()
        .unwrap();
    assert!(client.base_url().is_real_platform());
    assert_eq!(client.timeout().as_secs(), 30);
}
