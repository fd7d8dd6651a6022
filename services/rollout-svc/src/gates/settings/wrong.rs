//! What is wrong with the file.

use std::{io, path::PathBuf};

use vortex_kit::{settings::InvalidDuration, yaml};

use crate::gates::hosts::InvalidHost;

/// A file that can't be meant.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", file.display())]
pub struct InvalidGates {
    /// The file.
    pub(super) file: PathBuf,
    /// What is wrong with it.
    pub(super) why: Why,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Why {
    /// It can't be read.
    #[error(transparent)]
    File(#[from] Unreadable),
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// Something in it can't be meant.
    #[error("line {line}: {what}")]
    Line {
        /// Where it stands.
        line: usize,
        /// What is wrong there.
        what: Wrong,
    },
}

/// A file that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be read: {cause}", file.display())]
pub(crate) struct Unreadable {
    /// The file.
    pub file: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

/// What is wrong in a line of a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Wrong {
    /// There is nobody to ask.
    #[error("`providers` or `webhooks` is expected")]
    Nothing,
    /// There are more than can be asked.
    #[error("more than 16 providers")]
    TooMany,
    /// A field that has no meaning here.
    #[error("unknown field {name:?}{}", suggestion(.nearest))]
    Unknown {
        /// The field as written.
        name: String,
        /// The field that it may have meant.
        nearest: Option<String>,
    },
    /// A field that must be there.
    #[error("what begins here has no `{0}`")]
    Missing(&'static str),
    /// A field that is a mapping, or a list, and should be a text.
    #[error("`{0}` takes one value")]
    NotText(&'static str),
    /// A field that should be a list of texts.
    #[error("`{0}` takes a list of values")]
    NotTexts(&'static str),
    /// A field that should be a list of mappings.
    #[error("`{0}` takes a list, each item with its fields")]
    NotList(&'static str),
    /// A field that should be a mapping.
    #[error("`{0}` takes fields")]
    NotMapping(&'static str),
    /// A name that doesn't fit metrics.
    #[error("a name has 1 to 32 of a-z, 0-9 and -, and begins with a letter")]
    Name,
    /// A name of two providers.
    #[error("there is another provider of this name")]
    NameTwice,
    /// A place that can't be asked.
    #[error("the URL must begin with https:// or http://, without a user or a query in it")]
    Url,
    /// Credentials that others could read.
    #[error("credentials are sent over https only, or within this machine")]
    InClear,
    /// Credentials of two kinds, or half of one.
    #[error("give `token_file`, or `username` and `password_file`, or neither")]
    Credentials,
    /// A secret that is none.
    #[error("a secret has {least} to 4096 bytes in one line, and no control characters")]
    Secret {
        /// The fewest bytes.
        least: usize,
    },
    /// An authority for a place that needs none.
    #[error("`ca` is for a URL that begins with https://")]
    NeedlessCa,
    /// A time that is not allowed.
    #[error("a timeout is from 100ms to 60s")]
    Timeout,
    /// A time that is none.
    #[error(transparent)]
    Duration(#[from] InvalidDuration),
    /// A host that is none.
    #[error(transparent)]
    Host(#[from] InvalidHost),
    /// A list of hosts that is empty or too long.
    #[error("`hosts` names 1 to 64 hosts")]
    Hosts,
    /// A file that it names.
    #[error(transparent)]
    File(#[from] Unreadable),
    /// Nobody to trust.
    #[error(transparent)]
    Trust(#[from] vortex_tls::Error),
    /// No client can be made.
    #[error("it can't be called: {0}")]
    Client(reqwest::Error),
}

fn suggestion(nearest: &Option<String>) -> String {
    let say = |name| format!("; is {name:?} meant?");
    nearest.as_ref().map(say).unwrap_or_default()
}

impl Wrong {
    pub(super) fn at(self, line: usize) -> Why {
        Why::Line { line, what: self }
    }
}
