//! The upload page.
