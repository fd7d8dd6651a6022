//! W3C Trace Context, level 1: `traceparent` is read, a span is made, and it is passed on.

use std::fmt;

use http::HeaderValue;

const SAMPLED: u8 = 1;

/// A trace and a span within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    trace: u128,
    span: u64,
    /// The span that this one was made in; `None` where the trace began.
    parent: Option<u64>,
    flags: u8,
}

impl Trace {
    /// A trace that begins here.
    pub fn root() -> Self {
        Self {
            trace: fastrand::u128(1..),
            span: fastrand::u64(1..),
            parent: None,
            flags: SAMPLED,
        }
    }

    /// A new span in the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self {
            span: fastrand::u64(1..),
            parent: Some(self.span),
            ..self
        }
    }

    /// The trace's id.
    pub fn trace_id(self) -> TraceId {
        TraceId(self.trace)
    }

    /// The span's id.
    pub fn span_id(self) -> SpanId {
        SpanId(self.span)
    }

    /// The id of the span that this one was made in, if the trace did not begin with this one.
    pub fn parent(self) -> Option<SpanId> {
        self.parent.map(SpanId)
    }

    /// Whether whoever began the trace wants it to be kept.
    pub fn is_sampled(self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// A number of 56 bits, the same for all spans of a trace, and at random among traces: the part
    /// of the id that W3C Trace Context has at random.
    pub(crate) fn chance(self) -> u64 {
        (self.trace & ((1 << 56) - 1)) as u64
    }

    /// Reads a `traceparent`. Later versions are read as the standard says: by their first four
    /// fields. `None` for what is malformed, of version ff, or all zeros.
    pub(crate) fn parse(header: &HeaderValue) -> Option<Self> {
        let text = header.to_str().ok()?;
        let mut fields = text.split('-');
        let version = hex(fields.next()?, 2)?;
        let trace = hex(fields.next()?, 32)?;
        let span = u64::try_from(hex(fields.next()?, 16)?).ok()?;
        let flags = u8::try_from(hex(fields.next()?, 2)?).ok()?;
        let extra = fields.next().is_some();
        let valid = version != 0xff && !(version == 0 && extra) && trace != 0 && span != 0;
        valid.then_some(Self {
            trace,
            span,
            parent: None,
            flags,
        })
    }

    pub(crate) fn to_header(self) -> HeaderValue {
        // digits and dashes, so the fallback is never taken
        HeaderValue::from_str(&self.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trace, span, flags, ..
        } = self;
        write!(f, "00-{trace:032x}-{span:016x}-{:02x}", flags & SAMPLED)
    }
}

fn hex(text: &str, length: usize) -> Option<u128> {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == length && text.bytes().all(lower))
        .then(|| u128::from_str_radix(text, 16).ok())
        .flatten()
}

/// The id of a trace; 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceId(u128);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The id of a span; 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId(u64);

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Trace> {
        Trace::parse(&HeaderValue::from_str(text).unwrap())
    }

    #[test]
    fn what_is_written_reads_back() {
        let trace = Trace::root();
        assert_eq!(parse(&trace.to_string()), Some(trace));
    }

    #[test]
    fn a_later_version_with_more_fields_is_read() {
        let text = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more";
        assert_eq!(
            parse(text).unwrap().to_string(),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        );
    }

    #[test]
    fn what_the_standard_forbids_is_not_taken_over() {
        for text in [
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
