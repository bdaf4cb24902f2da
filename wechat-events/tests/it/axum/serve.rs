//! The server on a socket of loopback.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wechat_events::axum::{serve, serve_until};

use super::*;

async fn started(told: &Told) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/wechat", endpoint(told).into_route());
    tokio::spawn(serve(listener, router));
    TcpStream::connect(address).await.unwrap()
}

async fn answer(mut stream: TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_push_is_answered() {
    let (told, push) = (Told::default(), job(1));
    let request = format!(
        "POST /wechat?{} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        push.query,
        push.body.len(),
        push.body
    );
    let answer = answer(started(&told).await, &request).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nsuccess"), "{answer}");
    assert_eq!(told.finished(), 1);
}

/// The clock runs ahead while nothing moves.
#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_given_up_before_five_seconds() {
    let begin = Instant::now();
    let answer = answer(started(&Told::default()).await, "POST /wechat HTTP/1.1\r\nHo").await;
    assert!(!answer.contains(" 200 "), "{answer}");
    let seconds = begin.elapsed().as_secs_f64();
    assert!((3.5..5.0).contains(&seconds), "{seconds}");
}

/// A proxy keeps its connections and uses them again.
#[tokio::test(start_paused = true)]
async fn a_request_at_the_end_of_its_connection_s_life_is_answered() {
    let told = Told::to([after(3, Act::Finish)]);
    let mut stream = started(&told).await;
    // One byte in time keeps the connection without a request.
    let push = job(1);
    let request = format!(
        "POST /wechat?{} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}",
        push.query,
        push.body.len(),
        push.body
    );
    let verify = format!("GET /wechat?{}&echostr=e HTTP/1.1\r\nHost: x\r\n\r\n", push.query);
    for _ in 0..29 {
        stream.write_all(verify.as_bytes()).await.unwrap();
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
        pass(2).await;
    }
    let answer = answer(stream, &request).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("success"), "{answer:?}");
    assert_eq!(told.finished(), 1);
}

#[tokio::test(start_paused = true)]
async fn at_the_end_what_has_come_is_answered_and_nothing_else() {
    let (told, push) = (Told::to([after(1, Act::Finish)]), job(1));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/wechat", endpoint(&told).into_route());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve_until(listener, router, async {
        let _ = ended.await;
    }));
    let idle = TcpStream::connect(address).await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /wechat?{} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}",
        push.query,
        push.body.len(),
        push.body
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    while told.begun() == 0 {
        tokio::task::yield_now().await;
    }
    end.send(()).unwrap();
    serving.await.unwrap();
    assert_eq!(told.finished(), 1);
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200 ") && text.ends_with("success"), "{text}");
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}
