//! Parses sketches of milliseconds.

use vortex_proto::rollout::v1::{self as pb, index_mapping::Interpolation as Given};
use vortex_sketch::{Interpolation, Mapping, Parts, Sketch};

use crate::domain::{Invalid, Why};

/// Seconds of a millisecond.
const MILLISECOND: f64 = 1e-3;

/// A sketch of latencies.
pub(super) fn sketch(given: &pb::DdSketch) -> Result<Sketch, Invalid> {
    if let Some(negative) = &given.negative_values {
        let counts = negative.bin_counts.values();
        let mut counts = counts.chain(&negative.contiguous_bin_counts);
        // NaN is refused, too
        if counts.any(|count| *count != 0.0) {
            return Err(Invalid::new("sketch.negative_values", Why::Negative));
        }
    }
    let mapping = given.mapping.as_ref();
    let mapping = mapping.ok_or_else(|| Invalid::new("sketch.mapping", Why::Missing))?;
    let mut parts = Parts {
        unit: MILLISECOND,
        mapping: self::mapping(mapping)?,
        contiguous: Vec::new(),
        contiguous_first: 0,
        sparse: Vec::new(),
        zero: given.zero_count,
    };
    if let Some(positive) = &given.positive_values {
        parts.contiguous.clone_from(&positive.contiguous_bin_counts);
        parts.contiguous_first = positive.contiguous_bin_index_offset;
        parts.sparse = positive
            .bin_counts
            .iter()
            .map(|(bin, count)| (*bin, *count))
            .collect();
    }
    Sketch::from_parts(&parts).map_err(|why| Invalid::new("sketch", why))
}

fn mapping(given: &pb::IndexMapping) -> Result<Mapping, Invalid> {
    let interpolation = match Given::try_from(given.interpolation) {
        Ok(Given::None) => Interpolation::None,
        Ok(Given::Linear) => Interpolation::Linear,
        Ok(Given::Quadratic) => Interpolation::Quadratic,
        Ok(Given::Cubic) => Interpolation::Cubic,
        Err(_) => {
            let why = Why::Unknown(given.interpolation);
            return Err(Invalid::new("sketch.mapping.interpolation", why));
        }
    };
    Ok(Mapping {
        gamma: given.gamma,
        index_offset: given.index_offset,
        interpolation,
    })
}
