//! A record as tables and figures.
//!
//! Sees records only, so everything here can be redrawn from `results/` in seconds.
