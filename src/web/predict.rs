//! `POST /api/predict`: from an upload to an answer.

use std::time::Instant;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;

use super::admission::{Slot, Turn};
use super::inflow::Inflow;
use super::multipart::{self, Parser};
use super::page;
use super::refusal::Refusal;
use super::router::Service;
use super::{hearing, upload};
use crate::audio::Limit;

/// Which models are asked.
#[derive(Clone, Copy)]
enum Asked {
    All,
    One(usize),
}

/// Takes an upload, and answers what the models hear in it.
pub(super) async fn predict(State(service): State<Service>, request: Request<Body>) -> Response {
    let since = Instant::now();
    let (parts, body) = request.into_parts();
    let due = tokio::time::Instant::from_std(since) + service.settings.upload_time();
    let mut inflow = Inflow::new(&parts.headers, body, due);
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());

    let taken = take(&service, parts.uri.query(), content_type, &mut inflow).await;
    let (asked, slot, bytes) = match taken {
        Ok(taken) => taken,
        Err(refusal) => {
            return upload::drained(&mut inflow, &service.settings, refusal).await.into_response();
        }
    };
    let turn = service.admission.turn(slot).await;
    match hear(service, asked, turn, bytes, since).await {
        Ok(text) => page::json(text),
        Err(refusal) => refusal.into_response(),
    }
}

/// Everything that can be refused before the clip is heard.
async fn take(
    service: &Service,
    query: Option<&str>,
    content_type: Option<&str>,
    inflow: &mut Inflow,
) -> Result<(Asked, Slot, Vec<u8>), Refusal> {
    let asked = asked(service, query)?;
    let boundary = multipart::boundary(content_type.unwrap_or_default());
    let boundary = boundary.ok_or_else(not_a_form)?.map_err(Refusal::malformed)?;
    let slot = service.admission.enter().ok_or_else(Refusal::busy)?;
    let bytes = upload::file(inflow, Parser::new(&boundary), &service.settings).await?;
    Ok((asked, slot, bytes))
}

/// Hears the clip on a thread that may take its time. The turn goes with the work, which ends in
/// its own time when the client has gone.
async fn hear(
    service: Service,
    asked: Asked,
    turn: Turn,
    bytes: Vec<u8>,
    since: Instant,
) -> Result<String, Refusal> {
    let work = move || {
        let _turn = turn;
        let models = match asked {
            Asked::All => &service.models[..],
            Asked::One(at) => &service.models[at..=at],
        };
        let limit = Limit::of_seconds(service.settings.limit_seconds);
        hearing::hear(bytes, limit, models.iter(), since)
    };
    // An error of the thread is a panic in the work.
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Refusal::fault()))
}

/// The model that `?model=` names; all without it.
fn asked(service: &Service, query: Option<&str>) -> Result<Asked, Refusal> {
    let values =
        query.unwrap_or_default().split('&').filter_map(|pair| pair.strip_prefix("model="));
    let Some(value) = values.into_iter().next() else { return Ok(Asked::All) };
    let spaced = value.replace('+', " ");
    let name = percent_decode_str(&spaced).decode_utf8_lossy();
    let found = service.models.iter().position(|model| model.card().name == name);
    found.map(Asked::One).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        Refusal::new(StatusCode::NOT_FOUND, format!("There is no model named {shown}."))
            .remedy("GET /api/models lists the models.")
    })
}

fn not_a_form() -> Refusal {
    let error = "The request is not multipart/form-data.";
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error)
        .remedy("Send the clip as the field `file` of multipart/form-data.")
}
