//! What the dense net must do, seen from outside.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Activation, Dense};
use crate::dataset::{Samples, Shape};
use crate::models::testing::{self, accuracy};
use crate::models::{Context, Device, Error, Learner};
use crate::seed::Seed;
use crate::watch::{Event, Silent, Watch};

/// Ten clouds of rows, which overlap a little.
fn clouds(rows: usize) -> Samples {
    testing::blobs(10, rows / 10, 12, 8.0, 1)
}

/// The parameters a YAML mapping gives.
fn dense(parameters: &str) -> Dense {
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

#[test]
fn it_learns_exclusive_or_with_every_activation() {
    let corners: [(usize, &[f32]); 4] =
        [(0, &[0.0, 0.0]), (1, &[0.0, 1.0]), (1, &[1.0, 0.0]), (0, &[1.0, 1.0])];
    let train = testing::rows(&corners, 2);
    for activation in ["relu", "gelu", "silu", "tanh"] {
        let learner = dense(&format!(
            "{{ hidden: [16], dropout: 0, activation: {activation}, batch: 4, epochs: 200, \
             learning_rate: 0.05, weight_decay: 0 }}"
        ));
        let fitted = learner.fit(&train, &context(1)).unwrap();
        let right = accuracy(&*fitted.classifier, &train);
        assert!(right > 0.999, "{activation} names {right} rightly");
        assert_eq!(fitted.parameters, 2 * 16 + 16 + 16 * 2 + 2);
    }
}

#[test]
fn the_first_loss_is_the_logarithm_of_the_number_of_genres() {
    let learner = dense("{ epochs: 1, learning_rate: 1e-9, label_smoothing: 0 }");
    let fitted = learner.fit(&clouds(200), &context(2)).unwrap();
    assert_eq!(fitted.history.len(), 1);
    assert!((fitted.history[0].train_loss - 10f64.ln()).abs() < 0.05);
}

#[test]
fn watched_rows_fill_the_history_and_choose_nothing() {
    let all = clouds(300);
    let train = all.select(&(0..200).collect::<Vec<_>>());
    let watched = all.select(&(200..300).collect::<Vec<_>>());
    let learner = dense("{ hidden: [32], epochs: 5, learning_rate: 0.02 }");
    let alone = learner.fit(&train, &context(3)).unwrap();
    let seen = learner.fit(&train, &Context { watched: Some(&watched), ..context(3) }).unwrap();
    assert_eq!(seen.history.len(), 5);
    assert!(seen.history.iter().all(|epoch| epoch.validation_accuracy.is_some()));
    assert!(alone.history.iter().all(|epoch| epoch.validation_loss.is_none()));
    assert!(accuracy(&*seen.classifier, &watched) > 0.8);
    assert_eq!(
        alone.classifier.scores(&watched).unwrap(),
        seen.classifier.scores(&watched).unwrap()
    );
    let loss = seen.history[4].validation_loss.unwrap();
    let scores = seen.classifier.scores(&watched).unwrap();
    let plain: f64 = scores.iter().enumerate().map(|(i, s)| -s[watched.label(i)].ln()).sum();
    // The net of the loop and the plain numbers that score are the same function.
    assert!((loss - plain / 100.0).abs() < 1e-5, "{loss} {plain}");
}

#[test]
fn fits_in_many_threads_give_the_bits_of_fits_one_after_another() {
    let train = clouds(150);
    let learner = dense("{ hidden: [64, 32], epochs: 4, mixup: 0.4, seeds: 2 }");
    let fit =
        |seed: u64| learner.fit(&train, &context(seed)).unwrap().classifier.scores(&train).unwrap();
    let serial: Vec<_> = (0..8).map(fit).collect();
    let parallel: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|first| scope.spawn(move || [first, first + 4].map(|seed| (seed, fit(seed)))))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_ne!(serial[0], serial[1]);
    for (seed, scores) in parallel {
        assert_eq!(scores, serial[seed as usize], "seed {seed}");
    }
}

#[test]
fn a_row_has_the_same_scores_alone_and_among_others() {
    let train = clouds(100);
    let fitted = dense("{ epochs: 2 }").fit(&train, &context(4)).unwrap();
    let together = fitted.classifier.scores(&train).unwrap();
    for i in [0, 17, 99] {
        assert_eq!(fitted.classifier.scores(&train.select(&[i])).unwrap()[0], together[i]);
        assert!((together[i].iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn early_stopping_ends_before_the_last_epoch_and_needs_rows_to_hold_out() {
    let learner = dense(
        "{ hidden: [64], epochs: 400, schedule: constant, learning_rate: 0.01, \
         early_stopping: { share: 0.2, patience: 3 } }",
    );
    let train = clouds(300);
    let fitted = learner.fit(&train, &context(5)).unwrap();
    assert!(fitted.history.len() < 400);
    let losses: Vec<f64> = fitted.history.iter().filter_map(|e| e.validation_loss).collect();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let at = losses.iter().position(|loss| *loss <= lowest).unwrap();
    assert_eq!(at + 1 + 3, losses.len());
}

#[test]
fn what_cannot_be_learned_from_is_refused_in_words() {
    let learner = Dense::default();
    let refused = |train: &Samples| learner.fit(train, &context(6)).err().unwrap().to_string();
    let train = clouds(20);
    assert!(refused(&train.select(&[])).starts_with("there are no training rows"));
    assert!(refused(&train.select(&[0, 10])).starts_with("all 2 training rows are of one genre"));
    let broken = testing::rows(&[(0, &[1.0, f32::NAN]), (1, &[1.0, 2.0])], 2);
    assert!(refused(&broken).contains("in column `c1` of u0 is not finite"));
    let given = Shape::Sequence { frames: 3, width: 2 };
    assert_eq!(
        learner.accepts(given).unwrap_err().to_string(),
        "dense needs one row of values for each sample, but the feature set gives sequences of 3 × 2"
    );
}

#[test]
fn a_training_that_runs_away_says_so() {
    let learner = dense("{ hidden: [8, 8], epochs: 2 }");
    let rows: [(usize, &[f32]); 3] = [(0, &[3e38, -3e38]), (1, &[-3e38, 3e38]), (0, &[3e38, 3e38])];
    let error = learner.fit(&testing::rows(&rows, 2), &context(7)).err().unwrap();
    assert!(matches!(error, Error::Diverged { model: "dense", epoch: 1, .. }), "{error}");
}

#[test]
fn the_watcher_hears_of_each_epoch_and_may_stop() {
    struct Two(AtomicUsize);
    impl Watch for Two {
        fn event(&self, event: &Event<'_>) {
            if let Event::EpochEnded { epoch, epochs, .. } = event {
                assert_eq!((*epoch, *epochs), (self.0.fetch_add(1, Ordering::Relaxed) + 1, 9));
            }
        }
        fn stop(&self) -> bool {
            self.0.load(Ordering::Relaxed) == 2
        }
    }
    let watch = Two(AtomicUsize::new(0));
    let learner = dense("{ hidden: [4], epochs: 9 }");
    let stopped = learner.fit(&clouds(40), &Context { watch: &watch, ..context(8) });
    assert!(matches!(stopped.err().unwrap(), Error::Stopped));
    assert_eq!(watch.0.load(Ordering::Relaxed), 2);
}

#[test]
fn parameters_out_of_range_or_unknown_are_refused() {
    let refused = |yaml: &str| serde_yaml::from_str::<Dense>(yaml).unwrap_err().to_string();
    assert!(refused("{ dropout: 1 }").contains("at least 0 and below 1, but is 1"));
    assert!(refused("{ hidden: [0] }").contains("at least 1 and at most 16384, but is 0"));
    assert!(refused("{ drop: 0.1 }").contains("unknown field"));
    assert_eq!(dense("{}"), Dense::default());
    assert_eq!(dense("{ activation: gelu }").activation, Activation::Gelu);
}
