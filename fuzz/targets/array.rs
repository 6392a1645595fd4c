//! Any bytes as an array of NumPy, alone or in an archive.

#![no_main]

use crossfold_fuzz::dataset::Tensor;
use crossfold_fuzz::trial;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    trial(|| {
        if let Ok(tensor) = Tensor::from_bytes(bytes, None) {
            assert_eq!(tensor.shape.iter().product::<usize>(), tensor.values.len());
            assert!(tensor.values.iter().all(|value| value.is_finite()));
        }
    });
});
