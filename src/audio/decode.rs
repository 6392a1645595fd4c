//! WAV, FLAC, MP3, Ogg Vorbis and AAC. The only place that knows symphonia, which is asked for all but
//! usual FLAC.
//!
//! Packets are decoded one after another into the mean over channels; neither the file nor its
//! channels are ever held as a whole.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use symphonia::core::codecs::audio::well_known::CODEC_ID_PCM_S16LE;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::default::{get_codecs, get_probe};

use crate::audio::mono::Mono;
use crate::audio::{Error, Limit, flac, fragments};

/// How the containers read here begin: (bytes to skip, what follows).
const MAGICS: [(usize, &[u8]); 5] =
    [(0, b"RIFF"), (0, flac::MAGIC), (0, b"OggS"), (0, b"ID3"), (MP4.0, MP4.1)];

/// Where the name of an MP4 file's first box stands, and symphonia's name for the container.
const MP4: (usize, &[u8], &str) = (4, b"ftyp", "isomp4");

/// How the complaint begins that no container was found.
const UNRECOGNISED: &str = "core (probe)";

/// Decodes `stream`, whose errors shall name `name`; gives the container's name and the sound.
pub(crate) fn decode<S>(name: &str, mut stream: S, limit: Limit) -> Result<(String, Mono), Error>
where
    S: Read + Seek + Send + Sync + 'static,
{
    if let Some(mono) = flac::decode(name, &mut stream, limit)? {
        return Ok(("flac".to_owned(), mono));
    }
    by_symphonia(name, stream, limit)
}

/// The same by symphonia, wherever the stream stands.
pub(super) fn by_symphonia<S>(
    name: &str,
    mut stream: S,
    limit: Limit,
) -> Result<(String, Mono), Error>
where
    S: Read + Seek + Send + Sync + 'static,
{
    let unreadable = |source| Error::Unreadable { name: name.to_owned(), source };
    stream.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut start = Vec::new();
    stream.by_ref().take(8).read_to_end(&mut start).map_err(unreadable)?;
    let length = stream.seek(SeekFrom::End(0)).map_err(unreadable)?;
    stream.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let begins = |&(skip, magic): &(usize, &[u8])| {
        start.get(skip..).is_some_and(|rest| rest.starts_with(magic))
    };
    let is_known = MAGICS.iter().any(begins);
    let is_mp4 = begins(&(MP4.0, MP4.1));
    if is_mp4 {
        fragments::check(name, &mut stream, length)?;
    }

    let source = MediaSourceStream::new(Box::new(Seekable { stream, length }), <_>::default());
    let (options, tags) = (FormatOptions::default(), MetadataOptions::default());
    let mut format = match get_probe().probe(&Hint::new(), source, options, tags) {
        Ok(format) => format,
        Err(Fault::Unsupported(what)) if is_known && !what.starts_with(UNRECOGNISED) => {
            let (name, what) = (name.to_owned(), what.to_owned());
            return Err(Error::Malformed { name, seconds: 0.0, what });
        }
        Err(Fault::Unsupported(_)) => return Err(Error::Unrecognised { name: name.to_owned() }),
        Err(fault) if is_known => return Err(describe(name, 0.0, &fault)),
        Err(_) => return Err(Error::Unrecognised { name: name.to_owned() }),
    };
    let container = format.format_info().short_name.to_owned();
    if container == MP4.2 && !is_mp4 {
        // Its fragments were not looked at: symphonia found it behind other bytes.
        return Err(Error::Unrecognised { name: name.to_owned() });
    }
    let mono = packets(name, format.as_mut(), length, limit)?;
    Ok((container, mono))
}

/// All packets of the default track of a file of `length` bytes.
fn packets(
    name: &str,
    format: &mut dyn FormatReader,
    length: u64,
    limit: Limit,
) -> Result<Mono, Error> {
    let unsupported = |what: &str| Error::Unsupported { name: name.to_owned(), what: what.into() };
    let track = format.default_track(TrackType::Audio);
    let track = track.ok_or_else(|| unsupported("no audio track that can be decoded"))?;
    let (id, announced) = (track.id, track.num_frames);
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters = parameters.ok_or_else(|| unsupported("an unknown audio encoding"))?;
    let mut decoder = Decoder::of(parameters).map_err(|fault| match fault {
        Fault::Unsupported(_) => unsupported("an encoding other than PCM, FLAC, MP3, Vorbis, AAC"),
        fault => describe(name, 0.0, &fault),
    })?;

    let mut mono: Option<Mono> = None;
    let mut interleaved = Vec::new();
    // Tables of packets may point to the same bytes again and again.
    let mut left = length;
    loop {
        let seconds = mono.as_ref().map_or(0.0, Mono::seconds);
        let Some(fewer) = left.checked_sub(1) else {
            let what = "it promises more packets than it has bytes".to_owned();
            return Err(Error::Malformed { name: name.to_owned(), seconds, what });
        };
        left = fewer;
        let packet = match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == id => packet,
            Ok(Some(_)) => continue,
            Ok(None) => break,
            // The end in the middle of a packet: judged below by what was announced.
            Err(Fault::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(fault) => return Err(describe(name, seconds, &fault)),
        };
        let (rate, channels) = match decoder.decode(&packet, &mut interleaved) {
            Ok(heard) => heard,
            // A stream cut out of a longer one begins with packets that lean on missing ones.
            Err(Fault::DecodeError(_)) if seconds == 0.0 => continue,
            Err(fault) => return Err(describe(name, seconds, &fault)),
        };
        if interleaved.is_empty() {
            continue;
        }
        if mono.is_none() {
            let new = Mono::new(name, rate, channels, limit)?;
            new.check_length(announced.unwrap_or(0))?;
            mono = Some(new);
        }
        let mono = mono.as_mut().expect("it was made just above");
        if (mono.rate(), mono.channels()) != (rate, channels) {
            return Err(unsupported("a rate or number of channels that changes on the way"));
        }
        mono.push(&interleaved)?;
    }
    let mono = mono.ok_or_else(|| match announced {
        Some(announced) if announced > 0 => {
            Error::Truncated { name: name.to_owned(), announced, found: 0, seconds: 0.0 }
        }
        _ => Error::Empty { name: name.to_owned() },
    })?;
    mono.check_complete(announced.unwrap_or(0))?;
    Ok(mono)
}

/// What makes samples of packets.
enum Decoder {
    /// The packets are the samples, as of GTZAN itself: rate and number of channels.
    Pcm16(u32, usize),
    /// Symphonia's.
    Coded(Box<dyn AudioDecoder>),
}

impl Decoder {
    fn of(parameters: &AudioCodecParameters) -> Result<Self, Fault> {
        let coded = get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
        let spec = parameters.sample_rate.zip(parameters.channels.as_ref());
        let widths = [parameters.bits_per_sample, parameters.bits_per_coded_sample];
        Ok(match spec {
            Some((rate, channels))
                if parameters.codec == CODEC_ID_PCM_S16LE
                    && channels.count() > 0
                    && widths.into_iter().flatten().all(|bits| bits == 16) =>
            {
                Self::Pcm16(rate, channels.count())
            }
            _ => Self::Coded(coded),
        })
    }

    /// The interleaved samples of a packet, its rate and number of channels.
    fn decode(
        &mut self,
        packet: &Packet,
        interleaved: &mut Vec<f32>,
    ) -> Result<(u32, usize), Fault> {
        match self {
            Self::Pcm16(rate, channels) => {
                let (samples, _) = packet.data.as_chunks::<2>();
                let whole = samples.len() / *channels * *channels;
                let sample = |bytes: &[u8; 2]| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0;
                interleaved.clear();
                interleaved.extend(samples[..whole].iter().map(sample));
                Ok((*rate, *channels))
            }
            Self::Coded(decoder) => {
                let heard = decoder.decode(packet)?;
                heard.copy_to_vec_interleaved(interleaved);
                Ok((heard.spec().rate(), heard.spec().channels().count()))
            }
        }
    }
}

/// Our words for symphonia's.
fn describe(name: &str, seconds: f64, fault: &Fault) -> Error {
    let name = name.to_owned();
    match fault {
        Fault::Unsupported(what) => Error::Unsupported { name, what: (*what).to_owned() },
        Fault::ResetRequired => {
            Error::Unsupported { name, what: "several streams one after another".to_owned() }
        }
        Fault::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => {
            Error::Unreadable { name, source: io::Error::new(error.kind(), error.to_string()) }
        }
        Fault::IoError(_) => {
            let what = "the file ends in its header".to_owned();
            Error::Malformed { name, seconds, what }
        }
        Fault::DecodeError(what) | Fault::LimitError(what) => {
            Error::Malformed { name, seconds, what: (*what).to_owned() }
        }
        other => Error::Malformed { name, seconds, what: other.to_string() },
    }
}

/// A stream whose length is known, as symphonia wants it.
struct Seekable<S> {
    stream: S,
    length: u64,
}

impl<S: Read> Read for Seekable<S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.read(bytes)
    }
}

impl<S: Seek> Seek for Seekable<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.stream.seek(to)
    }
}

impl<S: Read + Seek + Send + Sync> MediaSource for Seekable<S> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}
