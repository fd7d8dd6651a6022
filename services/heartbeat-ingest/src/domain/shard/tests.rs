use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vortex_bucket::Arm;

use super::*;
use crate::domain::{Assignment, Last, Mark, Metadata, Place, Refused, Status, Unit, plan};

const BOUNDS: Bounds = Bounds {
    instances: 1_000,
    texts: 100_000,
};

fn report(instance: &str, boot: u64, sequence: u64) -> Report<'_> {
    Report {
        instance,
        mark: Mark { boot, sequence },
        version: "v1",
        position: 7,
        assignments: Vec::new(),
        status: Status::Healthy,
        refused: None,
        measured: Vec::new(),
        metadata: Metadata::default(),
    }
}

fn taking(report: &Report<'_>, fleet: FleetId) -> Taking {
    let bytes = report.instance.bytes();
    let hash = bytes.fold(u128::from(fleet), |hash, byte| {
        hash.wrapping_mul(257) + u128::from(byte)
    });
    Taking {
        key: (hash << 64 | hash).into(),
        fleet,
        app: fleet as usize,
        arrived: 10,
        next_due: 33_000,
    }
}

fn take(shard: &mut Shard, report: &Report<'_>) -> Result<(Heard, u32), Full> {
    shard.take(report, taking(report, 1))
}

fn only(gathered: &Gathered) -> &Last {
    assert_eq!(gathered.lasts.len(), 1);
    &gathered.lasts[0]
}

#[test]
fn the_last_report_of_an_instance_is_kept_whole() {
    let mut shard = Shard::new(BOUNDS);
    let assignment = Assignment {
        split: "r1",
        change: "v2",
        generation: 3,
        arm: Arm::Canary,
        unit: Unit::Instance,
        forced: true,
    };
    take(&mut shard, &report("a", 7, 1)).unwrap();
    let last = Report {
        version: "v2",
        assignments: vec![assignment],
        status: Status::Degraded,
        refused: Some(Refused {
            version: "v3",
            error: "no such port",
        }),
        metadata: Metadata {
            host: "node-1",
            zone: "eu",
            ..Metadata::default()
        },
        ..report("a", 7, 2)
    };
    take(&mut shard, &last).unwrap();
    let gathered = shard.close();
    let kept = only(&gathered);
    let text = |id| gathered.texts.get(id);
    assert_eq!(gathered.instance(kept), "a");
    assert_eq!(
        (kept.mark, kept.position, kept.status),
        (last.mark, 7, Status::Degraded)
    );
    assert_eq!(
        [text(kept.version), text(kept.refused_version)],
        ["v2", "v3"]
    );
    assert_eq!(text(kept.refused_error), "no such port");
    assert_eq!(
        [text(kept.host), text(kept.namespace), text(kept.zone)],
        ["node-1", "", "eu"]
    );
    let assignments: Vec<_> = gathered.assignments.get(kept.assignments).collect();
    assert_eq!(assignments, [assignment]);
    assert_eq!(
        (kept.lives, kept.shared_id, kept.arrived, kept.next_due),
        (1, false, 10, 33_000)
    );
    // what is closed is gone
    assert!(shard.close().lasts.is_empty());
}

#[test]
fn a_restart_and_an_id_in_two_places_are_told_apart() {
    let mut shard = Shard::new(BOUNDS);
    for boot in [7, 8, 9] {
        take(&mut shard, &report("a", boot, 1)).unwrap();
    }
    let gathered = shard.close();
    assert_eq!(
        (only(&gathered).lives, only(&gathered).shared_id),
        (3, false)
    );
    // in the next window, by turns
    for (boot, sequence) in [(9, 2), (8, 2), (9, 3)] {
        take(&mut shard, &report("a", boot, sequence)).unwrap();
    }
    let gathered = shard.close();
    let kept = only(&gathered);
    assert_eq!((kept.lives, kept.shared_id), (2, true));
    assert_eq!(
        kept.mark,
        Mark {
            boot: 9,
            sequence: 3
        }
    );
}

#[test]
fn a_repeat_in_a_later_window_does_not_count_again() {
    let mut shard = Shard::new(BOUNDS);
    assert!(take(&mut shard, &report("a", 7, 1)).unwrap().0.counts);
    shard.close();
    let (heard, _) = take(&mut shard, &report("a", 7, 1)).unwrap();
    assert_eq!((heard.place, heard.counts), (Place::Repeat, false));
    shard.forget();
    assert!(!take(&mut shard, &report("a", 7, 1)).unwrap().0.counts);
    shard.forget();
    shard.forget();
    assert!(take(&mut shard, &report("a", 7, 1)).unwrap().0.counts);
}

#[test]
fn an_id_is_another_instance_in_another_fleet() {
    let mut shard = Shard::new(BOUNDS);
    let one = report("a", 7, 1);
    for fleet in [1, 2] {
        assert!(shard.take(&one, taking(&one, fleet)).unwrap().0.counts);
    }
    assert_eq!(shard.close().lasts.len(), 2);
}

#[test]
fn a_window_has_room_for_so_many_instances() {
    let mut shard = Shard::new(Bounds {
        instances: 2,
        ..BOUNDS
    });
    let mut take = |instance| take(&mut shard, &report(instance, 7, 0)).map(drop);
    assert_eq!([take("a"), take("b")], [Ok(()), Ok(())]);
    for flood in ["c", "d", "e", "f", "g", "h"] {
        assert_eq!(take(flood), Err(Full::Instances));
    }
    assert_eq!([take("a"), take("b")], [Ok(()), Ok(())]);
    shard.close();
    assert!(super::tests::take(&mut shard, &report("c", 7, 1)).is_ok());
}

#[test]
fn texts_for_people_are_left_out_where_there_is_no_room() {
    let mut shard = Shard::new(Bounds {
        texts: 16,
        ..BOUNDS
    });
    let told = Report {
        metadata: Metadata {
            host: "a-long-name-of-a-node",
            ..Metadata::default()
        },
        ..report("a", 7, 1)
    };
    assert_eq!(take(&mut shard, &told).unwrap().1, 1);
    let version = Report {
        version: "another-long-version",
        ..report("b", 7, 1)
    };
    assert_eq!(take(&mut shard, &version), Err(Full::Texts));
    let gathered = shard.close();
    assert_eq!(gathered.texts.get(only(&gathered).host), "");
}

#[test]
fn an_application_whose_versions_are_all_its_own_leaves_room_for_others() {
    let mut shard = Shard::new(Bounds {
        texts: 1_600,
        ..BOUNDS
    });
    let versions: Vec<String> = (0..100).map(|number| format!("v{number:09}")).collect();
    let hosts: Vec<String> = (0..100).map(|number| format!("{number:0100}")).collect();
    let of = |number: usize| Report {
        version: &versions[number],
        metadata: Metadata {
            host: &hosts[number],
            ..Metadata::default()
        },
        ..report("a", 7, 0)
    };
    let mut taken = 0;
    for told in (0..100).map(of) {
        match shard.take(&told, taking(&told, 1)) {
            Ok(_) => taken += 1,
            Err(full) => assert_eq!(full, Full::Texts),
        }
    }
    // an eighth of all
    assert_eq!(taken, 20);
    // whose place is full of texts for people, and which still has room for what is needed
    for number in 80..100 {
        let told = of(number);
        assert!(shard.take(&told, taking(&told, 2)).is_ok(), "{number}");
    }
    let list = |split| Report {
        assignments: vec![Assignment {
            split,
            change: "v2",
            generation: 3,
            arm: Arm::Canary,
            unit: Unit::Instance,
            forced: false,
        }],
        ..report("d", 7, 0)
    };
    let mut lists = ["r1", "r2", "r3"].map(list).into_iter();
    let mut take = |fleet| {
        lists
            .next()
            .map(|told| shard.take(&told, taking(&told, fleet)))
    };
    assert!(take(3).unwrap().is_ok() && take(3).unwrap().is_ok());
    assert_eq!(take(3).unwrap(), Err(Full::Texts));
}

fn arrivals() -> impl Strategy<Value = Vec<(u8, u64, u64)>> {
    let reports = proptest::collection::btree_set((0_u8..6, 1_u64..3, 1_u64..=32), 1..120);
    reports.prop_map(Vec::from_iter).prop_shuffle()
}

proptest! {
    #[test]
    fn the_last_report_is_the_same_in_whatever_order_reports_arrive(arrivals in arrivals()) {
        let mut shard = Shard::new(BOUNDS);
        let mut newest = BTreeMap::new();
        for (instance, boot, sequence) in arrivals {
            let id = format!("i{instance}");
            let (heard, _) = take(&mut shard, &report(&id, boot, sequence)).unwrap();
            prop_assert!(heard.counts, "each is reported once");
            let known = newest.entry(id).or_insert((boot, sequence));
            *known = (*known).max((boot, sequence));
        }
        let gathered = shard.close();
        let kept = gathered.lasts.iter().map(|last| {
            (gathered.instance(last).to_owned(), (last.mark.boot, last.mark.sequence))
        });
        prop_assert_eq!(kept.collect::<BTreeMap<_, _>>(), newest);
    }

    #[test]
    fn every_instance_is_in_one_part(
        fleets in proptest::collection::vec(0_u32..5, 0..200),
        most in 1_usize..50,
    ) {
        let mut shards = [Shard::new(BOUNDS), Shard::new(BOUNDS)];
        for (number, fleet) in fleets.iter().enumerate() {
            let id = format!("i{number}");
            let report = report(&id, 7, 1);
            shards[number % 2].take(&report, taking(&report, *fleet)).unwrap();
        }
        let gathered = shards.each_mut().map(Shard::close);
        let parts = plan(&gathered, most);
        let mut seen = BTreeSet::new();
        for part in &parts {
            prop_assert!(part.instances <= most && part.instances > 0);
            prop_assert_eq!(part.instances, part.fleets.iter().map(|(_, at)| at.len()).sum::<usize>());
            for (fleet, instances) in &part.fleets {
                for at in instances {
                    prop_assert_eq!(gathered[at.shard].lasts[at.place].fleet, *fleet);
                    prop_assert!(seen.insert(*at));
                }
            }
        }
        prop_assert_eq!(seen.len(), fleets.len());
        prop_assert_eq!(parts.len(), fleets.len().div_ceil(most));
    }
}
