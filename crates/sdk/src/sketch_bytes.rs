//! A sketch of latencies as the protobuf that DDSketch libraries of all languages read
//! (`vortex.rollout.v1.DDSketch`), written by hand: it is four fields.

use vortex_sketch::{Mapping, Parts, Sketch};

const VARINT: u8 = 0;
const EIGHT_BYTES: u8 = 1;
const BYTES: u8 = 2;

/// The bytes of a sketch in milliseconds.
pub(crate) fn in_milliseconds(sketch: &Sketch) -> Vec<u8> {
    let parts = sketch.parts();
    let mut bytes = Vec::new();
    message(&mut bytes, 1, &mapping(parts.mapping));
    message(&mut bytes, 2, &store(&parts));
    double(&mut bytes, 4, parts.zero);
    bytes
}

/// The bins are of seconds. Milliseconds have the same bins under indexes that are shifted by the
/// logarithm of a thousand, so that who reads them in seconds again finds each where it was.
fn mapping(ours: Mapping) -> Vec<u8> {
    let mut bytes = Vec::new();
    double(&mut bytes, 1, ours.gamma);
    double(&mut bytes, 2, -(1_000_f64.ln() / ours.gamma.ln()));
    bytes
}

fn store(parts: &Parts) -> Vec<u8> {
    let mut bytes = Vec::new();
    let counts = parts.contiguous.iter().copied().flat_map(f64::to_le_bytes);
    message(&mut bytes, 2, &counts.collect::<Vec<_>>());
    let first = parts.contiguous_first;
    key(&mut bytes, 3, VARINT);
    varint(&mut bytes, u64::from(((first << 1) ^ (first >> 31)) as u32));
    bytes
}

fn message(bytes: &mut Vec<u8>, field: u8, content: &[u8]) {
    key(bytes, field, BYTES);
    varint(bytes, content.len() as u64);
    bytes.extend_from_slice(content);
}

fn double(bytes: &mut Vec<u8>, field: u8, value: f64) {
    key(bytes, field, EIGHT_BYTES);
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn key(bytes: &mut Vec<u8>, field: u8, form: u8) {
    bytes.push(field << 3 | form);
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prost::Message as _;
    use vortex_proto::rollout::v1::DdSketch;
    use vortex_sketch::Interpolation;

    use super::*;

    #[test]
    fn a_reader_of_milliseconds_finds_the_same_sketch() {
        let mut sketch = Sketch::default();
        sketch.extend([0, 300, 20_000, 20_100, 3_000_000_000].map(Duration::from_micros));
        let read = DdSketch::decode(&*in_milliseconds(&sketch)).unwrap();
        let (mapping, store) = (read.mapping.unwrap(), read.positive_values.unwrap());
        assert!(read.negative_values.is_none() && store.bin_counts.is_empty());
        let parts = Parts {
            unit: 0.001,
            mapping: Mapping {
                gamma: mapping.gamma,
                index_offset: mapping.index_offset,
                interpolation: Interpolation::None,
            },
            contiguous: store.contiguous_bin_counts,
            contiguous_first: store.contiguous_bin_index_offset,
            sparse: Vec::new(),
            zero: read.zero_count,
        };
        assert_eq!(Sketch::from_parts(&parts).unwrap(), sketch);
    }
}
