//! What the convolutional net must do, seen from outside.

use std::sync::Arc;

use rand::RngExt;

use super::Cnn;
use crate::dataset::{Samples, Shape};
use crate::models::testing::{self, accuracy};
use crate::models::{Context, Device, Learner};
use crate::seed::Seed;
use crate::watch::Silent;

const FRAMES: usize = 24;
const BANDS: usize = 16;

/// A bright line that rises through the bands (genre 0) or falls (genre 1), starting anywhere and
/// coming round again, in noise. Every band and every frame is as bright in either genre.
fn sweeps(count: usize, seed: u64) -> Samples {
    let mut stream = Seed::new(seed).stream();
    let labelled: Vec<(usize, &[f32])> = (0..count).map(|at| (at % 2, [0.0].as_slice())).collect();
    let mut values = Vec::new();
    for at in 0..count {
        let start = stream.random_range(0..BANDS);
        for frame in 0..FRAMES {
            let moved = if at % 2 == 0 { frame } else { FRAMES - frame };
            let bright = (start + moved) % BANDS;
            values.extend((0..BANDS).map(|band| {
                let line = if band == bright { 2.0 } else { 0.0 };
                line + stream.random::<f32>() - 0.5
            }));
        }
    }
    let columns = (1..=BANDS).map(|band| format!("mel{band}")).collect();
    let shape = Shape::Sequence { frames: FRAMES, width: BANDS };
    testing::rows(&labelled, 2).described_by(Arc::new(columns), shape, values)
}

/// The parameters a YAML mapping gives.
fn cnn(parameters: &str) -> Cnn {
    serde_yaml::from_str(parameters).unwrap()
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

/// Settings for sweeps.
const SMALL: &str = "blocks: [{ filters: 8, pool: 2 }, { filters: 12, pool: 2 }], batch: 8, \
                     crop: { length: 16, hop: 4 }, gain: 0.1, equaliser: 0.1, time_mask: 2, \
                     frequency_mask: 2, learning_rate: 0.01, dropout: 0.1";

#[test]
fn it_tells_a_rising_from_a_falling_sweep() {
    let (train, test) = (sweeps(60, 1), sweeps(40, 2));
    for dimensions in [1, 2] {
        let learner = cnn(&format!("{{ dimensions: {dimensions}, epochs: 25, {SMALL} }}"));
        let fitted = learner.fit(&train, &context(1)).unwrap();
        let right = accuracy(&*fitted.classifier, &test);
        assert!(right > 0.9, "in {dimensions} dimensions it names {right} rightly");
    }
}

#[test]
fn the_default_is_a_net_of_sixty_three_thousand_weights_and_starts_near_the_logarithm() {
    let blobs = testing::blobs(10, 2, 1, 1.0, 1);
    let mut stream = Seed::new(2).stream();
    let shape = Shape::Sequence { frames: 70, width: 64 };
    let columns = (1..=64).map(|band| format!("mel{band}")).collect();
    let values = (0..20 * shape.size()).map(|_| stream.random::<f32>() - 0.5).collect();
    let train = blobs.described_by(Arc::new(columns), shape, values);
    let learner = cnn("{ epochs: 1, learning_rate: 1e-9, label_smoothing: 0, mixup: 0 }");
    let fitted = learner.fit(&train, &context(2)).unwrap();
    assert_eq!(fitted.parameters, 62_970);
    assert!((fitted.history[0].train_loss - 10f64.ln()).abs() < 1.0);
    assert_eq!(cnn("{}"), Cnn::default());
}

#[test]
fn the_net_of_the_loop_and_the_plain_numbers_are_the_same_function() {
    let (train, test) = (sweeps(20, 3), sweeps(12, 4));
    for pooling in ["mean", "max", "mean-max"] {
        let learner =
            cnn(&format!("{{ pooling: {pooling}, epochs: 3, {SMALL} }}")
                .replace("16, hop", "24, hop"));
        let seen = Context { watched: Some(&test), ..context(3) };
        let fitted = learner.fit(&train, &seen).unwrap();
        let scores = fitted.classifier.scores(&test).unwrap();
        let plain: f64 = scores.iter().enumerate().map(|(i, s)| -s[test.label(i)].ln()).sum();
        let loss = fitted.history[2].validation_loss.unwrap();
        assert!((loss - plain / 12.0).abs() < 1e-5, "{pooling}: {loss} and {}", plain / 12.0);
    }
}

#[test]
fn a_clip_has_the_same_bits_alone_and_among_others_and_early_stopping_keeps_the_best() {
    let train = sweeps(40, 5);
    let learner = cnn(&format!(
        "{{ epochs: 200, schedule: constant, early_stopping: {{ share: 0.3, patience: 3 }}, {SMALL} }}"
    ));
    let fitted = learner.fit(&train, &context(5)).unwrap();
    assert!(fitted.history.len() < 200);
    let together = fitted.classifier.scores(&train).unwrap();
    for i in [0, 17, 39] {
        assert_eq!(fitted.classifier.scores(&train.select(&[i])).unwrap()[0], together[i]);
    }
}

#[test]
fn what_it_cannot_look_at_is_refused_with_numbers() {
    let refused = |learner: &str, frames, width| {
        cnn(learner).accepts(Shape::Sequence { frames, width }).unwrap_err().to_string()
    };
    assert_eq!(
        cnn("{}").accepts(Shape::Row { width: 57 }).unwrap_err().to_string(),
        "cnn needs a sequence of frames for each sample, but the feature set gives rows of 57 values"
    );
    assert!(refused("{}", 63, 64).contains("looks at 64 frames at once"));
    assert_eq!(
        refused("{}", 387, 20),
        "cnn: block 4 pools 4 bands × 1 frames, but only 2 × 8 are left of 20 × 64; lower its \
         `pool` or leave it out"
    );
    assert!(refused("{ dimensions: 1 }", 387, 64).contains("give `pool` as one number"));
    assert!(refused("{ blocks: [] }", 387, 64).contains("without `blocks`"));
    let fitted = cnn(&format!("{{ epochs: 1, {SMALL} }}")).fit(&sweeps(8, 6), &context(6)).unwrap();
    let other = |shape: Shape| {
        let columns = Arc::new(vec!["mel1".to_owned(); BANDS]);
        let samples = sweeps(2, 7).described_by(columns, shape, vec![0.0; 2 * shape.size()]);
        fitted.classifier.scores(&samples)
    };
    assert!(other(Shape::Sequence { frames: FRAMES, width: BANDS + 1 }).is_err());
    assert!(other(Shape::Sequence { frames: 15, width: BANDS }).is_err());
    assert_eq!(other(Shape::Sequence { frames: 16, width: BANDS }).unwrap().len(), 2);
}
