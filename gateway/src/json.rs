//! JSON written by hand, where most of the answer is JSON already.

use bytes::{BufMut, BytesMut};
use serde_json::value::RawValue;
use vortex_kit::error::Fault;

/// Writes a JSON string.
pub(crate) fn write_string(out: &mut BytesMut, text: &str) {
    if text.bytes().all(is_plain) {
        out.reserve(text.len() + 2);
        out.put_u8(b'"');
        out.put_slice(text.as_bytes());
        out.put_u8(b'"');
    } else {
        // a BytesMut grows as it is written to, so this cannot fail
        let _ = serde_json::to_writer(out.writer(), text);
    }
}

/// JSON that a service sent, to stand in an answer as it is.
///
/// Fails with `INTERNAL` when it is none.
pub(crate) fn raw(json: &[u8]) -> Result<Box<RawValue>, Fault> {
    serde_json::from_slice(json).map_err(|error| Fault::internal(&error))
}

/// Whether a byte of UTF-8 stands for itself inside a JSON string.
const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_reads_back(text in any::<String>()) {
            let mut out = BytesMut::new();
            write_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
