//! A question, read from YAML and answered by a record.

mod record;

pub use record::{
    CellFacts, ContenderFacts, DatasetFacts, ExperimentFacts, FoldFacts, Machine, ProtocolFacts,
    Provenance, Record, UnitFacts,
};
