//! Parses sketches of milliseconds.

use vortex_proto::rollout::v1::DdSketch;
use vortex_service::sketch::{self, Unusable};
use vortex_sketch::Sketch;

use crate::domain::{Invalid, Why};

/// A sketch of latencies.
pub(super) fn sketch(given: &DdSketch) -> Result<Sketch, Invalid> {
    let read = sketch::of_milliseconds(given);
    read.map_err(|error| Invalid::new(error.field(), Why::from(error)))
}

impl From<Unusable> for Why {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Negative => Self::Negative,
            Unusable::NoMapping => Self::Missing,
            Unusable::Interpolation(given) => Self::Unknown(given),
            Unusable::Invalid(why) => Self::Sketch(why),
        }
    }
}
