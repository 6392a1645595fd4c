//! Every way in which a request is not answered, in sentences.

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::audio;

/// Seconds after which a client may try again: about what a clip of a few minutes takes.
pub(super) const RETRY_SECONDS: u64 = 5;

/// An answer that says what is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    /// Status of the answer.
    pub(super) status: StatusCode,
    error: String,
    remedy: Option<String>,
    closes: bool,
}

/// The body of every error.
#[derive(Serialize)]
struct Wire<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'a str>,
}

impl Refusal {
    /// A refusal that says what is wrong, in a sentence.
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into(), remedy: None, closes: false }
    }

    /// The same, with a sentence that says what to do.
    pub(super) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// The same, as the last answer of its connection: the rest of the request was not read.
    pub(super) fn closing(self) -> Self {
        Self { closes: true, ..self }
    }

    /// Something in here went wrong. What it was is nobody's business outside.
    pub(super) fn fault() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong inside the server.")
            .remedy("Try again; if it happens again with the same clip, report the clip.")
    }

    /// All slots are taken.
    pub(super) fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The server is busy with other clips.")
            .remedy("Try again in a moment.")
    }

    /// The request took too long to arrive.
    pub(super) fn late(seconds: f64) -> Self {
        let error = format!("The upload took longer than {seconds} seconds.");
        Self::new(StatusCode::REQUEST_TIMEOUT, error)
            .remedy("Try a shorter clip or a faster connection.")
    }

    /// More bytes than are accepted.
    pub(super) fn large(limit: usize) -> Self {
        let error = format!("The file is larger than this server's limit of {}.", bytes(limit));
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, error)
            .remedy("Cut the clip shorter, or compress it.")
    }

    /// The body is not what a browser's form sends.
    pub(super) fn malformed(what: &str) -> Self {
        let error = format!("The upload is malformed: {what}.");
        Self::new(StatusCode::BAD_REQUEST, error)
            .remedy("Send the clip as the field `file` of multipart/form-data.")
    }

    /// What a model said of a clip that it cannot judge: what is wrong; what to do.
    pub(super) fn unusable(words: &str) -> Self {
        let refusal = |words| Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence(words));
        match words.rsplit_once("; ") {
            Some((wrong, remedy)) => refusal(wrong).remedy(sentence(remedy)),
            None => refusal(words),
        }
    }
}

/// A number of bytes, as the page writes it.
fn bytes(count: usize) -> String {
    match count {
        0..1024 => format!("{count} bytes"),
        1024..1_048_576 => format!("{} kB", count / 1024),
        _ => format!("{} MB", (count as f64 / 1_048_576.0 * 10.0).round() / 10.0),
    }
}

/// A fragment fit for `error: …` as a sentence.
fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map_or_else(String::new, |first| first.to_uppercase().to_string());
    let stop = if fragment.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

impl From<audio::Error> for Refusal {
    fn from(error: audio::Error) -> Self {
        let not_audio = |words: String| Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, words);
        let unusable = |words: String| Self::new(StatusCode::UNPROCESSABLE_ENTITY, words);
        match error {
            audio::Error::Unrecognised { .. } => {
                not_audio("The file is not audio in a format known here.".to_owned())
                    .remedy("Send WAV, AU, FLAC, MP3, OGG Vorbis, or AAC in M4A.")
            }
            audio::Error::Unsupported { what, .. } => {
                not_audio(format!("The file uses {what}, which is not supported."))
                    .remedy("Convert it to 16-bit WAV or FLAC.")
            }
            audio::Error::Malformed { seconds, what, .. } => {
                unusable(format!("The file is damaged after {seconds:.1} s of sound: {what}."))
                    .remedy("Fetch or encode it again.")
            }
            audio::Error::Truncated { seconds, .. } => unusable(format!(
                "The file is cut off: it ends after {seconds:.1} s, before the sound it announces."
            ))
            .remedy("Fetch it again, or trim and encode it again."),
            audio::Error::Empty { .. } => unusable("The file holds no sound.".to_owned()),
            audio::Error::Unreadable { .. } => {
                unusable("The file cannot be read.".to_owned()).remedy("Fetch or encode it again.")
            }
            audio::Error::Sample { .. } => unusable(
                "The file holds samples that are no numbers, or absurdly large.".to_owned(),
            )
            .remedy("Encode it again."),
            audio::Error::TooLong { limit, .. } => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The clip is longer than this server's limit of {limit} seconds."),
            )
            .remedy("Cut the clip shorter."),
            audio::Error::Rate { rate, least, most, .. } => unusable(format!(
                "The file has a rate of {rate} Hz; rates from {least} to {most} Hz are accepted."
            )),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let wire = Wire { error: &self.error, remedy: self.remedy.as_deref() };
        let text = serde_json::to_string(&wire).expect("two strings are always JSON");
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        }
        if self.closes {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, sentence};

    #[test]
    fn a_fragment_becomes_a_sentence() {
        assert_eq!(sentence("the clip is 0.4 s long"), "The clip is 0.4 s long.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), ".");
    }

    #[test]
    fn sizes_are_written_as_people_say_them() {
        assert_eq!(bytes(52_428_800), "50 MB");
        assert_eq!(bytes(1_572_864), "1.5 MB");
        assert_eq!(bytes(2048), "2 kB");
        assert_eq!(bytes(12), "12 bytes");
    }
}
