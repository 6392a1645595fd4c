//! Numbers of any number of bits.

/// Bits that can be looked up wherever they begin.
pub(super) const SEEN: u32 = 57;

/// Bits of some bytes, the highest first; zeros behind the last.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// How many bits were taken.
    pub(super) taken: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, taken: 0 }
    }

    /// The next bits, from the highest down.
    #[inline(always)]
    pub(super) fn next(self) -> u64 {
        let at = self.taken / 8;
        let eight = match self.bytes.get(at..).and_then(<[u8]>::first_chunk) {
            Some(eight) => u64::from_be_bytes(*eight),
            None => last(self.bytes, at),
        };
        eight << (self.taken % 8)
    }

    /// Whether more were taken than there are.
    pub(super) fn is_over(self) -> bool {
        self.taken > 8 * self.bytes.len()
    }

    /// The next bits, up to 32, as a number.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        let value = self.next() >> 1 >> (63 - count);
        self.taken += count as usize;
        value as u32
    }

    /// The next bits, up to 32, as a number in two's complement.
    pub(super) fn signed(&mut self, count: u32) -> i32 {
        let unused = 32 - count;
        if unused == 32 { 0 } else { (self.take(count) << unused).cast_signed() >> unused }
    }

    /// How many zeros come before the next one.
    pub(super) fn unary(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.is_over() {
            let here = self.next().leading_zeros();
            if here < SEEN {
                self.taken += here as usize + 1;
                return Some(zeros + here);
            }
            zeros += SEEN;
            self.taken += SEEN as usize;
        }
        None
    }

    /// A number in the code of Rice, its upper bits as so many zeros, and what is left then.
    #[cold]
    pub(super) fn number_of_rice(mut self, parameter: u32) -> Option<(u32, Self)> {
        let zeros = self.unary()?;
        let number = zeros.wrapping_shl(parameter) | self.take(parameter);
        Some((number, self))
    }

    /// A number of up to 36 bits in the manner of UTF-8.
    pub(super) fn number(&mut self) -> Option<u64> {
        let first = self.take(8);
        let more = match (first << 24).leading_ones() {
            0 => return Some(first.into()),
            1 | 8.. => return None,
            ones => ones - 1,
        };
        let mut number = u64::from(first & (0x3f >> more));
        for _ in 0..more {
            let next = self.take(8);
            if next >> 6 != 2 {
                return None;
            }
            number = number << 6 | u64::from(next & 0x3f);
        }
        Some(number)
    }
}

/// The last bytes from a place on, and zeros.
#[cold]
fn last(bytes: &[u8], at: usize) -> u64 {
    let mut eight = [0; 8];
    let left = bytes.get(at..).unwrap_or_default();
    eight[..left.len()].copy_from_slice(left);
    u64::from_be_bytes(eight)
}
