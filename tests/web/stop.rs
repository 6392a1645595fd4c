//! The end of a server.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::client::{connect, form, reply, upload};
use super::common;
use super::server::Server;
use super::sound;

#[test]
fn answers_under_way_are_finished() {
    let server = Server::start(&[]);
    let body = form(&[("file", None, &sound::song(5.0, 22_050, 1))]);
    let request = upload(server.address, "/api/predict", &body);
    let mut stream = connect(server.address);
    let idle = connect(server.address);
    stream.write_all(&request[..1000]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(server.address).is_err(), "no new connection is taken");
    stream.write_all(&request[1000..]).unwrap();
    let reply = reply(&mut stream).expect("an answer");
    assert_eq!(reply.status, 200);
    drop((stream, idle));
    let (status, log) = server.end(Duration::from_secs(5));
    assert_eq!(status.code(), Some(0), "{log}");
}

#[test]
fn what_does_not_end_is_left_after_ten_seconds() {
    let server = Server::start(&[]);
    let mut stream = connect(server.address);
    let request = upload(server.address, "/api/predict", &form(&[("file", None, &[0; 5000])]));
    stream.write_all(&request[..1000]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    server.signal("INT");
    let (status, _) = server.end(Duration::from_secs(13));
    assert_eq!(status.code(), Some(0));
    assert!((9.0..13.0).contains(&begun.elapsed().as_secs_f64()), "{:?}", begun.elapsed());
}

#[test]
fn the_second_signal_ends_it_at_once() {
    let server = Server::start(&[]);
    let mut stream = connect(server.address);
    let request = upload(server.address, "/api/predict", &form(&[("file", None, &[0; 5000])]));
    stream.write_all(&request[..1000]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("INT");
    std::thread::sleep(Duration::from_millis(300));
    server.signal("INT");
    let (status, _) = server.end(Duration::from_secs(2));
    assert_eq!(status.code(), Some(130));
}

#[test]
fn what_cannot_work_is_said_before_it_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[]);
    let port = server.address.port().to_string();
    let taken = common::crossfold(folder.path(), &["serve", "--port", &port]);
    assert_eq!(taken.status.code(), Some(2));
    let said = common::err(&taken);
    assert!(said.contains(&format!("cannot listen at 127.0.0.1:{port}")), "{said}");
    assert!(said.contains("choose another --port or --host"), "{said}");

    let missing = common::crossfold(folder.path(), &["serve", "--model", "none.cfm"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(common::err(&missing).contains("cannot read none.cfm"), "{}", common::err(&missing));

    std::fs::write(folder.path().join("text.cfm"), "once upon a time").unwrap();
    let wrong = common::crossfold(folder.path(), &["serve", "--model", "text.cfm"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(common::err(&wrong).contains("text.cfm"), "{}", common::err(&wrong));
}

#[test]
fn a_server_that_others_can_reach_says_so() {
    let server = Server::start(&["--host", "0.0.0.0"]);
    assert!(server.log().contains("other machines can reach this server"), "{}", server.log());
}
