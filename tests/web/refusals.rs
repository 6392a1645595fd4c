//! What is refused, and in which words.

use super::client::{BOUNDARY, Reply, ask, connect, form, head, predict, reply, send, upload};
use super::schema::Schema;
use super::server::Server;
use super::sound;

use std::io::Write as _;

fn sent(server: &Server, body: &[u8]) -> Reply {
    send(server.address, &upload(server.address, "/api/predict", body))
}

#[test]
fn what_is_no_usable_clip_is_refused_with_a_sentence() {
    let server = Server::start(&["--max-seconds", "60"]);
    let schema = Schema::of(server.address);
    let song = sound::song(5.0, 22_050, 1);
    let mut cut = song.clone();
    cut.truncate(song.len() / 2);
    let refused = [
        (
            &b"Once upon a time there was a text that was called clip.wav. ".repeat(50)[..],
            415,
            "The file is not audio in a format known here.",
        ),
        (b"%PDF-1.7", 415, "The file is not audio in a format known here."),
        (b"", 422, "The file is empty."),
        (&song[..44], 422, ""),
        (&cut, 422, "The file is cut off: it ends after 2.5 s, before the sound it announces."),
        (&sound::song(0.05, 22_050, 1), 422, ""),
        (
            &sound::song(61.0, 8000, 1),
            413,
            "The clip is longer than this server's limit of 60 seconds.",
        ),
    ];
    for (clip, status, error) in refused {
        let reply = predict(server.address, clip);
        let (said, said_status) = (reply.error(), reply.status);
        assert_eq!(said_status, status, "{said}");
        assert!(error.is_empty() || said == error, "{said}");
        assert!(said.ends_with('.') && said.starts_with(char::is_uppercase), "{said}");
        schema.check("POST", "/api/predict", &reply);
    }
}

#[test]
fn what_is_no_form_with_a_file_is_refused() {
    let server = Server::start(&[]);
    let schema = Schema::of(server.address);
    let refused = [
        (
            form(&[("clip", Some("a.wav"), b"RIFF")]),
            "The upload is malformed: it has no field `file`.",
        ),
        (
            form(&[("file", None, b"1"), ("file", None, b"2")]),
            "The upload is malformed: it has more than one field `file`.",
        ),
        (
            b"RIFF, without any form around it".to_vec(),
            "The upload is malformed: it does not begin with its boundary.",
        ),
        (
            format!("--{BOUNDARY}\r\n\r\nno end").into_bytes(),
            "The upload is malformed: it ends in the middle.",
        ),
        (Vec::new(), "The upload is malformed: it ends in the middle."),
        (
            form(&vec![("x", None, &b"1"[..]); 10_000]),
            "The upload is malformed: it has too many parts.",
        ),
        (
            form(&[("x", None, &vec![0; 3_000_000][..])]),
            "The upload is malformed: fields other than `file` are too large.",
        ),
    ];
    for (body, error) in refused {
        let reply = sent(&server, &body);
        assert_eq!((reply.status, reply.error().as_str()), (400, error));
        schema.check("POST", "/api/predict", &reply);
    }
    let types = [
        "",
        "Content-Type: application/octet-stream\r\n",
        "Content-Type: text/plain; boundary=a\r\n",
    ];
    for kind in types {
        let (address, path) = (server.address, "/api/predict");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\n{kind}Content-Length: 4\r\n\r\nRIFF"
        );
        let reply = send(server.address, request.as_bytes());
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (415, "The request is not multipart/form-data.")
        );
        schema.check("POST", path, &reply);
    }
}

#[test]
fn foreign_pages_and_foreign_names_are_refused() {
    let server = Server::start(&[]);
    let schema = Schema::of(server.address);
    let body = form(&[("file", None, &sound::song(5.0, 22_050, 1))]);
    let length = format!("Content-Length: {}\r\n", body.len());
    let with = |more: &str| {
        let mut request =
            head(server.address, "/api/predict", &format!("{length}{more}")).into_bytes();
        request.extend(&body);
        send(server.address, &request)
    };
    for more in
        ["Sec-Fetch-Site: cross-site\r\n", "Origin: https://evil.example\r\n", "Origin: null\r\n"]
    {
        let reply = with(more);
        let error = "The request comes from a page of another site.";
        assert_eq!((reply.status, reply.error().as_str()), (403, error), "{more}");
        schema.check("POST", "/api/predict", &reply);
    }
    let own = format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", server.address);
    assert_eq!(with(&own).status, 200);

    for host in ["evil.example", "evil.example:8080", ""] {
        let request = format!("GET /api/models HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let reply = send(server.address, request.as_bytes());
        let error = "This server does not answer to that name.";
        assert_eq!((reply.status, reply.error().as_str()), (403, error), "{host}");
        schema.check("GET", "/api/models", &reply);
    }
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8080"] {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(send(server.address, request.as_bytes()).status, 200, "{host}");
    }
    let named = Server::start(&["--allow-host", "music.example"]);
    let request = b"GET /healthz HTTP/1.1\r\nHost: music.example\r\n\r\n";
    assert_eq!(send(named.address, request).status, 200);
}

#[test]
fn nothing_of_a_clip_is_kept_or_told() {
    let server = Server::start(&[]);
    let name = "../../secret-tune.wav";
    let body = form(&[("file", Some(name), &sound::song(5.0, 22_050, 1))]);
    let path = "/api/predict?model=secret-query";
    assert_eq!(send(server.address, &upload(server.address, path, &body)).status, 404);
    let reply = sent(&server, &body);
    assert_eq!(reply.status, 200);
    let text = form(&[("file", Some(name), b"no sound at all")]);
    let refused = sent(&server, &text);
    ask(server.address, "GET", "/no/\u{9b}31m");
    for reply in [reply, refused] {
        let body = String::from_utf8(reply.body).unwrap();
        assert!(!body.contains("secret") && !reply.head.contains("secret"), "{body}");
    }
    assert_eq!(server.open_files().iter().filter(|it| it.contains("tmp")).count(), 0);
    assert_eq!(std::fs::read_dir(server.folder.path()).unwrap().count(), 0);
    server.signal("INT");
    let (status, log) = server.end(std::time::Duration::from_secs(12));
    assert_eq!(status.code(), Some(0));
    assert!(!log.contains("secret") && !log.contains('\u{9b}'), "{log}");
    let lines: Vec<&str> = log.lines().filter(|line| line.ends_with(" ms")).collect();
    assert_eq!(lines.len(), 4, "{log}");
    assert!(lines[1].contains("Z POST /api/predict 200 "), "{log}");
}

#[test]
fn a_quiet_server_writes_no_line_for_a_request() {
    let server = Server::start(&["--quiet"]);
    ask(server.address, "GET", "/");
    server.signal("TERM");
    let (status, log) = server.end(std::time::Duration::from_secs(12));
    assert_eq!(status.code(), Some(0));
    assert!(!log.contains("GET"), "{log}");
    assert!(log.contains("demonstration model"), "{log}");
}

#[test]
fn a_client_that_waits_for_a_word_is_spared_the_upload() {
    let server = Server::start(&["--max-mb", "1"]);
    let mut stream = connect(server.address);
    let more = "Content-Length: 200000000\r\nExpect: 100-continue\r\n";
    stream.write_all(head(server.address, "/api/predict", more).as_bytes()).unwrap();
    assert_eq!(reply(&mut stream).unwrap().status, 413);

    let mut stream = connect(server.address);
    let body = form(&[("file", None, b"no sound")]);
    let more = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len());
    stream.write_all(head(server.address, "/api/predict", &more).as_bytes()).unwrap();
    assert_eq!(reply(&mut stream).unwrap().status, 100);
    stream.write_all(&body).unwrap();
    assert_eq!(reply(&mut stream).unwrap().status, 415);
}
