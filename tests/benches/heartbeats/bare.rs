//! Bare servers in a process of their own, which decode a report and answer it.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::{Json, Router, routing::post};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, Streaming, transport::Server};
use vortex_proto::{
    heartbeat::v1::{
        self as pb,
        heartbeat_service_server::{HeartbeatService, HeartbeatServiceServer},
    },
    time::duration,
};
use vortex_rest::{Heartbeat, HeartbeatReply};

use crate::reports::VERSION;

/// The variable that makes this program the servers.
const BARE: &str = "VORTEX_BENCH_BARE";
const INTERVAL: Duration = Duration::from_secs(30);

/// The servers.
pub(crate) struct Bare {
    child: Child,
    /// Where axum is, and where tonic is.
    pub(crate) rest: SocketAddr,
    pub(crate) grpc: SocketAddr,
}

impl Bare {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command
            .env(BARE, "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = || lines.next().unwrap().unwrap().parse().unwrap();
        let (rest, grpc) = (address(), address());
        Self { child, rest, grpc }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Serves for ever, if this process was started for it.
pub(crate) async fn serve_if_asked() {
    if std::env::var_os(BARE).is_none() {
        return;
    }
    let rest = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let grpc = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!(
        "{}\n{}",
        rest.local_addr().unwrap(),
        grpc.local_addr().unwrap()
    );
    let routes = Router::new().route("/heartbeat", post(answer));
    let grpc = Server::builder()
        .tcp_nodelay(true)
        .add_service(HeartbeatServiceServer::new(Tonic))
        .serve_with_incoming(TcpListenerStream::new(grpc));
    let (rest, grpc) = tokio::join!(axum::serve(rest, routes), grpc);
    rest.unwrap();
    grpc.unwrap();
}

async fn answer(Json(heartbeat): Json<Heartbeat>) -> Json<HeartbeatReply> {
    drop(std::hint::black_box(heartbeat));
    Json(HeartbeatReply {
        next_interval: Some(INTERVAL.into()),
        jitter: Some((INTERVAL / 10).into()),
        expected_version: VERSION.to_owned(),
        ..HeartbeatReply::default()
    })
}

struct Tonic;

fn reply() -> pb::HeartbeatReply {
    pb::HeartbeatReply {
        next_interval: Some(duration(INTERVAL)),
        jitter: Some(duration(INTERVAL / 10)),
        expected_version: VERSION.to_owned(),
        ..Default::default()
    }
}

#[tonic::async_trait]
impl HeartbeatService for Tonic {
    async fn report(
        &self,
        request: Request<pb::ReportRequest>,
    ) -> Result<Response<pb::ReportResponse>, Status> {
        drop(std::hint::black_box(request));
        Ok(Response::new(pb::ReportResponse {
            reply: Some(reply()),
        }))
    }

    async fn report_batch(
        &self,
        request: Request<pb::ReportBatchRequest>,
    ) -> Result<Response<pb::ReportBatchResponse>, Status> {
        let heartbeats = std::hint::black_box(request.into_inner()).heartbeats;
        let result = |_| pb::ReportResult {
            result: Some(pb::report_result::Result::Reply(reply())),
        };
        let results = heartbeats.into_iter().map(result).collect();
        Ok(Response::new(pb::ReportBatchResponse { results }))
    }

    type SessionStream = tokio_stream::Empty<Result<pb::SessionResponse, Status>>;

    async fn session(
        &self,
        _: Request<Streaming<pb::SessionRequest>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        Err(Status::unimplemented("not measured"))
    }
}
