//! Extractors for handlers. Each refusal is a problem.

mod body;
mod command;
mod conditions;
mod counted;
mod forwarded;
mod idempotency_key;
mod identity;
mod json;
mod media_type;
mod path;
pub(crate) mod percent;
mod query;
mod strict;
mod walk;
pub(crate) mod wording;

pub(crate) use body::read;
pub(crate) use command::{Command, CommandParameters, command_parameters};
pub(crate) use conditions::{IfMatch, IfNoneMatch};
pub(crate) use idempotency_key::IdempotencyKey;
pub(crate) use identity::{IdentityRules, Reader, TakenFrom};
pub(crate) use json::{
    IgnoredFields, Json, LenientJson, parse as parse_json, parse_counting, require_json,
};
pub(crate) use media_type::unsupported;
pub(crate) use path::Path;
pub(crate) use query::{NoQuery, Query, parse_lenient};
pub(crate) use strict::{Strict, name, names};
