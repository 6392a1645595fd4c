//! One input tried: a panic that leaves the door is a finding, one that the door contains is none.

use std::backtrace::Backtrace;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, Once, PoisonError};

static LAST: Mutex<Option<(String, Backtrace)>> = Mutex::new(None);
static HOOKED: Once = Once::new();

/// Runs `work`; tells of the panic that it ends with, and ends the process.
pub fn trial(work: impl FnOnce()) {
    // Instead of libFuzzer's hook, which ends the process at the first panic of any kind.
    HOOKED.call_once(|| {
        set_hook(Box::new(|panic| {
            let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some((panic.to_string(), Backtrace::force_capture()));
        }));
    });
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((panic, trace)) = last {
            eprintln!("{panic}\n{trace}");
        }
        std::process::abort();
    }
}
