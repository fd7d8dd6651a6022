//! Names. Each is validated once, when it is parsed.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use vortex_names::check;

pub(crate) use vortex_names::InvalidName;

/// Bytes of a split's id.
const MAX_SPLIT: usize = 64;
/// Bytes of a cluster's id.
const MAX_CLUSTER: usize = 64;
/// Bytes of a path.
const MAX_PATH: usize = 1024;

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
    check::app
);
name!(
    /// A profile: letters, digits, `.`, `_`, `-`.
    Profile,
    check::profile
);
name!(
    /// A label. Sources may feed labels that the API can't write to, see [`Label::check_writable`].
    Label,
    check::label
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
    /// A cluster's id: letters, digits, `.`, `_`, `-`, 64 bytes at most.
    ClusterId,
    check_cluster
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

impl ClusterId {
    /// The cluster that a log is of, as long as it has no other name.
    pub const LOCAL: &'static str = "local";

    /// Whether it is the name that a cluster has of itself before it is given one. In the records of
    /// a log it always means the cluster that the log is of.
    pub fn is_local(&self) -> bool {
        self.as_str() == Self::LOCAL
    }
}

impl Default for ClusterId {
    fn default() -> Self {
        Self::trusted(Self::LOCAL)
    }
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
        let plain = self.0.bytes().all(|b| check::is_plain(b) || b == b'/');
        let parts = self.0.split('/').all(|part| !part.is_empty());
        if !plain || !parts {
            return check::malformed(
                what,
                &self.0,
                "letters, digits, '.', '_', '-' and '/' between parts",
            );
        }
        let first = self.0.split('/').next().unwrap_or_default();
        check::not_reserved(what, first)
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
            return check::malformed(
                what,
                &self.0,
                "it must end in .yml, .yaml, .json or .properties",
            );
        };
        check::plain(what, self.stem())?;
        check::not_reserved(what, self.stem())?;
        Ok(media_type)
    }
}

fn check_version(given: &str) -> Result<(), InvalidName> {
    check::plain("version", given)
}

fn check_source(given: &str) -> Result<(), InvalidName> {
    check::plain("source", given)
}

fn check_cluster(given: &str) -> Result<(), InvalidName> {
    check::length("cluster", given, MAX_CLUSTER)?;
    check::plain("cluster", given)
}

fn check_split(given: &str) -> Result<(), InvalidName> {
    check::length("id", given, MAX_SPLIT)?;
    check::plain("id", given)
}

fn check_path(given: &str) -> Result<(), InvalidName> {
    check::relative("path", given, MAX_PATH)
}
