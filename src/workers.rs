//! Pieces of work on plain threads, answered in their own order.
//!
//! Not a shared pool: a piece that waits must never pick up another one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether further pieces are begun after one has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The next piece is begun.
    GoOn,
    /// Pieces already begun end; no other is begun.
    Stop,
}

/// Does pieces 0 to `count` − 1, `jobs` at a time, beginning them in this order.
///
/// Gives the answer of each piece in its place; a piece never begun has none. `stop` is asked
/// before each piece.
pub fn answers<T: Send>(
    count: usize,
    jobs: usize,
    stop: impl Fn() -> bool + Sync,
    work: impl Fn(usize) -> (T, Then) + Sync,
) -> Vec<Option<T>> {
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<Option<T>>> = Mutex::new((0..count).map(|_| None).collect());
    let worker = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count || stop() {
                return;
            }
            let (answer, then) = work(at);
            if then == Then::Stop {
                next.store(count, Ordering::Relaxed);
            }
            answers.lock().expect("no worker panics while it holds the lock")[at] = Some(answer);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, count.max(1)) {
            scope.spawn(worker);
        }
    });
    answers.into_inner().expect("no worker panics while it holds the lock")
}

#[cfg(test)]
mod tests {
    use super::{Then, answers};

    #[test]
    fn every_piece_is_answered_in_its_place_whatever_the_number_of_jobs() {
        for jobs in [0, 1, 3, 100] {
            let squares = answers(20, jobs, || false, |at| (at * at, Then::GoOn));
            assert_eq!(squares, (0..20).map(|at| Some(at * at)).collect::<Vec<_>>());
        }
        assert!(answers(0, 2, || false, |at| (at, Then::GoOn)).is_empty());
    }

    #[test]
    fn after_a_stop_nothing_is_begun() {
        let then = |at| if at == 2 { Then::Stop } else { Then::GoOn };
        let some = answers(5, 1, || false, |at| (at, then(at)));
        assert_eq!(some, [Some(0), Some(1), Some(2), None, None]);
        assert_eq!(answers(2, 1, || true, |at| (at, Then::GoOn)), [None, None]);
    }
}
