//! Frames side by side, so that one instruction does for many of them what is done for each.

/// Frames that lie side by side: an AVX-512 register of single precision, or two of AVX.
pub(super) const LANES: usize = 16;

/// Puts the levels of up to [`LANES`] frames, as many rows of as many bands as `abreast` has, side by
/// side: one row for each band. Lanes without a frame keep what they had.
pub(super) fn turn(levels: &[f32], abreast: &mut [[f32; LANES]]) {
    for (frame, levels) in levels.chunks_exact(abreast.len()).enumerate() {
        for (lanes, level) in abreast.iter_mut().zip(levels) {
            lanes[frame] = *level;
        }
    }
}
