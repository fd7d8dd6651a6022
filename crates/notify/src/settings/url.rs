//! Where a sink is.

use std::fmt;

use url::Url;
use vortex_kit::http::is_loopback;

/// A URL that may be a secret: who knows that of a chat may write into it. Shown as its host.
#[derive(Clone)]
pub(crate) struct Place(Url);

impl Place {
    /// A place that events may be sent to: nobody on the way can read them.
    pub(super) fn parse(given: &str) -> Option<Self> {
        let url = Url::parse(given).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        let is_private = match url.scheme() {
            "https" => url.has_host(),
            "http" => is_loopback(&url),
            _ => false,
        };
        (is_plain && is_private).then_some(Self(url))
    }

    /// The URL itself, for the one place that needs it.
    pub(crate) fn reveal(&self) -> &Url {
        &self.0
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        write!(f, "{}://{host}/(hidden)", self.0.scheme())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_go_over_tls_or_stay_on_this_machine() {
        for (url, expected) in [
            ("https://hooks.example.com/services/T/B/x", true),
            ("https://10.0.0.1:8443/", true),
            ("http://localhost:8080/x", true),
            ("http://127.0.0.1:8080/x", true),
            ("http://[::1]:1/x", true),
            ("http://hooks.example.com/x", false),
            ("http://localhost.example.com/x", false),
            ("http://0.0.0.0/x", false),
            ("https://user:secret@hooks.example.com/x", false),
            ("hooks.example.com", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(Place::parse(url).is_some(), expected, "{url}");
        }
    }

    #[test]
    fn only_the_host_is_shown() {
        let place = Place::parse("https://hooks.example.com:444/services/T/B/x?y=z").unwrap();
        assert_eq!(format!("{place:?}"), "https://hooks.example.com/(hidden)");
    }
}
