//! The files of the page, which are part of the program.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;

/// One file, and where it is found.
pub(super) struct Asset {
    /// Its address.
    pub(super) path: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

/// All of them.
pub(super) static ASSETS: [Asset; 6] = [
    asset("/", "text/html; charset=utf-8", include_bytes!("page/index.html")),
    asset("/docs", "text/html; charset=utf-8", include_bytes!("page/docs.html")),
    asset("/style.css", "text/css; charset=utf-8", include_bytes!("page/style.css")),
    asset("/script.js", "text/javascript; charset=utf-8", include_bytes!("page/script.js")),
    asset("/icon.svg", "image/svg+xml", include_bytes!("page/icon.svg")),
    asset("/api/openapi.json", "application/json", include_bytes!("page/openapi.json")),
];

const fn asset(path: &'static str, kind: &'static str, content: &'static [u8]) -> Asset {
    Asset { path, kind, content }
}

impl Asset {
    /// The answer that holds it. A browser asks again each time, so that a new version of the program
    /// is never half seen.
    pub(super) fn response(&self) -> Response {
        let mut response = typed(self.kind, Body::from(self.content));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}

/// An answer in JSON.
pub(super) fn json(text: impl Into<Body>) -> Response {
    typed("application/json", text.into())
}

/// An answer in a few words.
pub(super) fn text(words: &'static str) -> Response {
    typed("text/plain; charset=utf-8", Body::from(words))
}

fn typed(kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
