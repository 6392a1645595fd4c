use super::{Kernel, Machine, Weigh};
use crate::dataset::{Part, Samples};
use crate::models::Classifier;
use crate::models::testing::{accuracy, blobs, fit, rows};

fn parts(samples: Samples, first: usize) -> Samples {
    let width = samples.columns().len();
    let part = |name: &str, columns| Part { name: name.to_owned(), columns };
    samples.in_parts(vec![part("first", 0..first), part("second", first..width)])
}

#[test]
fn two_rows_by_hand() {
    // Squared distances 0, 0, 4, 4: median 2, so the kernel is exp(−½ · 2). Each row alone tells
    // that the other is of the other genre, so the softest softmax is the likeliest.
    let train = rows(&[(0, &[-1.0]), (1, &[1.0])], 2);
    let classifier = fit(&Kernel::default(), &train);
    let scores = classifier.scores(&train).unwrap();
    let like = (-1.0_f64).exp();
    let value = 0.5 + 0.5 * (1.0 - like) / (1.05 - like);
    let odds = (0.01 * (2.0 * value - 1.0)).exp();
    assert!((scores[0][0] - odds / (1.0 + odds)).abs() < 1e-4, "{scores:?}");
    assert!((scores[0][0] - scores[1][1]).abs() < 1e-12);
}

#[test]
fn heaps_are_told_apart_with_scores_that_are_as_sure_as_they_are_right() {
    let (train, test) = (blobs(4, 30, 5, 9.0, 1), blobs(4, 30, 5, 9.0, 2));
    let classifier = fit(&Kernel::default(), &train);
    let right = accuracy(classifier.as_ref(), &test);
    assert!(right > 0.6, "{right}");
    let scores = classifier.scores(&test).unwrap();
    let sure: f64 =
        scores.iter().map(|scores| scores.iter().copied().fold(0.0, f64::max)).sum::<f64>();
    let sure = sure / scores.len() as f64;
    assert!((sure - right).abs() < 0.1, "{sure} sure, {right} right");
}

#[test]
fn a_part_of_one_column_counts_as_much_as_a_part_of_many() {
    // One column tells the genres; four hundred are noise.
    let noise = |seed| blobs(1, 80, 400, 5.0, seed);
    let with_signal = |seed| {
        let noise = noise(seed);
        let labelled: Vec<(usize, Vec<f32>)> = (0..noise.len())
            .map(|i| {
                let genre = i % 2;
                let mut row = vec![genre as f32 * 4.0 + noise.values(i)[0] * 0.2];
                row.extend_from_slice(noise.values(i));
                (genre, row)
            })
            .collect();
        let borrowed: Vec<(usize, &[f32])> =
            labelled.iter().map(|(genre, row)| (*genre, row.as_slice())).collect();
        rows(&borrowed, 2)
    };
    let (train, test) = (with_signal(1), with_signal(2));
    let whole = accuracy(fit(&Kernel::default(), &train).as_ref(), &test);
    let parted = accuracy(fit(&Kernel::default(), &parts(train, 1)).as_ref(), &parts(test, 1));
    assert!(parted > 0.95 && parted > whole, "{parted} and {whole}");
}

#[test]
fn values_are_clipped_in_training_and_in_use() {
    let train = rows(&[(0, &[0.0]), (0, &[1.0]), (1, &[5.0]), (1, &[900.0])], 2);
    let same = rows(&[(0, &[0.0]), (0, &[1.0]), (1, &[5.0]), (1, &[5.0])], 2);
    let test = rows(&[(0, &[7.0]), (0, &[1e9]), (0, &[-1e9])], 2);
    let scores = |train: &Samples| fit(&Kernel::default(), train).scores(&test).unwrap();
    assert_eq!(scores(&train), scores(&same));
    assert_eq!(scores(&train)[0], scores(&train)[1]);
}

#[test]
fn rows_that_are_all_the_same_give_the_genres_their_shares() {
    let train = rows(&[(0, &[2.0]), (1, &[2.0]), (1, &[2.0])], 2);
    let scores = fit(&Kernel::default(), &train).scores(&train).unwrap();
    assert!(scores.iter().all(|scores| scores[1] > scores[0]), "{scores:?}");
}

#[test]
fn a_classifier_read_back_scores_as_the_one_written() {
    let train = parts(blobs(3, 10, 4, 3.0, 1), 1);
    let machine = Kernel::default().machine(&train).unwrap();
    let text = serde_json::to_string(&machine).unwrap();
    let again: Machine = serde_json::from_str(&text).unwrap();
    assert_eq!(again, machine);
    assert_eq!(again.scores(&train).unwrap(), machine.scores(&train).unwrap());
}

#[test]
fn even_genres_of_groups_of_one_row_are_weighed_as_rows_are() {
    let train = parts(blobs(3, 10, 4, 3.0, 1), 1);
    let by_groups = Kernel { weigh: Weigh::Groups, ..Kernel::default() };
    assert_eq!(by_groups.machine(&train).unwrap(), Kernel::default().machine(&train).unwrap());
    // A genre of fewer rows then has no smaller share.
    let fewer: Vec<usize> =
        (0..train.len()).filter(|i| train.label(*i) != 2 || i % 2 == 0).collect();
    let machine = by_groups.machine(&train.select(&fewer)).unwrap();
    assert!(machine.shares.iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-12));
}
