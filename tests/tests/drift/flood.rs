//! An application that reports ten times as much as it may.

use serde_json::{Value, json};
use tonic::{Code, transport::Channel};
use vortex_proto::heartbeat::v1::{
    self as pb, heartbeat_service_client::HeartbeatServiceClient, report_result::Result as Of,
};
use vortex_tests::{Answer, Mesh, Mode, Options, ServiceName, peak};

/// Reports a second that one application may send; five seconds' worth may come at once.
const LIMIT: usize = 200;
/// Reports of a flood: ten times five seconds' worth, half of them over REST.
const FLOOD: usize = 50 * LIMIT;
const BATCH: usize = 500;
/// What ingest may have in memory. The ids of such a flood alone, with versions and places of their
/// own, would be some 25 MB if they were kept; a process at rest has some 20.
const MEMORY: u64 = 128 << 20;

type Grpc = HeartbeatServiceClient<Channel>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_one_application_is_dropped_and_counted_and_others_are_all_taken() {
    let limit = LIMIT.to_string();
    let options = Options {
        settings: vec![
            (ServiceName::Ingest, "max-app-reports", limit.leak()),
            (ServiceName::Ingest, "max-instances", "20000"),
        ],
        ..Options::quick()
    };
    let mesh = Mesh::start(Mode::Many, &options);
    let ingest = mesh.services[ServiceName::Ingest].channel();
    let mut grpc = HeartbeatServiceClient::new(ingest);
    let mut flood = Flood::default();
    for round in 0..FLOOD / BATCH {
        let first = round * BATCH;
        let others: Vec<Value> = (0..10)
            .map(|number| report("orders", number, round))
            .collect();
        let answer = mesh.post("/api/heartbeats", &Value::from(others)).await;
        for result in answer.json().as_array().unwrap() {
            assert_eq!(
                result["next_interval"], "1s",
                "others are told the usual pace: {result}"
            );
        }
        match round % 2 {
            0 => flood.over_rest(&mesh, first).await,
            _ => flood.over_grpc(&mut grpc, first).await,
        }
    }
    // five seconds' worth, and what came in meanwhile
    assert!(flood.taken + flood.full >= 5 * LIMIT, "{}", flood.taken);
    assert_eq!(flood.taken + flood.limited + flood.full, FLOOD);
    assert!(flood.limited > FLOOD / 2, "{}", flood.limited);
    // the pace was told before anything was refused
    let paces = &flood.paces;
    assert!(
        paces[0] <= 1.0 && paces.iter().any(|pace| *pace > 10.0),
        "{paces:?}"
    );
    flood.alone_over_rest(&mesh, &mut grpc).await;
    flood.alone_over_grpc(&mut grpc).await;
    for (reason, count) in [("app_limit", flood.limited), ("texts", flood.full)] {
        let dropped = format!(r#"vortex_heartbeats_dropped_total{{reason="{reason}"}} {count}"#);
        let is_counted = |answer: &Answer| answer.text().lines().any(|line| line == dropped);
        mesh.admin_until(ServiceName::Ingest, "/metrics", is_counted)
            .await;
    }
    let known = |answer: &Answer| answer.json()["total"] == flood.taken;
    mesh.get_until("/api/drift/flood/prod", known).await;
    let ten = |answer: &Answer| answer.json()["total"] == 10;
    mesh.get_until("/api/drift/orders/prod", ten).await;
    let used = peak(mesh.process(ServiceName::Ingest).id());
    assert!(used < MEMORY, "{} MiB", used >> 20);
    mesh.stop();
}

/// What became of the flood.
#[derive(Default)]
struct Flood {
    taken: usize,
    /// Refused, since it is more than one application may send.
    limited: usize,
    /// Refused, since a window has no room for more versions of one application.
    full: usize,
    /// The intervals that were told, in seconds.
    paces: Vec<f64>,
}

impl Flood {
    async fn over_rest(&mut self, mesh: &Mesh, first: usize) {
        let reports: Vec<Value> = (first..first + BATCH)
            .map(|number| report("flood", number, 0))
            .collect();
        let answer = mesh.post("/api/heartbeats", &Value::from(reports)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        for result in answer.json().as_array().unwrap() {
            match result["code"].as_str() {
                None => self.told(seconds(&result["next_interval"])),
                Some(code) => self.again(code, seconds(&result["retry_after"])),
            }
        }
    }

    async fn over_grpc(&mut self, grpc: &mut Grpc, first: usize) {
        let heartbeats = (first..first + BATCH).map(heartbeat).collect();
        let request = pb::ReportBatchRequest { heartbeats };
        let answer = grpc.report_batch(request).await.unwrap().into_inner();
        for result in answer.results {
            match result.result.unwrap() {
                Of::Reply(reply) => self.told(span(reply.next_interval.unwrap())),
                Of::Refused(refused) => {
                    self.again(&refused.reason, span(refused.retry_after.unwrap()));
                }
            }
        }
    }

    /// A report by itself that is too much is refused with when to come again.
    async fn alone_over_rest(&mut self, mesh: &Mesh, grpc: &mut Grpc) {
        let refused = loop {
            self.more(grpc).await;
            let answer = mesh.post("/heartbeat", &report("flood", 0, 0)).await;
            if answer.status != 200 {
                break answer;
            }
        };
        self.limited += 1;
        let code = &refused.json()["code"];
        assert_eq!((refused.status, code), (429, &json!("RATE_LIMITED")));
        assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    }

    async fn alone_over_grpc(&mut self, grpc: &mut Grpc) {
        let request = pb::ReportRequest {
            heartbeat: Some(heartbeat(0)),
        };
        let status = loop {
            self.more(grpc).await;
            if let Err(status) = grpc.report(request.clone()).await {
                break status;
            }
        };
        self.limited += 1;
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
        let fault = vortex_kit::error::Fault::from_status(&status);
        assert!(fault.retry_delay().is_some());
    }

    /// Goes on, as nothing is left for a moment.
    async fn more(&mut self, grpc: &mut Grpc) {
        let first = self.taken + self.limited + self.full;
        self.over_grpc(grpc, first).await;
    }

    fn told(&mut self, pace: f64) {
        self.taken += 1;
        self.paces.push(pace);
    }

    fn again(&mut self, reason: &str, after: f64) {
        assert!(after > 0.0);
        match reason {
            "RATE_LIMITED" => self.limited += 1,
            reason => {
                assert_eq!(reason, "OVERLOADED");
                self.full += 1;
            }
        }
    }
}

/// A report as long as it may be.
fn report(app: &str, number: usize, sequence: usize) -> Value {
    json!({
        "app": app, "profile": "prod", "instance_id": long(number), "boot_id": 1, "sequence": sequence,
        "version": format!("v-{number:0400}"), "metadata": {"host": long(number), "zone": long(number)},
    })
}

fn heartbeat(number: usize) -> pb::Heartbeat {
    pb::Heartbeat {
        fleet: Some(pb::Fleet {
            app: "flood".to_owned(),
            profiles: vec!["prod".to_owned()],
            ..Default::default()
        }),
        instance_id: long(number),
        version: format!("v-{number:0400}"),
        metadata: Some(pb::InstanceMetadata {
            host: long(number),
            zone: long(number),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn long(number: usize) -> String {
    format!("{number:0256}")
}

fn span(span: prost_types::Duration) -> f64 {
    span.seconds as f64 + f64::from(span.nanos) / 1e9
}

/// Seconds of a span as REST says it.
fn seconds(span: &Value) -> f64 {
    let span: jiff::SignedDuration = span.as_str().unwrap().parse().unwrap();
    span.as_secs_f64()
}
