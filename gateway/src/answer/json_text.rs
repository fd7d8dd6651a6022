//! Writes JSON by hand, for answers that consist mostly of ready JSON.

/// At most so many bytes of JSON are checked and copied on the request's own thread.
pub(crate) const AT_ONCE: usize = 256 << 10;

/// Writes a JSON string.
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    if is_plain(text) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // a Vec grows as it is written to, so this cannot fail
        let _ = serde_json::to_writer(out, text);
    }
}

/// Whether no byte needs an escape inside a JSON string. It does not stop early, so that the
/// compiler can vectorize it.
fn is_plain(text: &str) -> bool {
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    !text
        .bytes()
        .fold(false, |found, byte| found | special(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_reads_back(text in any::<String>()) {
            let mut out = Vec::new();
            write_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
