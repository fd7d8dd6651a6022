//! Random keys, with the rules K1 to K3 checked from outside after each step.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vortex_access::KeyId;

use super::{
    keys::{DAY, create, revoke, rotate, sealed},
    *,
};

#[derive(Debug, Clone)]
enum Step {
    Create {
        key: u16,
        name: usize,
        days: Option<u8>,
    },
    Rotate {
        key: u16,
        to: u16,
        hours: u8,
    },
    Revoke(u16),
    WaitDays(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..12_u16;
    prop_oneof![
        4 => (key(), 0..4_usize, prop::option::of(1..20_u8))
            .prop_map(|(key, name, days)| Step::Create { key, name, days }),
        4 => (key(), key(), 0..72_u8).prop_map(|(key, to, hours)| Step::Rotate { key, to, hours }),
        2 => key().prop_map(Step::Revoke),
        2 => (1..20_u8).prop_map(Step::WaitDays),
    ]
}

fn command(step: &Step) -> Option<Command> {
    Some(match *step {
        Step::Create { key, name, days } => {
            let span = |days: u8| std::time::Duration::from_secs(u64::from(days) * 86_400);
            let expires = days.map(|days| Expires::After(span(days)));
            create(key, ["a", "b", "c", "d"][name], expires)
        }
        Step::Rotate { key, to, hours } => rotate(key, to, i64::from(hours) * 3_600),
        Step::Revoke(key) => revoke(key),
        Step::WaitDays(_) => return None,
    })
}

/// Notes of which line of rotations a new key is: of its own, or of that of the key it replaces. An
/// id may come again once its key is forgotten.
fn note(lines: &mut BTreeMap<KeyId, usize>, step: &Step, number: usize) {
    match *step {
        Step::Create { key, .. } => {
            lines.insert(sealed(key).id, number);
        }
        Step::Rotate { key, to, .. } => {
            let line = lines[&sealed(key).id];
            lines.insert(sealed(to).id, line);
        }
        Step::Revoke(_) | Step::WaitDays(_) => {}
    }
}

proptest! {
    #[test]
    fn a_key_that_ended_stays_so_and_no_name_is_of_two(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut history = History::default();
        let mut ended = BTreeMap::new();
        let mut lines = BTreeMap::new();
        for (number, step) in steps.iter().enumerate() {
            if let Step::WaitDays(days) = step {
                history.now += i64::from(*days) * DAY;
            }
            let Some(command) = command(step) else {
                continue;
            };
            let before = history.state.clone();
            let done = history.run(command);
            let now = at(history.now);
            let state = &history.state;
            match done {
                Ok(_) => note(&mut lines, step, number),
                Err(_) => prop_assert_eq!(state, &before),
            }
            // K1
            let mut names = BTreeMap::new();
            for key in state.kept_keys(now) {
                let line = lines[&key.stored.id];
                let first = *names.entry(key.name().clone()).or_insert(line);
                prop_assert_eq!(first, line, "K1: {:?}", key);
            }
            // K2
            for key in state.kept_keys(now) {
                let id = (key.stored.id, key.stored.created);
                match key.stored.ended(now) {
                    Some(at) => drop(ended.entry(id).or_insert(at)),
                    None => prop_assert!(!ended.contains_key(&id), "K2: {:?}", key),
                }
            }
            // K3
            prop_assert!(state.keys.len() <= MAX_KEYS, "K3");
            for (id, key) in &before.keys {
                if !state.keys.contains_key(id) {
                    prop_assert!(key.is_forgotten(now), "K3: {:?}", key);
                }
            }
        }
        // C1
        let folded = history.records.iter().try_fold(State::default(), |s, r| fold(&s, r));
        prop_assert_eq!(folded.as_ref(), Ok(&history.state));
    }
}
