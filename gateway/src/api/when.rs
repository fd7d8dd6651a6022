//! Times in requests: a point in time, or how long ago it was.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{
    Deserialize,
    de::{IntoDeserializer, value::Error},
};
use vortex_kit::{clock::Clock, error::Fault};
use vortex_proto::time::timestamp;
use vortex_rest::Span;

/// Tells the time, for requests that name one by how long ago it was.
#[derive(Clone, Debug)]
pub(crate) struct Now(Arc<dyn Clock>);

impl Now {
    /// Tells the time of this clock.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(clock)
    }

    /// The time that a parameter names, if it is given.
    ///
    /// # Errors
    /// Fails with `INVALID_ARGUMENT` if it is neither a time nor a span.
    pub(super) fn moment(
        &self,
        parameter: &'static str,
        given: Option<&str>,
    ) -> Result<Option<prost_types::Timestamp>, Fault> {
        let Some(given) = given.filter(|given| !given.is_empty()) else {
            return Ok(None);
        };
        let time = given.parse().ok().or_else(|| self.ago(given));
        let time = time.ok_or_else(|| {
            let example = "a time such as 2026-11-27T09:30:00Z, or how long ago, such as 30m or 2h";
            Fault::invalid(parameter, format!("{given:?} should be {example}"))
        })?;
        Ok(Some(timestamp(time)))
    }

    fn ago(&self, given: &str) -> Option<Timestamp> {
        let span = Span::deserialize(given.into_deserializer());
        let span = Duration::from(span.map_err(|_: Error| ()).ok()?);
        self.0.now().checked_sub(span).ok()
    }
}

#[cfg(test)]
mod tests {
    use vortex_kit::clock::System;

    use super::*;

    #[test]
    fn a_time_is_given_as_such_or_by_how_long_ago_it_was() {
        let now = Now::new(System::shared());
        let at = now
            .moment("since", Some("1970-01-01T00:00:07Z"))
            .unwrap()
            .unwrap();
        assert_eq!((at.seconds, at.nanos), (7, 0));
        let one = now.moment("since", Some("2h")).unwrap().unwrap();
        let other = now.moment("since", Some("30m")).unwrap().unwrap();
        assert!(one.seconds < other.seconds);
        assert_eq!(now.moment("since", None).unwrap(), None);
        let refused = now.moment("since", Some("soon")).unwrap_err();
        assert!(refused.to_string().contains("30m"), "{refused}");
    }
}
