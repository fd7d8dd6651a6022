//! The location of a repository, as an operator writes it.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use percent_encoding::percent_decode_str;
use url::Url;

/// A path, an HTTP URL or an SSH address. `Display` and `Debug` never show a password or a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Location(pub(crate) Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Path(PathBuf),
    Http(HttpRemote),
    /// `ssh://…` or `user@host:path`, as given; its form has no room for a password.
    Ssh(String),
}

/// An HTTP remote with the credentials taken out of its URL.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HttpRemote {
    pub(crate) url: String,
    pub(crate) credentials: Option<Credentials>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// Why a text names no repository that can be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseLocationError {
    /// Nothing was given.
    #[error("a Git location is a path or a URL, and this one is empty")]
    Empty,
    /// The URL does not parse, or lacks a host.
    #[error("the Git URL is malformed: {0}")]
    Malformed(String),
    /// The URL's scheme is none of `file`, `http`, `https`, `ssh`.
    #[error("Git URLs of the scheme `{0}` are not supported; use a path, http, https or ssh")]
    UnsupportedScheme(String),
}

impl Location {
    /// The path of a repository on this machine, which is read where it is and needs no mirror.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::Path(path) => Some(path),
            Place::Http(_) | Place::Ssh(_) => None,
        }
    }

    /// The same place, reached with these credentials in place of those in the URL. None if it is
    /// not reached by HTTP, so that they would not be used.
    pub fn with_credentials(self, user: &str, password: &str) -> Option<Self> {
        match self.0 {
            Place::Http(remote) => Some(Self(Place::Http(HttpRemote {
                credentials: Some(Credentials {
                    user: user.to_owned(),
                    password: password.to_owned(),
                }),
                ..remote
            }))),
            Place::Path(_) | Place::Ssh(_) => None,
        }
    }
}

impl FromStr for Location {
    type Err = ParseLocationError;

    fn from_str(text: &str) -> Result<Self, ParseLocationError> {
        if text.trim().is_empty() {
            return Err(ParseLocationError::Empty);
        }
        match text.split_once("://") {
            Some((scheme, rest)) => with_scheme(&scheme.to_ascii_lowercase(), rest, text),
            None if is_scp_like(text) => Ok(Self(Place::Ssh(text.to_owned()))),
            None => Ok(Self(Place::Path(text.into()))),
        }
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self(Place::Path(path))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Path(path) => write!(formatter, "{}", path.display()),
            Place::Http(remote) => formatter.write_str(&remote.url),
            Place::Ssh(address) => formatter.write_str(address),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Location({:?})", self.to_string())
    }
}

fn with_scheme(scheme: &str, rest: &str, text: &str) -> Result<Location, ParseLocationError> {
    match scheme {
        "file" => file(rest),
        "http" | "https" => http(text),
        "ssh" => ssh(text),
        other => Err(ParseLocationError::UnsupportedScheme(other.to_owned())),
    }
    .map(Location)
}

fn file(rest: &str) -> Result<Place, ParseLocationError> {
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return Err(ParseLocationError::Malformed(
            "a file URL has an absolute path and no host".into(),
        ));
    }
    let decoded = percent_decode_str(path).decode_utf8();
    let decoded =
        decoded.map_err(|_| ParseLocationError::Malformed("the path is not UTF-8".into()))?;
    Ok(Place::Path(PathBuf::from(decoded.into_owned())))
}

fn http(text: &str) -> Result<Place, ParseLocationError> {
    let mut url = parse(text)?;
    let credentials = credentials(&url);
    // Neither fails: an HTTP URL always has a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    Ok(Place::Http(HttpRemote {
        url: url.into(),
        credentials,
    }))
}

fn ssh(text: &str) -> Result<Place, ParseLocationError> {
    let mut url = parse(text)?;
    // ssh takes no password from a URL; one that was given must not be kept where it would be shown.
    if url.password().is_some() && url.set_password(None).is_err() {
        return Err(ParseLocationError::Malformed("it has no host".into()));
    }
    Ok(Place::Ssh(url.into()))
}

fn parse(text: &str) -> Result<Url, ParseLocationError> {
    let url = Url::parse(text).map_err(|error| ParseLocationError::Malformed(error.to_string()))?;
    match url.host_str() {
        Some(host) if !host.is_empty() => Ok(url),
        _ => Err(ParseLocationError::Malformed("it has no host".into())),
    }
}

fn credentials(url: &Url) -> Option<Credentials> {
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let password = decoded(url.password().unwrap_or_default());
    let user = decoded(url.username());
    (!user.is_empty() || !password.is_empty()).then_some(Credentials { user, password })
}

/// `host:path`, as Git reads it: a colon before any slash.
fn is_scp_like(text: &str) -> bool {
    let Some((host, path)) = text.split_once(':') else {
        return false;
    };
    !host.is_empty() && !host.contains('/') && !path.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        text.parse::<Location>().unwrap().0
    }

    #[test]
    fn paths_and_file_urls_are_paths() {
        for (text, path) in [
            ("/srv/config.git", "/srv/config.git"),
            ("config", "config"),
            ("./a:b", "./a:b"),
            ("file:///srv/my%20config", "/srv/my config"),
            ("file://localhost/srv/config", "/srv/config"),
        ] {
            assert_eq!(
                text.parse::<Location>().unwrap().path(),
                Some(Path::new(path)),
                "{text}"
            );
        }
    }

    #[test]
    fn an_http_url_never_shows_its_credentials() {
        let location: Location = "https://me:s3cret%40@example.org:8443/config.git"
            .parse()
            .unwrap();
        assert_eq!(location.to_string(), "https://example.org:8443/config.git");
        assert!(!format!("{location:?}").contains("s3cret"));
        let Place::Http(remote) = location.0 else {
            panic!("an HTTP remote")
        };
        let credentials = remote.credentials.unwrap();
        assert_eq!(
            (credentials.user.as_str(), credentials.password.as_str()),
            ("me", "s3cret@")
        );
    }

    #[test]
    fn credentials_can_be_given_apart_from_the_url_and_are_not_shown() {
        let given: Location = "https://old:pw@h/x".parse().unwrap();
        let with = given.with_credentials("me", "hidden").unwrap();
        assert_eq!(with.to_string(), "https://h/x");
        assert!(!format!("{with:?}").contains("hidden"));
        let Place::Http(remote) = with.0 else {
            panic!("it is reached by HTTP");
        };
        let credentials = remote.credentials.unwrap();
        assert_eq!(
            (&*credentials.user, &*credentials.password),
            ("me", "hidden")
        );
        for other in ["/srv/config.git", "git@h:x"] {
            let other: Location = other.parse().unwrap();
            assert_eq!(other.with_credentials("me", "hidden"), None);
        }
    }

    #[test]
    fn ssh_urls_and_scp_like_addresses_are_ssh() {
        assert!(matches!(
            place("ssh://git@example.org/config.git"),
            Place::Ssh(_)
        ));
        assert!(matches!(place("git@example.org:config.git"), Place::Ssh(_)));
        assert_eq!(
            "ssh://me:pw@h/x".parse::<Location>().unwrap().to_string(),
            "ssh://me@h/x"
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        use ParseLocationError::{Empty, Malformed, UnsupportedScheme};
        let refused = |text: &str| text.parse::<Location>().unwrap_err();
        assert_eq!(refused(" "), Empty);
        assert_eq!(
            refused("git://example.org/x"),
            UnsupportedScheme("git".into())
        );
        assert!(matches!(refused("https://"), Malformed(_)));
        assert!(matches!(refused("file://host/x"), Malformed(_)));
    }
}
