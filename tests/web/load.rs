//! More clients than the server has room for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::client::{ask, form, send, upload};
use super::server::Server;
use super::sound;

/// Clients at once.
const CLIENTS: usize = 32;
/// How long they try.
const SECONDS: u64 = 6;
/// Slots: --jobs and --queue.
const SLOTS: u64 = 4;
/// What one clip at work may take besides its bytes: samples, spectra of a part, models.
const WORK: u64 = 96 << 20;
/// What threads and connections may take.
const BESIDES: u64 = 48 << 20;

#[test]
fn under_load_clips_are_answered_or_asked_to_come_back() {
    let server = Server::start(&["--jobs", "2", "--queue", "2", "--max-mb", "8", "--quiet"]);
    // 7.7 MB that last five seconds: uploads, not spectra, are what fills memory here.
    let clip = sound::song(5.0, 48_000, 16);
    let request = upload(server.address, "/api/predict", &form(&[("file", None, &clip)]));
    assert_eq!(send(server.address, &request).status, 200);
    let before = server.memory("VmRSS");

    let over = AtomicBool::new(false);
    let (counts, slowest) = std::thread::scope(|scope| {
        let client = || {
            let mut counts = [0, 0];
            while !over.load(Ordering::Relaxed) {
                let reply = send(server.address, &request);
                match reply.status {
                    200 => counts[0] += 1,
                    503 => {
                        counts[1] += 1;
                        assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
                    }
                    status => panic!("{status} {}", reply.error()),
                }
            }
            counts
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        // Meanwhile the server can be looked after.
        let begun = Instant::now();
        let mut slowest = Duration::ZERO;
        while begun.elapsed().as_secs() < SECONDS {
            let asked = Instant::now();
            assert_eq!(ask(server.address, "GET", "/healthz").status, 200);
            slowest = slowest.max(asked.elapsed());
            std::thread::sleep(Duration::from_millis(100));
        }
        over.store(true, Ordering::Relaxed);
        let sum = |a: [u32; 2], b: [u32; 2]| [a[0] + b[0], a[1] + b[1]];
        (clients.into_iter().map(|it| it.join().unwrap()).fold([0, 0], sum), slowest)
    });
    let [answered, asked_to_come_back] = counts;
    println!("{CLIENTS} clients, {SECONDS} s: {answered} answered, {asked_to_come_back} put off");
    println!("slowest answer of /healthz meanwhile: {slowest:?}");
    assert!(answered > 0 && asked_to_come_back > 0);
    if let (Some(before), Some(peak)) = (before, server.memory("VmHWM")) {
        println!("memory: {} MB before, {} MB at most", before >> 20, peak >> 20);
        let most = SLOTS * (8 << 20) + 2 * WORK + BESIDES;
        assert!(peak.saturating_sub(before) < most, "{peak} bytes, {before} before");
    }
}
