//! Who may ask: this server's own page, and programs. Not other pages in a visitor's browser.

use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};

use super::refusal::Refusal;
use super::settings::Settings;

/// Sent by browsers with every request; pages cannot change it.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names of this machine to itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Which names this server answers to; all of them when `None`.
#[derive(Clone, Debug)]
pub(super) struct Names(Option<Vec<String>>);

impl Names {
    /// The names that follow from the settings.
    pub(super) fn of(settings: &Settings) -> Self {
        let any = settings.names.is_empty() && !settings.address.is_loopback();
        let named = settings.names.iter().map(|name| name.to_ascii_lowercase());
        Self((!any).then(|| named.chain(LOOPBACK.map(str::to_owned)).collect()))
    }

    /// Refuses a request for a name that is not this server's.
    ///
    /// Without this, a page under a name whose address its owner changes to 127.0.0.1 could read what
    /// this server says: DNS rebinding.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(names) = &self.0 else { return Ok(()) };
        let host = only(headers, &HOST).map(|host| without_port(host).to_ascii_lowercase());
        if host.is_some_and(|host| names.contains(&host)) {
            return Ok(());
        }
        Err(Refusal::new(StatusCode::FORBIDDEN, "This server does not answer to that name.")
            .remedy("Use its address, or start it with --allow-host NAME."))
    }
}

/// Refuses what other pages send through a visitor's browser.
pub(super) fn check_site(method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let value = |name: &HeaderName| only(headers, name);
    let foreign_site = value(&FETCH_SITE).is_some_and(|site| site == "cross-site");
    let foreign_origin = headers.contains_key(ORIGIN) && {
        let origin = value(&ORIGIN).and_then(|origin| origin.split_once("://"));
        let same = |host: &str| origin.is_some_and(|(_, it)| it.eq_ignore_ascii_case(host));
        !value(&HOST).is_some_and(same)
    };
    if foreign_site || foreign_origin {
        let error = "The request comes from a page of another site.";
        let remedy = "Open this server's own page, or send the request from a program.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, error).remedy(remedy));
    }
    Ok(())
}

/// The value of a header that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

/// `localhost:8080` is `localhost`, `[::1]:8080` is `[::1]`.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use axum::http::header::{HOST, ORIGIN};
    use axum::http::{HeaderMap, HeaderValue, Method};

    use super::{FETCH_SITE, Names, check_site};
    use crate::web::Settings;

    fn host(name: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HOST, HeaderValue::from_static(name))])
    }

    #[test]
    fn on_loopback_only_its_own_names_are_answered() {
        let names = Names::of(&Settings::default());
        for name in ["localhost", "LocalHost:1", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert!(names.check(&host(name)).is_ok(), "{name}");
        }
        for name in ["evil.example", "localhost.evil.example", "127.0.0.1.evil:80", "", "::1"] {
            assert!(names.check(&host(name)).is_err(), "{name}");
        }
        assert!(names.check(&HeaderMap::new()).is_err());
        let mut two = host("localhost");
        two.append(HOST, HeaderValue::from_static("evil.example"));
        assert!(names.check(&two).is_err());
    }

    #[test]
    fn elsewhere_all_names_are_answered_unless_some_are_said() {
        let open = Settings { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), ..Settings::default() };
        assert!(Names::of(&open).check(&host("music.example")).is_ok());
        let named = Settings { names: vec!["Music.example".to_owned()], ..open };
        assert!(Names::of(&named).check(&host("music.example:443")).is_ok());
        assert!(Names::of(&named).check(&host("localhost:8080")).is_ok());
        assert!(Names::of(&named).check(&host("other.example")).is_err());
    }

    #[test]
    fn other_sites_may_not_post() {
        let with = |origin: Option<&'static str>, site: Option<&'static str>| {
            let mut headers = host("localhost:8080");
            headers.extend(origin.map(|it| (Some(ORIGIN), HeaderValue::from_static(it))));
            headers.extend(site.map(|it| (Some(FETCH_SITE), HeaderValue::from_static(it))));
            check_site(&Method::POST, &headers).is_ok()
        };
        assert!(with(None, None));
        assert!(with(Some("http://localhost:8080"), Some("same-origin")));
        assert!(!with(Some("http://localhost:9090"), Some("same-site")));
        assert!(!with(Some("https://evil.example"), None));
        assert!(!with(Some("null"), None));
        assert!(!with(None, Some("cross-site")));
        assert!(check_site(&Method::GET, &host("localhost")).is_ok());
    }
}
