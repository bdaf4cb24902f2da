//! The loopback server: carries out over HTTP/1 what the mock decides.

#[cfg(feature = "callbacks")]
mod callback_target;
mod control;
mod openapi;
mod options;
mod pieces;
mod push;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::exchange::Exchange;
#[cfg(feature = "callbacks")]
use crate::exchange::UrlCheck;
use crate::server::MockServer;

pub use openapi::openapi;
pub use options::ListenOptions;

use self::control::Gate;
use self::pieces::Pieces;

/// Larger uploads are answered 413. The largest that is documented has 10 MB.
const MAX_UPLOAD: usize = 32 << 20;

/// Other requests that are larger are answered 413. The largest is a draft of eight articles with
/// less than a megabyte each, and JSON takes many times its length when it is read.
const MAX_BODY: usize = 12 << 20;

/// Pause after a connection that could not be accepted. In real time, as the cause is no part of
/// the imitated world; a clock moved by hand might never end it.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens. It stops when this is dropped, which cuts off whatever is going on, or by
/// [`shutdown`](Self::shutdown).
#[derive(Debug)]
pub struct Listening {
    #[cfg_attr(not(feature = "callbacks"), allow(dead_code, reason = "only callbacks need it"))]
    server: MockServer,
    #[cfg_attr(not(feature = "callbacks"), allow(dead_code, reason = "only callbacks need it"))]
    remote_callbacks: bool,
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl MockServer {
    /// Serves on an address, such as `127.0.0.1:0`, and sends callbacks in the background.
    ///
    /// Requests and callbacks are timed by the server's clock: with a clock moved by hand, jobs,
    /// delays and the five seconds of a callback pass only when it is moved. Do not use
    /// [`ManualClock::auto`](crate::ManualClock::auto) here: more than one task sleeps.
    ///
    /// # Errors
    ///
    /// When the address cannot be bound.
    pub async fn listen(&self, addr: impl ToSocketAddrs) -> io::Result<Listening> {
        self.listen_with(addr, ListenOptions::new()).await
    }

    /// [`listen`](Self::listen), but not with the default options.
    ///
    /// # Errors
    ///
    /// When the address cannot be bound.
    pub async fn listen_with(
        &self,
        addr: impl ToSocketAddrs,
        options: ListenOptions,
    ) -> io::Result<Listening> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let remote_callbacks = options.remote_callbacks;
        let service = Service { server: self.clone(), addr, options: Arc::new(options) };
        tasks.spawn(accept(service, listener, stopped.clone()));
        tasks.spawn(push::run(self.clone(), remote_callbacks, stopped));
        Ok(Listening { server: self.clone(), remote_callbacks, addr, stop, tasks })
    }
}

impl Listening {
    /// The address served.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://` and the address, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Sends the GET by which the platform checks the callback address; `None` without one.
    #[cfg(feature = "callbacks")]
    pub async fn verify_callback_url(&self) -> Option<UrlCheck> {
        let clock = self.server.clock();
        let push = self.server.verify_callback_url(clock.now())?;
        let outcome = push::deliver(&push, self.remote_callbacks, clock.as_ref()).await;
        Some(UrlCheck::of(&push, &outcome))
    }

    /// Takes no more connections and returns when nothing runs any more.
    ///
    /// Exchanges that have begun are awaited, also one whose caller is slow to send its request.
    /// Two things are cut short, since the clock that would end them may never move: an answer held
    /// back by a [`delayed`](crate::FaultRule::delayed) fault is lost with its connection, and
    /// callbacks under way are broken off; the next [`listen`](MockServer::listen) makes those tries
    /// again.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// The body of an answer.
type Answer = Either<Full<Bytes>, Pieces>;

/// What every connection needs.
#[derive(Clone)]
struct Service {
    server: MockServer,
    addr: SocketAddr,
    options: Arc<ListenOptions>,
}

async fn accept(service: Service, listener: TcpListener, stopped: watch::Receiver<bool>) {
    let mut stop = stopped.clone();
    // Dropped with this task, which closes what is still open.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            (stream, peer) = accepted(|| listener.accept()) => {
                let service = service.clone();
                // On an IPv6 listener an IPv4 caller has a mapped address; the platform's lists hold
                // the plain one.
                let peer = peer.ip().to_canonical();
                connections.spawn(connection(service, peer, stream, stopped.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The next connection. An error may last, such as too many open files: trying again at once would
/// keep a processor busy and change nothing.
async fn accepted<T, F: Future<Output = io::Result<T>>>(accept: impl Fn() -> F) -> T {
    loop {
        match accept().await {
            Ok(connection) => return connection,
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn connection(
    service: Service,
    peer: IpAddr,
    stream: TcpStream,
    mut stopped: watch::Receiver<bool>,
) {
    let stop = stopped.clone();
    let service = service_fn(|request| respond(service.clone(), request, peer, stop.clone()));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // An error here is the broken connection that was wanted, or the caller's own.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Makes hyper close the connection without an answer.
#[derive(Debug)]
struct CloseConnection;

impl std::fmt::Display for CloseConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the mock closes the connection")
    }
}

impl std::error::Error for CloseConnection {}

async fn respond(
    Service { server, addr, options }: Service,
    request: Request<Incoming>,
    peer: IpAddr,
    mut stopped: watch::Receiver<bool>,
) -> Result<Response<Answer>, CloseConnection> {
    let (head, body) = request.into_parts();
    if control::is_control(head.uri.path()) {
        let gate = Gate { addr, peer, options: &options };
        return Ok(control::respond(&server, &head, body, gate, stopped).await);
    }
    let kind = head.headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    let is_upload = kind.is_some_and(|kind| kind.starts_with(b"multipart/"));
    let limit = if is_upload { MAX_UPLOAD } else { MAX_BODY };
    let body = match Limited::new(body, limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "body too large or broken")),
    };
    let request = Request::from_parts(head, body);
    let clock = server.clock();
    let now = clock.now();
    let account = server.addressed(&request);
    account.catch_up_in_turns(now).await;
    let Exchange { response, fault, delay } = account.take_in(&request, now, peer);
    account.catch_up_in_turns(now).await;
    account.wake();
    if !delay.is_zero() {
        tokio::select! {
            () = clock.sleep_until(now + delay) => {}
            _ = stopped.wait_for(|stop| *stop) => return Err(CloseConnection),
        }
    }
    match (fault, response) {
        (None, Some(response)) => Ok(response.map(|body| Either::Left(Full::new(body)))),
        _ => Err(CloseConnection),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Answer> {
    let body = Full::new(Bytes::from_static(text.as_bytes()));
    let mut response = Response::new(Either::Left(body));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn an_error_of_accept_brings_a_pause() {
        let calls = Cell::new(0);
        let accept = || {
            calls.set(calls.get() + 1);
            std::future::ready(if calls.get() < 3 {
                Err(io::Error::other("too many open files"))
            } else {
                Ok("a connection")
            })
        };
        let mut next = pin!(accepted(accept));
        let waits = next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        assert_eq!((waits, calls.get()), (true, 1));
        assert_eq!(next.await, "a connection");
        assert_eq!(calls.get(), 3);
    }
}
