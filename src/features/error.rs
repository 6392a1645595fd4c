//! What can be wrong with a recipe, or with a signal for a recipe.

/// Why no features can be computed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is less sound than the recipe needs.
    #[error("{what} needs {needed} {unit}, but the signal has {found}; leave the clip out")]
    TooShort {
        /// Which part of the recipe.
        what: &'static str,
        /// The least number.
        needed: usize,
        /// The number there is.
        found: usize,
        /// What is counted: samples or frames.
        unit: &'static str,
    },
    /// A block has too little to work with.
    #[error("block `{block}` needs at least {needed} {unit}, but there are {found}; {remedy}")]
    TooLittle {
        /// The block's name.
        block: &'static str,
        /// What is counted.
        unit: &'static str,
        /// The least number.
        needed: usize,
        /// The number there is.
        found: usize,
        /// What to do.
        remedy: &'static str,
    },
    /// A recipe's name that does not exist.
    #[error("no recipe is called `{name}`; there are {known}")]
    UnknownRecipe {
        /// The name that was asked for.
        name: String,
        /// All names.
        known: String,
    },
    /// A framewise feature's name that does not exist.
    #[error("no framewise feature is called `{name}`; there are {known}")]
    UnknownFeature {
        /// The name that was asked for.
        name: String,
        /// All names.
        known: String,
    },
    /// A setting outside its range.
    #[error("{setting} must be {bound}, but is {value}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What is allowed.
        bound: &'static str,
        /// What was given.
        value: String,
    },
}
