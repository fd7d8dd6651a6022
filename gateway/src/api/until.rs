//! The end of something, as callers write it.

use std::time::Duration;

use jiff::Timestamp;
use vortex_kit::error::Fault;
use vortex_proto::time;

/// When something ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Until {
    At(Timestamp),
    /// So long after it began.
    After(Duration),
}

impl Until {
    /// Reads the end that is given in `field`: a time, or a span.
    pub(super) fn parse(field: &str, text: &str) -> Result<Self, Fault> {
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        let span = humantime::parse_duration(text);
        span.map(Self::After).map_err(|_| {
            let shown = vortex_names::Excerpt::of(text);
            let why = format!(
                "{shown:?} is neither a time such as 2026-01-02T03:04:05Z nor a span such as 2h"
            );
            Fault::invalid(field, why)
        })
    }

    /// The time or the span, one of which is given.
    pub(super) fn to_proto(
        self,
    ) -> (
        Option<prost_types::Timestamp>,
        Option<prost_types::Duration>,
    ) {
        match self {
            Self::At(at) => (Some(time::timestamp(at)), None),
            Self::After(span) => (None, Some(time::duration(span))),
        }
    }
}
