//! Names. Each is validated once, when it is parsed.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

/// Bytes of an application's, profile's or version's name.
const MAX_NAME: usize = 128;
/// Bytes of a split's id.
const MAX_SPLIT: usize = 64;
/// Bytes of a label.
const MAX_LABEL: usize = 256;
/// Bytes of a path.
const MAX_PATH: usize = 1024;

/// Why a name is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The name is empty.
    #[error("{what} must not be empty")]
    Empty {
        /// The field.
        what: &'static str,
    },
    /// The name is too long.
    #[error("{what} has {bytes} bytes, at most {limit} are allowed")]
    TooLong {
        /// The field.
        what: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// The most bytes allowed.
        limit: usize,
    },
    /// The name has a character or part that is not allowed.
    #[error("{what} {given:?} is not valid: {rule}")]
    Malformed {
        /// The field.
        what: &'static str,
        /// The given name.
        given: String,
        /// The rule for valid names.
        rule: &'static str,
    },
    /// The name is reserved for our own routes.
    #[error("{what} {given:?} is reserved")]
    Reserved {
        /// The field.
        what: &'static str,
        /// The given name.
        given: String,
    },
}

impl InvalidName {
    /// The name of the invalid field in requests.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Empty { what }
            | Self::TooLong { what, .. }
            | Self::Malformed { what, .. }
            | Self::Reserved { what, .. } => what,
        }
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes a name from the store, which was validated before it was stored.
            pub fn trusted(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(given: &str) -> Result<Self, InvalidName> {
                $check(given)?;
                Ok(Self(given.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name!(
    /// An application: letters, digits, `.`, `_`, `-`; not reserved.
    App,
    check_app
);
name!(
    /// A profile: letters, digits, `.`, `_`, `-`.
    Profile,
    check_profile
);
name!(
    /// A label. Sources may feed labels that the API can't write to, see [`Label::check_writable`].
    Label,
    check_label
);
name!(
    /// The name of a change set, and of the versions it wrote.
    VersionName,
    check_version
);
name!(
    /// A document's path on its label: relative, with `/` between folders.
    Path,
    check_path
);
name!(
    /// A source's name.
    SourceName,
    check_source
);
name!(
    /// A split's id, which is that of the rollout that moves it.
    SplitId,
    check_split
);

impl App {
    /// The application that all others inherit from.
    pub const SHARED: &'static str = "application";
}

impl Profile {
    /// The profile of readers that name none.
    pub const DEFAULT: &'static str = "default";

    /// `default`.
    pub fn default_profile() -> Self {
        Self::trusted(Self::DEFAULT)
    }
}

impl Label {
    /// The label of readers that name none.
    pub const MAIN: &'static str = "main";
    /// The label that `main` stands for when only a source's `master` exists.
    pub const MASTER: &'static str = "master";

    /// `main`.
    pub fn main() -> Self {
        Self::trusted(Self::MAIN)
    }

    /// Checks whether the API may write to a label of this name.
    pub fn check_writable(&self) -> Result<(), InvalidName> {
        let what = "label";
        let plain = self.0.bytes().all(|b| plain_byte(b) || b == b'/');
        let parts = self.0.split('/').all(|part| !part.is_empty());
        if !plain || !parts {
            return malformed(
                what,
                &self.0,
                "letters, digits, '.', '_', '-' and '/' between parts",
            );
        }
        let first = self.0.split('/').next().unwrap_or_default();
        not_reserved(what, first)
    }
}

/// The application and profile that a document was written for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppProfile {
    /// The application.
    pub app: App,
    /// The profile.
    pub profile: Profile,
}

impl AppProfile {
    /// The file name without its extension.
    pub fn stem(&self) -> String {
        if self.profile.as_str() == Profile::DEFAULT {
            self.app.to_string()
        } else {
            format!("{}-{}", self.app, self.profile)
        }
    }
}

/// The formats that documents can be written in through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `application/yaml`, `.yml`.
    Yaml,
    /// `application/json`, `.json`.
    Json,
    /// `text/x-java-properties`, `.properties`.
    Properties,
}

impl MediaType {
    /// All formats, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Properties, Self::Yaml, Self::Json];

    /// The IANA name, or the common one if there is none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "application/yaml",
            Self::Json => "application/json",
            Self::Properties => "text/x-java-properties",
        }
    }

    /// The extension of new documents, with its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Yaml => ".yml",
            Self::Json => ".json",
            Self::Properties => ".properties",
        }
    }

    /// Parses the media type of a request; parameters such as `charset` are ignored.
    pub fn from_mime(mime: &str) -> Option<Self> {
        let essence = mime.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml" => {
                Some(Self::Yaml)
            }
            "application/json" => Some(Self::Json),
            "text/x-java-properties" | "text/x-properties" => Some(Self::Properties),
            _ => None,
        }
    }

    /// The media type of a path, by its extension.
    pub fn from_path(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        match extension {
            "yml" | "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "properties" => Some(Self::Properties),
            _ => None,
        }
    }
}

impl Path {
    /// The path without folders.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The path without its extension.
    pub fn stem(&self) -> &str {
        vortex_names::stem(&self.0)
    }

    /// Checks whether the API may write to a path: it must be a configuration document in no
    /// folder.
    pub fn check_writable(&self) -> Result<MediaType, InvalidName> {
        let what = "path";
        let Some(media_type) = MediaType::from_path(&self.0) else {
            return malformed(
                what,
                &self.0,
                "it must end in .yml, .yaml, .json or .properties",
            );
        };
        check_plain(what, self.stem())?;
        not_reserved(what, self.stem())?;
        Ok(media_type)
    }
}

fn check_app(given: &str) -> Result<(), InvalidName> {
    check_plain("app", given)?;
    not_reserved("app", given)
}

fn check_profile(given: &str) -> Result<(), InvalidName> {
    check_plain("profile", given)
}

fn check_version(given: &str) -> Result<(), InvalidName> {
    check_plain("version", given)
}

fn check_source(given: &str) -> Result<(), InvalidName> {
    check_plain("source", given)
}

fn check_split(given: &str) -> Result<(), InvalidName> {
    check_length("id", given, MAX_SPLIT)?;
    check_plain("id", given)
}

fn check_label(given: &str) -> Result<(), InvalidName> {
    check_relative("label", given, MAX_LABEL)?;
    // it stands between labels where readers name several
    if given.contains(',') {
        return malformed(
            "label",
            given,
            "it must not contain ',', which separates labels",
        );
    }
    Ok(())
}

fn check_path(given: &str) -> Result<(), InvalidName> {
    check_relative("path", given, MAX_PATH)
}

fn check_plain(what: &'static str, given: &str) -> Result<(), InvalidName> {
    check_length(what, given, MAX_NAME)?;
    if given.bytes().all(plain_byte) && given != "." && given != ".." {
        Ok(())
    } else {
        malformed(what, given, "letters, digits, '.', '_' and '-'")
    }
}

fn check_relative(what: &'static str, given: &str, limit: usize) -> Result<(), InvalidName> {
    check_length(what, given, limit)?;
    let parts_stay_inside = given
        .split('/')
        .all(|part| !matches!(part, "" | "." | ".."));
    let no_surprises = !given.chars().any(|c| c.is_control() || c == '\\');
    if parts_stay_inside && no_surprises {
        Ok(())
    } else {
        malformed(
            what,
            given,
            "it must be relative, without '.', '..' or empty parts",
        )
    }
}

fn check_length(what: &'static str, given: &str, limit: usize) -> Result<(), InvalidName> {
    match given.len() {
        0 => Err(InvalidName::Empty { what }),
        bytes if bytes > limit => Err(InvalidName::TooLong { what, bytes, limit }),
        _ => Ok(()),
    }
}

fn not_reserved(what: &'static str, given: &str) -> Result<(), InvalidName> {
    if vortex_names::is_reserved(given) {
        Err(InvalidName::Reserved {
            what,
            given: given.into(),
        })
    } else {
        Ok(())
    }
}

fn malformed<T>(what: &'static str, given: &str, rule: &'static str) -> Result<T, InvalidName> {
    Err(InvalidName::Malformed {
        what,
        given: given.chars().take(MAX_NAME).collect(),
        rule,
    })
}

fn plain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}
