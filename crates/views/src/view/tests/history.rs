//! What was served before.

use super::*;
use crate::view::{Arms, History, Served};

fn served(since: u64, arms: Option<u32>, given: &[&str]) -> Served {
    Served {
        names: names(given),
        digest: "".into(),
        since,
        at: None,
        arms: arms.map(Arms::from_bits),
    }
}

#[test]
fn versions_are_so_many_steps_back_in_the_history_of_their_arm() {
    let mut view = view(vec![split("r1", 50.0, Unit::Instance)]);
    view.history = History::new(vec![
        served(1, Some(0), &["a"]),
        served(5, Some(0), &["v0", "b"]),
        served(9, Some(1), &["v1"]),
        served(5, Some(1), &["b"]),
        served(3, None, &["rolled-back"]),
    ]);
    let (stable, canary) = (Arms::STABLE, Arms::STABLE.with_canary(0));
    assert_eq!(view.steps_back(stable, "v0"), Some(0));
    assert_eq!(view.steps_back(stable, "a"), Some(1));
    assert_eq!(view.steps_back(canary, "v1"), Some(0));
    assert_eq!(view.steps_back(canary, "b"), Some(1));
    assert_eq!(view.steps_back(stable, "v1"), None);
    assert_eq!(view.steps_back(stable, "rolled-back"), None);
    assert_eq!(view.served("rolled-back").count(), 1);
    assert_eq!(view.served("b").count(), 2);
    assert_eq!(view.served("other").count(), 0);
}

#[test]
fn of_each_arm_the_last_sixteen_are_kept() {
    let entries = (1..=20).map(|n| served(n, Some(0), &[&n.to_string()]));
    let history = History::new(entries.collect());
    assert_eq!(history.entries().len(), 16);
    assert_eq!(history.steps_back(Arms::STABLE, "5"), Some(15));
    assert_eq!(history.steps_back(Arms::STABLE, "4"), None);
    let joined = history.joined_by(vec![served(21, Some(0), &["21"])]);
    assert_eq!(joined.entries().len(), 16);
    assert_eq!(joined.steps_back(Arms::STABLE, "20"), Some(1));
}

#[test]
fn a_further_name_of_what_is_served_makes_no_further_version() {
    let history = History::new(vec![
        served(5, Some(0), &["v2", "c1"]),
        served(1, Some(0), &["v1"]),
    ]);
    let joined = history.joined_by(vec![served(5, Some(0), &["v2", "c2"])]);
    assert_eq!(joined.entries().len(), 2);
    for name in ["v2", "c2", "c1"] {
        assert_eq!(joined.steps_back(Arms::STABLE, name), Some(0), "{name}");
    }
    assert_eq!(joined.steps_back(Arms::STABLE, "v1"), Some(1));
}
