//! A client that reaches the mock over HTTP on loopback.

use tokio::net::{TcpListener, TcpSocket};
use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::{Client, ClientBuilder, RetryPolicy};
use wechat_mock::{Listening, MockServer};

use crate::tap::Tap;

/// The mock's time stands still, the client's is the machine's. Repeats are made without a pause.
pub(crate) struct Live {
    pub(crate) mock: MockServer,
    pub(crate) listening: Listening,
    pub(crate) tap: Tap,
    pub(crate) client: Client,
}

impl Live {
    pub(crate) async fn new() -> Self {
        Self::with(|client| client).await
    }

    pub(crate) async fn with(client: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        let mock = MockServer::builder().followers(2).build();
        let listening = mock.listen("127.0.0.1:0").await.unwrap();
        let tap = Tap::new(ReqwestTransport::new().unwrap());
        let builder = Client::builder(mock.app_id(), mock.app_secret())
            .base_url(listening.base_url().parse().unwrap())
            .transport(tap.clone())
            .retry(at_once());
        let client = client(builder).build().unwrap();
        Self { mock, listening, tap, client }
    }
}

/// 3 attempts without a pause.
pub(crate) fn at_once() -> RetryPolicy {
    RetryPolicy::NEVER.with_attempts(3)
}

/// An address on loopback that belongs to this value and where nobody listens.
pub(crate) struct DeafAddress(TcpSocket);

impl DeafAddress {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self(socket)
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// Somebody listens from now on.
    pub(crate) fn listen(self) -> TcpListener {
        self.0.listen(16).unwrap()
    }
}
