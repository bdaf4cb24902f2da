//! The endpoint, called as a service: no sockets, and time that passes when nothing else happens.

mod answers;
mod crashes;
mod limits;
mod promises;
#[cfg(feature = "redis")]
mod redis;
mod serve;
mod slow;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::MethodRouter;
use tokio::time::Instant;
use tower::ServiceExt as _;
use wechat_events::axum::Endpoint;
use wechat_events::handler::{Handled, Handler};
use wechat_events::push::{Cipher, Push, Stamp};
use wechat_events::reply::Reply;
use wechat_events::{Callback, EventParser};

use crate::support::{APP_ID, KEY, app_id, builder, event, key, token};

/// What the handler does, one for each time it runs.
#[derive(Clone, Debug)]
enum Act {
    Finish,
    Reply(&'static str),
    Fail,
    Panic,
    /// Does nothing for so many seconds, and then the other.
    After(u64, Box<Act>),
}

fn after(seconds: u64, act: Act) -> Act {
    Act::After(seconds, Box::new(act))
}

#[derive(Debug, Default)]
struct Book {
    acts: VecDeque<Act>,
    /// Runs that began, that came to their end, and how many there are right now and were at most.
    begun: u32,
    finished: u32,
    now: u32,
    at_once: u32,
}

/// A handler that does as it is told, and keeps book.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<Book>>);

impl Told {
    fn to(acts: impl IntoIterator<Item = Act>) -> Self {
        let acts = acts.into_iter().collect();
        Self(Arc::new(Mutex::new(Book { acts, ..Book::default() })))
    }

    fn begun(&self) -> u32 {
        self.0.lock().unwrap().begun
    }

    fn finished(&self) -> u32 {
        self.0.lock().unwrap().finished
    }

    fn at_once(&self) -> u32 {
        self.0.lock().unwrap().at_once
    }
}

/// Notes the end of a run, whichever way it ends.
struct Run(Told);

impl Drop for Run {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().now -= 1;
    }
}

#[async_trait]
impl Handler for Told {
    async fn handle(&self, _: &Callback) -> Handled {
        let mut act = {
            let mut book = self.0.lock().unwrap();
            book.begun += 1;
            book.now += 1;
            book.at_once = book.at_once.max(book.now);
            book.acts.pop_front().unwrap_or(Act::Finish)
        };
        let _run = Run(self.clone());
        while let Act::After(seconds, then) = act {
            pass(seconds).await;
            act = *then;
        }
        let reply = match act {
            Act::Reply(text) => Some(Reply::text(text)?),
            Act::Fail => return Err("the disk is full".into()),
            Act::Panic => panic!("as told"),
            _ => None,
        };
        self.0.lock().unwrap().finished += 1;
        Ok(reply)
    }
}

/// Lets so many seconds pass.
async fn pass(seconds: u64) {
    let time = Duration::from_secs(seconds);
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: String,
    content_type: Option<String>,
    /// How long it took.
    after: Duration,
}

impl Answer {
    #[track_caller]
    fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status.as_u16(), self.body.as_str()), (status, body), "{self:?}");
        assert!(self.after <= Duration::from_secs(4), "{self:?}");
    }
}

async fn call(
    route: &MethodRouter,
    method: &str,
    query: &str,
    body: impl Into<Body>,
    length: Option<usize>,
) -> Answer {
    let begin = Instant::now();
    let router = Router::new().route("/wechat", route.clone());
    let mut request = Request::builder().method(method).uri(format!("/wechat?{query}"));
    if let Some(length) = length {
        request = request.header("content-length", length);
    }
    let response = router.oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let content_type = parts.headers.get("content-type");
    Answer {
        status: parts.status,
        content_type: content_type.map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8(to_bytes(body, 10_000).await.unwrap().to_vec()).unwrap(),
        after: begin.elapsed(),
    }
}

async fn post(route: &MethodRouter, push: &Push) -> Answer {
    call(route, "POST", &push.query, push.body.clone(), Some(push.body.len())).await
}

fn parser() -> EventParser {
    builder().aes_key(key(KEY)).build()
}

fn endpoint(told: &Told) -> Endpoint {
    Endpoint::new(parser(), told.clone())
}

fn push(app: &str, xml: &str) -> Push {
    let (token, key, app) = (token("tok3n"), key(KEY), app_id(app));
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    stamp.safe(&Cipher::new(&key, &app, [3; 16]), "gh_1", xml)
}

fn job(number: u32) -> Push {
    let more = format!("<MsgID>{number}</MsgID><Status>send success</Status>");
    push(APP_ID, &event("MASSSENDJOBFINISH", &more))
}

fn click(key: &str) -> Push {
    push(APP_ID, &event("CLICK", &format!("<EventKey>{key}</EventKey>")))
}
