//! What a Spring environment costs, beside a bare axum route that answers the same bytes.
//!
//! Both are served by the same accept loop on a thread of their own, and asked in turns over one
//! kept-alive connection. What counts is the processor time of the server's thread, which other
//! work on the machine hardly moves; the ratio is that of the two in this run.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark: what fails ends it, and it prints

mod connection;
mod constant;

use std::{net::SocketAddr, pin::Pin, sync::mpsc, thread, time::Duration};

use axum::{Router, routing::get};
use bytes::Bytes;
use http::header;
use rustix::{
    thread::{CpuSet, sched_setaffinity},
    time::{ClockId, clock_gettime},
};
use vortex_gateway::{Gateway, Settings};
use vortex_kit::{clock::System, grpc::Server, http::Limits, http::Listener, process::Runtime};
use vortex_proto::config::v1::{
    config_service_server::ConfigServiceServer, source_service_server::SourceServiceServer,
};
use vortex_service::PerService;

use connection::Connection;
use constant::Constant;

const ROUNDS: usize = 40;
const REQUESTS: u32 = 2_000;

fn main() {
    pin(1);
    let gateway = Subject::start(serve_gateway);
    let mut connection = Connection::open(gateway.address);
    let body = connection.get();
    let bare = Subject::start({
        let body = Bytes::from(body.clone());
        move |runtime| Box::pin(serve_bare(body, runtime))
    });
    let mut bare_connection = Connection::open(bare.address);
    assert_eq!(bare_connection.get(), body);
    let mut costs = Vec::new();
    for round in 0..=ROUNDS {
        let cost = (
            bare.cost(&mut bare_connection),
            gateway.cost(&mut connection),
        );
        // the first round warms up
        if round > 0 {
            costs.push(cost);
        }
    }
    println!(
        "{} bytes; microseconds of the server's thread a request",
        body.len()
    );
    let least = |cost: fn(&(Duration, Duration)) -> Duration| costs.iter().map(cost).min();
    let (least_bare, least_gateway) = (least(|cost| cost.0), least(|cost| cost.1));
    let (bare, gateway) = (
        least_bare.unwrap_or_default(),
        least_gateway.unwrap_or_default(),
    );
    println!(
        "least:  bare axum {:.2}, gateway {:.2}, ratio {:.2}",
        micros(bare),
        micros(gateway),
        ratio(bare, gateway)
    );
    costs.sort_by(|one, other| ratio(one.0, one.1).total_cmp(&ratio(other.0, other.1)));
    let (bare, gateway) = costs[costs.len() / 2];
    println!(
        "median: bare axum {:.2}, gateway {:.2}, ratio {:.2}",
        micros(bare),
        micros(gateway),
        ratio(bare, gateway)
    );
}

/// Keeps a thread on one processor, so that both servers have the same one. Where that cannot be,
/// the figures scatter more.
fn pin(processor: usize) {
    let mut set = CpuSet::new();
    set.set(processor);
    let _ = sched_setaffinity(None, &set);
}

fn ratio(bare: Duration, gateway: Duration) -> f64 {
    bare.as_secs_f64() / gateway.as_secs_f64()
}

fn micros(cost: Duration) -> f64 {
    cost.as_secs_f64() * 1e6 / f64::from(REQUESTS)
}

/// A server on a thread of its own.
struct Subject {
    address: SocketAddr,
    ask: tokio::sync::mpsc::UnboundedSender<mpsc::Sender<Duration>>,
}

type Starting = Pin<Box<dyn Future<Output = SocketAddr>>>;

impl Subject {
    fn start(serve: impl FnOnce(Runtime) -> Starting + Send + 'static) -> Self {
        let (tell, told) = mpsc::channel();
        let (ask, mut asked) = tokio::sync::mpsc::unbounded_channel::<mpsc::Sender<Duration>>();
        thread::spawn(move || {
            pin(0);
            let executor = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            executor.unwrap().block_on(async {
                let runtime = Runtime::new("gateway", "0.0.0", System::shared());
                tell.send(serve(runtime).await).unwrap();
                while let Some(reply) = asked.recv().await {
                    let time = clock_gettime(ClockId::ThreadCPUTime);
                    reply.send(Duration::try_from(time).unwrap()).unwrap();
                }
            });
        });
        let address = told.recv().unwrap();
        Self { address, ask }
    }

    fn spent(&self) -> Duration {
        let (tell, told) = mpsc::channel();
        self.ask.send(tell).unwrap();
        told.recv().unwrap()
    }

    fn cost(&self, connection: &mut Connection) -> Duration {
        let before = self.spent();
        for _ in 0..REQUESTS {
            connection.get();
        }
        self.spent() - before
    }
}

fn serve_gateway(runtime: Runtime) -> Starting {
    Box::pin(async move {
        let server = Server::builder(&runtime)
            .descriptors(vortex_proto::DESCRIPTORS)
            .service(ConfigServiceServer::new(Constant::new()))
            .service(SourceServiceServer::new(Constant::new()))
            .build()
            .await
            .unwrap();
        let settings = Settings {
            http: SocketAddr::from(([127, 0, 0, 1], 0)).into(),
            ..Settings::default()
        };
        let channels = PerService::from_fn(|_| server.channel());
        let gateway = Gateway::start(settings, channels, &runtime).unwrap();
        gateway.address()
    })
}

async fn serve_bare(body: Bytes, runtime: Runtime) -> SocketAddr {
    let answer = move || {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body) }
    };
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.address();
    let router = Router::new().route("/{app}/{profiles}", get(answer));
    listener.serve(router, Limits::default(), &runtime);
    address
}
