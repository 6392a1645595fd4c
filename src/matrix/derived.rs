//! Numbers laid out once for all who ask.

use std::sync::OnceLock;

/// What is worked out of the rest of a struct when it is first needed: no part of what the struct says.
#[derive(Clone, Debug)]
pub struct Derived<T>(OnceLock<T>);

impl<T> Derived<T> {
    /// The value, which is made at the first call.
    pub fn get_or(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(make)
    }
}

impl<T> Default for Derived<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for Derived<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
