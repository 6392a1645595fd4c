//! What an experiment says of blocks, and the sizes that follow.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Form;
use crate::bounds::bounded;

bounded! {
    /// Filters of a block, which are its values a pixel.
    Filters: usize, at_least 1, at_most 4096
}
bounded! {
    /// How many neighbours a pool takes the largest of.
    PoolExtent: usize, at_least 1, at_most 64
}
bounded! {
    /// Axes that windows extend over: 1 is time alone, 2 is time and bands.
    Dimensions: usize, at_least 1, at_most 2
}

/// One block: convolution, batch normalisation, ReLU, pooling by the largest value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(inline)]
pub struct Block {
    /// Patterns that are looked for, 1 to 4096; the best use of a processor is made of multiples
    /// of 16.
    pub filters: Filters,
    /// Extent of a pattern along each axis, odd, 1 to 63. Stacked windows of 3 see as far as one
    /// large window, with fewer weights.
    pub kernel: Kernel,
    /// Neighbours of which the largest is kept: one number, or `[bands, frames]` where patterns
    /// extend over both; 1 to 64 each.
    pub pool: Pool,
}

impl Block {
    /// A block with windows of 3.
    pub(in crate::models) const fn literal(filters: usize, pool: Pool) -> Self {
        Self { filters: Filters::literal(filters), kernel: Kernel(3), pool }
    }

    /// Sizes of stacked blocks on sequences of `frames` frames of `bands` values.
    ///
    /// In two dimensions a frame is a row and a band a column; in one there is a single row, frames
    /// are columns and bands are channels.
    ///
    /// # Errors
    /// In words, when a pool is larger than what is left, or has two extents in one dimension.
    pub(in crate::models) fn stack(
        blocks: &[Self],
        dimensions: Dimensions,
        frames: usize,
        bands: usize,
    ) -> Result<Vec<Form>, String> {
        let flat = dimensions.get() == 1;
        let (mut size, mut channels) =
            if flat { ([1, frames], bands) } else { ([frames, bands], 1) };
        let mut forms = Vec::with_capacity(blocks.len());
        for (at, block) in (1..).zip(blocks) {
            let extent = block.kernel.get();
            let (kernel, pool) = match (flat, block.pool) {
                (true, Pool::Same(extent_of_pool)) => ([1, extent], [1, extent_of_pool.get()]),
                (true, Pool::Each { .. }) => {
                    return Err(format!(
                        "block {at} pools bands and frames, but with `dimensions: 1` there is \
                         only time; give `pool` as one number"
                    ));
                }
                (false, Pool::Same(both)) => ([extent; 2], [both.get(); 2]),
                (false, Pool::Each { bands, frames }) => ([extent; 2], [frames.get(), bands.get()]),
            };
            let [rows, columns] = size;
            let filters = block.filters.get();
            let form = Form { rows, columns, channels, filters, kernel, pool };
            (size, channels) = (form.pooled(), filters);
            if size.contains(&0) {
                return Err(if flat {
                    format!(
                        "block {at} pools {} frames, but only {columns} are left of {frames}; \
                         lower its `pool` or leave it out",
                        pool[1]
                    )
                } else {
                    format!(
                        "block {at} pools {} bands × {} frames, but only {columns} × {rows} are \
                         left of {bands} × {frames}; lower its `pool` or leave it out",
                        pool[1], pool[0]
                    )
                });
            }
            forms.push(form);
        }
        Ok(forms)
    }
}

impl Default for Block {
    fn default() -> Self {
        Self::literal(32, Pool::Same(PoolExtent::literal(2)))
    }
}

/// Extent of a window along an axis: odd, so that it has a middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Kernel(usize);

impl Kernel {
    /// The number.
    pub const fn get(self) -> usize {
        self.0
    }
}

impl TryFrom<f64> for Kernel {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let number = value as usize;
        #[allow(clippy::float_cmp)]
        if number as f64 == value && number % 2 == 1 && number < 64 {
            return Ok(Self(number));
        }
        Err(format!("must be an odd whole number at least 1 and at most 63, but is {value}"))
    }
}

impl JsonSchema for Kernel {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Kernel".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 63, "not": { "multipleOf": 2 } })
    }
}

/// Neighbours of which the largest is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pool {
    /// So many along each axis that windows extend over.
    Same(PoolExtent),
    /// So many along each of two axes.
    Each {
        /// Neighbouring bands.
        bands: PoolExtent,
        /// Neighbouring frames.
        frames: PoolExtent,
    },
}

impl Pool {
    /// Two extents known when the program is written.
    pub(in crate::models) const fn each(bands: usize, frames: usize) -> Self {
        Self::Each { bands: PoolExtent::literal(bands), frames: PoolExtent::literal(frames) }
    }
}

impl Serialize for Pool {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Same(extent) => extent.serialize(serializer),
            Self::Each { bands, frames } => [bands, frames].serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Pool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrPair)
    }
}

/// Reads one number, or two in a list.
struct NumberOrPair;

impl<'de> Visitor<'de> for NumberOrPair {
    type Value = Pool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or [bands, frames]")
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Pool, E> {
        PoolExtent::try_from(number).map(Pool::Same).map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Pool, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Pool, E> {
        self.visit_f64(number as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Pool, A::Error> {
        let mut next = |at| {
            let item = items.next_element()?;
            item.ok_or_else(|| serde::de::Error::invalid_length(at, &self))
        };
        let pool = Pool::Each { bands: next(0)?, frames: next(1)? };
        match items.next_element::<serde::de::IgnoredAny>()? {
            None => Ok(pool),
            Some(_) => Err(serde::de::Error::invalid_length(3, &self)),
        }
    }
}

impl JsonSchema for Pool {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pool".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let extent = PoolExtent::json_schema(generator);
        json_schema!({
            "oneOf": [extent, { "type": "array", "items": extent, "minItems": 2, "maxItems": 2 }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(yaml: &str) -> Vec<Block> {
        serde_json::from_str(yaml).unwrap()
    }

    #[test]
    fn sizes_shrink_by_pools_from_block_to_block() {
        let written = r#"[{"filters":16,"pool":2},{"filters":8,"kernel":5,"pool":[4,1]}]"#;
        let two = Block::stack(&blocks(written), Dimensions::literal(2), 65, 16).unwrap();
        let [first, second] = two.as_slice() else { panic!("{two:?}") };
        assert_eq!((first.rows, first.columns, first.channels), (65, 16, 1));
        assert_eq!((second.rows, second.columns, second.channels), (32, 8, 16));
        assert_eq!((second.kernel, second.pooled()), ([5, 5], [32, 2]));
        let one = Block::stack(&blocks(written)[..1], Dimensions::literal(1), 65, 16).unwrap();
        assert_eq!((one[0].rows, one[0].columns, one[0].channels), (1, 65, 16));
        assert_eq!((one[0].kernel, one[0].pooled()), ([1, 3], [1, 32]));
    }

    #[test]
    fn too_much_pooling_is_refused_with_the_numbers() {
        let written = r#"[{"pool":[4,2]},{"pool":[4,2]}]"#;
        let refused = |dimensions, frames, bands| {
            Block::stack(&blocks(written), dimensions, frames, bands).unwrap_err()
        };
        assert_eq!(
            refused(Dimensions::literal(2), 8, 6),
            "block 2 pools 4 bands × 2 frames, but only 1 × 4 are left of 6 × 8; lower its `pool` \
             or leave it out"
        );
        assert!(
            refused(Dimensions::literal(1), 8, 6).starts_with("block 1 pools bands and frames")
        );
        let frames = Block::stack(&blocks(r#"[{"pool":9}]"#), Dimensions::literal(1), 8, 6);
        assert!(frames.unwrap_err().contains("pools 9 frames, but only 8 are left of 8;"));
    }

    #[test]
    fn what_is_no_block_is_refused_in_words() {
        let refused = |text| serde_json::from_str::<Block>(text).unwrap_err().to_string();
        assert!(refused(r#"{"kernel":4}"#).contains("an odd whole number at least 1"));
        assert!(refused(r#"{"pool":0}"#).contains("at least 1 and at most 64, but is 0"));
        assert!(refused(r#"{"pool":[2]}"#).contains("expected a number or [bands, frames]"));
        assert!(refused(r#"{"pool":[2,2,2]}"#).contains("expected a number or [bands, frames]"));
        assert!(refused(r#"{"pool":"big"}"#).contains("expected a number or [bands, frames]"));
        let block = blocks(r#"[{"pool":[4,1]}]"#)[0];
        assert_eq!(
            serde_json::to_string(&block).unwrap(),
            r#"{"filters":32,"kernel":3,"pool":[4,1]}"#
        );
    }
}
