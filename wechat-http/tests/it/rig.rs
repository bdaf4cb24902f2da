//! What all tests need: a client on the mock in process, and calls in one line.

use std::error::Error as StdError;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;
use wechat_http::{Client, ClientBuilder, Error, TokenError, TokenSource};
use wechat_mock::{ManualClock, MockServer, MockServerBuilder};
use wechat_types::codec::multipart::File;
use wechat_types::id::{AccessToken, ClientMsgId};
use wechat_types::mass::{GetMassStatus, MassContent, Recipients, Send};
use wechat_types::media::{UploadImage, UploadImageResponse};

use crate::tap::Tap;

pub(crate) const STABLE: &str = "/cgi-bin/stable_token";
pub(crate) const PLAIN: &str = "/cgi-bin/token";
pub(crate) const UPLOAD: &str = "/cgi-bin/media/uploadimg";
pub(crate) const SEND: &str = "/cgi-bin/message/mass/send";
pub(crate) const STATUS: &str = "/cgi-bin/message/mass/get";

/// Client and mock go by one clock, which jumps to the end of each pause.
pub(crate) struct Rig {
    pub(crate) mock: MockServer,
    pub(crate) clock: ManualClock,
    pub(crate) tap: Tap,
    pub(crate) client: Client,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(|mock| mock, |client| client)
    }

    pub(crate) fn with_client(client: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        Self::with(|mock| mock, client)
    }

    pub(crate) fn with(
        mock: impl FnOnce(MockServerBuilder) -> MockServerBuilder,
        client: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Self {
        let clock = ManualClock::auto(ManualClock::default_start());
        let mock = mock(MockServer::builder().followers(2).manual_clock(clock.clone())).build();
        let tap = Tap::new(mock.transport());
        let builder = Client::builder(mock.app_id(), mock.app_secret())
            .transport(tap.clone())
            .clock(mock.clock());
        let client = client(builder).build().unwrap();
        Self { mock, clock, tap, client }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// A call that needs a token, may be repeated, and succeeds at any time.
    pub(crate) async fn call(&self) -> Result<UploadImageResponse, Error> {
        self.client.send(&picture()).await
    }
}

/// A call that needs a token, may be repeated, and succeeds at any time.
pub(crate) fn picture() -> UploadImage {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";
    UploadImage::new(File::new("价目表.png", "image/png", PNG.to_vec()))
}

/// A send to the mock's followers.
pub(crate) fn send(mock: &MockServer, key: Option<&str>) -> Send {
    let mut send =
        Send::new(Recipients::new(mock.followers()).unwrap(), MassContent::text("你好 <b>"));
    send.client_msg_id = key.map(|key| ClientMsgId::new(key).unwrap());
    send
}

/// Makes a job, and the question how far it is.
pub(crate) async fn status_of_new_job(client: &Client, mock: &MockServer) -> GetMassStatus {
    GetMassStatus::new(client.send(&send(mock, Some("a-job"))).await.unwrap().msg_id)
}

/// How often the mock received a call of this path.
pub(crate) fn count(mock: &MockServer, path: &str) -> usize {
    mock.received().iter().filter(|request| request.path == path).count()
}

/// What the mock received: the path's end, `force`, and the code answered.
pub(crate) fn sequence(mock: &MockServer) -> Vec<String> {
    let line = |request: &wechat_mock::RecordedRequest| {
        let mut line = request.path.rsplit('/').next().unwrap_or_default().to_owned();
        if request.json()["force_refresh"] == true {
            line.push_str(" force");
        }
        if let Some(code) = request.answer.errcode {
            line.push_str(&format!(" {code}"));
        }
        line
    };
    mock.received().iter().map(line).collect()
}

/// So many tasks that all make the same call; `meanwhile` runs when all of them are on their way.
pub(crate) async fn crowd(
    client: &Client,
    size: usize,
    meanwhile: impl Future<Output = ()>,
) -> Vec<Result<UploadImageResponse, Error>> {
    let started = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..size {
        let (client, started) = (client.clone(), Arc::clone(&started));
        tasks.spawn(async move {
            started.fetch_add(1, Ordering::SeqCst);
            client.send(&picture()).await
        });
    }
    while started.load(Ordering::SeqCst) < size {
        tokio::task::yield_now().await;
    }
    let mut answers = pin!(tasks.join_all());
    tokio::select! {
        biased;
        () = meanwhile => answers.await,
        // What `meanwhile` waits for never happened: let the test find that out.
        answers = &mut answers => answers,
    }
}

/// The error and its sources, joined as a person reads them.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    text
}

/// One token for ever, so that no token call is made.
#[derive(Debug)]
pub(crate) struct FixedToken(AccessToken);

impl FixedToken {
    pub(crate) fn new(text: &str) -> Self {
        Self(AccessToken::new(text).unwrap())
    }
}

#[async_trait]
impl TokenSource for FixedToken {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        Ok(self.0.clone())
    }

    async fn invalidate(&self, _stale: &AccessToken) {}
}
