//! The macro behind the registry of blocks: one line a block, everything else follows.

/// Makes the `Block` and `Encoder` enums from lines of `"name" => Variant(parameters)`.
macro_rules! blocks {
    ($($name:literal => $variant:ident($parameters:ty),)+) => {
        /// A block with its parameters, as an experiment names it: `covariance`, or
        /// `{ fisher: { components: 32 } }`.
        #[derive(
            Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum Block {
            $(
                #[doc = concat!("`", $name, "`")]
                #[serde(rename = $name)]
                $variant($parameters),
            )+
        }

        /// What describes tracks in the way of a block, with what was learned for it.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub enum Encoder {
            $(
                #[doc = concat!("Of `", $name, "`")]
                #[serde(rename = $name)]
                $variant(<$parameters as Descriptor>::Encoder),
            )+
        }

        impl Block {
            /// Names of all blocks, in the order of the registry.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The block's name.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
            }

            /// The block called `name` with its default parameters.
            pub fn default_of(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant(<$parameters>::default())),)+
                    _ => None,
                }
            }

            /// JSON schema of the parameters of the block called `name`: what each does, its range
            /// and its default; `null` when there is no such block.
            pub fn schema(name: &str) -> serde_json::Value {
                match name {
                    $($name => schemars::schema_for!($parameters).to_value(),)+
                    _ => serde_json::Value::Null,
                }
            }

            /// What the block called `name` is, in one line.
            pub fn about(name: &str) -> Option<String> {
                let schema = Self::schema(name);
                let description = schema.get("description")?.as_str()?;
                description.lines().next().map(str::to_owned)
            }

            /// Whether it has a dictionary that is learned from the training tracks.
            pub const fn learned(&self) -> bool {
                match self {
                    $(Self::$variant(_) => <$parameters as Descriptor>::LEARNED,)+
                }
            }

            /// Says before any work whether log-mels of this size can be described.
            ///
            /// # Errors
            /// [`Error::TooLittle`] when there are too few frames or bands.
            pub fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
                match self {
                    $(Self::$variant(parameters) => parameters.accepts(frames, bands),)+
                }
            }

            /// Names of its values for log-mels of `bands` bands, the block's name in front.
            pub fn columns(&self, bands: usize) -> Vec<String> {
                match self {
                    $(Self::$variant(parameters) => parameters.columns(bands),)+
                }
            }

            /// The same block, with all that does not change what it sees at its default: what two
            /// blocks with the same sight see need be worked out only once.
            #[must_use]
            pub fn sight(&self) -> Self {
                match self {
                    $(Self::$variant(parameters) => Self::$variant(parameters.sight()),)+
                }
            }

            /// The same block, with all that does not change what it learns at its default: two
            /// blocks of one dictionary share an encoder, and each takes its [`Block::own`] of it.
            #[must_use]
            pub fn dictionary(&self) -> Self {
                match self {
                    $(Self::$variant(parameters) => Self::$variant(parameters.dictionary()),)+
                }
            }

            /// What it learns from and describes of a track, which depends on no training: rows of
            /// [`Block::width`] values.
            ///
            /// # Errors
            /// [`Error::TooLittle`] when the track is too short or too narrow.
            pub fn see(&self, log_mel: &LogMel<'_>) -> Result<Vec<f32>, Error> {
                self.accepts(log_mel.frames(), log_mel.bands())?;
                Ok(match self {
                    $(Self::$variant(parameters) => parameters.see(log_mel),)+
                })
            }

            /// Values of a row that it sees of log-mels of `bands` bands.
            pub fn width(&self, bands: usize) -> usize {
                match self {
                    $(Self::$variant(parameters) => parameters.width(bands),)+
                }
            }

            /// Which of the `described` values that its encoder gives are its own.
            pub fn own(&self, described: usize) -> std::ops::Range<usize> {
                match self {
                    $(Self::$variant(parameters) => parameters.own(described),)+
                }
            }

            /// Learns its dictionary from what it sees of these tracks alone; a block without one
            /// looks at none.
            ///
            /// The same seed and tracks give the same encoder.
            ///
            /// # Errors
            /// [`Error::TooLittle`] when they hold too little to learn from.
            pub fn learn(&self, train: &[LogMel<'_>], seed: Seed) -> Result<Encoder, Error> {
                if self.learned() {
                    need(self.name(), "training tracks", 1, train.len(), "add tracks")?;
                }
                let seed = seed.derive(self.name());
                Ok(match self {
                    $(Self::$variant(parameters) => {
                        Encoder::$variant(parameters.learn(train, seed)?)
                    })+
                })
            }
        }

        impl Encoder {
            /// Whether sizes that it keeps are those of its numbers; of one that was read from a file.
            pub fn is_sound(&self) -> bool {
                match self {
                    $(Self::$variant(encoder) => Encode::is_sound(encoder),)+
                }
            }

            /// Finite values, silence included: those of the columns of all blocks that share the
            /// dictionary.
            ///
            /// # Panics
            /// When the block did not see this, a mistake of the caller.
            pub fn describe(&self, seen: &LogMel<'_>) -> Vec<f32> {
                match self {
                    $(Self::$variant(encoder) => encoder.describe(seen),)+
                }
            }
        }
    };
}

pub(super) use blocks;
