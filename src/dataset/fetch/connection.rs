//! One request over HTTP, followed to where it is answered.
//!
//! The only place that knows the HTTP library. Redirects are followed here, so that each step goes by
//! the proxy that its own scheme asks for and keeps the range that is wanted. A thread does the
//! waiting, so that whoever wants to stop need not wait for a silent server.

use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use ureq::http::Uri;
use ureq::http::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, LOCATION, RANGE, RETRY_AFTER,
};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error as Fault, Proxy, ProxyProtocol};

use crate::watch::Watch;

/// How many redirects are followed.
const REDIRECTS: usize = 8;
/// How long a connection may take, and how long a server may be silent.
const CONNECT: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(60);
/// How often the watcher is asked.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes of one piece.
const PIECE: usize = 1 << 16;

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The status, as in 206.
    pub(super) status: u16,
    /// Bytes of the body, where the server says so.
    pub(super) length: Option<u64>,
    /// First byte of the part that is sent, and bytes of the whole, where the server says so.
    pub(super) range: (Option<u64>, Option<u64>),
    /// How long the server asks to wait.
    pub(super) wait: Option<Duration>,
}

/// Why there is no answer, or no more of it.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no way to the server.
    NoWay(String),
    /// It broke off, which another try may mend.
    Broken(String),
    /// Another try would end alike.
    Final(String),
    /// The watcher asked to stop.
    Stopped,
}

enum Message {
    Head(Head),
    Piece(Vec<u8>),
    End,
    Failed(Failure),
}

/// An answer that comes piece by piece.
pub(super) struct Answer<'a> {
    /// Its head.
    pub(super) head: Head,
    pieces: Receiver<Message>,
    watch: &'a dyn Watch,
}

impl Answer<'_> {
    /// The next piece of the body; `None` at its end.
    pub(super) fn piece(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        match wait(&self.pieces, self.watch)? {
            Message::Piece(piece) => Ok(Some(piece)),
            Message::Failed(failure) => Err(failure),
            Message::End | Message::Head(_) => Ok(None),
        }
    }
}

/// Asks for what lies at an address, from byte `from` on.
pub(super) fn get<'a>(
    address: &str,
    from: u64,
    watch: &'a dyn Watch,
) -> Result<Answer<'a>, Failure> {
    let (sender, pieces) = sync_channel(4);
    let address = address.to_owned();
    // It ends by itself when nobody receives any more, at the latest after `SILENCE`.
    std::thread::spawn(move || {
        let tell = |message| sender.send(message).is_ok();
        let end = match follow(&address, from) {
            Ok((head, body)) => tell(Message::Head(head)).then(|| pour(body, &tell)),
            Err(failure) => Some(Message::Failed(failure)),
        };
        // Where nobody receives, nobody wants to know the end.
        let _ = end.is_some_and(tell);
    });
    match wait(&pieces, watch)? {
        Message::Head(head) => Ok(Answer { head, pieces, watch }),
        Message::Failed(failure) => Err(failure),
        Message::Piece(_) | Message::End => {
            Err(Failure::Broken("the answer has no head".to_owned()))
        }
    }
}

/// Sends a body on, and gives how it ended.
fn pour(mut body: impl Read, tell: &impl Fn(Message) -> bool) -> Message {
    let mut wanted = true;
    while wanted {
        let mut piece = vec![0; PIECE];
        match body.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                piece.truncate(count);
                wanted = tell(Message::Piece(piece));
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                let broken = format!("the connection broke: {error}");
                return Message::Failed(Failure::Broken(broken));
            }
        }
    }
    Message::End
}

fn wait(messages: &Receiver<Message>, watch: &dyn Watch) -> Result<Message, Failure> {
    loop {
        if watch.stop() {
            return Err(Failure::Stopped);
        }
        match messages.recv_timeout(LOOK) {
            Ok(message) => return Ok(message),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::Broken("the connection ended".to_owned()));
            }
        }
    }
}

fn follow(address: &str, from: u64) -> Result<(Head, impl Read + use<>), Failure> {
    let mut uri = parsed(address).map_err(Failure::Final)?;
    for _ in 0..=REDIRECTS {
        let mut request = agent(&uri)?.get(uri.clone()).header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let answer = request.call().map_err(failure)?;
        let said = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let status = answer.status().as_u16();
        if let (301 | 302 | 303 | 307 | 308, Some(location)) = (status, said(LOCATION)) {
            uri = redirected(&uri, location).map_err(Failure::Final)?;
            continue;
        }
        let head = Head {
            status,
            length: said(CONTENT_LENGTH).and_then(|length| length.trim().parse().ok()),
            range: said(CONTENT_RANGE).map_or((None, None), range),
            wait: said(RETRY_AFTER).and_then(|it| it.trim().parse().ok()).map(Duration::from_secs),
        };
        return Ok((head, answer.into_body().into_reader()));
    }
    let loops = format!("it redirects more than {REDIRECTS} times, the last time to {uri}");
    Err(Failure::Final(loops))
}

fn parsed(address: &str) -> Result<Uri, String> {
    let uri: Uri =
        address.parse().map_err(|error| format!("`{address}` is no address: {error}"))?;
    match uri.scheme_str() {
        Some("http" | "https") => Ok(uri),
        _ => Err(format!("`{address}` is no address that begins with http:// or https://")),
    }
}

/// Where a redirect leads.
fn redirected(from: &Uri, location: &str) -> Result<Uri, String> {
    let scheme = from.scheme_str().unwrap_or("http");
    let host = from.authority().map_or("", |it| it.as_str());
    let location = location.split('#').next().unwrap_or_default();
    let target = if location.contains("://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{host}{location}")
    } else {
        let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{host}{folder}/{location}")
    };
    let to = parsed(&target).map_err(|reason| format!("it redirects, but {reason}"))?;
    if scheme == "https" && to.scheme_str() == Some("http") {
        return Err(format!("it redirects from https to plain http, {to}"));
    }
    Ok(to)
}

/// `bytes 10-99/100` as 10 and 100; `bytes */100` as the latter alone.
fn range(text: &str) -> (Option<u64>, Option<u64>) {
    let Some((part, whole)) = text.trim().trim_start_matches("bytes").trim().split_once('/') else {
        return (None, None);
    };
    (part.split_once('-').and_then(|(first, _)| first.parse().ok()), whole.parse().ok())
}

fn agent(uri: &Uri) -> Result<Agent, Failure> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("crossfold/", env!("CARGO_PKG_VERSION")))
        .proxy(proxy(uri).map_err(Failure::Final)?)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE))
        .tls_config(TlsConfig::builder().root_certs(authorities()?).build());
    Ok(config.build().new_agent())
}

fn variable(name: &str) -> Option<String> {
    [name.to_owned(), name.to_ascii_lowercase()]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Those that SSL_CERT_FILE names, as behind a proxy that opens connections; else the usual ones.
fn authorities() -> Result<RootCerts, Failure> {
    let Some(path) = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) else {
        return Ok(RootCerts::WebPki);
    };
    let wrong = |reason: &dyn std::fmt::Display| {
        Failure::Final(format!("SSL_CERT_FILE: {}: {reason}", path.display()))
    };
    let text = std::fs::read(&path).map_err(|error| wrong(&error))?;
    let mut found = Vec::new();
    for item in parse_pem(&text) {
        if let PemItem::Certificate(one) = item.map_err(|error| wrong(&error))? {
            found.push(one);
        }
    }
    if found.is_empty() { Err(wrong(&"there is no certificate in it")) } else { Ok(found.into()) }
}

/// The proxy that the environment names for an address: `HTTPS_PROXY` or `HTTP_PROXY`, else
/// `ALL_PROXY`, unless `NO_PROXY` excepts its host.
fn proxy(uri: &Uri) -> Result<Option<Proxy>, String> {
    let own = if uri.scheme_str() == Some("https") { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let host = uri.host().unwrap_or_default();
    if variable("NO_PROXY").is_some_and(|list| excepted(&list, host)) {
        return Ok(None);
    }
    let Some((name, value)) =
        [own, "ALL_PROXY"].iter().find_map(|name| Some((*name, variable(name)?)))
    else {
        return Ok(None);
    };
    // Its text may hold a password, so it is not repeated.
    let wrong = |_| format!("the variable {name} names no proxy; it should read http://HOST:PORT");
    let proxy = Proxy::new(&value).map_err(wrong)?;
    if proxy.protocol() == ProxyProtocol::Socks5 && !value.contains("://") {
        return Err(wrong(Fault::InvalidProxyUrl));
    }
    Ok(Some(proxy))
}

/// Whether a list such as `localhost,.example.org` holds a host, or a domain above it.
fn excepted(list: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    list.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        let entry = entry.trim_start_matches('*').trim_start_matches('.');
        let all = entry.is_empty() && list.split(',').any(|it| it.trim() == "*");
        let under = host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'));
        all || (!entry.is_empty() && (host == entry || under))
    })
}

fn failure(fault: Fault) -> Failure {
    use std::io::ErrorKind as Kind;
    match fault {
        Fault::HostNotFound => Failure::NoWay("the host is not found; is there a network?".into()),
        Fault::ConnectProxyFailed(reason) => {
            Failure::NoWay(format!("the proxy does not let it through: {reason}"))
        }
        Fault::Io(error) => match error.kind() {
            Kind::ConnectionRefused
            | Kind::NetworkUnreachable
            | Kind::HostUnreachable
            | Kind::NetworkDown
            | Kind::AddrNotAvailable => Failure::NoWay(format!("it cannot be reached: {error}")),
            // The resolver's own words, where it has no kind for them.
            _ if error.to_string().contains("lookup address") => {
                Failure::NoWay(format!("the host is not found; is there a network? {error}"))
            }
            _ => Failure::Broken(format!("the connection broke: {error}")),
        },
        Fault::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            let seconds = CONNECT.as_secs();
            Failure::NoWay(format!("it cannot be reached: no answer within {seconds} s"))
        }
        Fault::Timeout(_) => {
            Failure::Broken(format!("the server was silent for {} s", SILENCE.as_secs()))
        }
        Fault::Protocol(_) | Fault::BodyStalled | Fault::ConnectionFailed => {
            Failure::Broken(format!("the connection broke: {fault}"))
        }
        other => Failure::Final(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{excepted, range, redirected};

    #[test]
    fn a_redirect_leads_where_the_standard_says() {
        let from = "https://a.example/x/y?z=1".parse().unwrap();
        let to = |location: &str| redirected(&from, location).map(|uri| uri.to_string());
        assert_eq!(to("https://b.example/k?s=%20").unwrap(), "https://b.example/k?s=%20");
        assert_eq!(to("/k").unwrap(), "https://a.example/k");
        assert_eq!(to("k#part").unwrap(), "https://a.example/x/k");
        assert_eq!(to("//b.example/k").unwrap(), "https://b.example/k");
        assert!(to("http://b.example/k").unwrap_err().contains("plain http"));
        assert!(to("file:///etc/passwd").is_err());
    }

    #[test]
    fn a_range_says_its_first_byte_and_the_whole() {
        assert_eq!(range("bytes 10-99/100"), (Some(10), Some(100)));
        assert_eq!(range("bytes 10-99/*"), (Some(10), None));
        assert_eq!(range("bytes */100"), (None, Some(100)));
        assert_eq!(range("nonsense"), (None, None));
    }

    #[test]
    fn hosts_and_domains_are_excepted_from_the_proxy() {
        assert!(excepted("localhost, .example.org", "data.example.org"));
        assert!(excepted("example.org", "EXAMPLE.org") && excepted("*", "any"));
        assert!(!excepted("example.org", "badexample.org") && !excepted("", "any"));
    }
}
