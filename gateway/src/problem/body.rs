//! Writes the members of a problem.

use serde_json::{Map, Value, json};
use vortex_kit::{
    context::RequestId,
    error::{DOMAIN, Fault},
};

/// Names of metadata that are numbers. All others stay text, even where they look like numbers.
const NUMBERS: [&str; 6] = [
    "line",
    "column",
    "document",
    "bytes",
    "limit_bytes",
    "limit_lookups",
];

/// Writes a fault as a problem; its metadata become members beside the standard ones.
pub(crate) fn write(fault: &Fault, request_id: Option<&RequestId>) -> Vec<u8> {
    let mut members = Map::new();
    let code = fault.reason().name();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("type", format!("https://{DOMAIN}/errors/{code}").into());
    put("title", title(code).into());
    put("status", fault.reason().http_status().as_u16().into());
    put("code", code.into());
    put("detail", fault.message().into());
    if let Some(id) = request_id {
        put("request_id", id.as_str().into());
    }
    if !fault.fields().is_empty() {
        put("errors", fields(fault));
    }
    if !fault.preconditions().is_empty() {
        put("preconditions", preconditions(fault));
    }
    for (name, value) in fault.metadata() {
        // the standard members take precedence
        members.entry(name).or_insert_with(|| metadata(name, value));
    }
    // a map of text keys and plain values always serializes
    serde_json::to_vec(&members).unwrap_or_default()
}

/// `Document not found` of `DOCUMENT_NOT_FOUND`.
fn title(code: &str) -> String {
    let mut title = code.to_ascii_lowercase().replace('_', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}

fn fields(fault: &Fault) -> Value {
    let fields = fault.fields().iter();
    fields
        .map(|violation| json!({"field": violation.field, "detail": violation.description}))
        .collect()
}

fn preconditions(fault: &Fault) -> Value {
    let preconditions = fault.preconditions().iter();
    preconditions
        .map(|violation| {
            json!({
                "type": violation.kind,
                "subject": violation.subject,
                "detail": violation.description,
            })
        })
        .collect()
}

fn metadata(name: &str, value: &str) -> Value {
    match value.parse::<u64>() {
        Ok(number) if NUMBERS.contains(&name) => number.into(),
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use vortex_kit::error::Reason;

    use super::*;

    #[test]
    fn a_problem_says_what_broke_where_and_under_which_id() {
        let fault = Fault::new(Reason::DocumentMalformed, "line 3: a tab")
            .field("content", "a tab")
            .with("line", 3)
            .with("bytes", 1_048_577)
            .with("path", "orders.yml")
            .with("version", "10")
            .with("status", "spoofed");
        let body = write(&fault, RequestId::given("order-17").as_ref());
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "https://vortexconfig.dev/errors/DOCUMENT_MALFORMED",
                "title": "Document malformed",
                "status": 422,
                "code": "DOCUMENT_MALFORMED",
                "detail": "line 3: a tab",
                "request_id": "order-17",
                "errors": [{"field": "content", "detail": "a tab"}],
                "line": 3,
                "bytes": 1_048_577,
                "path": "orders.yml",
                "version": "10",
            })
        );
    }
}
