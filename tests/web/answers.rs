//! What friends get.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use base64::Engine as _;
use serde_json::Value;

use super::client::{ask, connect, form, predict, reply, send, upload};
use super::schema::Schema;
use super::server::Server;
use super::sound;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     media-src blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

#[test]
fn every_address_answers_with_its_type_and_the_headers_of_safety() {
    let server = Server::start(&[]);
    let addresses = [
        ("/", 200, "text/html; charset=utf-8"),
        ("/docs", 200, "text/html; charset=utf-8"),
        ("/style.css", 200, "text/css; charset=utf-8"),
        ("/script.js", 200, "text/javascript; charset=utf-8"),
        ("/icon.svg", 200, "image/svg+xml"),
        ("/healthz", 200, "text/plain; charset=utf-8"),
        ("/api/models", 200, "application/json"),
        ("/api/openapi.json", 200, "application/json"),
        ("/api/predict", 405, "application/json"),
        ("/../../etc/passwd", 404, "application/json"),
    ];
    for (path, status, kind) in addresses {
        for method in ["GET", "HEAD"] {
            let reply = ask(server.address, method, path);
            assert_eq!(reply.status, status, "{method} {path}");
            assert_eq!(reply.header("content-type"), Some(kind), "{method} {path}");
            assert_eq!(reply.header("content-security-policy"), Some(POLICY), "{path}");
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
            assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
            assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
            assert!(reply.header("permissions-policy").unwrap().contains("microphone=()"));
            let kept = if status == 200 && !["/healthz", "/api/models"].contains(&path) {
                "no-cache"
            } else {
                "no-store"
            };
            assert_eq!(reply.header("cache-control"), Some(kept), "{path}");
        }
    }
    assert_eq!(ask(server.address, "GET", "/healthz").body, b"ok");
}

#[test]
fn methods_that_an_address_does_not_take_are_answered_with_those_it_takes() {
    let server = Server::start(&[]);
    let schema = Schema::of(server.address);
    let reply = ask(server.address, "GET", "/api/predict");
    assert_eq!(reply.header("allow"), Some("POST"));
    schema.check("POST", "/api/predict", &reply);
    for path in ["/api/models", "/healthz", "/api/openapi.json"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let reply = ask(server.address, method, path);
            assert_eq!((reply.status, reply.header("allow")), (405, Some("GET,HEAD")), "{method}");
            schema.check("GET", path, &reply);
        }
    }
}

#[test]
fn a_clip_is_answered_as_described() {
    let server = Server::start(&[]);
    let schema = Schema::of(server.address);
    let models = ask(server.address, "GET", "/api/models");
    schema.check("GET", "/api/models", &models);
    let models = models.json();
    assert_eq!(models["limits"]["bytes"], 52_428_800);
    assert_eq!(models["limits"]["seconds"], 900.0);
    assert_eq!(models["models"][0]["demo"], true);

    let begun = Instant::now();
    let reply = predict(server.address, &sound::song(30.0, 22_050, 1));
    println!("30 s of sound answered in {:.2} s", begun.elapsed().as_secs_f64());
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    schema.check("POST", "/api/predict", &reply);
    let answer = reply.json();
    let clip = &answer["clip"];
    assert_eq!(
        (clip["seconds"].as_f64(), clip["sample_rate"].as_u64()),
        (Some(30.0), Some(22_050))
    );
    assert_eq!((clip["channels"].as_u64(), clip["format"].as_str()), (Some(1), Some("WAV")));
    // A beat every half second.
    let tempo = answer["tempo"].as_f64().unwrap();
    assert!((100.0..140.0).contains(&tempo), "{tempo}");
    picture(&answer["spectrogram"], (400, 128));
    assert_eq!(answer["spectrogram"]["highest_hz"], 11_025.0);
    picture(&answer["chromagram"], (400, 12));

    let one = &answer["models"][0];
    assert_eq!(one["name"], models["models"][0]["name"]);
    let genres = one["genres"].as_array().unwrap();
    assert_eq!(one["answer"], genres[0]["genre"]);
    assert_eq!(one["probability"], genres[0]["probability"]);
    let probabilities: Vec<f64> =
        genres.iter().map(|it| it["probability"].as_f64().unwrap()).collect();
    assert!(probabilities.is_sorted_by(|a, b| a >= b));
    assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-6);
    for part in one["timeline"]["parts"].as_array().unwrap() {
        assert_eq!(part["probabilities"].as_array().unwrap().len(), genres.len());
        assert!(part["to"].as_f64().unwrap() <= 30.01, "{part}");
    }
}

fn picture(picture: &Value, size: (u64, u64)) {
    assert_eq!(
        (picture["columns"].as_u64(), picture["rows"].as_u64()),
        (Some(size.0), Some(size.1))
    );
    let values = picture["values"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(values).unwrap();
    assert_eq!(bytes.len() as u64, size.0 * size.1);
    assert!(bytes.iter().max().unwrap() - bytes.iter().min().unwrap() > 200);
}

#[test]
fn every_format_is_judged_by_its_content() {
    let server = Server::start(&[]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    for (file, format) in
        [("sine.flac", "FLAC"), ("sine.mp3", "MP3"), ("sine.ogg", "OGG"), ("sine.m4a", "M4A")]
    {
        let clip = std::fs::read(folder.join(file)).unwrap();
        let reply = predict(server.address, &clip);
        match reply.status {
            200 => assert_eq!(reply.json()["clip"]["format"], format),
            // These files are short, and a model may want more sound. Decoded they were.
            422 => assert!(
                reply.error().contains("second") || reply.error().contains(" s"),
                "{reply:?}"
            ),
            status => panic!("{file}: {status} {}", reply.error()),
        }
    }
}

#[test]
fn one_model_answers_when_it_is_asked_by_name() {
    let server = Server::start(&[]);
    let schema = Schema::of(server.address);
    let models = ask(server.address, "GET", "/api/models").json();
    let name = models["models"][0]["name"].as_str().unwrap().to_owned();
    let body =
        form(&[("note", None, b"a word"), ("file", Some("a.wav"), &sound::song(5.0, 22_050, 2))]);
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path = format!("/api/predict?x=1&model={encoded}");
    let reply = send(server.address, &upload(server.address, &path, &body));
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["models"][0]["name"], name.as_str());

    let reply = send(server.address, &upload(server.address, "/api/predict?model=a+waltz", &body));
    assert_eq!((reply.status, reply.error().as_str()), (404, "There is no model named a waltz."));
    schema.check("POST", "/api/predict", &reply);
}

#[test]
fn a_connection_serves_one_request_after_another() {
    let server = Server::start(&[]);
    let mut stream = connect(server.address);
    let body = form(&[("file", Some("a.wav"), &sound::song(5.0, 22_050, 1))]);
    let bad = form(&[("other", None, b"")]);
    for _ in 0..2 {
        stream.write_all(&upload(server.address, "/api/predict", &body)).unwrap();
        assert_eq!(reply(&mut stream).unwrap().status, 200);
        // A refusal whose upload was read to its end leaves the connection as it was.
        stream.write_all(&upload(server.address, "/api/predict", &bad)).unwrap();
        assert_eq!(reply(&mut stream).unwrap().status, 400);
    }
}
