//! The body of a request as it comes in: counted, and due at a fixed time.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout_at};

/// Why no more comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// It took too long.
    Late,
    /// The sender has gone, or does not speak HTTP.
    Cut,
}

/// A body that is read piece by piece.
pub(super) struct Inflow {
    body: Body,
    due: Instant,
    announced: Option<u64>,
    /// The sender waits for a word before it sends the body.
    waits: bool,
    done: bool,
}

impl Inflow {
    /// The body of a request with these headers, which must be in by `due`.
    pub(super) fn new(headers: &HeaderMap, body: Body, due: Instant) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let announced = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let waits = text(EXPECT).is_some_and(|it| it.eq_ignore_ascii_case("100-continue"));
        Self { body, due, announced, waits, done: false }
    }

    /// How many bytes the sender says there will be.
    pub(super) fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Stopped> {
        self.waits = false;
        loop {
            match timeout_at(self.due, self.body.frame()).await {
                Err(_) => return Err(Stopped::Late),
                Ok(None) => {
                    self.done = true;
                    return Ok(None);
                }
                Ok(Some(Err(_))) => return Err(Stopped::Cut),
                // A frame that is no data holds trailers, which nobody here wants.
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// Reads and forgets up to `most` bytes, so that a browser that is still sending hears an answer
    /// instead of a closed connection. Says whether the end was reached.
    pub(super) async fn drain(&mut self, most: u64) -> bool {
        if self.waits {
            // It has sent nothing yet, and will hear the answer first.
            return false;
        }
        let mut left = most;
        while !self.done {
            let Ok(Some(data)) = self.next().await else { break };
            let Some(less) = left.checked_sub(data.len() as u64) else { break };
            left = less;
        }
        self.done
    }
}
