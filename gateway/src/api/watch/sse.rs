//! Server-sent events (WHATWG HTML, 9.2).

use bytes::{BufMut, Bytes, BytesMut};

/// An event; data that came with line breaks stand on as many lines.
pub(super) fn event(name: &str, id: Option<&str>, data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(name.len() + data.len() + 64);
    field(&mut out, "event", name.as_bytes());
    if let Some(id) = id {
        field(&mut out, "id", id.as_bytes());
    }
    for line in data.split(|byte| matches!(byte, b'\n' | b'\r')) {
        field(&mut out, "data", line);
    }
    out.put_u8(b'\n');
    out.freeze()
}

/// A line that clients pass over.
pub(super) fn comment(text: &str) -> Bytes {
    Bytes::from(format!(": {text}\n\n"))
}

fn field(out: &mut BytesMut, name: &str, value: &[u8]) {
    out.put_slice(name.as_bytes());
    out.put_slice(b": ");
    out.put_slice(value);
    out.put_u8(b'\n');
}
