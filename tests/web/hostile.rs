//! Uploads that want more than they may have.

use std::io::{Read as _, Write as _};
use std::time::Instant;

use super::client::{BOUNDARY, ask, connect, form, head, reply, send, upload};
use super::schema::Schema;
use super::server::Server;

/// What the server holds besides an upload: its models, its threads, and what a connection buffers.
const BESIDES: u64 = 48 << 20;

#[test]
fn two_hundred_megabytes_of_zeros_are_refused_and_cost_no_memory() {
    let server = Server::start(&[]);
    let schema = Schema::of(server.address);
    let before = server.memory("VmHWM");
    let start = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n");
    let zeros = vec![0; 1 << 20];

    // With its size said, and without.
    for more in ["Content-Length: 209715200\r\n", "Transfer-Encoding: chunked\r\n"] {
        let chunked = more.contains("chunked");
        let mut stream = connect(server.address);
        stream.write_all(head(server.address, "/api/predict", more).as_bytes()).unwrap();
        if chunked {
            write!(stream, "{:x}\r\n{start}\r\n", start.len()).unwrap();
            for _ in 0..200 {
                stream.write_all(b"100000\r\n").unwrap();
                stream.write_all(&zeros).unwrap();
                stream.write_all(b"\r\n").unwrap();
            }
            stream.write_all(b"0\r\n\r\n").unwrap();
        } else {
            stream.write_all(start.as_bytes()).unwrap();
            for _ in 0..199 {
                stream.write_all(&zeros).unwrap();
            }
            stream.write_all(&zeros[start.len()..]).unwrap();
        }
        let reply = reply(&mut stream).unwrap();
        let error = "The file is larger than this server's limit of 50 MB.";
        assert_eq!((reply.status, reply.error().as_str()), (413, error));
        schema.check("POST", "/api/predict", &reply);
    }
    if let (Some(before), Some(after)) = (before, server.memory("VmHWM")) {
        let grown = after - before;
        println!("200 MB of zeros, twice: {} MB more memory at most", grown >> 20);
        assert!(grown < (50 << 20) + BESIDES, "{grown} bytes");
    }
}

#[test]
fn an_upload_without_end_is_answered_and_closed() {
    let server = Server::start(&["--max-mb", "1", "--upload-seconds", "20"]);
    let mut stream = connect(server.address);
    let more = "Transfer-Encoding: chunked\r\n";
    stream.write_all(head(server.address, "/api/predict", more).as_bytes()).unwrap();
    let start = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n");
    write!(stream, "{:x}\r\n{start}\r\n", start.len()).unwrap();
    let begun = Instant::now();
    let mut reader = stream.try_clone().unwrap();
    let heard = std::thread::spawn(move || reply(&mut reader));
    let mut chunk = b"10000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x10000, 0);
    chunk.extend(b"\r\n");
    let mut sent = 0_usize;
    while !heard.is_finished() && stream.write_all(&chunk).is_ok() {
        sent += chunk.len();
    }
    let reply = heard.join().unwrap().expect("an answer");
    assert_eq!((reply.status, reply.header("connection")), (413, Some("close")));
    // It read on for eight times the limit, so that a browser would have heard it; then no more.
    println!("{} MB were sent without end, in {:?}", sent >> 20, begun.elapsed());
    assert!(begun.elapsed().as_secs() < 20);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(ask(server.address, "GET", "/healthz").status, 200);
}

#[test]
fn a_file_may_be_as_large_as_the_limit_and_no_larger() {
    let server = Server::start(&["--max-mb", "1"]);
    let status = |size: usize| {
        let body = form(&[("file", None, &vec![0; size])]);
        send(server.address, &upload(server.address, "/api/predict", &body)).status
    };
    // Zeros are no audio, which is found out only of what was accepted.
    assert_eq!([status(1 << 20), status((1 << 20) + 1)], [415, 413]);
}

#[test]
fn heads_without_end_are_refused() {
    let server = Server::start(&[]);
    let long =
        format!("GET / HTTP/1.1\r\nHost: {}\r\nX: {}\r\n\r\n", server.address, "y".repeat(200_000));
    assert_eq!(send(server.address, long.as_bytes()).status, 431);
    let many = "X: y\r\n".repeat(1000);
    let many = format!("GET / HTTP/1.1\r\nHost: {}\r\n{many}\r\n", server.address);
    assert_eq!(send(server.address, many.as_bytes()).status, 431);
    let reply = send(
        server.address,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n",
    );
    assert_eq!(reply.status, 400);
    // A body whose length is said twice could hide a second request in it.
    let twice = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n";
    let mut request = head(server.address, "/api/predict", twice).into_bytes();
    request.extend(b"0\r\n\r\n");
    assert_eq!(send(server.address, &request).status, 400);
    assert_eq!(ask(server.address, "GET", "/healthz").status, 200);
}

#[test]
fn a_client_that_leaves_in_the_middle_harms_nobody() {
    let server = Server::start(&["--jobs", "1", "--queue", "0"]);
    let body = form(&[("file", None, &super::sound::song(5.0, 22_050, 1))]);
    let request = upload(server.address, "/api/predict", &body);
    for part in [request.len() / 3, request.len() / 2, request.len()] {
        let mut stream = connect(server.address);
        stream.write_all(&request[..part]).unwrap();
        drop(stream);
        // Its slot is free again, at the latest when the work it left behind is done.
        let begun = Instant::now();
        loop {
            let reply = send(server.address, &request);
            if reply.status == 200 {
                break;
            }
            assert_eq!(reply.status, 503);
            assert!(begun.elapsed().as_secs() < 30, "the slot is not given back");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}
