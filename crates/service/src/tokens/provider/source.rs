//! Where a provider's keys are.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rustls::ClientConfig;
use url::Url;
use vortex_kit::http::is_loopback;
use vortex_oidc::{KeySet, MAX_JWKS};
use vortex_tls::ClientFiles;

use super::{Why, fields::Places};
use crate::tokens::fetcher::Fetcher;

/// Where a provider's keys are.
#[derive(Debug)]
pub(in crate::tokens) enum Source {
    /// At a URL.
    Url(Fetcher),
    /// In a file.
    File(PathBuf),
}

impl Source {
    /// The one place that is given. Files are named from `folder`.
    pub(super) fn new(places: Places, folder: &Path) -> Result<Self, Why> {
        let ca = places.jwks_ca.map(|ca| folder.join(ca));
        match (places.jwks_url, places.jwks_file) {
            (Some(url), None) => at(&url, ca.as_deref()),
            (None, Some(_)) if ca.is_some() => Err(Why::NeedlessCa),
            (None, Some(file)) => within(folder.join(file)),
            _ => Err(Why::Places),
        }
    }
}

fn at(url: &str, ca: Option<&Path>) -> Result<Source, Why> {
    let url = Url::parse(url).ok().filter(is_fetched).ok_or(Why::Url)?;
    let config = match url.scheme() {
        "https" => trusting(ca)?,
        _ if ca.is_some() => return Err(Why::NeedlessCa),
        _ => vortex_tls::trusting_nobody()?,
    };
    let fetcher = Fetcher::new(url, config).map_err(Why::Client)?;
    Ok(Source::Url(fetcher))
}

/// TLS that trusts the authorities in a file of PEM, or those of the machine.
fn trusting(ca: Option<&Path>) -> Result<ClientConfig, vortex_tls::Error> {
    let files = ClientFiles {
        ca: ca.map(Path::to_owned),
        ..ClientFiles::default()
    };
    files.config(Timestamp::now())
}

/// A file that holds keys at the start: a wrong path is a wrong setting.
fn within(file: PathBuf) -> Result<Source, Why> {
    match read_keys(&file).map(|bytes| KeySet::parse(&bytes)) {
        Ok(Ok(_)) => Ok(Source::File(file)),
        Ok(Err(cause)) => Err(Why::Keys { file, cause }),
        Err(cause) => Err(Why::KeysAway { file, cause }),
    }
}

/// A file of keys; of one that is too large, enough to be refused.
pub(in crate::tokens) fn read_keys(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(file)?;
    file.take(MAX_JWKS as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether keys are fetched from there: nobody on the way can put others in their place.
pub(in crate::tokens) fn is_fetched(url: &Url) -> bool {
    let is_plain = url.username().is_empty() && url.password().is_none();
    is_plain
        && match url.scheme() {
            "https" => url.has_host(),
            "http" => is_loopback(url),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_tls_or_from_this_machine() {
        for (url, expected) in [
            ("https://id.example.com/keys", true),
            ("https://10.0.0.1:8443/keys", true),
            ("http://localhost:8080/keys", true),
            ("http://127.0.0.1/keys", true),
            ("http://127.9.9.9/keys", true),
            ("http://[::1]:1/keys", true),
            ("http://id.example.com/keys", false),
            ("http://localhost.example.com/keys", false),
            ("http://127.0.0.1.nip.io/keys", false),
            ("http://10.0.0.1/keys", false),
            ("http://0.0.0.0/keys", false),
            ("http://localhost@10.0.0.1/keys", false),
            ("https://user:secret@id.example.com/keys", false),
            ("file:///etc/passwd", false),
            ("ftp://localhost/keys", false),
            ("data:,x", false),
        ] {
            assert_eq!(is_fetched(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn one_place_is_given() {
        let places = |url: bool, file: bool, ca: bool| Places {
            jwks_url: url.then(|| "http://localhost/keys".to_owned()),
            jwks_file: file.then(|| "nowhere.json".into()),
            jwks_ca: ca.then(|| "ca.pem".into()),
        };
        let new = |places| Source::new(places, Path::new("/nonexistent"));
        assert!(matches!(
            new(places(true, false, false)),
            Ok(Source::Url(_))
        ));
        for both in [true, false] {
            let given = places(both, both, false);
            assert!(matches!(new(given), Err(Why::Places)));
            let given = places(both, !both, true);
            assert!(matches!(new(given), Err(Why::NeedlessCa)));
        }
        let away = new(places(false, true, false)).unwrap_err().to_string();
        assert!(away.contains("/nonexistent/nowhere.json"), "{away}");
    }
}
