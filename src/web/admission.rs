//! How much work is taken on.
//!
//! A request takes a slot before its body is read, and there are only jobs + queue of them: what
//! uploads can occupy in memory is slots × the largest file. Of those that are in, `jobs` are heard
//! at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Slots for requests, and turns at the models.
#[derive(Clone)]
pub(super) struct Admission {
    slots: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// Room for one upload, until it is dropped.
pub(super) struct Slot {
    _permit: OwnedSemaphorePermit,
}

/// A turn at the models, which gives the slot back when it ends.
pub(super) struct Turn {
    _slot: Slot,
    _permit: OwnedSemaphorePermit,
}

impl Admission {
    /// Room for `jobs` at work, and `queue` more.
    pub(super) fn new(jobs: usize, queue: usize) -> Self {
        let slots = jobs.saturating_add(queue).min(Semaphore::MAX_PERMITS);
        Self { slots: Arc::new(Semaphore::new(slots)), turns: Arc::new(Semaphore::new(jobs)) }
    }

    /// A slot, unless all are taken. Never waits.
    pub(super) fn enter(&self) -> Option<Slot> {
        let permit = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        Some(Slot { _permit: permit })
    }

    /// Waits for a turn, first come, first served.
    pub(super) async fn turn(&self, slot: Slot) -> Turn {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        Turn { _slot: slot, _permit: turn.expect("nobody closes the semaphore") }
    }
}

#[cfg(test)]
mod tests {
    use super::Admission;

    #[test]
    fn a_slot_is_free_again_when_its_holder_is_gone() {
        let admission = Admission::new(1, 1);
        let first = admission.enter();
        let second = admission.enter();
        assert!(first.is_some() && second.is_some());
        assert!(admission.enter().is_none());
        drop(first);
        assert!(admission.enter().is_some());
    }
}
