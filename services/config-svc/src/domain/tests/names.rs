//! Names of records in all clusters.

use proptest::{collection::vec, prelude::*};

use super::*;

/// A record of a cluster's store, which is the next of those that were written there.
fn record(seq: u64, cluster: u8, sequence: u64, body: Body) -> Record {
    Record {
        seq: Seq(seq),
        time: HybridTime::ZERO,
        origin: Origin {
            epoch: 1,
            cluster: ClusterId::trusted(&format!("c{cluster}")),
            store: StoreId::from_u128(u128::from(cluster) + 1),
            sequence,
        },
        principal: String::new(),
        request: None,
        body,
        about: None,
        moves: Moves::default(),
    }
}

fn change(seq: u64) -> Body {
    let mut history = History::default();
    history.run(put("v", "a.yml", "a: 1")).unwrap();
    let entry = history.state.changes.values().next().unwrap();
    let change = ChangeSet {
        seq: Seq(seq),
        ..(*entry.change).clone()
    };
    Body::Change {
        change: change.into(),
        released: false,
        source: None,
        reverts: None,
        undoes: None,
        awaits_rollout: false,
    }
}

#[test]
fn a_log_of_one_store_keeps_no_names_one_by_one() {
    let mut history = History::default();
    for index in 0..20 {
        let version = format!("v{index}");
        history.run(put(&version, "a.yml", &version)).unwrap();
    }
    // N1
    let sequences: Vec<u64> = history.records.iter().map(|r| r.origin.sequence).collect();
    assert_eq!(sequences, (1..=20).collect::<Vec<_>>());
    assert_eq!(history.state.own_sequence, 20);
    let dots = &history.state.dots;
    assert_eq!(dots.named().count(), 0);
    for record in &history.records {
        assert_eq!(dots.dot(record.seq), Some(Dot::of(record)));
        assert_eq!(dots.position(&Dot::of(record)), Some(record.seq));
    }
    assert_eq!((dots.dot(Seq(0)), dots.dot(Seq(21))), (None, None));
}

#[test]
fn the_time_of_what_is_stable_rises_where_the_clock_stands_still() {
    let mut history = History::default();
    let mut before = 0;
    for index in 0..5 {
        history.now = 0;
        let version = format!("v{index}");
        history.run(put(&version, "a.yml", &version)).unwrap();
        let document = history.state.document("main", "a.yml").unwrap();
        // N3
        assert!(document.stable_ms > before, "{before}");
        before = document.stable_ms;
    }
    history.run(stage("staged", "a.yml", "a: staged")).unwrap();
    history.run(release("v4")).unwrap();
    let document = history.state.document("main", "a.yml").unwrap();
    assert_eq!(document.stable_ms, before, "nothing has moved");
}

proptest! {
    /// N2
    #[test]
    fn what_is_kept_is_found_by_its_name(
        written in vec((0u8..3, any::<bool>()), 1..60),
        forgotten in vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let mut dots = Dots::default();
        let mut sequences = [0; 3];
        let mut kept = Vec::new();
        for (index, (cluster, is_named)) in written.iter().enumerate() {
            let seq = index as u64 + 1;
            let own = &mut sequences[usize::from(*cluster)];
            *own += 1;
            let body = match is_named {
                true => change(seq),
                false => Body::Discard { change: Seq(1) },
            };
            let record = record(seq, *cluster, *own, body);
            dots.note(&record);
            if *is_named {
                kept.push((record.seq, Dot::of(&record)));
            }
        }
        for index in forgotten {
            if !kept.is_empty() {
                let (seq, dot) = kept.swap_remove(index.index(kept.len()));
                dots.forget(seq);
                let is_of_run = dots.run().is_some_and(|run| seq <= run.last);
                prop_assert_eq!(dots.position(&dot).is_some(), is_of_run);
            }
        }
        for (seq, dot) in &kept {
            prop_assert_eq!(dots.dot(*seq), Some(dot.clone()));
            prop_assert_eq!(dots.position(dot), Some(*seq));
        }
        let of_run = dots.run().map_or(0, |run| run.last.0 as usize);
        prop_assert!(dots.named().count() <= kept.len());
        prop_assert!(of_run <= written.len());
    }
}
