use std::path::Path;
use std::sync::OnceLock;

use super::{Card, Opinion, Trained};
use crate::audio::{RATE, Signal, synth};
use crate::dataset::{Cache, Effort};
use crate::experiment::parse::File;
use crate::experiment::{Cells, Experiment, Manner, Place, Plan, Record, run};
use crate::models::{Device, Model};
use crate::seed::Seed;
use crate::watch::Silent;

fn plan(text: &str) -> Plan {
    let file = File { path: "trial.yaml".into(), text: text.to_owned() };
    let (cache, effort) =
        (Cache::none(), Effort { jobs: 2, strict: true, limit: crate::audio::Limit::default() });
    let place =
        Place { folder: Path::new("nowhere"), may_substitute: false, cache: &cache, effort };
    Plan::new(Experiment::of(&file).unwrap(), &place, &Silent).unwrap()
}

fn ran(plan: &Plan) -> Record {
    let folder = tempfile::tempdir().unwrap();
    let cells = Cells::of(folder.path(), plan);
    run(plan, &Manner { jobs: 2, fail_fast: true, cells: &cells }, &Silent).unwrap()
}

fn skipped(why: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "skipped: {why}");
}

/// What lines of [`ALL`] hold that need more than the table.
const NOT_OF_ROWS: [&str; 7] = ["frames:", "blocks:", "kernel", "lstm", "cnn", "ensemble", "hard"];

/// Something with a beat, a chord and noise.
fn music(seconds: f64) -> Signal {
    let beats: Vec<f64> =
        (0..).map(|beat| 0.5 * f64::from(beat)).take_while(|at| *at < seconds).collect();
    let noise = synth::noise(Seed::new(3), seconds, RATE);
    let clicks = synth::clicks(&beats, seconds, RATE);
    let chord = [220.0, 277.2, 329.6].map(|pitch| synth::sine(pitch, seconds, RATE));
    let at = |i: usize| {
        let chord: f32 = chord.iter().map(|it| it.samples()[i]).sum();
        0.2 * chord + 0.05 * noise.samples()[i] + 0.5 * clicks.samples()[i]
    };
    Signal::new((0..noise.samples().len()).map(at).collect(), RATE).unwrap()
}

/// Every registered model in its quickest form, on what it can learn from.
const ALL: &str = "\
question: Is what was saved what was trained?
dataset: gtzan-mini
protocol: { folds: 2 }
features:
  rows: { columns: all, scale: standard }
  ranks: { columns: [mfcc], scale: quantile }
  frames: { frames: { mfcc: { coefficients: 4 } } }
  bands: { frames: { log-mel: { bands: 16 } } }
  blocks: { blocks: [{ covariance: { bands: 4 } }, columns, { fisher: { components: 2, frames: 2000 } }], scale: log }
models:
  - majority: { features: rows }
  - knn: { features: ranks }
  - logistic: { features: rows }
  - svm: { features: rows }
  - kernel: { features: blocks }
  - tree: { features: rows }
  - tree: { name: hard-tree, features: rows, library: smartcore }
  - forest: { features: rows, trees: 5 }
  - forest: { name: hard-forest, features: rows, trees: 5, library: smartcore }
  - dense: { features: rows, hidden: [8], epochs: 2 }
  - lstm: { features: frames, hidden: 4, convolution: [{ filters: 4, kernel: 3, pool: 4 }], epochs: 1 }
  - cnn: { features: bands, blocks: [{ filters: 4, kernel: 3, pool: 4 }], epochs: 1 }
  - ensemble: { name: vote, of: [svm, kernel] }
  - ensemble: { name: stack, of: [knn, tree], by: stack, inner: 2 }
";

/// A model as a file, and what it said of the music before it was saved.
struct Kept {
    name: String,
    card: Card,
    said: Opinion,
    bytes: Vec<u8>,
}

/// All contenders, trained once for all tests.
fn kept() -> &'static [Kept] {
    static KEPT: OnceLock<Vec<Kept>> = OnceLock::new();
    KEPT.get_or_init(|| {
        let plan = plan(ALL);
        for name in Model::NAMES {
            assert!(plan.experiment.contenders.iter().any(|it| it.kind() == *name), "{name}");
        }
        let (record, clip) = (ran(&plan), music(8.0));
        let all = plan.experiment.contenders.iter().map(|it| it.name.clone());
        all.map(|name| {
            let trained = Trained::train(&plan, &record, &name, 0.2, Device::CPU, &Silent).unwrap();
            let (said, bytes) = (trained.hear(&clip).unwrap(), trained.write().unwrap());
            Kept { name, card: trained.card().clone(), said, bytes }
        })
        .collect()
    })
}

#[test]
fn every_registered_model_hears_the_same_after_it_was_saved() {
    let clip = music(8.0);
    for Kept { name, card, said, bytes } in kept() {
        let again = Trained::read(name, bytes).unwrap();
        assert_eq!(card, again.card());
        assert_eq!(*said, again.hear(&clip).unwrap(), "{name}");
        assert!((said.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{name}");
        assert_eq!((said.timeline.len(), said.similar.len()), (3, 3), "{name}");
        assert!((said.timeline[2].to - 8.0).abs() < 1e-3);
        assert_eq!(again.write().unwrap(), *bytes, "{name}");
    }
}

#[test]
fn a_training_clip_heard_through_the_file_is_scored_as_its_row() {
    let Ok(data) = std::env::var("CROSSFOLD_DATA") else {
        skipped("CROSSFOLD_DATA does not name the full data");
        return;
    };
    let quick: Vec<&str> =
        ALL.lines().filter(|line| !NOT_OF_ROWS.iter().any(|it| line.contains(it))).collect();
    let plan = plan(&quick.join("\n"));
    let record = ran(&plan);
    for name in ["svm", "dense", "forest"] {
        let trained = Trained::train(&plan, &record, name, 0.2, Device::CPU, &Silent).unwrap();
        let trained = Trained::read(name, &trained.write().unwrap()).unwrap();
        for track in ["blues.00000", "metal.00003", "rock.00005"] {
            let genre = &track[..track.len() - 6];
            let file = Path::new(&data).join(format!("audio/{genre}/{track}.flac"));
            let Ok(clip) = crate::audio::read(&file, crate::audio::Limit::default()) else {
                skipped(&format!("{} is not there", file.display()));
                return;
            };
            let (heard, _) = trained.judge(std::slice::from_ref(&clip.signal)).unwrap();
            let unit = plan.dataset.units.units.iter().position(|it| it.id == track).unwrap();
            let member = &trained.members[0];
            let set = &plan.features[plan.features_of(member.contender)];
            let row = set.describe(&member.describer, &[unit]);
            let known = member.classifier.scores(&row).unwrap().remove(0);
            for (heard, known) in heard[0].iter().zip(&known) {
                assert!((heard - known).abs() < 1e-6, "{name} {track}: {heard} {known}");
            }
            let nearest = &trained.hear(&clip.signal).unwrap().similar[0];
            assert_eq!(nearest.track, track);
            assert!(nearest.distance < 1e-3, "{}", nearest.distance);
        }
    }
}

#[test]
fn the_embedded_model_is_read_and_says_what_it_is() {
    let trained = Trained::embedded();
    assert!(trained.card().demo);
    assert!(trained.card().limits[0].contains("only 100 tracks"));
    assert!(trained.hear(&music(4.0)).is_ok());
    let silent = trained.hear(&synth::silence(0.5, RATE)).unwrap_err().to_string();
    assert!(silent.contains("0.50 s long"), "{silent}");
}

#[test]
fn what_is_no_model_is_refused_and_a_later_version_with_a_sentence() {
    let refused = |bytes: &[u8]| Trained::read("m.cfm", bytes).err().unwrap().to_string();
    assert!(refused(b"").contains("m.cfm: it is no model of crossfold"));
    assert!(refused(b"RIFF....WAVE\n").contains("it is no model of crossfold"));
    assert!(
        refused(b"crossfold model 2\nabc\n").contains("its format is 2, and this program reads 1")
    );
    let bytes = include_bytes!("../../../data/gtzan-mini/demo.cfm");
    assert!(refused(&bytes[..bytes.len() - 1]).contains("it is damaged"));
    let mut flipped = bytes.to_vec();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(refused(&flipped).contains("it is damaged"));
}

/// A stranger can write any bytes with the right checksum.
#[test]
fn a_model_that_was_tampered_with_is_refused_or_heard_and_never_ends_the_program() {
    use rand::RngExt;
    let clip = music(2.0);
    let mut stream = Seed::new(11).stream();
    for Kept { name, bytes: whole, .. } in kept() {
        let start = |lines: usize| {
            let ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            ends.map(|(at, _)| at + 1).nth(lines - 1).unwrap()
        };
        let (body, numbers) = (start(2), start(3));
        let mut refused = 0;
        for _ in 0..20 {
            let mut bytes = whole.clone();
            // Lengths and positions stand in front as a rule, so half of the changes go there.
            let from = if stream.random_range(0..4) == 0 { body } else { numbers };
            let span =
                if stream.random() { (bytes.len() - from).min(200) } else { bytes.len() - from };
            for _ in 0..stream.random_range(1..4) {
                let at = from + stream.random_range(0..span);
                bytes[at] = stream.random();
            }
            let sum = blake3::hash(&bytes[body..]).to_hex();
            let line = body - 65;
            bytes[line..body - 1].copy_from_slice(sum.as_bytes());
            match Trained::read(name, &bytes) {
                Ok(trained) => drop(trained.hear(&clip)),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 1, "{name}: {refused}");
    }
}
