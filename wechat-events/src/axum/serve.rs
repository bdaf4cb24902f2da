//! A server for an endpoint that stands open to the world: bounded in connections, time and memory.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

/// More wait until one is closed.
const MAX_CONNECTIONS: usize = ALL_PLACES as usize;
const ALL_PLACES: u32 = 1024;
/// A request's head is there by then, also the next one on the same connection.
const HEAD_WITHIN: Duration = Duration::from_millis(3500);
/// A connection is closed after this, so that a reader of one byte a minute cannot keep it.
const MAX_LIFE: Duration = Duration::from_secs(60);
/// What is on its way then has so long.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// A head is about 500 bytes long.
const MAX_BUFFER: usize = 64 * 1024;
/// Pause after a connection that could not be accepted: none may be left for the moment.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// When a connection was accepted. The platform counts its five seconds from there, and a head that came
/// slowly has used them up.
#[derive(Clone)]
pub(super) struct Accepted {
    at: Instant,
    told: Arc<AtomicBool>,
}

impl Accepted {
    /// The time for the first request; on a connection that is used again it says nothing.
    pub(super) fn first(&self) -> Option<Instant> {
        (!self.told.swap(true, Ordering::Relaxed)).then_some(self.at)
    }
}

/// Serves HTTP/1, without end.
///
/// `axum::serve` waits for ever for a client that does not send its request's head. This closes such a
/// connection after three and a half seconds, and any after a minute; at most 1,024 are open at once. Put a proxy
/// with TLS in front: the platform speaks to ports 80 and 443 only.
pub async fn serve(listener: TcpListener, router: Router) {
    serve_until(listener, router, pending()).await;
}

/// Serves as [`serve`] does until `end`: then it takes no more connections, and returns when the requests that it
/// has are answered, or after five seconds.
pub async fn serve_until(listener: TcpListener, router: Router, end: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (stop, stopped) = watch::channel(false);
    let mut end = pin!(end);
    loop {
        let (stream, place) = tokio::select! {
            biased;
            () = end.as_mut() => break,
            Some(accepted) = accept(&listener, &places) => accepted,
            // The places are never closed.
            else => break,
        };
        let accepted = Accepted { at: Instant::now(), told: Arc::default() };
        let service = TowerToHyperService::new(router.clone().layer(Extension(accepted)));
        let mut stopped = stopped.clone();
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_WITHIN)
                .max_buf_size(MAX_BUFFER)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = pin!(connection);
            let over = async {
                let _ = timeout(MAX_LIFE, stopped.wait_for(|stop| *stop)).await;
            };
            tokio::select! {
                // How a connection ends is the client's business: what was received is at work already.
                _ = connection.as_mut() => {}
                () = over => {
                    // A request that has just come in is answered still.
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(LAST_ANSWER, connection).await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    stop.send_replace(true);
    // When all of them are free, no connection is left.
    let _ = timeout(LAST_ANSWER, places.acquire_many(ALL_PLACES)).await;
}

/// The next connection, with a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    loop {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        match listener.accept().await {
            Ok((stream, _)) => return Some((stream, place)),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
