//! Inner loops compiled for the widest vectors of the processor at hand.

use pulp::{Arch, Simd, WithSimd};

/// Runs the work with the instructions this processor has.
///
/// What the work calls must be inlined into it, or it is compiled for the oldest processors.
#[inline]
pub(crate) fn vectorised<W: WithSimd>(work: W) -> W::Output {
    // Asked for by name, because the library looks for the former only as it is built here.
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(simd) = pulp::x86::V4::try_new() {
            return Simd::vectorize(simd, work);
        }
        if let Some(simd) = pulp::x86::V3::try_new() {
            return Simd::vectorize(simd, work);
        }
    }
    Arch::new().dispatch(work)
}
