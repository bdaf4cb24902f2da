//! Lets time pass for a mock that is reached over HTTP.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;
use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::{BaseUrl, Clock as _, Deadline, SystemClock, Transport as _, describe};
use wechat_mock::contract::Time;

const TIMEOUT: Duration = Duration::from_secs(10);

/// `POST /_mock/advance` of a mock whose clock is moved by hand.
#[derive(Debug)]
pub(super) struct OverHttp {
    base_url: BaseUrl,
    transport: ReqwestTransport,
}

impl OverHttp {
    /// None: the mock lives in real time.
    pub(super) async fn new(base_url: BaseUrl) -> Result<Option<Self>, String> {
        let transport = ReqwestTransport::new().map_err(|e| describe(&e))?;
        let time = Self { base_url, transport };
        let status = time.advance(Duration::ZERO).await?;
        Ok((status == StatusCode::OK).then_some(time))
    }

    async fn advance(&self, by: Duration) -> Result<StatusCode, String> {
        let url = format!("{}/_mock/advance?seconds={}", self.base_url, by.as_secs());
        let request = http::Request::post(url)
            .extension(Deadline::new(SystemClock::new().now() + TIMEOUT))
            .body(Bytes::new())
            .map_err(|e| describe(&e))?;
        let answer = self.transport.send(request).await.map_err(|e| describe(&e))?;
        Ok(answer.status())
    }
}

#[async_trait]
impl Time for OverHttp {
    fn refuses(&self, _: Duration) -> Option<String> {
        None
    }

    async fn pass(&self, by: Duration) -> Result<(), String> {
        match self.advance(by).await? {
            StatusCode::OK => Ok(()),
            status => Err(format!("the mock does not move its clock: HTTP status {status}")),
        }
    }
}
