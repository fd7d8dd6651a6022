//! [`Fault`]: a reason, a sentence for people, and details for programs.

use std::{collections::BTreeMap, error::Error, fmt, time::Duration};

use vortex_names::Excerpt;

use super::Reason;
use crate::context::Context;

/// Bytes of a text in a fault, which may come from a caller.
const LONGEST: usize = 1_024;
/// Bytes of all texts beside the message. With it they make headers of less than 16 KiB, which is
/// what gRPC clients take.
const ROOM: usize = 6 << 10;
/// Bytes that say how long a text was of which the beginning is kept.
const ELLIPSIS: usize = 32;

/// A failed call, before it is put on a wire and after it has been taken off one.
///
/// It converts into a [`tonic::Status`] with `google.rpc` details, and back with
/// [`Fault::from_status`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    reason: Reason,
    message: String,
    metadata: BTreeMap<String, String>,
    fields: Vec<FieldViolation>,
    preconditions: Vec<PreconditionViolation>,
    retry_after: Option<Duration>,
}

/// A field of the request that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// Path of the field: `documents[2].path`.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

/// A state of things that the request needed and that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreconditionViolation {
    /// Kind of the precondition: `etag`, `owner`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What was expected and what is.
    pub description: String,
}

impl Fault {
    /// A fault with a message that its caller may read. Of a text over 1,024 bytes, here and in all
    /// else that a fault holds, the beginning is kept; what goes beyond 6 KiB of all else is left out.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                reason,
                message: bounded(message.into()),
                metadata: BTreeMap::new(),
                fields: Vec::new(),
                preconditions: Vec::new(),
                retry_after: None,
            }),
        }
    }

    /// A fault of ours: logs `cause` with its sources, once and here, and tells the caller only
    /// "internal error" and the id of the request to look for in the log.
    pub fn internal(cause: &(dyn Error + 'static)) -> Self {
        let context = Context::current();
        tracing::error!(cause = %Chain(cause), "internal error");
        Self::hidden(context.as_ref())
    }

    /// The fault that callers see in place of one whose cause has been logged.
    pub(crate) fn hidden(context: Option<&Context>) -> Self {
        let fault = Self::new(Reason::Internal, "internal error");
        match context {
            Some(context) => fault.with("request_id", context.request_id()),
            None => fault,
        }
    }

    /// An invalid field: reason [`Reason::InvalidArgument`].
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        let (field, description) = (field.into(), description.into());
        Self::new(Reason::InvalidArgument, format!("{field}: {description}"))
            .field(field, description)
    }

    /// Adds a value that programs may want: `line`, `rollout`, `limit_bytes`.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl fmt::Display) -> Self {
        let (key, value) = (bounded(key.into()), bounded(value.to_string()));
        if self.inner.has_room(&[&key, &value]) {
            self.inner.metadata.insert(key, value);
        }
        self
    }

    /// Adds a field that broke a rule.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, description: impl Into<String>) -> Self {
        let (field, description) = (bounded(field.into()), bounded(description.into()));
        if self.inner.has_room(&[&field, &description]) {
            let violation = FieldViolation { field, description };
            self.inner.fields.push(violation);
        }
        self
    }

    /// Adds a precondition that does not hold.
    #[must_use]
    pub fn precondition(
        mut self,
        kind: impl Into<String>,
        subject: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        let violation = PreconditionViolation {
            kind: bounded(kind.into()),
            subject: bounded(subject.into()),
            description: bounded(description.into()),
        };
        if self.inner.has_room(&violation.texts()) {
            self.inner.preconditions.push(violation);
        }
        self
    }

    /// Says how long to wait before the call is repeated.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.inner.retry_after = Some(delay);
        self
    }

    /// Why the call failed.
    pub fn reason(&self) -> Reason {
        self.inner.reason
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The values for programs, by name.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.inner.metadata
    }

    /// The fields that broke a rule.
    pub fn fields(&self) -> &[FieldViolation] {
        &self.inner.fields
    }

    /// The preconditions that do not hold.
    pub fn preconditions(&self) -> &[PreconditionViolation] {
        &self.inner.preconditions
    }

    /// How long to wait before the call is repeated, if that was said.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.inner.retry_after
    }
}

impl Inner {
    fn has_room(&self, texts: &[&str]) -> bool {
        let more: usize = texts.iter().map(|text| text.len()).sum();
        self.bytes() + more <= ROOM
    }

    /// Bytes of all texts beside the message.
    fn bytes(&self) -> usize {
        let metadata = self
            .metadata
            .iter()
            .map(|(key, value)| key.len() + value.len());
        let fields = self.fields.iter().flat_map(FieldViolation::texts);
        let preconditions = self
            .preconditions
            .iter()
            .flat_map(PreconditionViolation::texts);
        let violations = fields.chain(preconditions).map(str::len);
        metadata.chain(violations).sum()
    }
}

impl FieldViolation {
    fn texts(&self) -> [&str; 2] {
        [&self.field, &self.description]
    }
}

impl PreconditionViolation {
    fn texts(&self) -> [&str; 3] {
        [&self.kind, &self.subject, &self.description]
    }
}

fn bounded(text: String) -> String {
    match text.len() > LONGEST {
        true => Excerpt::at_most(LONGEST - ELLIPSIS, &text).to_string(),
        false => text,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.inner.reason, self.inner.message)
    }
}

impl Error for Fault {}

/// An error and its sources on one line.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    #[test]
    fn a_fault_is_short_whatever_it_holds() {
        let long = "ä".repeat(1 << 20);
        let mut fault = Fault::invalid(long.clone(), long.clone()).with("path", &long);
        for _ in 0..1_000 {
            fault = fault.field("a", &*long).precondition("b", &*long, "c");
        }
        assert!(fault.message().len() <= LONGEST);
        assert!(fault.message().ends_with("… (4194306 bytes)"), "{fault}");
        let mut headers = http::HeaderMap::new();
        Status::from(fault.clone())
            .add_header(&mut headers)
            .unwrap();
        let bytes: usize = headers.values().map(http::HeaderValue::len).sum();
        assert!(bytes < 16 << 10, "{bytes}");
        // what is cut once is not cut again on its way
        let status = Status::from_header_map(&headers).unwrap();
        assert_eq!(Fault::from_status(&status), fault);
    }
}
