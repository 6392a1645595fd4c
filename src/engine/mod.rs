//! Where cells run.
