//! HTTP by hand, so that it can be done wrong.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long a test waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The body, which must be JSON and say so.
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// What is wrong, in the server's words.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

/// A connection.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The next answer on `stream`; `None` when it is closed before a head is there.
pub fn reply(stream: &mut TcpStream) -> Option<Reply> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return None,
        }
    }
    let head = String::from_utf8(bytes).unwrap();
    let mut reply = Reply { status: head[9..12].parse().unwrap(), head, body: Vec::new() };
    let length = reply.header("content-length").map_or(0, |it| it.parse().unwrap());
    reply.body.resize(length, 0);
    stream.read_exact(&mut reply.body).unwrap();
    Some(reply)
}

/// Sends a request on a connection of its own, in one go, and waits for the answer.
pub fn send(address: SocketAddr, request: &[u8]) -> Reply {
    let mut stream = connect(address);
    // A server that refuses may close before it has read everything; the answer is what counts.
    let _ = stream.write_all(request);
    reply(&mut stream).expect("an answer")
}

/// A request without a body.
pub fn ask(address: SocketAddr, method: &str, path: &str) -> Reply {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    if method == "HEAD" {
        let mut bytes = Vec::new();
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let _ = stream.read_to_end(&mut bytes);
        let head = String::from_utf8(bytes).unwrap();
        assert!(head.ends_with("\r\n\r\n"), "an answer to HEAD has no body: {head}");
        return Reply { status: head[9..12].parse().unwrap(), head, body: Vec::new() };
    }
    reply(&mut stream).expect("an answer")
}

/// Where a boundary is needed.
pub const BOUNDARY: &str = "----a-boundary-that-is-in-no-file";

/// A multipart body of fields: name, file name, content.
pub fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in fields {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}");
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

/// The head of an upload, with more header lines, each ending in `\r\n`.
pub fn head(address: SocketAddr, path: &str, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{more}\r\n"
    )
}

/// A whole upload of a form's body.
pub fn upload(address: SocketAddr, path: &str, body: &[u8]) -> Vec<u8> {
    let mut request =
        head(address, path, &format!("Content-Length: {}\r\n", body.len())).into_bytes();
    request.extend(body);
    request
}

/// Uploads a clip and waits for the answer.
pub fn predict(address: SocketAddr, clip: &[u8]) -> Reply {
    let body = form(&[("file", Some("clip.wav"), clip)]);
    send(address, &upload(address, "/api/predict", &body))
}
