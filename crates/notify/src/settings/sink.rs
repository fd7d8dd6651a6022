//! A sink.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use jiff::Timestamp;
use ring::hmac::Key;
use rustls::ClientConfig;
use vortex_kit::{
    settings::small_file,
    yaml::{Fields, Misfit, Text},
};
use vortex_pattern::Pattern;
use vortex_tls::ClientFiles;

use super::{Why, Wrong, files, url::Place};
use crate::{Event, format::Format, kinds::Kinds, sender, signature};

/// The fields of a sink.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "url",
    "url_file",
    "ca",
    "format",
    "secret_file",
    "events",
    "apps",
];
/// Bytes of a secret.
const SECRET: std::ops::RangeInclusive<usize> = 16..=1_024;

/// A sink: who is told, of what, and how.
#[derive(Clone)]
pub(crate) struct Sink {
    /// Its name, which is unique.
    pub(crate) name: String,
    pub(crate) url: Place,
    pub(crate) format: Format,
    /// What requests are signed with, if they are.
    pub(crate) key: Option<Key>,
    pub(crate) http: reqwest::Client,
    /// The events that it wants; all if none are named.
    events: Vec<Kinds>,
    /// What they concern; anything if nothing is named.
    apps: Vec<Pattern>,
    /// The files that hold its secrets.
    secrets: Vec<PathBuf>,
}

impl Sink {
    pub(super) fn new(fields: &mut Fields, folder: &Path) -> Result<Self, Why> {
        let mut secrets = Vec::new();
        let name = name(fields)?;
        let format = format(fields)?;
        let line = fields.line();
        let url = place(fields, folder, &mut secrets)?;
        let key = key(fields, folder, format, &mut secrets)?;
        let config = trust(fields, folder, &url)?;
        Ok(Self {
            http: sender::client(url.reveal(), config)
                .map_err(|error| Wrong::Client(error).at(line))?,
            name,
            url,
            format,
            key,
            events: patterns(fields, "events")?,
            apps: patterns(fields, "apps")?,
            secrets,
        })
    }

    /// Whether it is to be told of an event.
    pub(crate) fn wants(&self, event: &Event) -> bool {
        let is_wanted = |kinds: &Kinds| kinds.takes(event.kind);
        let concerns = |pattern: &Pattern| event.concerns(pattern);
        (self.events.is_empty() || self.events.iter().any(is_wanted))
            && (self.apps.is_empty() || self.apps.iter().any(concerns))
    }

    /// Warns if others can read its secrets.
    pub(crate) fn warn_of_readers(&self) {
        for file in self.secrets.iter().filter(|file| files::is_open(file)) {
            let (sink, file) = (&self.name, file.display());
            tracing::warn!(sink, %file, "others can read the sink's secret: chmod 600");
        }
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink")
            .field("name", &self.name)
            .field("url", &self.url)
            .field("format", &self.format)
            .field("is_signed", &self.key.is_some())
            .field("events", &self.events)
            .field("apps", &self.apps)
            .finish_non_exhaustive()
    }
}

fn name(fields: &mut Fields) -> Result<String, Why> {
    fields.name("name").map_err(|error| match error.why {
        Misfit::Missing(name) => Wrong::Missing(name).at(error.line),
        _ => Why::from(error),
    })
}

fn format(fields: &mut Fields) -> Result<Format, Why> {
    let Some(Text { line, text: given }) = fields.text("format")? else {
        return Ok(Format::Webhook);
    };
    Format::named(&given).ok_or_else(|| Wrong::Format { given }.at(line))
}

fn place(fields: &mut Fields, folder: &Path, secrets: &mut Vec<PathBuf>) -> Result<Place, Why> {
    let (line, given) = match (fields.text("url")?, fields.text("url_file")?) {
        (Some(url), None) => (url.line, url.text),
        (None, Some(file)) => (file.line, secret(&file, folder, secrets)?),
        (None, None) => return Err(Wrong::Places.at(fields.line())),
        (Some(_), Some(second)) => return Err(Wrong::Places.at(second.line)),
    };
    Place::parse(given.trim()).ok_or_else(|| Wrong::Url.at(line))
}

/// What a file holds that is a secret.
fn secret(named: &Text, folder: &Path, secrets: &mut Vec<PathBuf>) -> Result<String, Why> {
    let file = folder.join(&named.text);
    let text = small_file(&file).map_err(|error| Wrong::from(error).at(named.line))?;
    secrets.push(file);
    Ok(text)
}

fn key(
    fields: &mut Fields,
    folder: &Path,
    format: Format,
    secrets: &mut Vec<PathBuf>,
) -> Result<Option<Key>, Why> {
    let Some(file) = fields.text("secret_file")? else {
        return Ok(None);
    };
    if format == Format::Slack {
        return Err(Wrong::NeedlessSecret.at(file.line));
    }
    let text = secret(&file, folder, secrets)?;
    let secret = text.trim();
    match SECRET.contains(&secret.len()) && !secret.contains('\n') {
        true => Ok(Some(signature::key(secret.as_bytes()))),
        false => Err(Wrong::Secret.at(file.line)),
    }
}

/// TLS that trusts the authorities in a file of PEM, or those of the machine.
fn trust(fields: &mut Fields, folder: &Path, url: &Place) -> Result<ClientConfig, Why> {
    let line = fields.line();
    let ca = fields.text("ca")?;
    if !url.is_https() {
        return match ca {
            Some(ca) => Err(Wrong::NeedlessCa.at(ca.line)),
            None => vortex_tls::trusting_nobody().map_err(|error| Wrong::from(error).at(line)),
        };
    }
    let line = ca.as_ref().map_or(line, |ca| ca.line);
    let files = ClientFiles {
        ca: ca.map(|ca| folder.join(ca.text)),
        ..ClientFiles::default()
    };
    let config = files.config(Timestamp::now());
    config.map_err(|error| Wrong::from(error).at(line))
}

fn patterns<T>(fields: &mut Fields, name: &'static str) -> Result<Vec<T>, Why>
where
    T: FromStr,
    Wrong: From<T::Err>,
{
    let line = fields.line_of(name);
    let given = fields.one_or_more(name)?;
    if given.as_ref().is_some_and(Vec::is_empty) {
        return Err(Wrong::Empty(name).at(line));
    }
    let given = given.unwrap_or_default();
    let patterns = given.into_iter().map(|Text { line, text }| {
        let parsed = text.parse().map_err(Wrong::from);
        parsed.map_err(|wrong| wrong.at(line))
    });
    patterns.collect()
}
