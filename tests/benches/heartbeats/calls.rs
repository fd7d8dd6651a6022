//! Reports over loopback, a call each or a hundred in one.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::Instant,
};
use tonic::transport::{Channel, Endpoint};
use vortex_proto::heartbeat::v1::{
    self as pb, heartbeat_service_client::HeartbeatServiceClient, report_result::Result::Reply,
};
use vortex_tests::{Mesh, Mode, Options, Process, cpu_time};

use crate::{
    ROUNDS,
    bare::Bare,
    reports::{json, report},
    spread,
};

/// Calls of a round, and of a round with a hundred reports each.
const CALLS: usize = 40_000;
const BATCHES: usize = 10_000;
/// Connections, and calls at once over each.
const CONNECTIONS: usize = 8;
const AT_ONCE: usize = 8;
/// Instances that take turns: of reports by themselves, and of those in batches.
const INSTANCES: usize = 10_000;
const MANY_INSTANCES: usize = 1_000_000;

/// What heartbeat-ingest needs for a report by gRPC, beside bare tonic.
pub(crate) async fn unary() {
    let arguments = [
        "--grpc",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
        "--log-format",
        "json",
    ];
    let unlimited = [
        "--max-reports",
        "0",
        "--max-app-reports",
        "0",
        "--max-client-reports",
        "0",
    ];
    // nobody listens there: windows wait, and what is expected is not known
    let nobody = [
        "--config-svc",
        "http://127.0.0.1:1",
        "--drift-svc",
        "http://127.0.0.1:1",
    ];
    let nobody_either = ["--rollout-svc", "http://127.0.0.1:1"];
    let all = [&arguments[..], &unlimited, &nobody, &nobody_either].concat();
    let mut ingest = Process::start("heartbeat-ingest", &all);
    let address = ingest.wait_for("where it is", |line| {
        let is_it = line["message"].as_str()? == "serving gRPC";
        is_it.then(|| line["address"].as_str()?.parse().ok())?
    });
    let bare = Bare::start();
    let sides = [(address, ingest.id()), (bare.grpc, bare.id())];
    for (what, calls, reports) in [("unary", CALLS, 1), ("batches of 100", BATCHES, 100)] {
        let mut costs = [Vec::new(), Vec::new()];
        let mut rates = [Vec::new(), Vec::new()];
        for round in 0..=ROUNDS {
            for (side, (address, id)) in sides.into_iter().enumerate() {
                let load = by_grpc(address, calls, reports);
                let (cost, rate) = measured(id, calls * reports, load).await;
                if round > 0 {
                    costs[side].push(cost);
                    rates[side].push(rate);
                }
            }
        }
        tell(what, ["heartbeat-ingest", "bare tonic"], costs, rates);
    }
}

/// What all services in one process need for a report by REST, beside bare axum.
pub(crate) async fn rest() {
    let mesh = Mesh::start(Mode::One, &Options::default());
    let bare = Bare::start();
    let sides = [(mesh.http, mesh.processes[0].id()), (bare.rest, bare.id())];
    let mut costs = [Vec::new(), Vec::new()];
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (side, (address, id)) in sides.into_iter().enumerate() {
            let (cost, rate) = measured(id, CALLS, by_rest(address)).await;
            if round > 0 {
                costs[side].push(cost);
                rates[side].push(rate);
            }
        }
    }
    tell("REST", ["vortex up", "bare axum"], costs, rates);
    mesh.stop();
}

/// CPU time of a process for each of so many reports in microseconds, and reports a second.
async fn measured(id: u32, reports: usize, load: impl Future<Output = ()>) -> (f64, f64) {
    let (before, began) = (cpu_time(id), Instant::now());
    load.await;
    let (elapsed, spent) = (began.elapsed(), cpu_time(id) - before);
    let reports = reports as f64;
    (
        spent.as_secs_f64() * 1e6 / reports,
        reports / elapsed.as_secs_f64(),
    )
}

fn tell(what: &str, names: [&str; 2], costs: [Vec<f64>; 2], rates: [Vec<f64>; 2]) {
    let ratios = costs[0].iter().zip(&costs[1]);
    let (ratio, least, most) = spread(ratios.map(|(ours, bare)| bare / ours).collect());
    println!("{what}: {ratio:.2} of bare by CPU time ({least:.2} to {most:.2})");
    for ((name, costs), rates) in names.into_iter().zip(costs).zip(rates) {
        let ((cost, least, most), (rate, ..)) = (spread(costs), spread(rates));
        println!(
            "  {name:18} {cost:.2} µs of CPU a report ({least:.2} to {most:.2}), {rate:.0} a second"
        );
    }
}

async fn by_grpc(address: SocketAddr, calls: usize, reports: usize) {
    let mut senders = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap();
        let channel = channel.tcp_nodelay(true).connect().await.unwrap();
        for sender in 0..AT_ONCE {
            let first = connection * AT_ONCE + sender;
            let calls = (first..calls).step_by(CONNECTIONS * AT_ONCE);
            senders.spawn(send(
                HeartbeatServiceClient::new(channel.clone()),
                calls,
                reports,
            ));
        }
    }
    senders.join_all().await;
}

async fn send(
    mut client: HeartbeatServiceClient<Channel>,
    calls: impl Iterator<Item = usize>,
    reports: usize,
) {
    for call in calls {
        let turn = call * reports;
        let instances = if reports == 1 {
            INSTANCES
        } else {
            MANY_INSTANCES
        };
        let of = |turn: usize| report(turn % instances, (turn / instances) as u64 + 1);
        if reports == 1 {
            let heartbeat = Some(of(turn));
            client
                .report(pb::ReportRequest { heartbeat })
                .await
                .unwrap();
            continue;
        }
        let heartbeats = (turn..turn + reports).map(of).collect();
        let request = pb::ReportBatchRequest { heartbeats };
        let results = client
            .report_batch(request)
            .await
            .unwrap()
            .into_inner()
            .results;
        let is_taken = |result: &pb::ReportResult| matches!(result.result, Some(Reply(_)));
        assert!(results.iter().all(is_taken));
    }
}

async fn by_rest(address: SocketAddr) {
    let mut senders = JoinSet::new();
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for _ in 0..CONNECTIONS * AT_ONCE {
        let next = next.clone();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        senders.spawn(async move {
            let mut buffer = vec![0; 4_096];
            loop {
                let turn = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if turn >= CALLS {
                    return;
                }
                post(&mut stream, turn, &mut buffer).await;
            }
        });
    }
    senders.join_all().await;
}

async fn post(stream: &mut TcpStream, turn: usize, buffer: &mut [u8]) {
    let body = json(turn % INSTANCES, (turn / INSTANCES) as u64 + 1);
    let request = format!(
        "POST /heartbeat HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = 0;
    loop {
        let bytes = stream.read(&mut buffer[read..]).await.unwrap();
        assert!(bytes > 0, "the connection ended");
        read += bytes;
        let text = std::str::from_utf8(&buffer[..read]).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            assert!(head.starts_with("HTTP/1.1 200"), "{text}");
            let length = head.to_ascii_lowercase();
            let length = length.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
            if body.len() >= length {
                return;
            }
        }
    }
}
