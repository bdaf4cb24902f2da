//! Typed stubs and expectations: what a test says about single calls, before faults and rules.

mod expectation;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use wechat_types::endpoint::Method;
use wechat_types::served::{Incoming, Served};

use crate::query::Query;
use crate::reply;
use crate::routes;
use crate::server::MockServer;

pub use expectation::{Expectation, Times};

/// A stub's answer: what the platform would say, or one of its codes.
type StubAnswer<E> = Result<<E as wechat_types::endpoint::Endpoint>::Response, i64>;

/// What a stub makes of a request; none: it lets the request pass.
type Answering = dyn FnMut(&http::Request<Bytes>) -> Option<Stubbed> + Send;

/// What is answered in the place of the world.
pub(crate) enum Stubbed {
    Response(http::Response<Bytes>),
    Errcode(i64),
}

/// Whoever counts requests as they come in.
pub(crate) trait Counting: Send + Sync {
    fn count(&self, request: &http::Request<Bytes>);
}

/// Stubs, the newest first, and expectations of one account.
#[derive(Default)]
pub(crate) struct Stubs {
    stubs: VecDeque<Arc<Mutex<Answering>>>,
    /// Those whose expectation still stands; a reset ends none.
    counting: Vec<Weak<dyn Counting>>,
}

impl fmt::Debug for Stubs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stubs").field("stubs", &self.stubs.len()).finish_non_exhaustive()
    }
}

impl Stubs {
    /// The stubs to be asked, in that order. They are called outside of every lock: they may look
    /// into the server.
    pub(crate) fn in_order(&self) -> Vec<Arc<Mutex<Answering>>> {
        self.stubs.iter().map(Arc::clone).collect()
    }

    fn counting(&self) -> Vec<Arc<dyn Counting>> {
        self.counting.iter().filter_map(Weak::upgrade).collect()
    }

    /// From now on this counts, as long as somebody holds it.
    fn register(&mut self, counting: Weak<dyn Counting>) {
        self.counting.retain(|one| one.strong_count() > 0);
        self.counting.push(counting);
    }
}

/// Single calls, typed by the endpoints of wechat-types.
impl MockServer {
    /// Answers the calls of one endpoint in the place of faults and world: neither sees them. `Err`
    /// is a platform code with its usual text. Calls that cannot be read as this endpoint's pass.
    /// Of several stubs the newest answers. They end with [`clear_stubs`](Self::clear_stubs) and
    /// [`reset`](Self::reset).
    ///
    /// ```
    /// use wechat_types::mass::{SendAll, SendAllResponse};
    /// use wechat_types::id::MsgId;
    ///
    /// let server = wechat_mock::MockServer::builder().build();
    /// server.stub::<SendAll>(|_request| Ok(SendAllResponse::new(MsgId::new(7))));
    /// ```
    pub fn stub<E: Served>(
        &self,
        mut answer: impl FnMut(&E) -> Result<E::Response, i64> + Send + 'static,
    ) {
        self.stub_some::<E>(move |request| Some(answer(request)));
    }

    /// The same for some of the calls: with `None` the stub lets a call pass.
    pub fn stub_some<E: Served>(
        &self,
        mut answer: impl FnMut(&E) -> Option<Result<E::Response, i64>> + Send + 'static,
    ) {
        let answering = move |request: &http::Request<Bytes>| {
            let typed = read::<E>(request)?;
            Some(written::<E>(answer(&typed)?))
        };
        self.stubs().stubs.push_front(Arc::new(Mutex::new(answering)));
    }

    /// Ends all stubs.
    pub fn clear_stubs(&self) {
        // Dropped outside the lock: a stub may hold whatever a test put into it.
        let stubs = std::mem::take(&mut self.stubs().stubs);
        drop(stubs);
    }

    /// All requests of one endpoint so far, typed, as far as the log still holds them. One whose
    /// body cannot be read as this endpoint's is left out; so are uploads, of which the log keeps no
    /// header.
    pub fn received_as<E: Served>(&self) -> Vec<E> {
        let requests = self.received();
        let own = requests.iter().filter(|r| {
            routes::plain_path(&r.path) == E::SPEC.path && r.method == method(E::SPEC.method)
        });
        let typed = own.filter_map(|recorded| {
            let query: Vec<(&str, &str)> =
                recorded.query.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            E::decode_request(Incoming::new(&query, &recorded.body)).ok()
        });
        typed.collect()
    }
}

/// The request as this endpoint's; none: it is not one, or cannot be read.
fn read<E: Served>(request: &http::Request<Bytes>) -> Option<E> {
    let path = routes::plain_path(request.uri().path());
    if path != E::SPEC.path || *request.method() != method(E::SPEC.method) {
        return None;
    }
    let pairs: Vec<(String, String)> =
        Query::parse(request.uri().query().unwrap_or_default()).into_pairs().collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let mut incoming = Incoming::new(&pairs, request.body());
    if let Some(kind) = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
        incoming = incoming.with_content_type(kind);
    }
    E::decode_request(incoming).ok()
}

fn written<E: Served>(answer: StubAnswer<E>) -> Stubbed {
    let response = match answer {
        Ok(response) => response,
        Err(code) => return Stubbed::Errcode(code),
    };
    match E::encode_response(&response) {
        Ok(body) => {
            let mut answer = reply::json("application/json; encoding=utf-8", body);
            for (name, value) in E::response_headers(&response) {
                if let (Ok(name), Ok(value)) = (
                    http::HeaderName::try_from(name),
                    http::HeaderValue::from_bytes(value.as_bytes()),
                ) {
                    answer.headers_mut().insert(name, value);
                }
            }
            Stubbed::Response(answer)
        }
        // An answer that cannot be written is a mistake of the test: as loud as it can be here.
        Err(_) => Stubbed::Response(reply::html(500)),
    }
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        _ => http::Method::POST,
    }
}

/// Lets all expectations count this request, outside of every lock: they may look into the server.
pub(crate) fn counted(server: &MockServer, request: &http::Request<Bytes>) {
    let counting = server.stubs().counting();
    counting.iter().for_each(|one| one.count(request));
}

/// The answer of the newest stub that answers this request.
pub(crate) fn answered(server: &MockServer, request: &http::Request<Bytes>) -> Option<Stubbed> {
    let stubs = server.stubs().in_order();
    stubs.iter().find_map(|stub| {
        let mut stub = stub.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        stub(request)
    })
}
