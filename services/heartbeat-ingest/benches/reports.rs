//! Measures taking batches of a hundred reports, from the bytes of the request to those of the
//! answer, beside a loop that only decodes and inserts into a map, of the same million instances:
//! `cargo bench -p vortex-heartbeat-ingest`.

#![allow(clippy::unwrap_used)] // what can't be made can't be measured

use std::{collections::HashMap, hint::black_box};

use criterion::{BatchSize, Criterion, Throughput};
use prost::Message as _;
use vortex_heartbeat_ingest::{Settings, measure::Taker};
use vortex_kit::clock::System;
use vortex_proto::heartbeat::v1 as pb;

/// As the service itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const REPORTS: usize = 100;
const INSTANCES: usize = 1_000_000;
const BATCHES: usize = INSTANCES / REPORTS;

/// The requests of a million instances of ten applications on a thousand hosts.
fn requests() -> Vec<Vec<u8>> {
    let request = |batch: usize| {
        let report = |place: usize| {
            // an agent has the instances of its host, of several applications
            let instance = batch * REPORTS + place;
            pb::Heartbeat {
                fleet: Some(pb::Fleet {
                    app: format!("service-{}", instance % 10),
                    profiles: vec!["prod".to_owned()],
                    label: String::new(),
                }),
                instance_id: format!("pod-{instance:07}"),
                boot_id: 1_790_000_000_000_000,
                sequence: 1,
                version: "v42+12ddfe6d".to_owned(),
                metadata: Some(pb::InstanceMetadata {
                    host: format!("node-{}", batch % 1_000),
                    ..Default::default()
                }),
                ..Default::default()
            }
        };
        let heartbeats = (0..REPORTS).map(report).collect();
        pb::ReportBatchRequest { heartbeats }.encode_to_vec()
    };
    (0..BATCHES).map(request).collect()
}

fn take(criterion: &mut Criterion, requests: &[Vec<u8>]) {
    let settings = Settings {
        max_reports: 0,
        max_app_reports: 0,
        max_client_reports: 0,
        // shards are never quite even
        max_instances: INSTANCES * 11 / 10,
        ..Settings::default()
    };
    let taker = Taker::new(settings, System::shared());
    let mut group = criterion.benchmark_group("reports");
    group.throughput(Throughput::Elements(REPORTS as u64));
    let mut next = 0;
    group.bench_function("decode, take, answer", |bencher| {
        bencher.iter(|| {
            if next == BATCHES {
                next = 0;
                black_box(taker.close());
            }
            let request = pb::ReportBatchRequest::decode(&*requests[next]).unwrap();
            next += 1;
            let answer = taker.take(&request).unwrap();
            black_box(answer.encode_to_vec())
        });
    });
    // a window of 20,000 instances, as they come at 4,000 a second
    let mut next = 0;
    group.bench_function("decode, take, answer, of 20,000", |bencher| {
        bencher.iter(|| {
            next = (next + 1) % 200;
            let request = pb::ReportBatchRequest::decode(&*requests[next]).unwrap();
            let answer = taker.take(&request).unwrap();
            black_box(answer.encode_to_vec())
        });
    });
    group.finish();
}

fn plain(criterion: &mut Criterion, requests: &[Vec<u8>]) {
    let mut group = criterion.benchmark_group("reports");
    group.throughput(Throughput::Elements(REPORTS as u64));
    let mut map: HashMap<String, pb::Heartbeat> = HashMap::new();
    let mut next = 0;
    group.bench_function("decode and insert into a map", |bencher| {
        bencher.iter_batched(
            || {
                next = (next + 1) % BATCHES;
                next
            },
            |next| {
                let request = pb::ReportBatchRequest::decode(&*requests[next]).unwrap();
                for heartbeat in request.heartbeats {
                    map.insert(heartbeat.instance_id.clone(), heartbeat);
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("decode", |bencher| {
        let mut next = 0;
        bencher.iter(|| {
            next = (next + 1) % BATCHES;
            black_box(pb::ReportBatchRequest::decode(&*requests[next]).unwrap())
        });
    });
    group.finish();
}

fn main() {
    let requests = requests();
    let mut criterion = Criterion::default().configure_from_args();
    take(&mut criterion, &requests);
    plain(&mut criterion, &requests);
    criterion.final_summary();
}
