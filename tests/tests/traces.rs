//! Traces of calls, as a collector gets them from real processes.
#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::time::Instant;
use vortex_tests::{PATIENCE, Process};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// A collector that takes OTLP over HTTP, once it has refused as often as it is told to.
struct Collector {
    endpoint: String,
    spans: mpsc::Receiver<Told>,
    heard: Vec<Told>,
}

/// A span, and the service that told it.
#[derive(Debug)]
struct Told {
    service: String,
    span: Value,
}

struct Taking {
    spans: mpsc::Sender<Told>,
    refusals: Mutex<u32>,
}

impl Collector {
    fn start(refusals: u32) -> Self {
        let (send, spans) = mpsc::channel();
        let taking = Arc::new(Taking {
            spans: send,
            refusals: Mutex::new(refusals),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let routes = Router::new().route("/v1/traces", post(take));
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let served = axum::serve(listener, routes.with_state(taking));
                served.await.unwrap();
            });
        });
        Self {
            endpoint,
            spans,
            heard: Vec::new(),
        }
    }

    /// Waits for a span of this trace by its service and name. They come as calls end: those that
    /// a call made before its own.
    fn wait_for(&mut self, service: &str, name: &str) -> Value {
        let is_it = |told: &Told| {
            let span = &told.span;
            told.service == service && span["name"] == name && span["traceId"] == TRACE
        };
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(told) = self.heard.iter().find(|told| is_it(told)) {
                return told.span.clone();
            }
            let left = end.saturating_duration_since(Instant::now());
            let told = self.spans.recv_timeout(left);
            self.heard.push(told.expect("a span that was not told"));
        }
    }
}

async fn take(State(taking): State<Arc<Taking>>, Json(request): Json<Value>) -> StatusCode {
    {
        let mut refusals = taking.refusals.lock().unwrap();
        if *refusals > 0 {
            *refusals -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    for resource in request["resourceSpans"].as_array().unwrap() {
        let service = attributes(&resource["resource"])["service.name"].clone();
        for span in resource["scopeSpans"][0]["spans"].as_array().unwrap() {
            let (service, span) = (service.clone(), span.clone());
            // the test may have seen enough
            let _ = taking.spans.send(Told { service, span });
        }
    }
    StatusCode::OK
}

/// Attributes by their names, as text.
fn attributes(of: &Value) -> HashMap<String, String> {
    let all = of["attributes"].as_array().unwrap().iter();
    all.map(|attribute| {
        let value = &attribute["value"];
        let text = value["stringValue"].as_str().or(value["intValue"].as_str());
        let key = attribute["key"].as_str().unwrap();
        (key.to_owned(), text.unwrap().to_owned())
    })
    .collect()
}

fn listening(process: &mut Process, what: &str) -> String {
    process.wait_for(what, |json| {
        let said = json["message"].as_str()? == what;
        let address = json["address"].as_str()?;
        said.then(|| address.to_owned())
    })
}

/// Asks for what nobody has written, as a span of a caller's trace.
fn read(http: &str, sampled: bool) {
    let mut connection = TcpStream::connect(http).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    let flags = u8::from(sampled);
    write!(
        connection,
        "GET /api/configs/orders/prod HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         traceparent: 00-{TRACE}-{CALLER}-0{flags}\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

/// Each span is within the one that called it, from the caller's on.
fn is_one_trace(collector: &mut Collector) {
    let rest = collector.wait_for("gateway", "GET /api/configs/{app}/{profile}");
    assert_eq!(rest["parentSpanId"], CALLER);
    let said = attributes(&rest);
    assert_eq!(said["http.response.status_code"], "404");
    assert_eq!(rest["status"]["code"], 0);
    let call = collector.wait_for("config-svc", "vortex.config.v1.ConfigService/GetDocument");
    assert_eq!(call["parentSpanId"], rest["spanId"]);
    assert_eq!(
        attributes(&call)["vortex.request_id"],
        said["vortex.request_id"]
    );
    assert_eq!(attributes(&call)["error.type"], "DOCUMENT_NOT_FOUND");
    let nanoseconds =
        |span: &Value, field: &str| -> u128 { span[field].as_str().unwrap().parse().unwrap() };
    for span in [&rest, &call] {
        assert!(nanoseconds(span, "startTimeUnixNano") <= nanoseconds(span, "endTimeUnixNano"));
    }
}

#[test]
fn a_request_is_one_trace_over_two_processes() {
    let mut collector = Collector::start(0);
    let common = [
        "--otlp-endpoint",
        &collector.endpoint,
        "--log-format",
        "json",
    ];
    let folder = tempfile::tempdir().unwrap();
    let store = format!("embedded:{}", folder.path().join("store").display());
    let own = [
        "--grpc",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
        "--store",
        &store,
    ];
    let mut config = Process::start("config-svc", &[&common[..], &own].concat());
    let address = format!("http://{}", listening(&mut config, "serving gRPC"));
    let own = ["--http", "127.0.0.1:0", "--config-svc", &address];
    let mut gateway = Process::start("gateway", &[&common[..], &own].concat());
    let http = listening(&mut gateway, "serving REST");
    read(&http, true);
    is_one_trace(&mut collector);
}

#[test]
fn a_request_is_one_trace_within_one_process_and_outlives_refusals() {
    let mut collector = Collector::start(2);
    let (mut up, http) = up(&collector.endpoint);
    read(&http, true);
    is_one_trace(&mut collector);
    assert!(up.terminate().success());
}

#[test]
fn what_was_told_before_the_end_is_sent_at_the_end() {
    let mut collector = Collector::start(0);
    let (mut up, http) = up(&collector.endpoint);
    read(&http, true);
    assert!(up.terminate().success());
    is_one_trace(&mut collector);
}

#[test]
fn a_trace_that_its_caller_does_not_keep_is_not_sent() {
    let collector = Collector::start(0);
    let (mut up, http) = up(&collector.endpoint);
    read(&http, false);
    assert!(up.terminate().success());
    let told: Vec<Told> = collector.spans.try_iter().collect();
    assert!(
        told.iter().all(|told| told.span["traceId"] != TRACE),
        "{told:?}"
    );
}

#[test]
fn a_collector_that_is_away_costs_nothing_but_its_spans() {
    // nobody listens at a port that was free just now
    let away = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", away.local_addr().unwrap());
    drop(away);
    let (mut up, http) = up(&endpoint);
    read(&http, true);
    let warned = up.wait_for("a warning", |json| {
        let said = json["message"]
            .as_str()?
            .starts_with("traces are not taken");
        said.then(|| json["level"].as_str().unwrap_or_default().to_owned())
    });
    assert_eq!(warned, "WARN");
    read(&http, true);
    assert!(up.terminate().success());
}

/// All in one process, and where its REST is.
fn up(endpoint: &str) -> (Process, String) {
    let mut arguments = vec!["up", "-o", "json", "--ephemeral", "--log-format", "json"];
    arguments.extend(["--http", "127.0.0.1:0", "--grpc-base", "0"]);
    arguments.extend(["--otlp-endpoint", endpoint]);
    let mut process = Process::start("vortex", &arguments);
    let http = process.wait_for("where it is", |json| {
        json["http"].as_str().map(str::to_owned)
    });
    (process, http)
}
