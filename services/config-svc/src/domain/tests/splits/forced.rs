//! Keys that have their arm whatever the share.

use proptest::{collection::btree_set, prelude::*};

use super::*;

const READERS: usize = 60;

fn reader(number: usize) -> String {
    format!("pod-{number}")
}

fn forced(include: &[String], exclude: &[String]) -> Forced {
    Forced::new(include.to_vec(), exclude.to_vec()).unwrap()
}

fn moved(change: Seq, hundredths: u16, generation: u64, forced: &Forced) -> Command {
    Command::SetSplit(SetSplit {
        begin: BeginSplit::default(),
        label: Label::main(),
        to: SplitMove {
            id: id("r1"),
            change,
            share: Share::from_hundredths(hundredths).unwrap(),
            unit: Unit::Instance,
            generation,
            forced: forced.clone(),
        },
    })
}

/// The arm of each reader, which must be the same by the split and by the file that is located.
fn arms(history: &History) -> Vec<(Arm, bool)> {
    let view = ViewKey {
        apps: vec!["o".parse().unwrap()],
        profiles: vec!["default".parse().unwrap()],
        labels: vec![Label::main()],
    };
    let readers = (0..READERS).map(|number| {
        let reader = reader(number);
        let subject = Subject {
            instance: Some(&reader),
            key: None,
        };
        let split = &history.state.splits[&id("r1")];
        let located = locate(&history.state, &view, &path("a.yml"), &subject).unwrap();
        let [assigned] = &*located.assigned else {
            panic!("{located:?}")
        };
        assert_eq!(assigned.arm, split.arm(&subject));
        assert_eq!(assigned.forced, split.is_forced(&subject));
        let version = match assigned.arm {
            Arm::Canary => "v2",
            Arm::Stable => "v1",
        };
        assert_eq!(located.version.as_str(), version);
        (assigned.arm, assigned.forced)
    });
    readers.collect()
}

proptest! {
    /// S11, and that nobody else notices: compared with the same split that forces nobody.
    #[test]
    fn forced_keys_have_their_arm_at_every_share_and_all_others_go_by_their_bucket(
        mut shares in prop::collection::vec(1_u16..=10_000, 1..6),
        named in btree_set(0..READERS, 0..30),
        cut in 0_usize..30,
    ) {
        shares.sort_unstable();
        let names: Vec<String> = named.iter().copied().map(reader).collect();
        let (include, exclude) = names.split_at(cut.min(names.len()));
        let keys = forced(include, exclude);
        let (mut with, v2) = two_documents();
        let (mut without, _) = two_documents();
        for (generation, share) in (1..).zip(shares) {
            with.run(moved(v2, share, generation, &keys)).unwrap();
            without.run(moved(v2, share, generation, &Forced::default())).unwrap();
            for (number, (got, plain)) in arms(&with).into_iter().zip(arms(&without)).enumerate() {
                let reader = reader(number);
                let expected = if include.contains(&reader) {
                    (Arm::Canary, true)
                } else if exclude.contains(&reader) {
                    (Arm::Stable, true)
                } else {
                    plain
                };
                prop_assert_eq!(got, expected, "{} at {}", reader, share);
            }
            // by the log from its beginning
            let folded = with.records.iter().try_fold(State::default(), |state, record| {
                fold(&state, record)
            });
            prop_assert_eq!(&folded.unwrap(), &with.state);
        }
    }
}

#[test]
fn forced_keys_never_change_and_are_only_in_the_first_record() {
    let (mut history, v2) = two_documents();
    let keys = forced(&["a".to_owned()], &["b".to_owned()]);
    history.run(moved(v2, 100, 1, &keys)).unwrap();
    // S3: the same again
    assert!(!history.run(moved(v2, 100, 1, &keys)).unwrap().moved);
    for (other, field) in [
        (Forced::default(), "include"),
        (forced(&["a".to_owned()], &[]), "exclude"),
        (forced(&["c".to_owned()], &["b".to_owned()]), "include"),
    ] {
        let refused = refuses(&mut history, moved(v2, 200, 2, &other));
        let id = id("r1");
        assert_eq!(refused, Refused::SplitIsFixed { id, field });
        let refused = refuses(&mut history, moved(v2, 100, 1, &other));
        assert!(
            matches!(refused, Refused::SplitOutdated { .. }),
            "{refused}"
        );
    }
    history.run(moved(v2, 10_000, 2, &keys)).unwrap();
    let moves: Vec<bool> = history
        .records
        .iter()
        .filter_map(|record| match &record.body {
            Body::SplitMoved(to) => Some(to.forced.is_empty()),
            _ => None,
        })
        .collect();
    assert_eq!(moves, [false, true]);
    assert_eq!(history.state.splits[&id("r1")].forced, keys);
    history.run(end("r1", 3, false)).unwrap();
    let ended = history.state.ended.get("r1").unwrap().split().unwrap();
    assert!(ended.forced.is_empty(), "{ended:?}");
}
