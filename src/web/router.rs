//! Which address is answered by what.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use super::admission::Admission;
use super::cards::cards;
use super::guard::guarded;
use super::headers::secure;
use super::origin::{Names, check_site};
use super::page::{self, ASSETS};
use super::predict::predict;
use super::refusal::Refusal;
use super::settings::Settings;
use super::tell::{Access, Event};
use crate::experiment::Trained;

/// Takes what the server tells.
pub(super) type Tell = Arc<dyn Fn(&Event) + Send + Sync>;

/// What all requests share.
#[derive(Clone)]
pub(super) struct Service {
    /// The models, in the order they were given.
    pub(super) models: Arc<[Trained]>,
    /// How the server was told to answer.
    pub(super) settings: Arc<Settings>,
    /// Room for requests.
    pub(super) admission: Admission,
    names: Names,
    tell: Tell,
}

impl Service {
    /// A service of `models`, told by `settings`.
    pub(super) fn new(models: Vec<Trained>, settings: Settings, tell: Tell) -> Self {
        Self {
            models: models.into(),
            admission: Admission::new(settings.jobs, settings.queue),
            names: Names::of(&settings),
            settings: Arc::new(settings),
            tell,
        }
    }

    /// All addresses.
    pub(super) fn router(self) -> Router {
        let cards = axum::body::Bytes::from(cards(&self.models, &self.settings));
        let mut router = Router::new()
            .route("/api/predict", post(predict))
            .route("/api/models", get(async move || page::json(cards.clone())))
            .route("/healthz", get(async || page::text("ok")));
        for asset in &ASSETS {
            router = router.route(asset.path, get(async || asset.response()));
        }
        router
            .fallback(nowhere)
            .method_not_allowed_fallback(other_method)
            .layer(from_fn_with_state(self.clone(), around))
            .with_state(self)
    }
}

/// What happens around every answer.
async fn around(State(service): State<Service>, request: Request<Body>, next: Next) -> Response {
    let since = Instant::now();
    let mut access = Access::of(request.method().as_str(), request.uri().path());
    let may_ask = service
        .names
        .check(request.headers())
        .and_then(|()| check_site(request.method(), request.headers()));
    let mut response = match may_ask {
        Ok(()) => guarded(next.run(request)).await,
        Err(refusal) => refusal.closing().into_response(),
    };
    secure(response.headers_mut());
    access.status = response.status().as_u16();
    access.milliseconds = since.elapsed().as_millis() as u64;
    (service.tell)(&Event::Answered(access));
    response
}

async fn nowhere() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "There is nothing at this address.")
        .remedy("The page is at /, the addresses for programs are listed at /docs.")
}

async fn other_method() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "This address does not take that method.")
        .remedy("The header `Allow` names those it takes.")
}
