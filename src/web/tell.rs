//! What the server tells whoever runs it.

use std::net::SocketAddr;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It listens at this address.
    Listening(SocketAddr),
    /// A request was answered.
    Answered(Access),
    /// It was asked to stop: answers under way are finished.
    Stopping,
}

/// One answered request: nothing of its content, its query, its sender or its file's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// Method, as in `POST`.
    pub method: String,
    /// Path of the address, cut where it is long, odd characters escaped.
    pub path: String,
    /// Status of the answer.
    pub status: u16,
    /// From the end of the request's head to the beginning of the answer.
    pub milliseconds: u64,
}

/// Longest path that is told.
const PATH: usize = 100;
/// Longest method that is told; `PROPPATCH` has nine letters.
const METHOD: usize = 16;

impl Access {
    /// What is told of a request, before it is answered.
    pub(super) fn of(method: &str, path: &str) -> Self {
        let cut = |text: &str, most| text.escape_default().take(most).collect();
        Self { method: cut(method, METHOD), path: cut(path, PATH), status: 0, milliseconds: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Access;

    #[test]
    fn a_path_cannot_write_to_a_terminal() {
        let access = Access::of("GET", "/\u{9b}31m\u{1b}[2J\nforged");
        assert_eq!(access.path, r"/\u{9b}31m\u{1b}[2J\nforged");
        assert_eq!(Access::of("GET", &"/a".repeat(1000)).path.len(), 100);
    }
}
