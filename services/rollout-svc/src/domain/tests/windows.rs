//! R16: a part of a window counts once, whatever is lost and whoever ends when.

use proptest::prelude::*;
use vortex_bucket::Arm;
use vortex_sketch::Sketch;

use super::sample::{at, done, promote, settled};
use crate::{
    domain::{
        Command, Measured, PartName, Place, Report, Rollout, WindowTaken,
        analysis::{Application, Figures},
    },
    store::reread,
};

fn part(ingest: &str, sequence: u64, part: u32) -> PartName {
    PartName {
        ingest: ingest.to_owned(),
        place: Place {
            boot: 1,
            sequence,
            part,
        },
    }
}

fn figures(app: &str, generation: u64, requests: u64) -> Report {
    Report {
        application: Some(Application::new(app)),
        arm: Arm::Canary,
        generation: Some(generation),
        from: None,
        to: None,
        figures: Figures::new(requests, 0, Sketch::default()).unwrap(),
    }
}

fn requests(measured: &Measured) -> u64 {
    let totals = measured.totals();
    totals
        .map(|(_, totals)| totals.of(Arm::Canary).tally.requests)
        .sum()
}

#[test]
fn figures_are_told_apart_by_why_they_do_not_count() {
    let rollout = done(settled(), promote(), 2);
    let mut measured = Measured::begin(&rollout);
    let all = |generation| vec![figures("orders", generation, 1)];
    let take = |measured: &mut Measured, rollout: &Rollout, figures, sequence| {
        measured.take_window(rollout, &part("a", sequence, 0), figures, at(3))
    };
    // the share of generation 2 is on its way
    let moving = take(&mut measured, &rollout, all(2), 1);
    assert_eq!(moving, WindowTaken::unknown(1));
    let rollout = done(rollout, Command::Confirm { generation: 2 }, 3);
    let mixed = vec![
        figures("orders", 1, 1),
        figures("orders", 2, 5),
        figures("orders", 3, 1),
        figures("stock", 2, 1),
    ];
    let taken = take(&mut measured, &rollout, mixed, 2);
    let expected = WindowTaken {
        counted: 1,
        outdated: 1,
        unknown: 1,
        unjudged: 1,
        ..WindowTaken::default()
    };
    assert_eq!(taken, expected);
    assert_eq!(requests(&measured), 5);
    // what was not taken in its turn is not taken later
    let late = take(&mut measured, &rollout, all(2), 1);
    assert_eq!((late.counted, late.repeated), (0, 1));
}

#[test]
fn an_ingest_is_forgotten_after_a_day_and_the_most_silent_of_a_thousand() {
    let rollout = settled();
    let mut measured = Measured::begin(&rollout);
    let mut take = |ingest: &str, second: u64| {
        let all = vec![figures("orders", 1, 1)];
        measured.take_window(&rollout, &part(ingest, 1, 0), all, at(second))
    };
    for number in 0..1_001 {
        assert_eq!(take(&number.to_string(), 10 + number).counted, 1);
    }
    assert_eq!(take("1", 2_000).repeated, 1);
    assert_eq!(take("0", 2_000).counted, 1);
    assert_eq!(take("999", 10 + 1_000 + 24 * 3_600).repeated, 1);
    take("new", 2_000 + 24 * 3_600);
    assert_eq!(measured.windows.iter().count(), 2);
}

/// What a simulated delivery meets.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// All is well.
    Answered,
    /// It is durable, and the reply is lost.
    ReplyLost,
    /// The process ends before the commit.
    KilledBefore,
    /// The process ends after the commit, before the reply.
    KilledAfter,
    /// The commit fails, and the process lives.
    CommitFails,
    /// Something else writes the measurements before the answer, and the process ends.
    WrittenByOther,
    /// The process ends after the reply.
    KilledLater,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Answered),
        1 => Just(Fate::ReplyLost),
        1 => Just(Fate::KilledBefore),
        1 => Just(Fate::KilledAfter),
        1 => Just(Fate::CommitFails),
        1 => Just(Fate::WrittenByOther),
        1 => Just(Fate::KilledLater),
    ]
}

proptest! {
    /// Two ingests deliver their parts in order, each until it is answered. Failures print the seed.
    #[test]
    fn totals_are_exact_whatever_is_lost(
        fates in proptest::collection::vec((any::<bool>(), fate()), 1..80),
    ) {
        let rollout = settled();
        let (mut memory, mut stored) = (Measured::begin(&rollout), Measured::begin(&rollout));
        let (mut places, mut acknowledged) = ([1_u64, 1], 0);
        let mut delivered = Vec::new();
        for (second, (which, fate)) in (10..).zip(fates) {
            let which = usize::from(which);
            let sequence = places[which];
            let worth = 1_000 * which as u64 + sequence;
            let name = part(["a", "b"][which], sequence, 0);
            delivered.push(name.clone());
            let figures = vec![figures("orders", 1, worth)];
            memory.take_window(&rollout, &name, figures, at(second));
            match fate {
                Fate::KilledBefore => memory = reread(&stored),
                Fate::CommitFails => {}
                Fate::ReplyLost => stored = reread(&memory),
                Fate::KilledAfter | Fate::WrittenByOther => {
                    stored = reread(&memory);
                    memory = reread(&stored);
                }
                Fate::Answered | Fate::KilledLater => {
                    stored = reread(&memory);
                    places[which] += 1;
                    acknowledged += worth;
                    if matches!(fate, Fate::KilledLater) {
                        memory = reread(&stored);
                    }
                }
            }
        }
        // the last one of each is delivered until it is answered
        for (which, ingest) in ["a", "b"].into_iter().enumerate() {
            let name = part(ingest, places[which], 0);
            if delivered.contains(&name) {
                let worth = 1_000 * which as u64 + places[which];
                memory.take_window(&rollout, &name, vec![figures("orders", 1, worth)], at(100));
                acknowledged += worth;
            }
        }
        prop_assert_eq!(requests(&memory), acknowledged);
        // and none of them ever again
        for name in delivered {
            let taken = memory.take_window(&rollout, &name, vec![figures("orders", 1, 7)], at(101));
            prop_assert_eq!(taken.counted, 0);
        }
    }
}
