//! Who trains and who is tested.
//!
//! Knows labels and groups, never features or models.
