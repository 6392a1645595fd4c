//! The lower layers of crossfold, as far as its doors stand there, with a purse for memory.
//!
//! Data flows one way, so `dataset` and what feeds it can be built without what lies above: no
//! nets, no figures, no command line.

#![allow(dead_code, unused_imports)] // what only upper layers use

#[cfg(feature = "data")]
#[path = "../../src/atomic.rs"]
pub mod atomic;
#[path = "../../src/audio/mod.rs"]
pub mod audio;
#[cfg(feature = "data")]
#[path = "../../src/bounds.rs"]
pub mod bounds;
#[cfg(feature = "data")]
#[path = "../../src/dataset/mod.rs"]
pub mod dataset;
#[cfg(feature = "data")]
#[path = "../../src/features/mod.rs"]
pub mod features;
#[cfg(feature = "data")]
#[path = "../../src"]
mod folder {
    // From within the folder, so that its own modules are looked for where they are.
    pub mod matrix;
}
#[cfg(feature = "data")]
pub use folder::matrix;
mod purse;
#[cfg(feature = "data")]
#[path = "../../src/registry.rs"]
pub mod registry;
#[path = "../../src/seed.rs"]
pub mod seed;
mod trial;
#[path = "../../src/vectors.rs"]
pub mod vectors;
#[cfg(feature = "data")]
#[path = "../../src/watch.rs"]
pub mod watch;
#[cfg(feature = "data")]
#[path = "../../src/workers.rs"]
pub mod workers;

pub use trial::trial;
