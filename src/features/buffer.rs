//! Memory for the large arrays of one clip, kept for the next.
//!
//! The spectrum of 30 s takes 16 MB. Returned to the system after each clip, its pages would be
//! fetched and cleared anew for the next one, which costs about as much as the transforms do and
//! makes threads wait for each other. So each thread keeps a few arrays of ordinary size.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Arrays a thread keeps at most.
const KEPT: usize = 8;
/// Arrays larger than this many numbers (16 MB) are given back, so that one long clip does not hold
/// its memory for ever.
const LARGEST: usize = 1 << 22;

thread_local! {
    static SPARE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// A vector whose memory returns to its thread when it is dropped.
#[derive(Debug, PartialEq)]
pub(crate) struct Buffer(Vec<f32>);

impl Buffer {
    /// An empty one with room for `length` numbers.
    pub(crate) fn with_room(length: usize) -> Self {
        let spare = SPARE.with_borrow_mut(|spare| {
            let fits = |index: &usize| spare[*index].capacity() >= length;
            let best =
                (0..spare.len()).filter(fits).min_by_key(|&index| spare[index].capacity())?;
            Some(spare.swap_remove(best))
        });
        Self(spare.unwrap_or_else(|| Vec::with_capacity(length)))
    }

    /// `length` zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        let mut buffer = Self::with_room(length);
        buffer.0.resize(length, 0.0);
        buffer
    }

    /// Adds the numbers of a slice.
    pub(crate) fn append(&mut self, values: &[f32]) {
        self.0.extend_from_slice(values);
    }

    /// Adds the numbers that an iterator gives.
    pub(crate) fn extend(&mut self, values: impl Iterator<Item = f32>) {
        self.0.extend(values);
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut values = std::mem::take(&mut self.0);
        if values.capacity() == 0 || values.capacity() > LARGEST {
            return;
        }
        values.clear();
        // A thread that is ending has no list any more; then the memory is simply freed.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEPT {
                spare.push(values);
            }
        });
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = Self::with_room(self.len());
        copy.0.extend_from_slice(self);
        copy
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffer, LARGEST};

    #[test]
    fn memory_is_used_again_and_never_what_was_in_it() {
        let first = Buffer::zeros(1000);
        let place = first.as_ptr();
        drop(first);
        let mut second = Buffer::with_room(900);
        second.extend([1.0, 2.0].into_iter());
        assert_eq!((second.as_ptr(), &*second), (place, &[1.0, 2.0][..]));
        drop(second);
        assert!(Buffer::zeros(1000).iter().all(|&value| value == 0.0));
    }

    #[test]
    fn a_huge_array_is_given_back() {
        drop(Buffer::with_room(LARGEST + 1));
        assert!(Buffer::with_room(1).0.capacity() <= LARGEST);
    }
}
