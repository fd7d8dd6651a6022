//! The documents that a pattern of an ownership stands for, by their paths alone.

use std::fmt;

use vortex_pattern::Pattern;

use super::super::{MediaType, Path, Profile};

/// Documents that have one owner.
///
/// A document's path is all that counts, so that it is the same in every cluster and for every label:
/// `A/P` is the stem `A-P`, `A/default` the stem `A`, `A/**` the stem `A` and all that begin with
/// `A-`. Two patterns that are the same stem are the same documents. The rest is `**`'s: what is no
/// configuration document, and what is in a folder.
///
/// They are ordered so that of those that a document is in, the greatest counts: the one with the
/// longest name, and a stem alone before what begins with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(Kind);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Rest,
    Named {
        length: usize,
        is_alone: bool,
        stem: String,
    },
}

/// A pattern that stands for documents by more than their paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANamespace {
    /// It has a label.
    #[error("who owns a document does not depend on its label: leave the label out")]
    Label,
    /// It has a profile of all applications.
    #[error("`*` with a profile is of all applications: give an application, or `**`")]
    Profile,
}

impl Place {
    /// All that is in no other place.
    pub fn rest() -> Self {
        Self(Kind::Rest)
    }

    /// The documents that a pattern stands for.
    pub fn of(pattern: &Pattern) -> Result<Self, NotANamespace> {
        if pattern.is_everything() {
            return Ok(Self::rest());
        }
        let text = pattern.to_string();
        if text.contains(':') {
            return Err(NotANamespace::Label);
        }
        let (app, profile) = text.split_once('/').unwrap_or((&text, "**"));
        match (app, profile) {
            ("*" | "**", _) => Err(NotANamespace::Profile),
            (app, "*" | "**") => Ok(Self::named(app.to_owned(), false)),
            (app, Profile::DEFAULT) => Ok(Self::named(app.to_owned(), true)),
            (app, profile) => Ok(Self::named(format!("{app}-{profile}"), true)),
        }
    }

    fn named(stem: String, is_alone: bool) -> Self {
        Self(Kind::Named {
            length: stem.len(),
            is_alone,
            stem,
        })
    }

    /// Whether it is all that is in no other place.
    pub fn is_rest(&self) -> bool {
        self.0 == Kind::Rest
    }

    /// Whether a document is in it.
    pub fn has(&self, path: &Path) -> bool {
        match &self.0 {
            Kind::Rest => true,
            Kind::Named { stem, is_alone, .. } => {
                stem_of(path).is_some_and(|given| match given.strip_prefix(stem.as_str()) {
                    Some("") => true,
                    Some(more) => !is_alone && more.starts_with('-'),
                    None => false,
                })
            }
        }
    }

    /// The places that a document is in, greatest first, whether anybody owns them or not.
    pub(super) fn around(path: &Path) -> impl Iterator<Item = Self> {
        let stem = stem_of(path);
        let begins = stem.into_iter().flat_map(|stem| {
            let dashes = stem.rmatch_indices('-').map(|(dash, _)| &stem[..dash]);
            std::iter::once(stem).chain(dashes)
        });
        let alone = stem.map(|stem| Self::named(stem.to_owned(), true));
        let begins = begins.map(|stem| Self::named(stem.to_owned(), false));
        alone.into_iter().chain(begins).chain([Self::rest()])
    }

    /// Whether all documents of another place are in it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Rest, _) => true,
            (Kind::Named { .. }, Kind::Rest) => false,
            (
                Kind::Named { stem, is_alone, .. },
                Kind::Named {
                    stem: other,
                    is_alone: other_alone,
                    ..
                },
            ) => match other.strip_prefix(stem.as_str()) {
                Some("") => !is_alone || *other_alone,
                Some(more) => !is_alone && more.starts_with('-'),
                None => false,
            },
        }
    }
}

/// The stem of a configuration document that is in no folder.
fn stem_of(path: &Path) -> Option<&str> {
    let is_plain = !path.as_str().contains('/') && MediaType::from_path(path.as_str()).is_some();
    is_plain.then(|| path.stem())
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Rest => f.write_str("**"),
            Kind::Named { stem, is_alone, .. } if *is_alone => f.write_str(stem),
            Kind::Named { stem, .. } => write!(f, "{stem} and {stem}-*"),
        }
    }
}
