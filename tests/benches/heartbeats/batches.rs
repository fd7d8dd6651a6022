//! Batches of a hundred reports, from the bytes of the request to those of the answer.

use std::{collections::HashMap, hint::black_box, process};

use prost::Message as _;
use vortex_heartbeat_ingest::{Settings, measure::Taker};
use vortex_kit::clock::System;
use vortex_proto::heartbeat::v1 as pb;
use vortex_tests::cpu_time;

use crate::{ROUNDS, redis::Redis, reports::report, spread};

const REPORTS: usize = 100;
const INSTANCES: usize = 1_000_000;
const BATCHES: usize = INSTANCES / REPORTS;

/// Prints what a report costs each way. All have seen all instances before the first round.
pub(crate) fn compare() {
    let requests: Vec<Vec<u8>> = (0..BATCHES).map(|batch| request(batch, 1)).collect();
    println!(
        "a million instances, {REPORTS} reports of {} bytes a request",
        requests[0].len() / REPORTS
    );
    let taker = taker();
    let mut map = HashMap::new();
    let mut redis = Redis::start();
    let mut ways = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        let costs = [
            of_this_process(|| take(&taker, &requests)),
            of_this_process(|| insert(&mut map, &requests)),
            of_this_process(|| decode(&requests)),
            redis
                .as_mut()
                .map_or(f64::NAN, |redis| micros(redis.set_all(&requests))),
        ];
        if round > 0 {
            ways.iter_mut()
                .zip(costs)
                .for_each(|(way, cost)| way.push(cost));
        }
    }
    let names = [
        "heartbeat-ingest",
        "decode and insert",
        "decode",
        "Redis SET EX",
    ];
    let ours = spread(ways[0].clone()).0;
    for (name, costs) in names.into_iter().zip(ways) {
        let ratios = costs.iter().map(|cost| cost / ours);
        let ((cost, least, most), (ratio, ..)) = (spread(costs.clone()), spread(ratios.collect()));
        println!(
            "{name:20} {cost:.3} µs of CPU a report ({least:.3} to {most:.3}), {:.2} M a core, \
             {ratio:.2} times ours",
            1.0 / cost
        );
    }
}

fn taker() -> Taker {
    let settings = Settings {
        max_reports: 0,
        max_app_reports: 0,
        max_client_reports: 0,
        // shards are never quite even
        max_instances: INSTANCES * 11 / 10,
        ..Settings::default()
    };
    Taker::new(settings, System::shared())
}

fn request(batch: usize, sequence: u64) -> Vec<u8> {
    let instances = batch * REPORTS..(batch + 1) * REPORTS;
    let heartbeats = instances
        .map(|instance| report(instance, sequence))
        .collect();
    pb::ReportBatchRequest { heartbeats }.encode_to_vec()
}

fn take(taker: &Taker, requests: &[Vec<u8>]) {
    for request in requests {
        let request = pb::ReportBatchRequest::decode(&**request).unwrap();
        black_box(taker.take(&request).unwrap().encode_to_vec());
    }
    black_box(taker.close());
}

fn insert(map: &mut HashMap<String, pb::Heartbeat>, requests: &[Vec<u8>]) {
    for request in requests {
        let request = pb::ReportBatchRequest::decode(&**request).unwrap();
        for heartbeat in request.heartbeats {
            map.insert(heartbeat.instance_id.clone(), heartbeat);
        }
    }
}

fn decode(requests: &[Vec<u8>]) {
    for request in requests {
        black_box(pb::ReportBatchRequest::decode(&**request).unwrap());
    }
}

fn of_this_process(work: impl FnOnce()) -> f64 {
    let before = cpu_time(process::id());
    work();
    micros(cpu_time(process::id()) - before)
}

/// Of one of all reports.
fn micros(of_all: std::time::Duration) -> f64 {
    of_all.as_secs_f64() * 1e6 / INSTANCES as f64
}
