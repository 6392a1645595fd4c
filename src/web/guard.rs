//! A panic becomes an answer, and the server lives on.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use axum::response::{IntoResponse as _, Response};

use super::refusal::Refusal;

/// The answer of `handler`, or the one that says that something went wrong.
pub(super) async fn guarded(handler: impl Future<Output = Response>) -> Response {
    let mut handler = Box::pin(handler);
    poll_fn(|context| {
        // What a handler leaves half done dies with its request: nothing of it is shared but
        // semaphores, which give back what they gave.
        catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Refusal::fault().into_response()))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_becomes_a_plain_sentence() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(guarded(async { panic!("in /secret/place.rs") }));
        assert_eq!(response.status(), 500);
        let body = http_body_util::BodyExt::collect(response.into_body());
        let body = runtime.block_on(body).unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            text.starts_with("{\"error\":\"Something went wrong inside the server.\""),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
    }
}
