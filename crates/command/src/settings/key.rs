//! Which API key is shown to a server, if any.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use reqwest::{Url, header::HeaderValue};

use crate::{contexts::Context, error::Error, file::is_stdin};

/// More than any key or token takes.
const LIMIT: u64 = 64 << 10;

/// Where a key may come from, in the order in which they count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeySource<'a> {
    /// The file of the command line.
    pub(crate) file: Option<&'a Path>,
    /// The context of the command line.
    pub(crate) named: Option<&'a Context>,
    /// The variable.
    pub(crate) variable: Option<&'a str>,
    /// The context in use.
    pub(crate) ambient: Option<&'a Context>,
    /// The server that is called.
    pub(crate) server: &'a Url,
}

/// What is shown to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// This header.
    Key(HeaderValue),
    /// Nothing: no key was given.
    Nothing,
    /// Nothing: the context's key is for the server at this address.
    Withheld(String),
}

impl Shown {
    /// Chooses a key. That of a context goes to the context's own server and to no other, whoever
    /// names one.
    ///
    /// Fails when a key is given that can't be read or sent, never repeating it.
    pub(crate) fn choose(source: KeySource<'_>) -> Result<Self, Error> {
        if let Some(file) = source.file {
            return header(&read(file)?, &file.display().to_string());
        }
        let of = |context: Option<&Context>| Some(context?.key_for(source.server)?.clone());
        if let Some(key) = of(source.named) {
            return header(key.expose(), "the context");
        }
        if let Some(key) = source.variable {
            return header(key, "VORTEX_KEY");
        }
        if let Some(key) = of(source.ambient) {
            return header(key.expose(), "the context");
        }
        let context = source.named.or(source.ambient);
        let holder = context.filter(|context| context.api_key.is_some());
        Ok(match holder.and_then(|context| context.server.clone()) {
            Some(server) => Self::Withheld(server),
            None => Self::Nothing,
        })
    }

    /// The header.
    pub(crate) fn key(&self) -> Option<&HeaderValue> {
        match self {
            Self::Key(key) => Some(key),
            Self::Nothing | Self::Withheld(_) => None,
        }
    }

    /// What to do when the server asks for a key, if none was shown.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Key(_) => None,
            Self::Nothing => Some(
                "no key was shown: give one with --api-key-file FILE, VORTEX_KEY or a context \
                 that holds one"
                    .to_owned(),
            ),
            Self::Withheld(server) => Some(format!(
                "the context's key is for {server} and was not shown to another server: give one \
                 for this server with --api-key-file FILE or VORTEX_KEY"
            )),
        }
    }
}

/// Reads a key from a file, or from standard input when `file` is `-`: not from the command line,
/// which every user of the machine can read.
pub(crate) fn read(file: &Path) -> Result<String, Error> {
    let read = match is_stdin(file) {
        true => bounded(io::stdin().lock()),
        false => File::open(file).and_then(bounded),
    };
    read.map_err(|error| {
        Error::Usage(format!(
            "the API key can't be read from {}: {error}",
            file.display()
        ))
    })
}

fn bounded(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    from.take(LIMIT).read_to_string(&mut text)?;
    Ok(text)
}

fn header(text: &str, place: &str) -> Result<Shown, Error> {
    let text = text.trim();
    let value = HeaderValue::try_from(format!("Bearer {text}"));
    let mut value = value.ok().filter(|_| !text.is_empty()).ok_or_else(|| {
        Error::Usage(format!(
            "{place} holds no API key: keys are printable ASCII on one line"
        ))
    })?;
    value.set_sensitive(true);
    Ok(Shown::Key(value))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use vortex_access::ApiKey;

    use super::*;

    const OWN: &str = "https://own.example/vortex";

    fn context(byte: u8) -> Context {
        Context {
            server: Some(OWN.to_owned()),
            api_key: Some(ApiKey::from_random([byte; 10], [byte; 32]).into()),
            ..Context::default()
        }
    }

    fn bearer(context: &Context) -> String {
        format!("Bearer {}", context.api_key.as_ref().unwrap().expose())
    }

    fn shown(source: KeySource<'_>) -> Option<String> {
        let shown = Shown::choose(source).unwrap();
        shown.key().map(|key| key.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_file_beats_a_named_context_beats_the_variable_beats_the_context_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        fs::write(&file, "of-file\n").unwrap();
        let (named, ambient) = (context(1), context(2));
        let server = Url::parse(OWN).unwrap();
        let mut source = KeySource {
            file: Some(&file),
            named: Some(&named),
            variable: Some("of-variable"),
            ambient: Some(&ambient),
            server: &server,
        };
        assert_eq!(shown(source).as_deref(), Some("Bearer of-file"));
        source.file = None;
        assert_eq!(shown(source), Some(bearer(&named)));
        source.named = None;
        assert_eq!(shown(source).as_deref(), Some("Bearer of-variable"));
        source.variable = None;
        assert_eq!(shown(source), Some(bearer(&ambient)));
        source.ambient = None;
        assert_eq!(Shown::choose(source).unwrap(), Shown::Nothing);
    }

    #[test]
    fn the_key_of_a_context_is_not_shown_to_another_server() {
        let held = context(1);
        let server = Url::parse("https://other.example/vortex").unwrap();
        let mut source = KeySource {
            file: None,
            named: Some(&held),
            variable: None,
            ambient: None,
            server: &server,
        };
        assert_eq!(
            Shown::choose(source).unwrap(),
            Shown::Withheld(OWN.to_owned())
        );
        (source.named, source.ambient) = (None, Some(&held));
        let withheld = Shown::choose(source).unwrap();
        assert!(withheld.hint().unwrap().contains(OWN));
        source.variable = Some("of-variable");
        assert_eq!(shown(source).as_deref(), Some("Bearer of-variable"));
    }

    #[test]
    fn what_can_not_be_sent_is_not_repeated() {
        let server = Url::parse(OWN).unwrap();
        let source = KeySource {
            file: None,
            named: None,
            variable: Some("one\ntwo"),
            ambient: None,
            server: &server,
        };
        let error = Shown::choose(source).unwrap_err().to_string();
        assert!(error.contains("VORTEX_KEY holds no API key"), "{error}");
        assert!(!error.contains("two"), "{error}");
    }
}
