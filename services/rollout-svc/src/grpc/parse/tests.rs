//! Tests which requests are refused, field by field, and how the others are read.

mod drafts;
mod edits;
mod figures;
mod windows;

use pb::create_rollout_request::Target;
use vortex_kit::error::Reason;

use super::*;

/// A request that is complete.
fn create() -> pb::CreateRolloutRequest {
    pb::CreateRolloutRequest {
        target: Some(Target::Change(pb::ChangeTarget {
            name: "v2".to_owned(),
            label: String::new(),
        })),
        ..pb::CreateRolloutRequest::default()
    }
}

/// The only field that a refusal names.
fn field(fault: &Fault) -> &str {
    assert_eq!(fault.reason(), Reason::InvalidArgument, "{fault}");
    match fault.fields() {
        [violation] => &violation.field,
        others => panic!("{others:?}"),
    }
}

fn stage(percentage: f64) -> pb::Stage {
    pb::Stage {
        percentage,
        ..pb::Stage::default()
    }
}

fn seconds(seconds: i64) -> prost_types::Duration {
    prost_types::Duration { seconds, nanos: 0 }
}

#[test]
fn ids_and_texts_that_are_none_are_refused_by_name() {
    let long = "x".repeat(1_025);
    assert_eq!(field(&id("").unwrap_err()), "id");
    assert_eq!(field(&id("a b").unwrap_err()), "id");
    assert_eq!(field(&reason(long).unwrap_err()), "reason");
    assert_eq!(field(&state(2, 0).unwrap_err()), "states[2]");
    assert_eq!(field(&state(0, 99).unwrap_err()), "states[0]");
}
