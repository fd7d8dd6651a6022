//! Values that the first programs of version 1 did not write, or wrote otherwise.

use serde_json::Value;
use vortex_bucket::{Arm, Share};

use super::decode;
use crate::domain::{Measured, Removal, Spec, Standing, State};

const VALUES: &str = include_str!("../../../tests/data/stored/v1.values");

/// The first value of a kind that contains some text, as version 1 wrote it.
fn written(kind: &str, text: &str) -> Value {
    let mut lines = VALUES.lines().map(|line| line.split('\t'));
    let json = lines.find_map(|mut parts| {
        let json = (parts.next() == Some(kind)).then(|| parts.next().unwrap());
        json.filter(|json| json.contains(text))
    });
    serde_json::from_str(json.unwrap()).unwrap()
}

/// Removes a field of an object, which must be there.
fn without(object: &mut Value, field: &str) {
    assert!(object.as_object_mut().unwrap().remove(field).is_some());
}

#[test]
fn a_spec_of_the_first_programs_is_read() {
    let mut stored = written("spec", "");
    let spec = &mut stored["value"];
    for later in ["written_for", "stable_versions", "baseline", "force"] {
        without(spec, later);
    }
    spec["paths"] = serde_json::json!(["app7.yml", "app8.yml"]);
    spec["change"] = "v2".into();
    let read: Spec = decode("a spec", stored.to_string().as_bytes()).unwrap();
    assert_eq!(read.written_for, [None, None]);
    assert!(read.concerns("app7") && !read.concerns("app70"));
    assert_eq!((read.baseline.as_ref(), read.force), (None, false));
    // without the versions that are or were stable, every version but its own change set counts as
    // stable
    assert_eq!(read.arm_of("v2+b33a1f94"), Some(Arm::Canary));
    assert_eq!(read.arm_of("v9"), Some(Arm::Stable));
}

/// Tests a rollout whose split another caller had ended. It was paused then, and only a rollback
/// ended it.
#[test]
fn what_was_detached_and_paused_has_ended_when_it_is_read() {
    let moment = r#"{"wall":"2023-11-14T22:13:20Z","steady":"2023-11-14T22:13:20Z"}"#;
    let stored = format!(
        r#"{{"v":1,"value":{{"state":{{"Paused":{{"stage":1,"in_force":500,
        "hold":{{"Detached":{{"why":"gone"}}}},"why":"detached: gone"}}}},
        "generation":2,"revision":5,"audits":4,"updated":{moment}}}}}"#
    );
    let read: Standing = decode("a rollout", stored.as_bytes()).unwrap();
    // config-svc is asked what became of its split
    assert_eq!(read.generation, 3);
    let State::RolledBack(rolled_back) = read.state else {
        panic!("{read:?}");
    };
    assert_eq!(rolled_back.removal, Removal::Pending);
    assert_eq!(rolled_back.from_share, Share::NONE);
    assert_eq!((rolled_back.stage, rolled_back.at), (1, read.updated));
    assert_eq!(rolled_back.why, "detached: gone");
}

#[test]
fn a_measurement_of_before_silence_was_counted_is_read() {
    let mut stored = written("measured", r#""heard":{"#);
    let applications = &mut stored["value"]["analysis"]["applications"];
    for application in applications.as_object_mut().unwrap().values_mut() {
        without(application, "heard");
    }
    let read: Measured = decode("a measurement", stored.to_string().as_bytes()).unwrap();
    let mut observed = read.analysis().observed();
    assert!(observed.all(|(_, observed)| observed.heard.is_none()));
}
