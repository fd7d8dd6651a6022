//! What is told of reads.

use vortex_bucket::{Forced, Seed, Share};

use super::*;

fn split(id: &str, unit: Unit) -> Split {
    Split {
        id: id.into(),
        change: "v2".into(),
        generation: 1,
        share: Share::from_hundredths(5_000).unwrap(),
        seed: Seed::of(id),
        unit,
        forced: Forced::new(vec!["in".to_owned()], Vec::new()).unwrap(),
        moved_at: None,
    }
}

fn read(reads: &ViewReads, splits: &[Split], instance: &str, key: &str) {
    let reader = Reader::new(instance, key);
    let view = crate::View {
        splits: splits.to_vec(),
        ..crate::View::default()
    };
    reads.count(splits, &reader, view.arms_of(&reader));
}

#[test]
fn reads_are_told_once_by_split_and_arm_with_their_keys() {
    let all = Reads::default();
    assert_eq!(all.take(), None);
    let splits = [split("r1", Unit::Instance), split("r2", Unit::Subject)];
    let reads = all.of_view(&splits);
    for n in 0..100 {
        for _ in 0..3 {
            read(&reads, &splits, &format!("pod-{n}"), "");
        }
    }
    read(&reads, &splits, "in", "someone");
    let told = all.take().unwrap();
    assert_eq!((told.without_instance, told.without_key), (0, 300));
    let of = |id: &str| told.splits.iter().find(|of| of.split == id).unwrap();
    let (first, second) = (of("r1"), of("r2"));
    assert_eq!(first.stable + first.canary, 301);
    let canary = |n: &usize| splits[0].arm(&format!("pod-{n}")) == Arm::Canary;
    let canaries = (0..100).filter(canary).count() as u64;
    assert_eq!((first.canary, first.without_key), (3 * canaries + 1, 0));
    // no two of these share one, and the forced key has none
    assert_eq!(first.cells.len(), 100);
    assert_eq!((second.without_key, second.cells.len()), (300, 1));
    assert_eq!(all.take(), None);
    read(&reads, &splits, "pod-1", "");
    assert!(
        all.take()
            .unwrap()
            .splits
            .iter()
            .all(|of| of.cells.is_empty())
    );
    // who hears of it anew knows no keys
    all.restart();
    read(&reads, &splits, "pod-1", "");
    let told = all.take().unwrap();
    assert_eq!(
        told.splits.iter().map(|of| of.cells.len()).sum::<usize>(),
        1
    );
}

#[test]
fn the_cells_of_one_message_are_bounded_and_the_rest_follows() {
    let all = Reads::default();
    let splits = [split("r1", Unit::Instance)];
    let reads = all.of_view(&splits);
    for n in 0..15_000 {
        read(&reads, &splits, &format!("pod-{n}"), "");
    }
    let cells = |told: Option<pb::AnsweredReads>| told.unwrap().splits[0].cells.len();
    let (first, rest) = (cells(all.take()), cells(all.take()));
    assert_eq!(first, 10_000);
    assert!(rest > 3_000, "{rest}");
    assert_eq!(all.take(), None);
}

#[test]
fn splits_that_no_view_has_are_forgotten_once_they_were_told() {
    let all = Reads::default();
    for n in 0..100 {
        let splits = [split(&format!("r{n}"), Unit::Instance)];
        let reads = all.of_view(&splits);
        read(&reads, &splits, "pod", "");
        drop(reads);
        all.take();
    }
    assert!(all.known().len() <= 2);
}
