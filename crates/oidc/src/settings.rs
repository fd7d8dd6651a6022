//! What a cluster believes of a provider.

use serde::Deserialize;
use vortex_access::{Grant, InvalidGrant, Role, UnknownRole};

use crate::Algorithm;

/// Rules of a mapping.
pub const MAX_RULES: usize = 256;

/// A provider, and what its claims grant. Where its keys are fetched is the fetcher's affair.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What `iss` must be.
    pub issuer: String,
    /// Of these, `aud` must name one.
    pub audience: Vec<String>,
    /// What tokens may be signed with.
    pub algorithms: Vec<Algorithm>,
    /// The claim that names the principal.
    #[serde(default = "subject")]
    pub name: String,
    /// What claims grant; all that match count.
    pub grants: Vec<Rule>,
}

/// Grants a role where a claim has a value.
///
/// A claim is found by its name, or by a path of names with dots between them
/// (`realm_access.roles`). It has the value when it is this text or a list with it; `scope` and
/// `scp` are lists with blanks between (RFC 8693), no other text is taken apart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The claim.
    pub claim: String,
    /// What it must have.
    pub value: String,
    /// What is granted then.
    pub role: String,
    /// Where, said here.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Where, said by a claim: a scope or a list of them. Never `**`: that is said here or nowhere.
    #[serde(default)]
    pub scopes_claim: Option<String>,
}

/// Settings that can't be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// A text or list that must not be empty.
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
    /// More rules than are tried.
    #[error("there are {0} rules under `grants`, at most {MAX_RULES} are allowed")]
    TooMany(usize),
    /// A rule's role.
    #[error("rule {0} under `grants`: {1}")]
    Role(usize, UnknownRole),
    /// A rule's scopes.
    #[error("rule {0} under `grants`: {1}")]
    Grant(usize, InvalidGrant),
    /// A rule with scopes from both places.
    #[error("rule {0} under `grants` has both `scopes` and `scopes_claim`: give one")]
    Both(usize),
    /// Another provider of cryptography was set for the process.
    #[error("another provider of cryptography for tokens is set in this process")]
    Provider,
}

/// A rule, read.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) claim: String,
    pub(crate) value: String,
    pub(crate) gives: Gives,
}

#[derive(Clone, Debug)]
pub(crate) enum Gives {
    Grant(Grant),
    ScopesOf { role: Role, claim: String },
}

fn subject() -> String {
    "sub".to_owned()
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), InvalidSettings> {
        let is_blank = |texts: &[String]| texts.is_empty() || texts.iter().any(String::is_empty);
        for (what, is_empty) in [
            ("issuer", self.issuer.is_empty()),
            ("audience", is_blank(&self.audience)),
            ("algorithms", self.algorithms.is_empty()),
            ("name", self.name.is_empty()),
            ("grants", self.grants.is_empty()),
        ] {
            if is_empty {
                return Err(InvalidSettings::Empty(what));
            }
        }
        match self.grants.len() {
            many if many > MAX_RULES => Err(InvalidSettings::TooMany(many)),
            _ => Ok(()),
        }
    }

    pub(crate) fn mappings(&self) -> Result<Vec<Mapping>, InvalidSettings> {
        let rules = self.grants.iter().enumerate();
        rules.map(|(index, rule)| rule.read(index + 1)).collect()
    }
}

impl Rule {
    fn read(&self, number: usize) -> Result<Mapping, InvalidSettings> {
        let role = self.role.parse();
        let role: Role = role.map_err(|error| InvalidSettings::Role(number, error))?;
        if self.claim.is_empty() {
            return Err(InvalidSettings::Empty("claim"));
        }
        if self.value.is_empty() {
            return Err(InvalidSettings::Empty("value"));
        }
        let gives = match (&self.scopes_claim, self.scopes.is_empty()) {
            (Some(_), false) => return Err(InvalidSettings::Both(number)),
            (Some(claim), true) => Gives::ScopesOf {
                role,
                claim: claim.clone(),
            },
            (None, _) => {
                let grant = Grant::parse(role, self.scopes.iter().map(String::as_str));
                Gives::Grant(grant.map_err(|error| InvalidSettings::Grant(number, error))?)
            }
        };
        Ok(Mapping {
            claim: self.claim.clone(),
            value: self.value.clone(),
            gives,
        })
    }
}
