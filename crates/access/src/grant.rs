//! A role, and where it holds.

use std::{fmt, sync::Arc};

use vortex_pattern::{InvalidPattern, Pattern};

use crate::Role;

/// Scopes of a grant.
pub const MAX_SCOPES: usize = 64;

/// A role within some namespaces.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    role: Role,
    scopes: Arc<[Pattern]>,
}

/// Scopes that make no grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrant {
    /// None, so that it would allow nothing.
    #[error("a role needs at least one scope, such as `payments/**`, or `**` for everything")]
    NoScopes,
    /// More than any grant may have.
    #[error("{0} scopes are given, at most {MAX_SCOPES} are allowed")]
    TooMany(usize),
    /// One that is not valid.
    #[error("the scope is not valid: {0}")]
    Scope(#[from] InvalidScope),
}

/// A text that is not a valid scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScope {
    /// It is not a pattern.
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
    /// It is everything, though not written so.
    #[error("it matches everything: write `**` if that is meant")]
    Everything,
}

/// Reads a scope: a pattern that is everything only when it says so by being `**`. `*`, and what
/// is left of `$TEAM*` when there is no team, are mistakes that cost too much.
///
/// # Errors
/// It is not a pattern, or everything by accident.
pub fn scope(given: &str) -> Result<Pattern, InvalidScope> {
    let pattern: Pattern = given.parse()?;
    match pattern.is_everything() && given != "**" {
        true => Err(InvalidScope::Everything),
        false => Ok(pattern),
    }
}

impl Grant {
    /// A role within these scopes.
    ///
    /// # Errors
    /// There is none, or more than [`MAX_SCOPES`].
    pub fn new(role: Role, scopes: impl Into<Arc<[Pattern]>>) -> Result<Self, InvalidGrant> {
        let scopes = scopes.into();
        match scopes.len() {
            0 => Err(InvalidGrant::NoScopes),
            many if many > MAX_SCOPES => Err(InvalidGrant::TooMany(many)),
            _ => Ok(Self { role, scopes }),
        }
    }

    /// A role within the scopes that texts name.
    ///
    /// # Errors
    /// As [`Grant::new`] and [`scope()`].
    pub fn parse<'a>(
        role: Role,
        scopes: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, InvalidGrant> {
        let scopes = scopes.into_iter().map(scope);
        Self::new(role, scopes.collect::<Result<Vec<_>, _>>()?)
    }

    /// A role everywhere.
    pub fn everywhere(role: Role) -> Self {
        Self {
            role,
            scopes: Arc::new([Pattern::everything()]),
        }
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Where it holds; at least one.
    pub fn scopes(&self) -> &[Pattern] {
        &self.scopes
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on", self.role)?;
        for (index, scope) in self.scopes.iter().enumerate() {
            let separator = if index == 0 { " " } else { ", " };
            write!(f, "{separator}{scope}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
