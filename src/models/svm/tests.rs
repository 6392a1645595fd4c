use super::{
    Gamma, Kernel, KernelWidth, Library, Multiclass, Penalty, Svm, Tolerance, scale_gamma,
};
use crate::models::testing::{accuracy, blobs, fit, rows};

#[test]
fn gamma_scale_is_scikit_learns() {
    let train = rows(&[(0, &[1.0, 2.0]), (1, &[3.0, 6.0])], 2);
    assert!((scale_gamma(&train) - 1.0 / (2.0 * 3.5)).abs() < 1e-12);
}

#[test]
fn two_rows_are_parted_half_way() {
    // By hand: the widest margin between 0 and 2 has its border at 1, and both rows at distance 1.
    let train = rows(&[(0, &[0.0]), (1, &[2.0])], 2);
    let svm = Svm { kernel: Kernel::Linear, ..Svm::default() };
    let machines = svm.machines(svm.kernel_function(&train), &train, None).unwrap();
    for (at, decision) in [(0.0, 1.0), (1.0, 0.0), (2.0, -1.0), (4.0, -3.0)] {
        assert!((machines.decisions(&[at])[0] - decision).abs() < 1e-6);
    }
}

#[test]
fn decision_values_are_scikit_learns() {
    // SVC(C=1, gamma=0.5, tol=1e-8) on these rows; decision_function at three places.
    let train = rows(
        &[
            (0, &[0.0, 0.0]),
            (0, &[1.0, 0.5]),
            (0, &[0.5, 1.5]),
            (1, &[2.0, 2.0]),
            (1, &[1.0, 1.0]),
            (1, &[3.0, 0.0]),
        ],
        2,
    );
    for library in [Library::Linfa, Library::Crossfold] {
        let svm = Svm {
            c: Penalty::literal(1.0),
            gamma: Gamma::Value(KernelWidth::literal(0.5)),
            tolerance: Tolerance::literal(1e-8),
            library,
            ..Svm::default()
        };
        let machines = svm.machines(svm.kernel_function(&train), &train, None).unwrap();
        for (at, known) in [([0.0, 0.0], 1.000000), ([1.0, 1.0], 0.371614), ([2.5, 1.0], -0.983572)]
        {
            let found = machines.decisions(&at)[0];
            assert!((found - known).abs() < 1e-5, "{library:?}: {found} is not {known}");
        }
    }
}

#[test]
fn both_solvers_find_the_same_borders() {
    let (train, test) = (blobs(4, 25, 6, 9.0, 3), blobs(4, 5, 6, 9.0, 4));
    for (kernel, c) in [(Kernel::Rbf, 0.1), (Kernel::Rbf, 10.0), (Kernel::Linear, 0.1)] {
        for multiclass in [Multiclass::OneVsOne, Multiclass::OneVsRest] {
            let found = [Library::Linfa, Library::Crossfold].map(|library| {
                let c = Penalty::try_from(c).unwrap();
                let tolerance = Tolerance::literal(1e-7);
                let svm = Svm { kernel, c, multiclass, tolerance, library, ..Svm::default() };
                svm.machines(svm.kernel_function(&train), &train, None).unwrap()
            });
            for i in 0..test.len() {
                let decisions = found.each_ref().map(|machines| machines.decisions(test.values(i)));
                for (linfa, own) in decisions[0].iter().zip(&decisions[1]) {
                    assert!((linfa - own).abs() < 1e-4, "{kernel:?} {c}: {linfa} and {own}");
                }
            }
        }
    }
}

#[test]
fn a_ring_is_told_from_what_it_encloses_by_rbf_alone() {
    let mut labelled: Vec<(usize, Vec<f32>)> = Vec::new();
    for i in 0..40_u8 {
        let angle = f32::from(i) * 0.157;
        labelled.push((0, vec![angle.cos() * 3.0, angle.sin() * 3.0]));
        labelled.push((1, vec![angle.cos() * 0.5, angle.sin() * 0.5]));
    }
    let borrowed: Vec<(usize, &[f32])> = labelled.iter().map(|(g, r)| (*g, r.as_slice())).collect();
    let ring = rows(&borrowed, 2);
    assert!(accuracy(&*fit(&Svm::default(), &ring), &ring) > 0.99);
    let linear = Svm { kernel: Kernel::Linear, ..Svm::default() };
    assert!(accuracy(&*fit(&linear, &ring), &ring) < 0.8);
}

#[test]
fn many_genres_are_told_apart_both_ways() {
    let (train, test) = (blobs(6, 20, 8, 2.0, 1), blobs(6, 10, 8, 2.0, 2));
    for multiclass in [Multiclass::OneVsOne, Multiclass::OneVsRest] {
        let fitted = fit(&Svm { multiclass, ..Svm::default() }, &train);
        let found = accuracy(&*fitted, &test);
        assert!(found > 0.99, "{multiclass:?}: {found}");
        let scores = fitted.scores(&test).unwrap();
        let loss: f64 = (0..test.len()).map(|i| -scores[i][test.label(i)].ln()).sum();
        assert!(loss / (test.len() as f64) < 0.2, "{multiclass:?}: {loss}");
    }
}
