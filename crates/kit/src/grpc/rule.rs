//! What a method needs of its caller, as its descriptor says.

use prost::DecodeError;
use vortex_access::Role;

use super::{
    descriptors::{Access, File},
    fields::{FieldPath, NoSuchField},
};

/// A role, and where it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    role: Role,
    scope: Scope,
}

/// Where a role is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// For what these fields of the request name.
    Request(Box<Fields>),
    /// For what the handler finds by the request.
    Object,
    /// Anywhere: the handler filters.
    Filtered,
    /// For everything.
    Cluster,
}

/// Where a request names labels, applications and profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    label: FieldPath,
    app: FieldPath,
    profile: FieldPath,
}

/// What a request names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    pub(crate) labels: Vec<&'a str>,
    pub(crate) apps: Vec<&'a str>,
    pub(crate) profiles: Vec<&'a str>,
}

/// An option of a method that says nothing that can be enforced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// It names no role.
    #[error("its option names no role")]
    Role,
    /// It does not say where.
    #[error("its option does not say where the role is needed")]
    Scope,
    /// A field that there is not.
    #[error(transparent)]
    Field(#[from] NoSuchField),
}

/// The label that an empty one means.
const DEFAULT_LABEL: &str = "main";
/// The profile that an empty one means.
const DEFAULT_PROFILE: &str = "default";

impl Rule {
    pub(super) fn read(access: &Access, input: &str, files: &[File]) -> Result<Self, InvalidRule> {
        let scope = match access.scope {
            1 => {
                let find = |path: &str| FieldPath::find(files, input, path);
                Scope::Request(Box::new(Fields {
                    label: find(&access.label)?,
                    app: find(&access.app)?,
                    profile: find(&access.profile)?,
                }))
            }
            2 => Scope::Object,
            3 => Scope::Filtered,
            4 => Scope::Cluster,
            _ => return Err(InvalidRule::Scope),
        };
        let role = role(access.role).ok_or(InvalidRule::Role)?;
        Ok(Self { role, scope })
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether it is needed for everything, and not in a scope that holds what is asked for.
    pub fn is_of_everything(&self) -> bool {
        self.scope == Scope::Cluster
    }

    /// Whether it is judged by fields of the request.
    pub(crate) fn reads_request(&self) -> bool {
        matches!(self.scope, Scope::Request(_))
    }

    /// Whether it is for the handler to judge.
    pub(crate) fn is_left_to_handler(&self) -> bool {
        matches!(self.scope, Scope::Object | Scope::Filtered)
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }
}

fn role(number: i32) -> Option<Role> {
    Some(match number {
        1 => Role::Reader,
        2 => Role::Writer,
        3 => Role::Operator,
        4 => Role::Agent,
        5 => Role::Peer,
        6 => Role::Admin,
        _ => return None,
    })
}

impl Fields {
    /// What a request names, what is left out by its default.
    pub(crate) fn of<'a>(&self, message: &'a [u8]) -> Result<Named<'a>, DecodeError> {
        Ok(Named {
            labels: or_default(self.label.texts(message)?, DEFAULT_LABEL),
            // a request without one is refused by the service; until then it means all
            apps: self.app.texts(message)?,
            profiles: or_default(self.profile.texts(message)?, DEFAULT_PROFILE),
        })
    }
}

fn or_default<'a>(mut texts: Vec<&'a str>, default: &'a str) -> Vec<&'a str> {
    for text in &mut texts {
        if text.is_empty() {
            *text = default;
        }
    }
    if texts.is_empty() {
        texts.push(default);
    }
    texts
}
