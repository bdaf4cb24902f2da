//! An HTTP server that says one thing, byte by byte as told, and keeps what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Stops when dropped.
pub(crate) struct TinyServer {
    pub(crate) addr: SocketAddr,
    received: Arc<Mutex<Vec<Vec<u8>>>>,
    task: JoinHandle<()>,
}

impl TinyServer {
    /// Answers each request with these bytes, then closes the connection.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer)
    }

    /// The same at an address of the caller's.
    pub(crate) fn on(listener: TcpListener, answer: impl Into<Vec<u8>>) -> Self {
        let addr = listener.local_addr().unwrap();
        let received = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let (answer, log) = (answer.into(), Arc::clone(&received));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, &answer, &log).await;
            }
        });
        Self { addr, received, task }
    }

    /// Answers with 200 and this JSON.
    pub(crate) async fn answering_json(json: &str) -> Self {
        Self::answering(json_answer(json)).await
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The requests, as they came over the wire.
    pub(crate) fn received(&self) -> Vec<Vec<u8>> {
        self.received.lock().unwrap().clone()
    }

    /// The heads of the requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        let head = |request: Vec<u8>| {
            let end = end_of_head(&request).unwrap_or(request.len());
            String::from_utf8(request[..end].to_vec()).unwrap()
        };
        self.received().into_iter().map(head).collect()
    }
}

/// 200 and this JSON.
pub(crate) fn json_answer(json: &str) -> String {
    let length = json.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{json}"
    )
}

impl Drop for TinyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: &[u8], log: &Mutex<Vec<Vec<u8>>>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    log.lock().unwrap().push(request);
    // The client may have gone.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

fn end_of_head(request: &[u8]) -> Option<usize> {
    request.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = end_of_head(request) else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    request.len() >= end + length.map_or(0, |length| length.trim().parse().unwrap())
}
