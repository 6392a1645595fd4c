//! Events as progress bars with an estimate, on a terminal only.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{
    HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use super::outcome::notice_label;
use crate::watch::{Event, Watch};

/// Set by Ctrl-C; asked between cells and epochs.
static STOP: AtomicBool = AtomicBool::new(false);

/// Shows what happens on stderr.
pub struct Progress {
    bars: MultiProgress,
    stage: Mutex<Option<ProgressBar>>,
    nets: Mutex<Vec<(String, ProgressBar)>>,
}

impl Progress {
    /// A watcher for this terminal; the first Ctrl-C stops gently, the second at once.
    pub fn new() -> Self {
        // Where a handler cannot be set, Ctrl-C ends the program as ever; files are atomic anyhow.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            stage: Mutex::new(None),
            nets: Mutex::new(Vec::new()),
        }
    }

    fn with_stage(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        act(&mut self.stage.lock().expect("no listener panics"));
    }

    fn epoch(&self, cell: &str, epoch: usize, epochs: usize, loss: f64, accuracy: f64) {
        let mut nets = self.nets.lock().expect("no listener panics");
        let at = nets.iter().position(|(name, _)| name == cell).unwrap_or_else(|| {
            let bar = ProgressBar::new(epochs as u64)
                .with_style(style("  {prefix} epoch {pos}/{len}, {msg}, {left} left"));
            nets.push((cell.to_owned(), self.bars.add(bar.with_prefix(cell.to_owned()))));
            nets.len() - 1
        });
        nets[at].1.set_message(format!("loss {loss:.3}, accuracy {:.1} %", accuracy * 100.0));
        nets[at].1.set_position(epoch as u64);
    }

    fn forget(&self, cell: &str) {
        let mut nets = self.nets.lock().expect("no listener panics");
        nets.retain(|(name, bar)| {
            if name == cell {
                bar.finish_and_clear();
                self.bars.remove(bar);
            }
            name != cell
        });
    }
}

impl Watch for Progress {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Notice(text) => {
                let line = format!("{} {text}", notice_label());
                self.bars.suspend(|| eprintln!("{line}"));
            }
            Event::StageStarted { what, total } => self.with_stage(|stage| {
                let bar = ProgressBar::new(*total as u64)
                    .with_style(style(
                        "{prefix} {wide_bar} {pos}/{len}, {elapsed} gone, {left} left",
                    ))
                    .with_prefix((*what).to_owned());
                bar.enable_steady_tick(Duration::from_millis(500));
                *stage = Some(self.bars.insert(0, bar));
            }),
            Event::StageAdvanced => {
                self.with_stage(|stage| stage.as_ref().map_or((), |bar| bar.inc(1)));
            }
            Event::BytesStarted { what, done, total } => self.with_stage(|stage| {
                let template = match total {
                    Some(_) => {
                        "{prefix} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {left} left"
                    }
                    None => "{prefix} {spinner} {bytes}, {bytes_per_sec}",
                };
                let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
                let bar = bar.with_style(style(template)).with_prefix((*what).to_owned());
                // What was there before took no time of this stage, so it must not speed up the estimate.
                let bar = bar.with_position(*done);
                bar.reset_eta();
                bar.enable_steady_tick(Duration::from_millis(500));
                *stage = Some(self.bars.insert(0, bar));
            }),
            Event::BytesAdvanced(more) => {
                self.with_stage(|stage| stage.as_ref().map_or((), |bar| bar.inc(*more)));
            }
            Event::StageEnded => self.with_stage(|stage| {
                if let Some(bar) = stage.take() {
                    bar.finish_and_clear();
                }
            }),
            Event::CellStarted { .. } => {}
            Event::EpochEnded { cell, epoch, epochs, loss, accuracy } => {
                self.epoch(cell, *epoch, *epochs, *loss, *accuracy);
            }
            Event::CellEnded { cell } => self.forget(cell),
        }
    }

    fn stop(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
}

fn style(template: &str) -> ProgressStyle {
    let left = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
        // Before the first unit has ended nobody knows, and zero seconds would be a lie.
        let _ = match state.pos() {
            0 => text.write_str("? s"),
            _ => write!(text, "{:#}", HumanDuration(state.eta())),
        };
    };
    ProgressStyle::with_template(template)
        .expect("the template is well formed")
        .with_key("left", left)
}
