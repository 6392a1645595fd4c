//! What the recurrent net must do, seen from outside.

use std::sync::Arc;

use rand::RngExt;
use serde_json::{Value, json};

use super::{Lstm, Pooling};
use crate::dataset::{Samples, Shape};
use crate::models::testing::{self, accuracy};
use crate::models::{Context, Device, Error, Learner};
use crate::seed::Seed;
use crate::watch::Silent;

const FRAMES: usize = 12;

/// Sequences of the same frames: rising in the first genre, falling in the second, and in the third
/// rising, then falling. Means, variances and extremes over frames tell nothing.
fn orders(count: usize, seed: u64) -> Samples {
    let mut stream = Seed::new(seed).stream();
    let mut values = Vec::new();
    let mut rows: Vec<(usize, &[f32])> = Vec::new();
    for at in 0..count {
        let mut levels: Vec<f32> =
            (0..FRAMES).map(|_| 4.0 * stream.random::<f32>() - 2.0).collect();
        levels.sort_by(f32::total_cmp);
        match at % 3 {
            0 => {}
            1 => levels.reverse(),
            _ => {
                let fallen = levels.iter().rev().skip(1).step_by(2);
                levels = levels.iter().step_by(2).chain(fallen).copied().collect();
            }
        }
        values.extend(levels.iter().flat_map(|&level| [level, 0.1 * stream.random::<f32>()]));
        rows.push((at % 3, &[0.0]));
    }
    let columns = ["level", "noise"].map(str::to_owned).to_vec();
    let shape = Shape::Sequence { frames: FRAMES, width: 2 };
    testing::rows(&rows, 3).described_by(Arc::new(columns), shape, values)
}

/// A small net without anything random but its weights and the order of its rows.
fn small(changes: &Value) -> Lstm {
    let mut parameters = json!({
        "hidden": 8, "convolution": [], "crop": null, "dropout": 0.0, "mixup": 0.0, "gain": 0.0,
        "equaliser": 0.0, "time_mask": 0, "frequency_mask": 0, "weight_decay": 0.0, "epochs": 60,
        "learning_rate": 0.02, "batch": 16
    });
    for (name, value) in changes.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    serde_json::from_value(parameters).unwrap()
}

fn context(seed: u64) -> Context<'static> {
    Context {
        seed: Seed::new(seed),
        watch: &Silent,
        cell: "cell",
        watched: None,
        device: Device::CPU,
    }
}

#[test]
fn it_tells_sequences_that_differ_in_the_order_of_their_frames_alone() {
    let (train, test) = (orders(90, 1), orders(60, 2));
    for changes in [
        json!({ "pooling": "last", "bidirectional": false }),
        json!({ "pooling": "last" }),
        json!({ "pooling": "mean", "layers": 2 }),
        json!({ "pooling": "max" }),
        json!({ "convolution": [{ "filters": 8, "pool": 2 }] }),
        json!({ "convolution": [{ "filters": 8, "pool": [1, 2] }], "dimensions": 2 }),
    ] {
        let fitted = small(&changes).fit(&train, &context(1)).unwrap();
        let right = accuracy(&*fitted.classifier, &test);
        assert!(right > 0.9, "{changes} names {right} rightly");
    }
}

#[test]
fn numbers_learned_are_counted() {
    let count = |changes| small(&changes).fit(&orders(12, 1), &context(1)).unwrap().parameters;
    let one = json!({ "epochs": 1, "bidirectional": false, "pooling": "last" });
    assert_eq!(count(one), (2 + 8 + 1) * 4 * 8 + (8 + 1) * 3);
    let blocks = json!([{ "filters": 4, "kernel": 3, "pool": 2 }]);
    let both = json!({ "epochs": 1, "layers": 2, "convolution": blocks });
    let layers = 2 * (4 + 8 + 1) * 32 + 2 * (16 + 8 + 1) * 32;
    assert_eq!(count(both), (2 * 3 + 2) * 4 + layers + (32 + 1) * 3);
}

#[test]
fn what_scores_is_the_net_that_was_trained() {
    let (train, watched) = (orders(30, 1), orders(21, 2));
    for pooling in [Pooling::Last, Pooling::Mean, Pooling::Max, Pooling::MeanMax] {
        for crop in [json!(null), json!({ "length": 12, "hop": 1 })] {
            let learner = small(&json!({
                "pooling": pooling, "crop": crop, "epochs": 3, "layers": 2, "dropout": 0.2,
                "convolution": [{ "filters": 4, "pool": 2 }]
            }));
            let context = Context { watched: Some(&watched), ..context(3) };
            let fitted = learner.fit(&train, &context).unwrap();
            let loss = fitted.history[2].validation_loss.unwrap();
            let scores = fitted.classifier.scores(&watched).unwrap();
            let plain: f64 =
                scores.iter().enumerate().map(|(i, scores)| -scores[watched.label(i)].ln()).sum();
            assert!((loss - plain / 21.0).abs() < 1e-5, "{pooling:?}: {loss} {}", plain / 21.0);
        }
    }
}

#[test]
fn fits_in_many_threads_give_the_bits_of_fits_one_after_another() {
    let train = orders(30, 1);
    let learner = small(&json!({
        "epochs": 3, "seeds": 2, "dropout": 0.3, "mixup": 0.3, "time_mask": 2, "layers": 2,
        "crop": { "length": 8, "hop": 2 }, "convolution": [{ "filters": 4, "pool": 2 }]
    }));
    let fit =
        |seed: u64| learner.fit(&train, &context(seed)).unwrap().classifier.scores(&train).unwrap();
    let serial: Vec<_> = (0..4).map(fit).collect();
    assert_ne!(serial[0], serial[1]);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|seed| scope.spawn(move || fit(seed))).collect();
        for (thread, serial) in threads.into_iter().zip(&serial) {
            assert_eq!(&thread.join().unwrap(), serial);
        }
    });
}

#[test]
fn a_clip_has_the_same_scores_alone_and_among_others() {
    let train = orders(30, 1);
    let learner = small(&json!({ "epochs": 2, "crop": { "length": 6, "hop": 3 } }));
    let classifier = learner.fit(&train, &context(4)).unwrap().classifier;
    let together = classifier.scores(&train).unwrap();
    for i in [0, 17, 29] {
        assert_eq!(classifier.scores(&train.select(&[i])).unwrap()[0], together[i]);
    }
}

#[test]
fn what_cannot_be_learned_from_is_refused_with_the_numbers() {
    let refused = |learner: &Lstm, shape: Shape| learner.accepts(shape).unwrap_err().to_string();
    let sequence = |frames, width| Shape::Sequence { frames, width };
    let text = refused(&Lstm::default(), Shape::Row { width: 57 });
    assert_eq!(
        text,
        "lstm needs a sequence of frames for each sample, but the feature set gives rows of 57 values"
    );
    let text = refused(&Lstm::default(), sequence(50, 128));
    assert!(text.contains("looks at") && text.contains("have 50"), "{text}");
    let pooled = small(&json!({ "convolution": [{ "pool": 4 }, { "pool": 4 }] }));
    let text = refused(&pooled, sequence(12, 2));
    assert!(text.contains("block 2 pools 4 frames, but only 3 are left of 12"), "{text}");

    let (train, other) = (orders(12, 1), Shape::Sequence { frames: 8, width: 2 });
    let classifier = small(&json!({ "epochs": 1 })).fit(&train, &context(5)).unwrap().classifier;
    let names = Arc::new(train.columns().to_vec());
    let shorter = train.described_by(names, other, vec![0.0; 12 * 16]);
    let error = classifier.scores(&shorter).unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
    assert!(error.to_string().contains("it has no `crop`"), "{error}");
}

#[test]
fn parameters_out_of_range_or_unknown_are_refused() {
    let refused = |parameters| serde_json::from_value::<Lstm>(parameters).unwrap_err().to_string();
    assert!(refused(json!({ "layers": 9 })).contains("at least 1 and at most 8, but is 9"));
    assert!(refused(json!({ "hidden": 0 })).contains("at least 1 and at most 4096, but is 0"));
    assert!(refused(json!({ "pooling": "sum" })).contains("`mean-max`"));
    assert!(refused(json!({ "crop": { "length": 64 } })).contains("missing field `hop`"));
    assert!(refused(json!({ "memory": 1 })).contains("unknown field"));
    assert_eq!(serde_json::from_value::<Lstm>(json!({})).unwrap(), Lstm::default());
}
