//! Which rollouts a list has.

use super::sample::created;
use crate::domain::{Filter, StateKind};

#[test]
fn a_rollout_is_selected_by_all_that_is_asked() {
    let rollout = created();
    let takes = |filter: Filter| filter.takes(&rollout);
    let of = |name: &str| Some(name.to_owned());
    assert!(takes(Filter::default()));
    let filter = Filter {
        states: Some(vec![StateKind::Paused, StateKind::Created]),
        app: of("orders"),
        label: of("main"),
    };
    assert!(takes(filter.clone()));
    let states = Some(vec![StateKind::Paused]);
    assert!(!takes(Filter {
        states,
        ..filter.clone()
    }));
    assert!(!takes(Filter {
        app: of("order"),
        ..filter.clone()
    }));
    assert!(!takes(Filter {
        label: of("mai"),
        ..filter
    }));
}
