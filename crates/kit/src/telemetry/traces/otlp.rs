//! Spans as OTLP says them in JSON: ids in hexadecimal digits, long numbers as text, enums as
//! numbers.

use jiff::Timestamp;
use serde_json::{Value, json};
use tonic::Code;

use super::span::{Did, Resource, Span};

/// `SPAN_KIND_SERVER`.
const SERVER: u8 = 2;
/// `STATUS_CODE_UNSET`: the call ended as it should, or failed for its caller's fault.
const UNSET: u8 = 0;
/// `STATUS_CODE_ERROR`.
const ERROR: u8 = 2;

/// An `ExportTraceServiceRequest` of these spans.
pub(super) fn request(spans: &[Span]) -> Value {
    let mut resources: Vec<(&Resource, Vec<Value>)> = Vec::new();
    for span in spans {
        let known = resources
            .iter_mut()
            .find(|(resource, _)| **resource == *span.resource);
        match known {
            Some((_, its)) => its.push(encode(span)),
            None => resources.push((&span.resource, vec![encode(span)])),
        }
    }
    let resources: Vec<Value> = resources
        .into_iter()
        .map(|(resource, spans)| of_resource(resource, &spans))
        .collect();
    json!({ "resourceSpans": resources })
}

fn of_resource(resource: &Resource, spans: &[Value]) -> Value {
    json!({
        "resource": {
            "attributes": [
                text("service.namespace", "vortex-config"),
                text("service.name", resource.service),
                text("service.version", resource.version),
            ],
        },
        "scopeSpans": [{ "scope": { "name": "vortex-kit" }, "spans": spans }],
    })
}

fn encode(span: &Span) -> Value {
    let mut attributes = vec![text("vortex.request_id", span.request_id.as_str())];
    let (name, is_error) = describe(&span.did, &mut attributes);
    let started = span.ended.checked_sub(span.elapsed);
    let mut encoded = json!({
        "traceId": span.trace.trace_id().to_string(),
        "spanId": span.trace.span_id().to_string(),
        "name": name,
        "kind": SERVER,
        "startTimeUnixNano": nanoseconds(started.unwrap_or(span.ended)),
        "endTimeUnixNano": nanoseconds(span.ended),
        "attributes": attributes,
        "status": { "code": if is_error { ERROR } else { UNSET } },
    });
    if let Some(parent) = span.trace.parent() {
        encoded["parentSpanId"] = json!(parent.to_string());
    }
    encoded
}

/// Adds what is particular to a call; answers the span's name, and whether it failed for a fault of
/// ours, as the semantic conventions draw the line for servers.
fn describe(did: &Did, attributes: &mut Vec<Value>) -> (String, bool) {
    match did {
        Did::Grpc {
            service,
            method,
            code,
            reason,
        } => {
            attributes.extend([
                text("rpc.system", "grpc"),
                text("rpc.service", service),
                text("rpc.method", method),
                number("rpc.grpc.status_code", i64::from(i32::from(*code))),
            ]);
            if *code != Code::Ok {
                attributes.push(text("error.type", reason));
            }
            (format!("{service}/{method}"), is_fault(*code))
        }
        Did::Rest {
            method,
            route,
            status,
        } => {
            attributes.extend([
                text("http.request.method", method),
                text("http.route", route),
                number("http.response.status_code", i64::from(*status)),
            ]);
            (format!("{method} {route}"), *status >= 500)
        }
    }
}

fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

fn nanoseconds(time: Timestamp) -> String {
    time.as_nanosecond().to_string()
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: i64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::context::{RequestId, Trace};

    fn span(service: &'static str, trace: Trace, did: Did) -> Span {
        let version = "1.2.3";
        Span {
            resource: Arc::new(Resource { service, version }),
            trace,
            request_id: RequestId::random(),
            ended: Timestamp::from_second(1_764_277_200).unwrap(),
            elapsed: Duration::from_millis(3),
            did,
        }
    }

    fn rest(status: u16) -> Did {
        Did::Rest {
            method: "GET",
            route: "/api/configs/{app}/{profile}".into(),
            status,
        }
    }

    fn grpc(code: Code) -> Did {
        Did::Grpc {
            service: "vortex.config.v1.ConfigService".into(),
            method: "GetEffectiveConfig".into(),
            code,
            reason: "DEADLINE_EXCEEDED",
        }
    }

    #[test]
    fn spans_are_gathered_by_the_service_that_tells_them() {
        let trace = Trace::root();
        let spans = [
            span("gateway", trace, rest(200)),
            span("config-svc", trace.child(), grpc(Code::Ok)),
            span("gateway", Trace::root(), rest(404)),
        ];
        let made = request(&spans);
        let resources = made["resourceSpans"].as_array().unwrap();
        let counts: Vec<usize> = resources
            .iter()
            .map(|one| one["scopeSpans"][0]["spans"].as_array().unwrap().len())
            .collect();
        assert_eq!(counts, [2, 1]);
        assert_eq!(
            resources[1]["resource"]["attributes"][1],
            text("service.name", "config-svc")
        );
    }

    #[test]
    fn a_call_names_the_span_it_was_made_in() {
        let caller = Trace::root();
        let made = encode(&span("config-svc", caller.child(), grpc(Code::Ok)));
        assert_eq!(made["traceId"], json!(caller.trace_id().to_string()));
        assert_eq!(made["parentSpanId"], json!(caller.span_id().to_string()));
        assert_eq!(made["startTimeUnixNano"], json!("1764277199997000000"));
        assert_eq!(made["endTimeUnixNano"], json!("1764277200000000000"));
        let root = encode(&span("gateway", caller, rest(200)));
        assert_eq!(root.get("parentSpanId"), None);
    }

    #[test]
    fn only_faults_of_ours_are_errors() {
        let of = |did| encode(&span("gateway", Trace::root(), did))["status"]["code"].clone();
        assert_eq!(of(rest(200)), json!(UNSET));
        assert_eq!(of(rest(404)), json!(UNSET));
        assert_eq!(of(rest(503)), json!(ERROR));
        assert_eq!(of(grpc(Code::NotFound)), json!(UNSET));
        assert_eq!(of(grpc(Code::DeadlineExceeded)), json!(ERROR));
    }
}
