//! Golden bytes, value by value: each line of `v1.values` has the kind of a value, the bytes that
//! version 1 wrote, and the bytes that version 2 writes, in hexadecimal.

use super::{Answered, Stored, decode, encode};
use crate::domain::{AuditEntry, Breaker, ClosedSlice, Measured, Spec, Standing};

const VALUES: &str = include_str!("../../../tests/data/stored/v1.values");

#[test]
fn every_value_is_the_same_in_both_versions() {
    let mut count = 0;
    for line in VALUES.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [kind, v1, v2] = parts[..] else {
            panic!("{line}");
        };
        let check = match kind {
            "spec" => same::<Spec>,
            "rollout" => same::<Standing>,
            "audit" => same::<AuditEntry>,
            "measured" => same::<Measured>,
            "slice" => same::<ClosedSlice>,
            "breaker" => same::<Breaker>,
            "request" => same::<Answered>,
            other => panic!("{other}"),
        };
        check(v1, v2);
        count += 1;
    }
    assert!(count > 30, "{count}");
}

/// A spec of a way back with the keys a and b, after all that a spec without them has.
#[test]
fn later_fields_follow_what_a_spec_was_before() {
    let specs = VALUES.lines().filter(|line| line.starts_with("spec\t"));
    let specs: Vec<&str> = specs.filter_map(|line| line.rsplit('\t').next()).collect();
    assert!(!specs.is_empty());
    let forced = vortex_bucket::Forced::new(vec!["a".to_owned()], vec!["b".to_owned()]);
    for earlier in specs {
        let hex = format!("{earlier}920301619a030162a00301");
        let spec: Spec = decode("a spec", &hex::decode(&hex).unwrap()).unwrap();
        assert_eq!(Ok(&spec.forced), forced.as_ref());
        assert!(spec.way_back);
        assert_eq!(hex::encode(encode(&spec)), hex);
    }
}

fn same<D: Stored + PartialEq + std::fmt::Debug>(v1: &str, v2: &str) {
    let bytes = hex::decode(v2).unwrap();
    let value: D = decode("a value", v1.as_bytes()).unwrap();
    assert_eq!(decode::<D>("a value", &bytes).unwrap(), value);
    assert_eq!(hex::encode(encode(&value)), v2);
}
