//! Reads sketches of latencies, in milliseconds, as reports hold them.

use vortex_proto::rollout::v1::{DdSketch, IndexMapping, index_mapping::Interpolation as Given};
use vortex_sketch::{Interpolation, InvalidSketch, Mapping, Parts, Sketch};

/// Seconds of a millisecond.
const MILLISECOND: f64 = 1e-3;

/// Why a sketch can't be used.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Unusable {
    /// It counts values below zero.
    #[error("no latency is below zero")]
    Negative,
    /// It does not say which values its bins are for.
    #[error("it is required: without it the bins mean nothing")]
    NoMapping,
    /// Its bins are divided in a way that is not known.
    #[error("{0} is not a known interpolation")]
    Interpolation(i32),
    /// Its bins can't be used.
    #[error(transparent)]
    Invalid(#[from] InvalidSketch),
}

impl Unusable {
    /// The field that is wrong, from the message that has the sketch.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Negative => "sketch.negative_values",
            Self::NoMapping => "sketch.mapping",
            Self::Interpolation(_) => "sketch.mapping.interpolation",
            Self::Invalid(_) => "sketch",
        }
    }
}

/// A sketch of latencies that is given in milliseconds.
///
/// # Errors
/// It can't be used.
pub fn of_milliseconds(given: &DdSketch) -> Result<Sketch, Unusable> {
    if has_negative(given) {
        return Err(Unusable::Negative);
    }
    let mapping = given.mapping.as_ref().ok_or(Unusable::NoMapping)?;
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
        let sparse = positive.bin_counts.iter();
        parts.sparse = sparse.map(|(bin, count)| (*bin, *count)).collect();
    }
    Ok(Sketch::from_parts(&parts)?)
}

fn has_negative(given: &DdSketch) -> bool {
    let Some(negative) = &given.negative_values else {
        return false;
    };
    let counts = negative.bin_counts.values();
    let mut counts = counts.chain(&negative.contiguous_bin_counts);
    // NaN is refused, too
    counts.any(|count| *count != 0.0)
}

fn mapping(given: &IndexMapping) -> Result<Mapping, Unusable> {
    let interpolation = match Given::try_from(given.interpolation) {
        Ok(Given::None) => Interpolation::None,
        Ok(Given::Linear) => Interpolation::Linear,
        Ok(Given::Quadratic) => Interpolation::Quadratic,
        Ok(Given::Cubic) => Interpolation::Cubic,
        Err(_) => return Err(Unusable::Interpolation(given.interpolation)),
    };
    Ok(Mapping {
        gamma: given.gamma,
        index_offset: given.index_offset,
        interpolation,
    })
}
