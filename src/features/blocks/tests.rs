//! Laws that every block keeps.

use rand::RngExt;

use super::{Block, Encoder, LogMel};
use crate::seed::Seed;

const BANDS: usize = 64;
const FRAMES: usize = 140;

/// Settings that make a block quick to learn, or are not its defaults, beside the defaults of the
/// others.
const SMALL: [&str; 7] = [
    r#"{"fisher":{"components":3,"coefficients":6,"frames":500,"rounds":4}}"#,
    r#"{"patches":{"bands":16,"components":8,"patterns":6,"drawn":400}}"#,
    r#"{"patches":{"bands":16,"length":3,"hop":5,"components":8,"patterns":6,"pool":"std"}}"#,
    r#"{"covariance":{"bands":6,"deltas":2}}"#,
    r#"{"shape":{"runs":1}}"#,
    r#"{"shape":{"runs":5}}"#,
    r#"{"echo":{"halvings":4}}"#,
];

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> =
        SMALL.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let known = |name: &str| blocks.iter().any(|block| block.name() == name);
    let others: Vec<Block> = Block::NAMES
        .iter()
        .filter(|name| !known(name))
        .map(|name| Block::default_of(name).unwrap())
        .collect();
    blocks.extend(others);
    blocks
}

/// Noise whose bands swell and fade at a pace of the track's own.
fn track(number: u64) -> Vec<f32> {
    let mut stream = Seed::new(number).stream();
    let mut levels = Vec::new();
    for frame in 0..FRAMES {
        for band in 0..BANDS {
            let swell = (frame as f32 * 0.1 * (1 + number % 5) as f32 + band as f32 * 0.2).sin();
            levels.push(-40.0 - band as f32 * 0.3 + 8.0 * swell + 6.0 * stream.random::<f32>());
        }
    }
    levels
}

fn learn(block: &Block, tracks: &[Vec<f32>], seed: u64) -> Encoder {
    let seen: Vec<Vec<f32>> = tracks.iter().map(|levels| see(block, levels)).collect();
    let width = block.width(BANDS);
    let train: Vec<LogMel<'_>> = seen.iter().map(|rows| LogMel::new(rows, width)).collect();
    block.learn(&train, Seed::new(seed)).unwrap_or_else(|error| panic!("{block:?}: {error}"))
}

fn see(block: &Block, levels: &[f32]) -> Vec<f32> {
    block.see(&LogMel::new(levels, BANDS)).unwrap()
}

fn describe(block: &Block, encoder: &Encoder, levels: &[f32]) -> Vec<f32> {
    let seen = see(block, levels);
    let values = encoder.describe(&LogMel::new(&seen, block.width(BANDS)));
    values[block.own(values.len())].to_vec()
}

#[test]
fn every_track_has_as_many_finite_values_as_columns_silence_included() {
    let tracks: Vec<Vec<f32>> = (0..6).map(track).collect();
    let silence = vec![-100.0; FRAMES * BANDS];
    let mut click = silence.clone();
    click[70 * BANDS..71 * BANDS].fill(0.0);
    let abyss = vec![-4000.0; FRAMES * BANDS];
    let fall: Vec<f32> = (0..FRAMES * BANDS).map(|at| -((at / BANDS) as f32)).collect();
    for block in blocks() {
        let columns = block.columns(BANDS);
        let mut names = columns.clone();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), columns.len(), "{block:?}: a name stands twice");
        assert!(columns.iter().all(|column| column.starts_with(block.name())), "{block:?}");
        for train in [&tracks[..], &[silence.clone(), silence.clone()]] {
            let encoder = learn(&block, train, 1);
            for levels in [&tracks[0], &silence, &click, &abyss, &fall] {
                let values = describe(&block, &encoder, levels);
                assert_eq!(values.len(), columns.len(), "{block:?}");
                assert!(values.iter().all(|value| value.is_finite()), "{block:?}");
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_alone_and_among_threads() {
    let tracks: Vec<Vec<f32>> = (0..6).map(track).collect();
    for block in blocks() {
        let vector = |seed| describe(&block, &learn(&block, &tracks, seed), &track(9));
        let bytes = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<u32>>();
        let alone = bytes(vector(1));
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| bytes(vector(1)))).collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), alone, "{block:?} among threads");
            }
        });
        let draws = ["fisher", "patches"].contains(&block.name());
        assert_eq!(bytes(vector(2)) != alone, draws, "{block:?}: another seed");
    }
}

#[test]
fn only_learned_blocks_look_at_the_training_tracks() {
    let (some, others) = ([track(1), track(2)], [track(3), track(4)]);
    for block in blocks() {
        let same = learn(&block, &some, 1) == learn(&block, &others, 1);
        assert_eq!(same, !block.learned(), "{block:?}");
        let empty = block.learn(&[], Seed::new(1)).map_err(|error| error.to_string());
        match empty {
            Ok(encoder) => assert_eq!(encoder, learn(&block, &some, 1), "{block:?}"),
            Err(error) => {
                assert!(block.learned(), "{block:?}: {error}");
                assert!(error.contains("at least 1 training tracks"), "{error}");
            }
        }
    }
}

#[test]
fn blocks_of_one_sight_see_the_same_and_of_one_dictionary_learn_the_same() {
    let tracks: Vec<Vec<f32>> = (0..6).map(track).collect();
    for block in blocks() {
        let (sight, dictionary) = (block.sight(), block.dictionary());
        assert_eq!(see(&sight, &tracks[0]), see(&block, &tracks[0]), "{block:?}");
        assert_eq!(sight.width(BANDS), block.width(BANDS), "{block:?}");
        assert_eq!(learn(&dictionary, &tracks, 1), learn(&block, &tracks, 1), "{block:?}");
        assert_eq!((sight.sight(), dictionary.dictionary()), (sight, dictionary));
    }
}

#[test]
fn an_encoder_read_back_describes_as_the_one_written() {
    let tracks: Vec<Vec<f32>> = (0..6).map(track).collect();
    for block in blocks() {
        let encoder = learn(&block, &tracks, 1);
        let text = serde_json::to_string(&encoder).unwrap();
        assert_eq!(serde_json::from_str::<Encoder>(&text).unwrap(), encoder, "{block:?}");
        let text = serde_json::to_string(&block).unwrap();
        assert_eq!(serde_json::from_str::<Block>(&text).unwrap(), block);
    }
}

#[test]
fn what_is_too_short_or_too_narrow_is_refused_with_numbers_and_a_remedy() {
    for block in blocks() {
        assert_eq!(block.accepts(FRAMES, BANDS), Ok(()), "{block:?}");
        let short = block.accepts(0, BANDS).unwrap_err().to_string();
        assert!(short.contains("frames, but there are 0; "), "{block:?}: {short}");
        let narrow = block.accepts(FRAMES, 1).unwrap_err().to_string();
        assert!(narrow.contains("bands, but there are 1; "), "{block:?}: {narrow}");
    }
    for name in Block::NAMES {
        assert_eq!(Block::default_of(name).unwrap().accepts(387, 128), Ok(()));
    }
    let error = Block::default_of("covariance").unwrap().accepts(387, 20).unwrap_err().to_string();
    let known =
        "block `covariance` needs at least 32 mel bands, but there are 20; lower its `bands`";
    assert_eq!(error, known);
}

#[test]
fn too_little_to_learn_from_is_an_error_and_no_panic() {
    let text = r#"{"fisher":{"components":200}}"#;
    let block: Block = serde_json::from_str(text).unwrap();
    let seen = see(&block, &track(1));
    let train = [LogMel::new(&seen, block.width(BANDS))];
    let error = block.learn(&train, Seed::new(1)).unwrap_err().to_string();
    assert!(error.contains("200 training frames, but there are 138"), "{error}");
}

#[test]
fn every_name_has_defaults_a_line_about_it_and_described_parameters() {
    for &name in Block::NAMES {
        let block = Block::default_of(name).unwrap();
        assert_eq!(block.name(), name);
        assert!(Block::about(name).is_some_and(|line| line.ends_with('.')), "{name}");
        let written = serde_json::to_value(&block).unwrap();
        assert_eq!(serde_json::from_value::<Block>(written.clone()).unwrap(), block);
        let schema = Block::schema(name);
        for parameter in written[name].as_object().unwrap().keys() {
            let property = &schema["properties"][parameter];
            assert!(property["description"].is_string(), "{name}: {parameter}: {property}");
        }
    }
    assert_eq!(Block::default_of("flute"), None);
    assert!(Block::schema("flute").is_null() && Block::about("flute").is_none());
}
