//! What a network can do to a download.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::archives::{of, tracks};
use crate::common::{err, out};
use crate::server::{Reply, Server};
use crate::{command, fetch, files, folder, run};

const EXPERIMENT: &str = "\
question: Can what was fetched be used?
dataset: gtzan
protocol: { folds: 2, repeats: 1 }
features:
  all: { columns: all, scale: standard }
models:
  - majority
  - knn: { features: all, k: 1 }
";

#[test]
fn a_fetched_archive_ends_as_index_and_table_that_an_experiment_finds() {
    let archive = of(&tracks());
    let server = Server::of(archive.clone(), |_, _| Reply::File);
    let folder = folder(&archive, &[server.url()]);
    let output = fetch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let said = out(&output);
    assert!(said.contains("12 tracks of 2 genres, 6 a genre"), "{said}");
    assert!(said.trim_end().ends_with("now: crossfold run experiments/dense.yaml"), "{said}");
    assert!(!err(&output).contains('\r'), "no bars where nobody looks: {}", err(&output));
    let place = folder.path().join("data/gtzan");
    let index = fs::read_to_string(place.join("genres/index.csv")).unwrap();
    assert!(index.starts_with("path,genre,artist,artist_group,duplicate_of,"), "{index}");
    assert!(index.contains("blues/blues.00061.wav,blues,Clifton Chenier,"), "{index}");
    let table = fs::read_to_string(place.join("features_extracted.csv")).unwrap();
    assert_eq!((table.lines().count(), table.lines().next().unwrap().split(',').count()), (13, 60));
    let mut left = files(&place);
    left.retain(|path| !path.starts_with("genres/"));
    assert_eq!(left, ["features_extracted.csv"], "the archive is gone, and nothing else is left");
    // The experiment needs no further word, and says that the table is not the published one.
    fs::write(folder.path().join("small.yaml"), EXPERIMENT).unwrap();
    let output = run(folder.path(), &["run", "small.yaml", "--strict"]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(err(&output).contains("this program extracted"), "{}", err(&output));
    for dataset in [
        "{ audio: data/gtzan/genres }",
        "{ audio: data/gtzan/genres, index: data/gtzan/genres/index.csv }",
    ] {
        let text = EXPERIMENT.replace("dataset: gtzan", &format!("dataset: {dataset}"));
        fs::write(folder.path().join("sound.yaml"), text).unwrap();
        let output = run(folder.path(), &["run", "sound.yaml", "--fresh"]);
        assert!(output.status.success(), "{}", err(&output));
    }
    // A second call asks nobody.
    let before = server.requests().len();
    let output = fetch(folder.path(), &[]);
    assert!(out(&output).contains("already here"), "{}{}", out(&output), err(&output));
    assert_eq!(server.requests().len(), before);
}

#[test]
fn a_broken_download_goes_on_within_a_call_and_in_the_next_one() {
    let archive = of(&tracks());
    // Once it breaks and the next try goes on.
    let server = Server::of(archive.clone(), |number, _| match number {
        0 => Reply::Cut(50_000),
        _ => Reply::File,
    });
    let once = folder(&archive, &[server.url()]);
    let output = fetch(once.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let from: Vec<_> = server.requests().iter().map(|it| it.from).collect();
    assert_eq!(from, [None, Some(50_000)]);
    // It breaks and stays away: what came is kept, and the next call asks for the rest.
    let server = Server::of(archive.clone(), |number, _| match number {
        0 => Reply::Cut(70_000),
        1..=5 => Reply::Close,
        _ => Reply::File,
    });
    let twice = folder(&archive, &[server.url()]);
    let output = fetch(twice.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    assert!(said.contains("70.0 kB are kept in data/gtzan/genres.tar.gz.part"), "{said}");
    assert!(said.contains("the same command goes on from there"), "{said}");
    let part = twice.path().join("data/gtzan/genres.tar.gz.part");
    assert_eq!(fs::metadata(&part).unwrap().len(), 70_000);
    let status = out(&run(twice.path(), &["data", "status", "--manifest", "manifest.json"]));
    assert!(status.contains(&format!("70000 of {} bytes", archive.len())), "{status}");
    let tries = server.requests().len();
    let output = fetch(twice.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(server.requests()[tries..].iter().all(|it| it.from == Some(70_000)));
    assert!(!part.exists());
}

#[test]
fn a_server_that_sends_no_parts_is_asked_for_the_whole() {
    let archive = of(&tracks());
    for whole in [Reply::Whole, Reply::Chunks] {
        let server = Server::of(archive.clone(), move |number, _| match number {
            0 => Reply::Cut(60_000),
            _ => whole.clone(),
        });
        let folder = folder(&archive, &[server.url()]);
        let output = fetch(folder.path(), &[]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert!(err(&output).contains("the download begins anew"), "{}", err(&output));
    }
}

#[test]
fn another_file_is_refused_and_removed_and_the_next_address_tried() {
    let archive = of(&tracks());
    let mut bent = archive.clone();
    bent[1000] ^= 1;
    let wrong = Server::of(bent, |_, _| Reply::File);
    let right = Server::of(archive.clone(), |_, _| Reply::File);
    let alone = folder(&archive, &[wrong.url()]);
    let output = fetch(alone.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    assert!(said.contains("what came has MD5") && said.contains("it was removed"), "{said}");
    for way in ["--from URL|FILE", "--table features_30_sec.csv", "--data DIR", "gtzan-mini"] {
        assert!(said.contains(way), "{said}");
    }
    assert!(files(&alone.path().join("data")).is_empty());
    let both = folder(&archive, &[wrong.url(), right.url()]);
    let output = fetch(both.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[test]
fn a_file_of_another_length_is_refused_before_it_is_downloaded() {
    let archive = of(&tracks());
    let server = Server::of(vec![0; 5_000_000], |_, _| Reply::File);
    let folder = folder(&archive, &[server.url()]);
    let output = fetch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let awaited = format!("its file has 5000000 bytes, the published one {}", archive.len());
    assert!(err(&output).contains(&awaited), "{}", err(&output));
    // One that does not say its length is cut off where it grows too long.
    let server = Server::of(vec![0; 5_000_000], |_, _| Reply::Chunks);
    let output = fetch(folder.path(), &["--from", &server.url()]);
    assert!(err(&output).contains("it sends more than"), "{}", err(&output));
    assert!(files(&folder.path().join("data")).is_empty());
}

#[test]
fn a_missing_file_is_not_asked_for_again_and_a_failing_server_is() {
    let archive = of(&tracks());
    let server = Server::of(archive.clone(), |_, _| Reply::Status(404));
    let folder = folder(&archive, &[server.url()]);
    let output = fetch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("404: there is no such file"), "{}", err(&output));
    assert_eq!(server.requests().len(), 1);
    let server = Server::of(archive.clone(), |number, _| match number {
        0 => Reply::Status(500),
        1 => Reply::Status(503),
        _ => Reply::File,
    });
    let output = fetch(folder.path(), &["--from", &server.url()]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("the server answers 503; another try in 1.0 s"));
    // Tries are bounded.
    let server = Server::of(archive.clone(), |_, _| Reply::Status(500));
    let folder = crate::folder(&archive, &[server.url()]);
    let begun = Instant::now();
    assert_eq!(fetch(folder.path(), &[]).status.code(), Some(2));
    assert_eq!(server.requests().len(), 5);
    assert!(begun.elapsed() > Duration::from_secs(7), "the pauses grow");
}

#[test]
fn redirects_are_followed_with_the_range_and_loops_are_not() {
    let archive = of(&tracks());
    let far = Server::of(archive.clone(), |number, _| match number {
        0 => Reply::Cut(30_000),
        _ => Reply::File,
    });
    let to = far.url();
    let near = Server::of(Vec::new(), move |_, request| {
        if request.line.contains("/moved") {
            Reply::To(to.clone())
        } else {
            Reply::To("/moved".into())
        }
    });
    let folder = folder(&archive, &[near.url()]);
    let output = fetch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(far.requests()[1].from, Some(30_000));
    let server = Server::of(Vec::new(), |_, _| Reply::To("/genres.tar.gz".to_owned()));
    let folder = crate::folder(&archive, &[server.url()]);
    let output = fetch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("it redirects more than 8 times"), "{}", err(&output));
    assert!(server.requests().len() < 12);
}

#[test]
fn without_a_network_all_other_ways_are_named_at_once() {
    let archive = of(&tracks());
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/genres.tar.gz", listener.local_addr().unwrap())
    };
    let folder = folder(&archive, &[closed, "https://nowhere.invalid/genres.tar.gz".to_owned()]);
    let begun = Instant::now();
    let output = fetch(folder.path(), &[]);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    assert!(said.contains("cannot be reached") && said.contains("nowhere.invalid"), "{said}");
    assert!(said.contains("other ways:"), "{said}");
    let output = fetch(folder.path(), &["--from", "ftp://nowhere.invalid/x"]);
    assert!(err(&output).contains("begins with http:// or https://"), "{}", err(&output));
}

#[test]
fn the_proxy_of_the_environment_is_used_but_for_what_it_excepts() {
    let archive = of(&tracks());
    let proxy = Server::of(archive.clone(), |_, _| Reply::File);
    let folder = folder(&archive, &["http://nowhere.invalid/genres.tar.gz".to_owned()]);
    let arguments = ["data", "fetch", "gtzan", "--manifest", "manifest.json"];
    let with = |variables: &[(&str, &str)]| {
        command(folder.path(), &arguments).envs(variables.iter().copied()).output().unwrap()
    };
    let address = format!("http://{}", proxy.address);
    // Excepted, or for the other scheme: the proxy hears nothing.
    for variables in [
        &[("HTTP_PROXY", address.as_str()), ("NO_PROXY", "localhost,.invalid")][..],
        &[("HTTPS_PROXY", address.as_str())],
    ] {
        assert_eq!(with(variables).status.code(), Some(2));
        assert!(proxy.requests().is_empty());
    }
    let output = with(&[("ALL_PROXY", "nonsense://x y")]);
    assert!(err(&output).contains("the variable ALL_PROXY names no proxy"), "{}", err(&output));
    let output = with(&[("all_proxy", &address)]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(proxy.requests()[0].line.contains("nowhere.invalid"), "{:?}", proxy.requests());
}

#[test]
fn an_interrupted_download_is_kept_and_goes_on() {
    let archive = of(&tracks());
    let server = Server::of(archive.clone(), |number, _| match number {
        0 => Reply::Stall(80_000, 30),
        _ => Reply::File,
    });
    let folder = folder(&archive, &[server.url()]);
    let arguments = ["data", "fetch", "gtzan", "--manifest", "manifest.json"];
    let child =
        command(folder.path(), &arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    let part = folder.path().join("data/gtzan/genres.tar.gz.part");
    let begun = Instant::now();
    while fs::metadata(&part).map_or(0, |facts| facts.len()) < 80_000 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    // A second one at the same time is sent away.
    let output = fetch(folder.path(), &[]);
    assert!(err(&output).contains("another `data fetch` is writing to"), "{}", err(&output));
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(25), "it does not wait for a silent server");
    assert_eq!(output.status.code(), Some(130));
    assert!(err(&output).contains("the same command goes on"), "{}", err(&output));
    let output = fetch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(server.requests()[1].from, Some(80_000));
}

#[test]
fn a_full_disk_is_named_and_with_more_room_the_same_command_goes_on() {
    let archive = of(&tracks());
    let server = Server::of(archive.clone(), |_, _| Reply::File);
    let folder = folder(&archive, &[server.url()]);
    // Too small for the archive, then too small for what is in it, then large enough.
    let sizes = [archive.len() / 2048, archive.len() * 3 / 2048, 4000];
    let script = format!(
        "mkdir data && mount -t tmpfs -o size={}k tmpfs data || exit 77; \
         fetch() {{ \"$CROSSFOLD\" data fetch gtzan --manifest manifest.json >out.$1 2>err.$1; \
         echo $? >code.$1; ls -A data/gtzan >left.$1; }}; \
         fetch 1; mount -o remount,size={}k data; fetch 2; mount -o remount,size={}k data; fetch 3",
        sizes[0], sizes[1], sizes[2]
    );
    let mut shell = std::process::Command::new("unshare");
    shell
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
        .current_dir(folder.path())
        .env("CROSSFOLD", env!("CARGO_BIN_EXE_crossfold"))
        .env("CROSSFOLD_CACHE", folder.path().join("cache"))
        .env_remove("CROSSFOLD_DATA");
    for name in crate::PROXIES {
        shell.env_remove(name);
    }
    let allowed = shell.output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        println!("skipped: this system lets nobody mount a file system of their own");
        return;
    }
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!([read("code.1"), read("code.2"), read("code.3")], ["2\n", "2\n", "0\n"]);
    for said in [read("err.1"), read("err.2")] {
        assert!(said.contains("No space left on device"), "{said}");
        assert!(said.contains("make room"), "{said}");
    }
    assert!(read("left.1").contains("genres.tar.gz.part"), "{}", read("left.1"));
    // The archive is there, and half of its content is not.
    assert_eq!(read("left.2").trim(), "genres.tar.gz");
    assert!(server.requests()[1].from.is_some());
    assert_eq!(server.requests().len(), 2, "the third call needs no network");
}
