//! Archives made here: tiny copies of GTZAN of synthetic sound, and hostile ones.

use std::io::Write as _;
use std::path::Path;

use crossfold::audio::synth;
use crossfold::seed::Seed;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use tar::{Builder, EntryType, Header};

use crate::sound::wav;

/// Tracks of a tiny copy: six of each of two genres. Their features do not come with the program, so
/// nothing can be held against them.
pub fn tracks() -> Vec<(String, Vec<u8>)> {
    let mut tracks = Vec::new();
    for (genre, hertz) in [("blues", 150.0), ("metal", 3000.0)] {
        for clip in 0..6_u8 {
            let path = format!("genres/{genre}/{genre}.{:05}.wav", 61 + clip);
            let noise = synth::noise(Seed::new(u64::from(clip)).derive(genre), 0.5, 22_050);
            let tone = synth::sine(hertz * (1.0 + f64::from(clip) / 10.0), 0.5, 22_050);
            let both = noise.samples().iter().zip(tone.samples()).map(|(a, b)| 0.2 * a + b);
            let signal = crossfold::audio::Signal::new(both.collect(), 22_050).unwrap();
            tracks.push((path, wav(&signal, 1)));
        }
    }
    tracks
}

/// A header of a plain file.
pub fn header(size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_entry_type(EntryType::Regular);
    header
}

/// An entry whose name may be anything.
pub fn raw(tar: &mut Builder<GzEncoder<Vec<u8>>>, name: &str, mut header: Header, content: &[u8]) {
    let field = &mut header.as_old_mut().name;
    field.fill(0);
    field[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    tar.append(&header, content).unwrap();
}

/// A `.tar.gz` of what `fill` puts into it.
pub fn tarball(fill: impl FnOnce(&mut Builder<GzEncoder<Vec<u8>>>)) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    fill(&mut tar);
    tar.into_inner().unwrap().finish().unwrap()
}

/// A `.tar.gz` of these files.
pub fn of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    tarball(|tar| {
        for (path, bytes) in files {
            raw(tar, path, header(bytes.len()), bytes);
        }
    })
}

/// A `.zip` of these files.
pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The MD5 of bytes.
pub fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a manifest of an archive that lies at these addresses.
pub fn manifest(folder: &Path, archive: &[u8], addresses: &[String], tracks: usize) {
    let text = serde_json::json!({
        "name": "gtzan", "archive": "genres.tar.gz", "addresses": addresses, "md5": md5(archive),
        "bytes": archive.len(), "tracks": tracks,
        "table": { "file": "features_30_sec.csv", "blake3": "0".repeat(64) },
    });
    std::fs::write(folder.join("manifest.json"), text.to_string()).unwrap();
}
