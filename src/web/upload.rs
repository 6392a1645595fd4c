//! The bytes of the clip, and no more of them than the limit.

use axum::http::StatusCode;

use super::inflow::{Inflow, Stopped};
use super::multipart::Parser;
use super::refusal::Refusal;
use super::settings::Settings;

/// What a request may have besides the file: heads, other fields, what follows the last boundary.
const AROUND: usize = 256 << 10;
/// How many times the limit is read and forgotten before an answer to what is too large.
const PATIENCE: u64 = 8;

/// Reads the file out of `inflow`.
pub(super) async fn file(
    inflow: &mut Inflow,
    mut parser: Parser,
    settings: &Settings,
) -> Result<Vec<u8>, Refusal> {
    let limit = settings.limit_bytes;
    let most = limit.saturating_add(AROUND);
    let announced = inflow.announced().unwrap_or(0);
    if announced > most as u64 {
        return Err(Refusal::large(limit));
    }
    let mut file = Vec::new();
    let mut read = 0;
    while let Some(piece) = inflow.next().await.map_err(|stopped| refused(stopped, settings))? {
        read += piece.len();
        make_room(&mut file, piece.len(), limit);
        parser.feed(&piece, &mut file).map_err(Refusal::malformed)?;
        if file.len() > limit || read > most {
            return Err(Refusal::large(limit));
        }
    }
    parser.finish().map_err(Refusal::malformed)?;
    if file.is_empty() {
        let empty = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "The file is empty.");
        return Err(empty.remedy("Choose a file with sound in it."));
    }
    Ok(file)
}

/// Reads on what a refused request still sends, within bounds, so that its sender hears why.
pub(super) async fn drained(inflow: &mut Inflow, settings: &Settings, refusal: Refusal) -> Refusal {
    let most = (settings.limit_bytes as u64).saturating_mul(PATIENCE);
    if inflow.drain(most).await { refusal } else { refusal.closing() }
}

/// Doubles the room as it fills, but never beyond the limit: with plain doubling, a file just over a
/// power of two would hold twice its size.
fn make_room(file: &mut Vec<u8>, piece: usize, limit: usize) {
    let needed = file.len() + piece;
    if needed > file.capacity() {
        let room = (2 * file.capacity()).min(limit).max(needed);
        file.reserve_exact(room - file.len());
    }
}

fn refused(stopped: Stopped, settings: &Settings) -> Refusal {
    match stopped {
        Stopped::Late => Refusal::late(settings.upload_seconds),
        Stopped::Cut => Refusal::malformed("it broke off"),
    }
}

#[cfg(test)]
mod tests {
    use super::make_room;

    #[test]
    fn room_never_exceeds_the_limit() {
        let mut file = Vec::new();
        let limit = 1_000_000;
        for _ in 0..100 {
            make_room(&mut file, 10_000, limit);
            file.extend_from_slice(&[0; 10_000]);
            assert!(file.capacity() <= limit);
        }
        assert_eq!(file.len(), limit);
    }
}
