//! Compares models for music genre classification so that the comparison can be believed.
//!
//! The folder list is the method. Data flows one way, and nothing points left:
//!
//! ```text
//! audio → features → dataset → split → models → evaluation → experiment ─┬─→ engine ─┐
//!                                                   └────→ report ───────┼───────────┼→ cli → main
//!                                                                        └─→ web ────┘
//! ```
//!
//! Sound becomes a [`Signal`](audio::Signal), a signal becomes a row of features, rows and labels
//! become [`Samples`](dataset::Samples), a protocol becomes [`Fold`](split::Fold)s, a
//! [`Learner`](models::Learner) becomes a [`Classifier`](models::Classifier), and what the
//! classifier says of tracks it never saw becomes a [`Record`](experiment::Record), from which every
//! table and figure is drawn. Beside them stand eight leaves that everyone may use: [`seed`]
//! (randomness derived by name), [`watch`] (events, so that only `cli` prints), [`registry`]
//! (closed sets as tables), [`bounds`] (numbers that cannot be out of range), [`atomic`] (files that
//! are there whole or not at all), [`workers`] (pieces of work on threads, answered in order),
//! [`matrix`] (products, eigenvectors, Cholesky factors) and [`vectors`] (inner loops for the widest
//! registers at hand).

pub mod atomic;
pub mod audio;
pub mod bounds;
pub mod cli;
pub mod dataset;
pub mod engine;
pub mod evaluation;
pub mod experiment;
pub mod features;
pub mod matrix;
pub mod models;
pub mod registry;
pub mod report;
pub mod seed;
pub mod split;
pub mod vectors;
pub mod watch;
pub mod web;
pub mod workers;
