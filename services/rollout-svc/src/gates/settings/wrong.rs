//! What is wrong with the file.

use std::path::PathBuf;

use vortex_kit::{
    settings::{InvalidDuration, Unreadable},
    yaml::{self, FieldError},
};

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
    /// A field that it does not know, or that is not what it should be.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Something in it can't be meant.
    #[error("line {line}: {what}")]
    Line {
        /// Where it stands.
        line: usize,
        /// What is wrong there.
        what: Wrong,
    },
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

impl Wrong {
    pub(super) fn at(self, line: usize) -> Why {
        Why::Line { line, what: self }
    }
}
