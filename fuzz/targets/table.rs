//! Any bytes as a feature table: Parquet where they begin like it, else CSV.

#![no_main]

use std::path::Path;

use crossfold_fuzz::dataset::Table;
use crossfold_fuzz::trial;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    trial(|| {
        let name = if bytes.starts_with(b"PAR1") { "table.parquet" } else { "table.csv" };
        if let Ok(table) = Table::from_bytes(bytes, Path::new(name)) {
            let rows = table.ids.len();
            assert!(rows > 0 && table.labels.len() == rows);
            assert!(table.tracks.is_none_or(|tracks| tracks.len() == rows));
            assert_eq!(table.values.len(), rows * table.columns.len());
            assert!(table.values.iter().all(|value| value.is_finite()));
        }
    });
});
