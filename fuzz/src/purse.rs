//! An allocator that ends the process when an input costs more memory than a small file may.
//!
//! libFuzzer looks at resident memory now and then, and at single allocations only under a
//! sanitizer; memory that is asked for and never touched would pass it by.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most that may be held at once, in bytes: half a gigabyte, corpus and fuzzer included.
const PURSE: usize = 1 << 29;

#[global_allocator]
static ALLOCATOR: Purse = Purse(AtomicUsize::new(0));

struct Purse(AtomicUsize);

impl Purse {
    fn pay(&self, bytes: usize) {
        let held = self.0.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if held > PURSE && held - bytes <= PURSE {
            // Allowed from here on, so that the message itself can be made.
            eprintln!("{bytes} more bytes make {held}, more than the {PURSE} of this search");
            eprintln!("{}", std::backtrace::Backtrace::force_capture());
            std::process::abort();
        }
    }
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Purse {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.pay(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.pay(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.0.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.pay(size);
        self.0.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}
