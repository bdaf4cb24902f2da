//! Error answers: made, and remembered under their request id.

use std::net::IpAddr;
use std::time::SystemTime;

use bytes::Bytes;

use crate::reply::{self, Refusal};
use crate::request::masked_query;
use crate::secrecy::redacted_body;
use crate::server::MockServer;
use crate::world::past_error::PastError;

impl MockServer {
    /// The body of an error, which can be looked up from now on.
    pub(crate) fn refused(
        &self,
        refusal: &Refusal,
        request: &http::Request<Bytes>,
        now: SystemTime,
        peer: IpAddr,
        number: u64,
    ) -> String {
        let rid = reply::rid(now, number);
        let body = reply::error(refusal, &rid);
        let sent = redacted_body(request);
        let error = PastError {
            at: now,
            query: masked_query(request.uri().query().unwrap_or_default()),
            // Uploads are no text: left out.
            request_body: std::str::from_utf8(&sent).unwrap_or_default().to_owned(),
            response_body: body.clone(),
            peer,
        };
        let limit = self.settings().request_log_bytes;
        self.account().past_errors.insert(rid, error, limit);
        body
    }
}
