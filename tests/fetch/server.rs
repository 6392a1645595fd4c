//! A server of one file that misbehaves as it is told, on a port that the system chooses.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// How a request is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The file, or the part that is asked for.
    File,
    /// The whole file, whatever is asked for.
    Whole,
    /// The whole file in chunks, without saying how long it is.
    Chunks,
    /// As `File`, but the connection ends after so many bytes of it.
    Cut(usize),
    /// A status without a body.
    Status(u16),
    /// A redirect.
    To(String),
    /// The connection is closed without a word.
    Close,
    /// Some of the file, and then nothing more for so many seconds.
    Stall(usize, u64),
}

/// What a request said.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Method and target, as in `GET /genres.tar.gz`.
    pub line: String,
    /// The first byte that is wanted.
    pub from: Option<u64>,
}

/// A running server; it ends when dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    ended: Arc<AtomicBool>,
}

impl Server {
    /// Serves a file; `reply` is given the number of the request, from 0, and the request.
    pub fn of(
        file: Vec<u8>,
        reply: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let (kept, over) = (Arc::clone(&requests), Arc::clone(&ended));
        let (file, reply) = (Arc::new(file), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (kept, file, reply) =
                    (Arc::clone(&kept), Arc::clone(&file), Arc::clone(&reply));
                std::thread::spawn(move || {
                    let Ok(mut stream) = stream else { return };
                    // A client that goes away early is part of the tests.
                    let _ = answer(&mut stream, &file, &kept, &*reply);
                });
            }
        });
        Self { address, requests, ended }
    }

    /// The address of the file.
    pub fn url(&self) -> String {
        format!("http://{}/genres.tar.gz", self.address)
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    let line = first.rsplit_once(' ').map_or(first.clone(), |(line, _)| line.to_owned());
    let mut request = Request { line, from: None };
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            request.from = range.trim_end_matches('-').parse().ok();
        }
    }
    Ok(request)
}

fn answer(
    stream: &mut TcpStream,
    file: &[u8],
    kept: &Mutex<Vec<Request>>,
    reply: &dyn Fn(usize, &Request) -> Reply,
) -> std::io::Result<()> {
    let mut request = read(stream)?;
    // As a proxy, it is at the other end of every tunnel itself.
    if request.line.starts_with("CONNECT ") {
        kept.lock().unwrap().push(request);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        request = read(stream)?;
    }
    let number = {
        let mut kept = kept.lock().unwrap();
        kept.push(request.clone());
        kept.len() - 1
    };
    let from = request.from.unwrap_or(0) as usize;
    let reply = reply(number, &request);
    let ranged = matches!(reply, Reply::File | Reply::Cut(_)) && request.from.is_some();
    let body = match &reply {
        Reply::File | Reply::Cut(_) => file.get(from..).unwrap_or_default(),
        _ => file,
    };
    let head = match &reply {
        Reply::Close => return Ok(()),
        Reply::Status(status) => {
            let head =
                format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return stream.write_all(head.as_bytes());
        }
        Reply::To(place) => {
            let head = format!(
                "HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            return stream.write_all(head.as_bytes());
        }
        Reply::Chunks => {
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".to_owned()
        }
        _ if ranged => format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            file.len() - 1,
            file.len(),
            body.len()
        ),
        _ => format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        ),
    };
    stream.write_all(head.as_bytes())?;
    match reply {
        Reply::Cut(count) => stream.write_all(&body[..count.min(body.len())]),
        Reply::Stall(count, seconds) => {
            stream.write_all(&body[..count])?;
            stream.flush()?;
            std::thread::sleep(std::time::Duration::from_secs(seconds));
            Ok(())
        }
        Reply::Chunks => {
            for piece in body.chunks(10_000) {
                write!(stream, "{:x}\r\n", piece.len())?;
                stream.write_all(piece)?;
                stream.write_all(b"\r\n")?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        _ => stream.write_all(body),
    }
}
