//! Extractors for handlers. Each refusal is a problem.

mod body;
mod command;
mod conditions;
mod forwarded;
mod json;
mod media_type;
mod path;
mod query;
mod reader;
mod request_id;
mod strict;

pub(crate) use body::{Drained, read};
pub(crate) use command::{Command, Or};
pub(crate) use conditions::{IfMatch, IfNoneMatch};
pub(crate) use json::{Json, LenientJson};
pub(crate) use media_type::unsupported;
pub(crate) use path::Path;
pub(crate) use query::{NoQuery, Query};
pub(crate) use reader::{Identities, Reader, TakenFrom};
pub(crate) use request_id::IdempotencyKey;
pub(crate) use strict::Strict;
