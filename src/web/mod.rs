//! The upload page and its JSON interface.
//!
//! A request goes through these files in this order: `connection` (bytes and patience), `origin` (who
//! may ask), `router` (which address), `admission` (is there room), `inflow` and `multipart` (the
//! upload, bounded), `hearing` (decoding and models, on a thread of its own) and `answer` (JSON).
//! Whatever goes wrong on the way is a `Refusal`. Nothing is written to disk, and nothing of a
//! request is told to anybody but its own sender: a caller of [`serve`] learns an [`Access`].

mod admission;
mod answer;
mod cards;
mod connection;
mod guard;
mod headers;
mod hearing;
mod inflow;
mod multipart;
mod origin;
mod page;
mod patience;
mod picture;
mod predict;
mod refusal;
mod router;
mod server;
mod settings;
mod tell;
mod upload;

pub use server::{Error, Stop, serve};
pub use settings::Settings;
pub use tell::{Access, Event};
