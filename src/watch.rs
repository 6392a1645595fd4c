//! What happens, told to whoever watches: a terminal, a test, a web page.
//!
//! Lower layers never print; they report an [`Event`] and ask whether to stop.

/// One thing that happened during a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// Something the user should know once.
    Notice(&'a str),
    /// A stage of known size begins: `what` of `total` units.
    StageStarted {
        /// What is done, as a phrase fit for a progress bar.
        what: &'a str,
        /// How many units of work it has.
        total: usize,
    },
    /// One unit of the stage has ended.
    StageAdvanced,
    /// A stage measured in bytes begins.
    BytesStarted {
        /// What is done, as a phrase fit for a progress bar.
        what: &'a str,
        /// How many bytes are done already.
        done: u64,
        /// How many there will be, where that is known.
        total: Option<u64>,
    },
    /// So many more bytes of the stage are done.
    BytesAdvanced(u64),
    /// The stage is over.
    StageEnded,
    /// A cell (contender × repeat × fold) begins.
    CellStarted {
        /// The cell's name, as in `dense r1 f3`.
        cell: &'a str,
    },
    /// A net has seen all its training rows once more.
    EpochEnded {
        /// The cell's name.
        cell: &'a str,
        /// The epoch that ended, from 1.
        epoch: usize,
        /// How many epochs there will be at most.
        epochs: usize,
        /// Mean training loss of the epoch, in nats.
        loss: f64,
        /// Share of the epoch's training rows named rightly.
        accuracy: f64,
    },
    /// A cell has ended.
    CellEnded {
        /// The cell's name.
        cell: &'a str,
    },
}

/// Somebody who watches a run and may ask it to stop.
pub trait Watch: Sync {
    /// Takes note of an event; must return soon.
    fn event(&self, event: &Event<'_>);

    /// Whether the run should end at the next safe place.
    fn stop(&self) -> bool {
        false
    }
}

/// A watcher that takes no note of anything.
pub struct Silent;

impl Watch for Silent {
    fn event(&self, _: &Event<'_>) {}
}
