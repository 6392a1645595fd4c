//! Blocks against NumPy: `tests/golden/make_blocks.py` made the numbers.

#![allow(clippy::unwrap_used)] // a failed step fails the test

use std::path::Path;

use crossfold::dataset::Tensor;
use crossfold::features::blocks::{Block, LogMel};
use crossfold::seed::Seed;

#[test]
fn blocks_that_learn_nothing_are_as_numpy_computes_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = std::fs::read_to_string(root.join("tests/golden/blocks.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
    let data = root.join("data/gtzan-mini");
    let names = std::fs::read_to_string(data.join("log-mel.tracks.txt")).unwrap();
    let tensor = Tensor::read(&data.join("log-mel.npz"), None).unwrap();
    let bands = tensor.shape[2];
    let mut compared = 0;
    for (block, tracks) in golden["blocks"].as_object().unwrap() {
        // A name, or a name with settings.
        let named =
            Block::default_of(block).unwrap_or_else(|| serde_json::from_str(block).unwrap());
        let encoder = named.learn(&[], Seed::new(1)).unwrap();
        for (track, known) in tracks.as_object().unwrap() {
            let place = names.lines().position(|name| name == track).unwrap() * tensor.stride();
            let log_mel = LogMel::new(&tensor.values[place..place + tensor.stride()], bands);
            let found = encoder.describe(&log_mel);
            assert_eq!(found.len() as u64, known["count"].as_u64().unwrap(), "{block}");
            for (at, known) in known["values"].as_object().unwrap() {
                let (found, known) = (found[at.parse::<usize>().unwrap()], known.as_f64().unwrap());
                let off = (f64::from(found) - known).abs();
                assert!(
                    off <= 1e-5 * known.abs().max(1.0),
                    "{block} {track} {at}: {found} {known}"
                );
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 360);
}
