//! Resolves the placeholders of files from the configuration of their reader.

use crate::{error::unresolvable, views::Rendered};
use bytes::Bytes;
use std::sync::Arc;
use vortex_kit::{compute::Compute, error::Fault};
use vortex_spring::{
    Budget, Limits,
    flat::{FlatSource, Lookup},
    placeholders::{self, Error},
};

/// The largest text that is resolved on the calling thread, in bytes.
const AT_ONCE: usize = 64 << 10;

/// Whether there may be placeholders. Anything but text has none.
pub(super) fn has_placeholders(stored: &[u8]) -> bool {
    std::str::from_utf8(stored).is_ok_and(|text| text.contains("${"))
}

/// Replaces the placeholders of a text, on a compute thread if that takes longer.
pub(super) async fn resolve(
    compute: &Compute,
    rendered: &Arc<Rendered>,
    stored: Bytes,
) -> Result<Bytes, Fault> {
    if stored.len() <= AT_ONCE && !rendered.is_large() {
        match resolve_within(rendered, &stored, Limits::AT_ONCE, &|| false) {
            Err(Error::Spent(_)) => {}
            resolved => return resolved.map_err(|error| unresolvable(&error)),
        }
    }
    let rendered = rendered.clone();
    let resolved = compute.run(move |waiting| {
        resolve_within(&rendered, &stored, Limits::ANSWER, &|| waiting.gave_up())
    });
    resolved.await?.map_err(|error| unresolvable(&error))
}

fn resolve_within(
    rendered: &Rendered,
    stored: &Bytes,
    limits: Limits,
    gave_up: &dyn Fn() -> bool,
) -> Result<Bytes, Error> {
    let Ok(text) = std::str::from_utf8(stored) else {
        return Ok(stored.clone());
    };
    let documents = rendered.documents();
    let sources: Vec<FlatSource<'_>> = documents.map(|(_, document)| document.into()).collect();
    let lookup = Lookup::new(&sources);
    let mut budget = Budget::new(limits, gave_up);
    let resolved = placeholders::resolve(text, |name| lookup.get(name), &mut budget)?;
    Ok(resolved.into())
}
