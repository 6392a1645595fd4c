//! Clients that take their time.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::client::{ask, connect, form, head, reply, upload};
use super::schema::Schema;
use super::server::Server;

/// Seconds until the server closes `stream`; whatever it says before is dropped.
fn closed_after(stream: &mut TcpStream) -> f64 {
    let begun = Instant::now();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    begun.elapsed().as_secs_f64()
}

#[test]
fn an_upload_that_drips_is_cut_off() {
    let server = Server::start(&["--upload-seconds", "2"]);
    let schema = Schema::of(server.address);
    let mut stream = connect(server.address);
    let body = form(&[("file", None, &[0; 100_000])]);
    let request = upload(server.address, "/api/predict", &body);
    let begun = Instant::now();
    let mut reader = stream.try_clone().unwrap();
    let heard = std::thread::spawn(move || reply(&mut reader));
    for byte in request.chunks(400) {
        if heard.is_finished() || stream.write_all(byte).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let reply = heard.join().unwrap().expect("an answer");
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!((reply.status, reply.header("connection")), (408, Some("close")));
    assert_eq!(reply.error(), "The upload took longer than 2 seconds.");
    schema.check("POST", "/api/predict", &reply);
    assert!((1.5..4.0).contains(&seconds), "{seconds} s");
}

#[test]
fn a_head_that_drips_is_cut_off() {
    // The head's time is that of the upload where that is shorter than ten seconds.
    let server = Server::start(&["--upload-seconds", "2"]);
    let mut silent = connect(server.address);
    let mut slow = connect(server.address);
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    let dripping = std::thread::spawn(move || {
        let begun = Instant::now();
        while slow.write_all(b"a").is_ok() && begun.elapsed().as_secs() < 10 {
            std::thread::sleep(Duration::from_millis(100));
        }
        begun.elapsed().as_secs_f64()
    });
    let seconds = closed_after(&mut silent);
    assert!((1.0..5.0).contains(&seconds), "silent: {seconds} s");
    let seconds = dripping.join().unwrap();
    assert!((1.0..6.0).contains(&seconds), "dripping: {seconds} s");
}

#[test]
fn a_connection_that_is_kept_and_not_used_is_closed() {
    let server = Server::start(&["--upload-seconds", "2"]);
    let mut stream = connect(server.address);
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).unwrap();
    assert_eq!(reply(&mut stream).unwrap().status, 200);
    let seconds = closed_after(&mut stream);
    assert!((1.0..5.0).contains(&seconds), "{seconds} s");
}

#[test]
fn there_are_only_so_many_connections() {
    let server = Server::start(&[]);
    let mut idle: Vec<TcpStream> = (0..256).map(|_| connect(server.address)).collect();
    // They are taken in order, so once the last one is answered, all are open.
    let last = idle.last_mut().unwrap();
    write!(last, "GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).unwrap();
    assert_eq!(reply(last).unwrap().status, 200);

    let mut one_more = connect(server.address);
    write!(one_more, "GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).unwrap();
    one_more.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    assert!(one_more.read(&mut [0]).is_err(), "there is no place for it");
    idle.truncate(255);
    one_more.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(reply(&mut one_more).unwrap().status, 200);
    drop(idle);
    assert_eq!(ask(server.address, "GET", "/healthz").status, 200);
}

#[test]
fn slow_uploads_hold_their_slots_and_no_more() {
    let server = Server::start(&["--jobs", "1", "--queue", "1", "--upload-seconds", "4"]);
    let schema = Schema::of(server.address);
    let body = form(&[("file", None, &super::sound::song(5.0, 22_050, 1))]);
    let length = format!("Content-Length: {}\r\n", body.len());
    let slow: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut stream = connect(server.address);
            let head = head(server.address, "/api/predict", &length);
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body[..100]).unwrap();
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    let busy = super::client::send(server.address, &upload(server.address, "/api/predict", &body));
    assert_eq!((busy.status, busy.error().as_str()), (503, "The server is busy with other clips."));
    schema.check("POST", "/api/predict", &busy);
    // What takes no slot is answered all the while.
    assert_eq!(ask(server.address, "GET", "/api/models").status, 200);
    drop(slow);
    std::thread::sleep(Duration::from_millis(300));
    let free = super::client::send(server.address, &upload(server.address, "/api/predict", &body));
    assert_eq!(free.status, 200);
}
