//! The file that describes an identity provider.

mod fields;
mod source;

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use vortex_kit::yaml;
use vortex_oidc::{InvalidJwks, InvalidSettings, Verifier};

use super::trust::NoTrust;
use fields::Fields;

pub(super) use source::{Source, is_fetched, read_keys};

/// Bytes of the file.
const MAX_FILE: usize = 1 << 20;

/// An identity provider, as a file describes it. A clone is a pointer.
#[derive(Clone, Debug)]
pub struct Provider(Arc<Described>);

#[derive(Debug)]
pub(super) struct Described {
    pub(super) issuer: String,
    pub(super) verifier: Verifier,
    pub(super) source: Source,
}

/// A file that describes no provider.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", file.display())]
pub struct InvalidProvider {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// It can't be read.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// It is something else.
    #[error("it has more than {MAX_FILE} bytes")]
    TooLarge,
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// It holds no fields.
    #[error("line {0}: fields are expected, as in `issuer: https://id.example.com`")]
    NoFields(usize),
    /// A field that has no meaning here.
    #[error("line {line}: unknown field {name:?}{}", suggestion(.nearest))]
    Unknown {
        /// Where it stands.
        line: usize,
        /// The field as written.
        name: String,
        /// The field it may have meant.
        nearest: Option<String>,
    },
    /// A field that is missing, or is not what it should be.
    #[error("{0}")]
    Field(String),
    /// Fields that can't be meant.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// Two places for keys, or none.
    #[error("give one of `jwks_url` and `jwks_file`: where the provider's keys are")]
    Places,
    /// A place that keys are not fetched from.
    #[error(
        "`jwks_url` must be an https:// URL without a user in it; http:// only to this machine"
    )]
    Url,
    /// An authority for a place that needs none.
    #[error("`jwks_ca` is for a `jwks_url` that begins with https://")]
    NeedlessCa,
    /// Nobody to trust.
    #[error(transparent)]
    Trust(#[from] NoTrust),
    /// No client can be made.
    #[error("the keys can't be fetched: {0}")]
    Client(reqwest::Error),
    /// The file of keys can't be read.
    #[error("{}: cannot be read: {cause}", file.display())]
    KeysAway {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The file of keys holds none.
    #[error("{}: {cause}", file.display())]
    Keys {
        /// The file.
        file: PathBuf,
        /// What it holds instead.
        cause: InvalidJwks,
    },
}

fn suggestion(nearest: &Option<String>) -> String {
    let say = |name| format!("; is {name:?} meant?");
    nearest.as_ref().map(say).unwrap_or_default()
}

impl Provider {
    pub(super) fn described(&self) -> &Arc<Described> {
        &self.0
    }
}

impl FromStr for Provider {
    type Err = InvalidProvider;

    /// Reads the file of this path, as a parser for clap: what is wrong with the file is a wrong
    /// setting.
    fn from_str(path: &str) -> Result<Self, InvalidProvider> {
        let file = PathBuf::from(path);
        match described(&file) {
            Ok(described) => Ok(Self(Arc::new(described))),
            Err(why) => Err(InvalidProvider { file, why }),
        }
    }
}

fn described(file: &Path) -> Result<Described, Why> {
    let Fields { settings, places } = fields::parse(&text(file)?)?;
    let verifier = Verifier::new(&settings)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    Ok(Described {
        source: Source::new(places, folder)?,
        issuer: settings.issuer,
        verifier,
    })
}

fn text(file: &Path) -> Result<String, Why> {
    let mut text = String::new();
    let file = File::open(file).map_err(Why::Read)?;
    let read = file.take(MAX_FILE as u64 + 1).read_to_string(&mut text);
    match read.map_err(Why::Read)? > MAX_FILE {
        true => Err(Why::TooLarge),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_documentation_are_whole() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/oidc");
        let mut read = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            let Fields { settings, places } = fields::parse(&text(&file).unwrap()).unwrap();
            Verifier::new(&settings).unwrap();
            let is_one = places.jwks_url.is_some() != places.jwks_file.is_some();
            assert!(is_one, "{}", file.display());
            read += 1;
        }
        assert!(read >= 3, "{read}");
    }
}
