//! Sends callbacks by HTTP/1 over a plain connection, to `http://` addresses only.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use wechat_http::Clock;

use crate::exchange::{Push, PushOutcome};
use crate::server::MockServer;

/// Larger answers to a callback count as none.
const MAX_ANSWER: usize = 1 << 20;

/// Does what is due, again and again, until stopped; what is on its way then is put back.
pub(super) async fn run(server: MockServer, remote: bool, mut stopped: watch::Receiver<bool>) {
    let clock = server.clock();
    let mut running = JoinSet::new();
    loop {
        let accounts = server.accounts();
        for account in &accounts {
            let now = clock.now();
            account.catch_up_in_turns(now).await;
            for push in account.due(now) {
                // Each by itself: a receiver that hangs must not hold up the others.
                let account = account.clone();
                running.spawn(OnItsWay { account, push, settled: false }.carry_out(remote));
            }
        }
        // What was due may have come to no push at all.
        server.tell_waiting();
        let next = accounts.iter().filter_map(MockServer::next_due).min();
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            () = server.wait_for_change() => {}
            () = sleep_until(clock.as_ref(), next) => {}
            Some(_) = running.join_next() => {}
        }
    }
    // Aborts them and waits, so that all are put back when the server says that it has stopped.
    running.shutdown().await;
}

/// A push between `due` and `settle`. Dropped before it is settled, it is put back: nobody else
/// would, and the callback would be lost without a try.
struct OnItsWay {
    account: MockServer,
    push: Push,
    settled: bool,
}

impl OnItsWay {
    async fn carry_out(mut self, remote: bool) {
        let clock = self.account.clock();
        let outcome = deliver(&self.push, remote, clock.as_ref()).await;
        self.settled = true;
        self.account.settle(&self.push, &outcome, clock.now());
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        if !self.settled {
            self.account.put_back(&self.push);
        }
    }
}

async fn sleep_until(clock: &dyn Clock, at: Option<std::time::SystemTime>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// One try, within the push's time by this clock.
pub(super) async fn deliver(push: &Push, remote: bool, clock: &dyn Clock) -> PushOutcome {
    let end = clock.now() + push.timeout;
    tokio::select! {
        biased;
        answered = exchange(push, remote) => answered.unwrap_or(PushOutcome::NoAnswer),
        () = clock.sleep_until(end) => PushOutcome::NoAnswer,
    }
}

/// Can callbacks go to this address? What a name means is looked at when they do.
#[cfg(feature = "callbacks")]
pub(crate) fn check_url(url: &str, remote: bool) -> Result<(), String> {
    let uri: Uri = url.parse().map_err(|_| "it is no address".to_owned())?;
    if uri.scheme_str() != Some("http") {
        return Err("it must begin with http://".to_owned());
    }
    let name = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let local = name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    if remote || local {
        return Ok(());
    }
    Err(format!("{name:?} is not this machine; callbacks go there only when that is allowed"))
}

/// `None` for every failure: the platform does not tell them apart either.
async fn exchange(push: &Push, remote: bool) -> Option<PushOutcome> {
    let uri: Uri = push.url.parse().ok()?;
    if uri.scheme_str() != Some("http") {
        return None;
    }
    let host = uri.host()?;
    // `[::1]` in an address, `::1` for the resolver.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let addresses = tokio::net::lookup_host((name, uri.port_u16().unwrap_or(80))).await.ok()?;
    // What the name means now is what counts: it may mean another machine than before.
    let allowed = addresses.filter(|address| remote || address.ip().to_canonical().is_loopback());
    let stream = TcpStream::connect(allowed.collect::<Vec<_>>().as_slice()).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::builder()
        .method(push.method.clone())
        .uri(path)
        .header(HOST, uri.authority()?.as_str())
        .header(USER_AGENT, "Mozilla/4.0")
        .header(CONTENT_TYPE, push.content_type)
        .body(Full::new(push.body.clone()))
        .ok()?;
    let talk = async move {
        let response = sender.send_request(request).await.ok()?;
        let status = response.status().as_u16();
        let body: Bytes =
            Limited::new(response.into_body(), MAX_ANSWER).collect().await.ok()?.to_bytes();
        Some(PushOutcome::Answered { status, body })
    };
    tokio::pin!(talk);
    tokio::select! {
        outcome = &mut talk => outcome,
        // The connection may end together with the answer that is already read.
        _ = connection => talk.await,
    }
}
