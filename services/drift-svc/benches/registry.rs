//! The registry of one fleet: bytes an instance, and how long it takes to insert, to be asked how it
//! stands, to look at all instances, and to judge them anew.
//!
//! A million instances; `VORTEX_INSTANCES` asks for another number, such as 10000000.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::{collections::BinaryHeap, hint::black_box, sync::Arc};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use vortex_bucket::{Forced, Seed, Share};
use vortex_drift_svc::domain::{
    Filter, Plan, Report, Roster, Rules, Served, Split, State, Status, Tenths, Variant,
};

const NOW: Tenths = Tenths(1_000_000);

fn count() -> u32 {
    let asked = std::env::var("VORTEX_INSTANCES").ok();
    asked.map_or(1_000_000, |count| count.parse().unwrap())
}

fn plan(hundredths: u16) -> Arc<Plan> {
    let variant = |version: &str| {
        Some(Variant {
            version: version.into(),
            names: Vec::new(),
        })
    };
    let served = |version: &str, arms| Served {
        names: vec![version.into()],
        arms: Some(arms),
    };
    Arc::new(Plan {
        position: 10,
        splits: vec![Split {
            id: "r1".into(),
            change: "v2".into(),
            generation: hundredths.into(),
            seed: Seed::of("r1"),
            share: Share::from_hundredths(hundredths).unwrap(),
            forced: Forced::default(),
            by_subject: false,
        }],
        variants: vec![variant("v1"), variant("v2")],
        served: vec![served("v2", 1), served("v1", 0)],
    })
}

/// Ids as a deployment's pods have them.
fn ids(count: u32) -> Vec<String> {
    let mix = |n: u32| n.wrapping_mul(2_654_435_761);
    (0..count)
        .map(|n| format!("orders-{:08x}-{:05}", mix(n), n % 100_000))
        .collect()
}

fn report<'a>(id: &'a str, host: &'a str, sequence: u64) -> Report<'a> {
    Report {
        id,
        boot: 1_764_000_000_000_000,
        sequence,
        version: "v1",
        position: 9,
        status: Status::Healthy,
        refused: "",
        error: "",
        place: [host, "shop", "eu-west-1a", "2.7.1"],
        age: 0,
        late: 0,
        lives: 1,
        shared_id: false,
        interval: 300,
        ingest: 1,
    }
}

fn fill(roster: &mut Roster, ids: &[String], hosts: &[String], sequence: u64) {
    for (index, id) in ids.iter().enumerate() {
        let host = &hosts[index / 20 % hosts.len()];
        roster.take(&report(id, host, sequence), NOW, true);
    }
}

fn registry(c: &mut Criterion) {
    let count = count();
    let (ids, hosts) = (ids(count), (0..50_000).map(|n| format!("ip-10-0-{n}")));
    let hosts: Vec<String> = hosts.collect();
    let mut roster = Roster::new(Rules::default(), NOW, 7);
    roster.follow(plan(100), NOW);
    fill(&mut roster, &ids, &hosts, 1);
    let bytes = roster.bytes();
    println!(
        "{count} instances: {bytes} bytes, {} each",
        bytes / count as usize
    );

    let mut group = c.benchmark_group("registry");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(count.into()));
    let empty = || {
        let mut roster = Roster::new(Rules::default(), NOW, 7);
        roster.follow(plan(100), NOW);
        roster
    };
    let insert = |mut roster: Roster| {
        fill(&mut roster, &ids, &hosts, 1);
        roster
    };
    group.bench_function("insert", |b| {
        b.iter_batched(empty, insert, BatchSize::PerIteration)
    });
    let mut sequence = 1;
    group.bench_function("report again", |b| {
        b.iter(|| {
            sequence += 1;
            fill(&mut roster, &ids, &hosts, sequence);
        });
    });
    let mut share = 100;
    group.bench_function("judge anew", |b| {
        b.iter(|| {
            share = share % 9_000 + 7;
            roster.follow(plan(share), NOW);
            while roster.judge_more(NOW, 4_096) {}
        });
    });
    group.bench_function("scan", |b| {
        b.iter(|| {
            let filter = Filter {
                states: vec![State::Drifted],
                version: String::new(),
            };
            let mut least = BinaryHeap::new();
            roster.least_ids((0, u32::MAX), &filter, None, (&mut least, 100))
        });
    });
    group.bench_function("lowest buckets", |b| {
        b.iter(|| {
            let mut least = BinaryHeap::new();
            roster.lowest_buckets((0, u32::MAX), Seed::of("r2"), (&mut least, 100))
        });
    });
    group.bench_function("a slice judged", |b| {
        b.iter(|| {
            share = share % 9_000 + 7;
            roster.follow(plan(share), NOW);
            roster.judge_more(NOW, 4_096)
        });
    });
    group.finish();
    let mut group = c.benchmark_group("from counts");
    group.bench_function("standing", |b| b.iter(|| black_box(roster.standing(100))));
    group.bench_function("arms", |b| {
        b.iter(|| black_box(roster.count_arms("r1", NOW)))
    });
    group.finish();
}

criterion_group!(benches, registry);
criterion_main!(benches);
