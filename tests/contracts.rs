//! Laws that every model in the registry keeps.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::sync::Arc;

use crossfold::dataset::{Samples, Shape, Unit, Units};
use crossfold::models::{Classifier, Context, Device, Error, Model};
use crossfold::seed::Seed;
use crossfold::watch::Silent;

/// Width of a row, frames of a sequence, and values of a frame in these tests.
const WIDTH: usize = 6;
const FRAMES: usize = 8;

/// Settings that make a model quick to fit, by name; others are fitted as they are.
const SMALL: &[(&str, &str)] = &[
    ("forest", "{ trees: 20 }"),
    ("dense", "{ hidden: [16], epochs: 30, batch: 8 }"),
    (
        "lstm",
        "{ hidden: 8, convolution: [{ filters: 8, pool: 2 }], crop: { length: 6, hop: 2 }, \
         epochs: 30, batch: 8, gain: 0.2, equaliser: 0.1, time_mask: 2, frequency_mask: 1 }",
    ),
    (
        "cnn",
        "{ blocks: [{ filters: 8, pool: 2 }], crop: { length: 6, hop: 2 }, epochs: 30, batch: 8, gain: 0.2, equaliser: 0.1, time_mask: 2, frequency_mask: 1 }",
    ),
];

/// Further settings under which the laws must hold.
const VARIANTS: &str = "
- knn: { k: 5, weights: distance, metric: manhattan }
- knn: { k: 3, metric: cosine }
- svm: { kernel: linear, c: 0.5 }
- svm: { multiclass: one-vs-rest, gamma: 0.02 }
- svm: { library: crossfold }
- svm: { library: crossfold, multiclass: one-vs-rest, kernel: linear, c: 1 }
- tree: { library: crossfold, classes: joint }
- tree: { library: smartcore, classes: joint, max_depth: 4 }
- tree: { library: linfa, classes: joint }
- forest: { trees: 10, extra: true, bootstrap: false, columns: 3 }
- forest: { trees: 10, library: smartcore, columns: all, min_leaf: 2 }
- lstm: { convolution: [], crop: null, pooling: last, bidirectional: false, layers: 2, hidden: 8,
    epochs: 30, batch: 8, dropout: 0.1, time_mask: 0, frequency_mask: 0, learning_rate: 0.01 }
- lstm: { convolution: [{ filters: 4, pool: [2, 1] }], dimensions: 2, pooling: max, hidden: 8,
    crop: { length: 8, hop: 1 }, epochs: 30, batch: 8, mixup: 0, seeds: 2, learning_rate: 0.01,
    early_stopping: { share: 0.2, patience: 20 } }
- kernel: { ridge: 0.5, gamma: 2, clip: 1 }
- kernel: { clip: 2, weigh: groups }
- cnn: { dimensions: 1, blocks: [{ filters: 12, kernel: 5, pool: 2 }], crop: null, pooling: max,
    epochs: 30, batch: 8, time_mask: 0, frequency_mask: 0, learning_rate: 0.01 }
- cnn: { blocks: [{ filters: 4, pool: [2, 1] }, { filters: 8, kernel: 1, pool: [3, 2] }],
    pooling: mean, crop: { length: 8, hop: 1 }, epochs: 30, batch: 8, mixup: 0, seeds: 2,
    learning_rate: 0.01, early_stopping: { share: 0.2, patience: 20 } }
";

fn models() -> Vec<Model> {
    let mut all: Vec<Model> = serde_yaml::from_str(VARIANTS).unwrap();
    for &name in Model::NAMES {
        all.push(match SMALL.iter().find(|(known, _)| *known == name) {
            Some((_, settings)) => serde_yaml::from_str(&format!("{name}: {settings}")).unwrap(),
            None => Model::default_of(name).unwrap(),
        });
    }
    all
}

/// The form of samples a model takes, rows if it takes both.
fn shape_for(model: &Model) -> Shape {
    let row = Shape::Row { width: WIDTH };
    match model.learner().accepts(row) {
        Ok(()) => row,
        Err(_) => Shape::Sequence { frames: FRAMES, width: WIDTH },
    }
}

/// `count` units of each of `genres`, called by the names given, scattered around centres.
fn samples(shape: Shape, names: &[&str], genres: &[usize], count: usize, seed: u64) -> Samples {
    let labels: Vec<usize> = (0..count).flat_map(|_| genres.iter().copied()).collect();
    let unit = |(i, &genre): (usize, &usize)| Unit {
        id: format!("{}.{i:05}", names[genre]),
        track: i,
        genre,
        group: i,
    };
    let units = labels.iter().enumerate().map(unit).collect();
    let mut values = Vec::new();
    for (i, genre) in labels.iter().enumerate() {
        // By the genre's name, so that the same units have the same values among other genres.
        let place = f32::from(names[*genre].as_bytes()[0] - b'a');
        for at in 0..shape.size() {
            let drawn = Seed::new(seed).derive(format!("{} {i} {at}", names[*genre])).value();
            let noise = (drawn >> 40) as f32 / (1_u64 << 24) as f32 - 0.5;
            values.push(((place * 5.0 + (at % WIDTH) as f32 * 3.0) % 7.0) / 3.0 + 2.0 * noise);
        }
    }
    let genres = names.iter().map(|&name| name.to_owned()).collect();
    let columns = (0..WIDTH).map(|column| format!("column{column}")).collect();
    Samples::new(Arc::new(Units { genres, units }), Arc::new(columns), shape, values)
}

fn three(model: &Model, count: usize, seed: u64) -> Samples {
    samples(shape_for(model), &["a", "b", "c"], &[0, 1, 2], count, seed)
}

fn fit(model: &Model, train: &Samples, seed: u64) -> Result<Box<dyn Classifier>, Error> {
    let context = Context {
        seed: Seed::new(seed),
        watch: &Silent,
        cell: "contract",
        watched: None,
        device: Device::CPU,
    };
    model.learner().fit(train, &context).map(|fitted| fitted.classifier)
}

fn scores(model: &Model, train: &Samples, test: &Samples) -> Vec<Vec<f64>> {
    let classifier = fit(model, train, 7).unwrap_or_else(|error| panic!("{model:?}: {error}"));
    classifier.scores(test).unwrap_or_else(|error| panic!("{model:?}: {error}"))
}

#[test]
fn the_same_seed_gives_the_same_scores_alone_and_among_threads() {
    for model in models().iter().filter(|model| model.learner().not_reproducible().is_none()) {
        let (train, test) = (three(model, 20, 1), three(model, 10, 2));
        let alone = scores(model, &train, &test);
        assert_eq!(scores(model, &train, &test), alone, "{model:?}");
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..3).map(|_| scope.spawn(|| scores(model, &train, &test))).collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), alone, "{model:?} among threads");
            }
        });
    }
}

#[test]
fn every_default_is_reproducible() {
    for name in Model::NAMES {
        let model = Model::default_of(name).unwrap();
        assert_eq!(model.learner().not_reproducible(), None, "{name}");
    }
}

#[test]
fn nothing_and_a_single_genre_cannot_be_learned_from() {
    for model in models() {
        let train = three(&model, 20, 1);
        let empty = fit(&model, &train.select(&[]), 7).err();
        assert!(matches!(empty, Some(Error::Empty)), "{model:?}: {empty:?}");
        let only: Vec<usize> = (0..train.len()).filter(|&i| train.label(i) == 1).collect();
        let single = fit(&model, &train.select(&only), 7).err();
        assert!(
            matches!(&single, Some(Error::OneGenre { rows: 20, genre }) if genre == "b"),
            "{model:?}: {single:?}"
        );
    }
}

#[test]
fn a_value_that_is_no_number_is_refused_with_column_and_row() {
    for model in models() {
        let train = three(&model, 20, 1);
        for wrong in [f32::NAN, f32::INFINITY] {
            let mut values: Vec<f32> =
                (0..train.len()).flat_map(|i| train.values(i).iter().copied()).collect();
            values[train.shape().size() * 4 + 2] = wrong;
            let columns = Arc::new(train.columns().to_vec());
            let broken = train.described_by(columns, train.shape(), values);
            let refused = [
                fit(&model, &broken, 7).err(),
                fit(&model, &train, 7).unwrap().scores(&broken).err(),
            ];
            for error in refused {
                let text = error.unwrap_or_else(|| panic!("{model:?} takes {wrong}")).to_string();
                assert!(text.contains("`column2` of b.00004"), "{model:?}: {text}");
            }
        }
    }
}

#[test]
fn scores_are_shares_for_two_genres_and_for_ten() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    for model in models() {
        for count in [2, 10] {
            let genres: Vec<usize> = (0..count).collect();
            let make =
                |rows, seed| samples(shape_for(&model), &names[..count], &genres, rows, seed);
            let all = scores(&model, &make(8, 1), &make(5, 2));
            assert_eq!(all.len(), 5 * count, "{model:?}");
            for scores in all {
                assert_eq!(scores.len(), count, "{model:?}");
                assert!(scores.iter().all(|score| score.is_finite() && *score >= 0.0), "{model:?}");
                assert!((scores.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{model:?}: {scores:?}");
            }
        }
    }
}

#[test]
fn learning_is_better_than_the_baseline() {
    for model in models().iter().filter(|model| model.name() != "majority") {
        let (train, test) = (three(model, 30, 1), three(model, 20, 2));
        let all = scores(model, &train, &test);
        let right = all.iter().enumerate().filter(|(i, scores)| {
            let best = scores.iter().copied().fold(f64::MIN, f64::max);
            scores[test.label(*i)] == best
        });
        assert!(right.count() * 10 >= test.len() * 7, "{model:?}");
    }
}

#[test]
fn a_genre_without_training_rows_gets_a_score_and_shifts_no_other() {
    for model in models().iter().filter(|model| model.learner().not_reproducible().is_none()) {
        let make = |names: &[&str], genres: &[usize], seed| {
            samples(shape_for(model), names, genres, 20, seed)
        };
        let (train, test) = (make(&["a", "c"], &[0, 1], 1), make(&["a", "c"], &[0, 1], 2));
        let names = ["a", "b", "c"];
        let (wider_train, wider_test) = (make(&names, &[0, 2], 1), make(&names, &[0, 2], 2));
        let known = scores(model, &train, &test);
        let wider = scores(model, &wider_train, &wider_test);
        let mut same = 0;
        for (known, wider) in known.iter().zip(&wider) {
            assert_eq!(wider.len(), 3, "{model:?}");
            same += usize::from((wider[0] > wider[2]) == (known[0] > known[1]));
            // A net spreads a little to every genre it has a place for, and starts from other
            // weights where it has more places: rows near the border may change sides.
            if ["majority", "knn", "svm", "kernel", "tree", "forest"].contains(&model.name()) {
                assert_eq!([wider[0], wider[1], wider[2]], [known[0], 0.0, known[1]], "{model:?}");
            }
        }
        assert!(same * 10 >= known.len() * 8, "{model:?}: {same} of {}", known.len());
    }
}

#[test]
fn scores_do_not_depend_on_what_else_is_scored() {
    for model in models() {
        let (train, test) = (three(&model, 20, 1), three(&model, 10, 2));
        let classifier = fit(&model, &train, 7).unwrap();
        let together = classifier.scores(&test).unwrap();
        assert!(classifier.scores(&test.select(&[])).unwrap().is_empty(), "{model:?}");
        for i in [0, 13, 29] {
            let alone = classifier.scores(&test.select(&[i])).unwrap();
            for (alone, together) in alone[0].iter().zip(&together[i]) {
                assert!((alone - together).abs() < 1e-6, "{model:?}: {alone} and {together}");
            }
        }
    }
}

#[test]
fn a_model_saved_and_restored_gives_the_same_scores() {
    for model in models() {
        let (train, test) = (three(&model, 20, 1), three(&model, 10, 2));
        let classifier = fit(&model, &train, 7).unwrap();
        let saved = classifier.save().unwrap_or_else(|error| panic!("{model:?}: {error}"));
        let restored = saved.restore().unwrap_or_else(|error| panic!("{model:?}: {error}"));
        assert_eq!(restored.scores(&test).unwrap(), classifier.scores(&test).unwrap(), "{model:?}");
        assert_eq!(restored.save().unwrap(), saved, "{model:?}");
    }
}

#[test]
fn a_net_tells_its_layers_and_they_count_what_it_learns() {
    for model in models() {
        let train = three(&model, 20, 1);
        let layers = model.learner().layers(train.shape(), train.genres().len());
        let context = Context {
            seed: Seed::new(7),
            watch: &Silent,
            cell: "contract",
            watched: None,
            device: Device::CPU,
        };
        let fitted = model.learner().fit(&train, &context).unwrap();
        assert_eq!(layers.is_empty(), fitted.history.is_empty(), "{model:?}");
        if !layers.is_empty() {
            let told: usize = layers.iter().map(|layer| layer.parameters).sum();
            // One of several nets with other seeds is told.
            assert_eq!(fitted.parameters % told, 0, "{model:?}: {layers:?}");
        }
    }
}

#[test]
fn samples_of_another_width_are_refused() {
    for model in models().iter().filter(|model| model.name() != "majority") {
        let classifier = fit(model, &three(model, 20, 1), 7).unwrap();
        let shape = match shape_for(model) {
            Shape::Row { width } => Shape::Row { width: width + 1 },
            Shape::Sequence { frames, width } => Shape::Sequence { frames, width: width + 1 },
        };
        let other = three(model, 2, 2);
        let columns = Arc::new((0..=WIDTH).map(|column| format!("column{column}")).collect());
        let wider = other.described_by(columns, shape, vec![0.5; other.len() * shape.size()]);
        let refused = classifier.scores(&wider).err();
        assert!(matches!(refused, Some(Error::Shape { .. })), "{model:?}: {refused:?}");
    }
}

#[test]
fn an_unknown_parameter_is_refused_by_name() {
    for name in Model::NAMES {
        let read = serde_yaml::from_str::<Model>(&format!("{name}: {{ flute: 1 }}"));
        let text = read.expect_err(name).to_string();
        assert!(text.contains("flute"), "{name}: {text}");
    }
    assert!(serde_yaml::from_str::<Model>("flute: {}").is_err());
}

#[test]
fn parameters_survive_writing_and_reading() {
    for model in models() {
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<Model>(&text).unwrap(), model);
    }
}

#[test]
fn no_parameter_has_a_name_that_the_harness_takes_for_itself() {
    for name in Model::NAMES {
        let schema = Model::schema(name);
        for taken in ["name", "features", "tune"] {
            assert!(schema["properties"].get(taken).is_none(), "{name}: `{taken}`");
        }
    }
}
