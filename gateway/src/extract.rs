//! What handlers take from requests, each refusal a problem.

mod body;
mod conditions;
mod json;
mod path;
mod query;
mod request_id;

pub(crate) use body::{Drained, read};
pub(crate) use conditions::{IfMatch, IfNoneMatch};
pub(crate) use json::{Json, OptionalJson};
pub(crate) use path::Path;
pub(crate) use query::Query;
pub(crate) use request_id::IdempotencyKey;
