//! Fitted models as bytes, and back: data, never code.
//!
//! One line a kind of fitted model; a model without a line does not compile as a [`Classifier`].

use serde::{Deserialize, Serialize};

use super::{Classifier, Error};

/// A fitted model as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Which kind of fitted model it is, as in `dense`.
    pub kind: String,
    /// Its numbers, in postcard's format.
    pub bytes: Vec<u8>,
}

/// A fitted model that can be kept.
pub trait Keep {
    /// The model as bytes; [`Saved::restore`] gives a model with the same scores.
    ///
    /// # Errors
    /// When memory cannot take it.
    fn save(&self) -> Result<Saved, Error>;
}

/// What a stranger's bytes could hold that scoring trusts in: positions that data chooses, and sizes that
/// memory is asked for. What every scoring runs into is left to a trial.
pub trait Sound {
    /// Whether scoring ends, stays inside its numbers, and asks for no more memory than they justify.
    fn is_sound(&self) -> bool {
        true
    }
}

/// Says how each kind of fitted model is called.
macro_rules! kinds {
    ($($name:literal => $fitted:ty,)+) => {
        $(
            impl Keep for $fitted {
                fn save(&self) -> Result<Saved, Error> {
                    let bytes = postcard::to_allocvec(self).map_err(|error| refused(&error))?;
                    Ok(Saved { kind: $name.to_owned(), bytes })
                }
            }
        )+

        impl Saved {
            /// The model that was saved.
            ///
            /// # Errors
            /// When its kind is not known here, or the bytes are not those of one.
            pub fn restore(&self) -> Result<Box<dyn Classifier>, Error> {
                match self.kind.as_str() {
                    $($name => {
                        let model: $fitted =
                            postcard::from_bytes(&self.bytes).map_err(|error| refused(&error))?;
                        if !model.is_sound() {
                            let reason = "its numbers do not belong together".to_owned();
                            return Err(Error::Saved { reason });
                        }
                        Ok(Box::new(model))
                    })+
                    other => Err(Error::Saved {
                        reason: format!("`{other}` is no kind of model that this version knows"),
                    }),
                }
            }
        }
    };
}

kinds! {
    "majority" => super::majority::Shares,
    "knn" => super::knn::Memory,
    "logistic" => super::logistic::Planes,
    "svm" => super::svm::Machines,
    "tree" => super::tree::Trees,
    "forest" => super::forest::Grove,
    "smartcore-forest" => super::hard_votes::HardForest,
    "kernel" => super::kernel::Machine,
    "dense" => super::dense::DenseNet,
    "cnn" => super::cnn::CnnNet,
    "lstm" => super::lstm::LstmNet,
}

impl Sound for super::majority::Shares {}
impl Sound for super::logistic::Planes {}
impl Sound for super::svm::Machines {}
impl Sound for super::kernel::Machine {}
impl Sound for super::dense::DenseNet {}

fn refused(error: &postcard::Error) -> Error {
    Error::Saved { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::Saved;

    #[test]
    fn an_unknown_kind_and_broken_bytes_are_refused() {
        let restore = |kind: &str, bytes: &[u8]| {
            let saved = Saved { kind: kind.to_owned(), bytes: bytes.to_vec() };
            saved.restore().err().expect("nobody saved this").to_string()
        };
        assert!(restore("flute", &[]).contains("`flute`"));
        assert!(restore("dense", &[0xff; 9]).contains("cannot be read"));
    }
}
