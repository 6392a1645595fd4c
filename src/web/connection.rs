//! One connection, from its first byte to its last.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWrite as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::patience::Patient;

/// Bytes of a connection that are held before they are handed on; a head must fit in.
const BUFFER: usize = 64 << 10;
/// Headers of a request.
const HEADERS: usize = 64;
/// How long a connection is listened to after its last answer.
const FAREWELL: Duration = Duration::from_secs(1);

/// Answers requests on `stream` until the client leaves, keeps silent for `head_time`, or `stopping`
/// comes true: then the answer under way is the last.
pub(super) async fn answer(
    stream: TcpStream,
    router: Router,
    head_time: Duration,
    stopping: impl Future<Output = ()>,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answer: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(router.call(request));
        answer
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(BUFFER)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(Patient::new(stream)), service);
    let mut stopping = pin!(stopping);
    let mut stopped = false;
    let ended = poll_fn(|context| {
        if !stopped && stopping.as_mut().poll(context).is_ready() {
            stopped = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        connection.poll_without_shutdown(context)
    })
    .await;
    if ended.is_ok() {
        part(connection.into_parts().io.into_inner().into_inner()).await;
    }
}

/// Closes a connection so that its last answer is heard. Were it closed with bytes unread (the rest
/// of an upload that was refused), the client's system would throw the answer away.
async fn part(mut stream: TcpStream) {
    if poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await.is_err() {
        return;
    }
    let mut buffer = [0; 4096];
    let listen = async {
        while stream.readable().await.is_ok() {
            match stream.try_read(&mut buffer) {
                Ok(0) => break,
                Err(error) if error.kind() != ErrorKind::WouldBlock => break,
                _ => {}
            }
        }
    };
    // Whether it fell silent or not, the connection ends here.
    let _ = timeout(FAREWELL, listen).await;
}
