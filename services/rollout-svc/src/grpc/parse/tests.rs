//! What requests are refused for, field by field, and what is made of the others.

mod drafts;
mod figures;

use super::*;
use pb::{StartRolloutRequest, create_rollout_request::Target};
use vortex_kit::error::Reason;

/// A request that lacks nothing.
fn create() -> pb::CreateRolloutRequest {
    pb::CreateRolloutRequest {
        target: Some(Target::Change(pb::ChangeTarget {
            name: "v2".to_owned(),
            label: String::new(),
        })),
        ..pb::CreateRolloutRequest::default()
    }
}

/// The one field that a refusal is about.
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
fn a_request_differs_from_others_by_all_but_its_id() {
    let taken = |id: &str, rollout: &str| {
        let request = StartRolloutRequest {
            id: rollout.to_owned(),
            reason: String::new(),
            request_id: id.to_owned(),
        };
        let take_id = |request: &mut StartRolloutRequest| std::mem::take(&mut request.request_id);
        command(Request::new(request), take_id).unwrap().1
    };
    assert_eq!(taken("a", "r").body, taken("b", "r").body);
    assert_ne!(taken("a", "r").body, taken("a", "s").body);
    assert_eq!(taken("a", "r").id.unwrap().as_str(), "a");
    assert_eq!(taken("", "r").id, None);
}

#[test]
fn the_same_words_to_another_call_are_another_request() {
    let pause = pb::PauseRolloutRequest {
        id: "r".to_owned(),
        ..pb::PauseRolloutRequest::default()
    };
    let resume = pb::ResumeRolloutRequest {
        id: "r".to_owned(),
        ..pb::ResumeRolloutRequest::default()
    };
    assert_eq!(pause.encode_to_vec(), resume.encode_to_vec());
    assert_ne!(fingerprint(&pause), fingerprint(&resume));
}

#[test]
fn ids_and_texts_that_are_none_are_refused_by_name() {
    let long = "x".repeat(1_025);
    assert_eq!(field(&id("").unwrap_err()), "id");
    assert_eq!(field(&id("a b").unwrap_err()), "id");
    assert_eq!(field(&request_id("a b").unwrap_err()), "request_id");
    assert_eq!(field(&request_id(&long).unwrap_err()), "request_id");
    assert_eq!(field(&reason(long).unwrap_err()), "reason");
    assert_eq!(field(&state(2, 0).unwrap_err()), "states[2]");
    assert_eq!(field(&state(0, 99).unwrap_err()), "states[0]");
}
