//! The service in this process, with what is around it.

use std::time::Duration;

use bytes::{BufMut as _, Bytes};
use tonic::{
    Response, Status,
    codec::{Codec, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
};
use tonic_prost::ProstDecoder;
use vortex_heartbeat_ingest::{Neighbours, Settings};
use vortex_kit::{
    channel::Channel,
    clock::System,
    error::Fault,
    grpc::Server,
    process::{Runtime, shut_down},
};
use vortex_proto::{
    drift::v1 as drift,
    heartbeat::v1::{
        self as pb, heartbeat_service_client::HeartbeatServiceClient, report_result::Result as Of,
    },
    rollout::v1 as rollout,
};

use crate::{receivers::Receiver, views::Config};

/// How long a condition is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks at a condition.
const GLANCE: Duration = Duration::from_millis(5);

/// What is around the service, which outlives it.
pub(crate) struct Around {
    pub(crate) config: Config,
    pub(crate) drift: Receiver<drift::ReportInstancesRequest>,
    pub(crate) rollout: Receiver<rollout::ReportWindowRequest>,
    channel: Channel,
}

/// The service.
pub(crate) struct Ingest {
    pub(crate) runtime: Runtime,
    pub(crate) client: HeartbeatServiceClient<Channel>,
    channel: Channel,
}

/// Writes bytes as they are.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = pb::ReportResponse;
    type Encoder = Self;
    type Decoder = ProstDecoder<pb::ReportResponse>;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::default()
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Around {
    pub(crate) async fn new() -> Self {
        Self::over(0, 0).await
    }

    /// Receivers of which `bad` in ten requests, and replies, are lost.
    pub(crate) async fn over(bad: u8, seed: u64) -> Self {
        let runtime = Runtime::new("around", "0.1.0", System::shared());
        let config = Config::new();
        let (drift, rollout) = (Receiver::new(bad, seed), Receiver::new(bad, seed + 1));
        let server = Server::builder(&runtime)
            .descriptors(vortex_proto::DESCRIPTORS)
            .service(config.clone())
            .service(drift.clone())
            .service(rollout.clone())
            .build()
            .await
            .unwrap();
        Self {
            channel: server.channel(),
            config,
            drift,
            rollout,
        }
    }

    /// Starts the service, with short windows and a change of its settings.
    pub(crate) async fn start(&self, change: impl FnOnce(&mut Settings)) -> Ingest {
        self.start_over(self.channel.clone(), change).await
    }

    /// Starts the service over another config-svc.
    pub(crate) async fn start_over(
        &self,
        config: Channel,
        change: impl FnOnce(&mut Settings),
    ) -> Ingest {
        let mut settings = Settings {
            window: Duration::from_millis(20),
            ..Settings::default()
        };
        change(&mut settings);
        let runtime = Runtime::new("heartbeat-ingest", "0.1.0", System::shared());
        let neighbours = Neighbours {
            config,
            drift: self.channel.clone(),
            rollout: self.channel.clone(),
        };
        let server = vortex_heartbeat_ingest::start(settings, neighbours, &runtime);
        let server = server.await.unwrap();
        runtime.health.set_ready();
        Ingest {
            client: HeartbeatServiceClient::new(server.channel()),
            channel: server.channel(),
            runtime,
        }
    }
}

impl Ingest {
    /// Reports once.
    pub(crate) async fn report(
        &self,
        heartbeat: pb::Heartbeat,
    ) -> Result<pb::HeartbeatReply, Fault> {
        let request = pb::ReportRequest {
            heartbeat: Some(heartbeat),
        };
        let answer = self.client.clone().report(request).await;
        let answer = answer.map_err(|status| Fault::from_status(&status))?;
        Ok(answer.into_inner().reply.unwrap())
    }

    /// Reports many.
    pub(crate) async fn batch(&self, heartbeats: Vec<pb::Heartbeat>) -> Result<Vec<Of>, Fault> {
        let request = pb::ReportBatchRequest { heartbeats };
        let answer = self.client.clone().report_batch(request).await;
        let answer = answer.map(Response::into_inner);
        let answer = answer.map_err(|status| Fault::from_status(&status))?;
        Ok(answer
            .results
            .into_iter()
            .map(|result| result.result.unwrap())
            .collect())
    }

    /// Sends a report as it is written.
    pub(crate) async fn raw(&self, message: Vec<u8>) -> Result<(), Status> {
        let mut grpc = tonic::client::Grpc::new(self.channel.clone());
        grpc.ready().await?;
        let path = PathAndQuery::from_static("/vortex.heartbeat.v1.HeartbeatService/Report");
        let request = tonic::Request::new(Bytes::from(message));
        let answer: Result<Response<pb::ReportResponse>, _> = grpc.unary(request, path, Raw).await;
        answer.map(drop)
    }

    /// Ends it in order.
    pub(crate) async fn stop(self) {
        let healths = [self.runtime.health.clone()];
        let timeout = Duration::from_secs(20);
        let stopped = shut_down(&healths, &self.runtime.lifecycle, Duration::ZERO, timeout).await;
        assert!(stopped.unfinished.is_empty(), "{stopped:?}");
    }

    /// The value of a series.
    pub(crate) fn metric(&self, series: &str) -> f64 {
        let text = self.runtime.metrics.render();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{series} is not in {text}"))
            .parse()
            .unwrap()
    }
}

/// A report of an instance of `orders`.
pub(crate) fn heartbeat(instance: &str, sequence: u64) -> pb::Heartbeat {
    pb::Heartbeat {
        fleet: Some(fleet("orders")),
        instance_id: instance.to_owned(),
        boot_id: 7,
        sequence,
        version: "v1".to_owned(),
        ..Default::default()
    }
}

/// The instances of an application.
pub(crate) fn fleet(app: &str) -> pb::Fleet {
    pb::Fleet {
        app: app.to_owned(),
        ..Default::default()
    }
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(GLANCE).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    waited.unwrap_or_else(|_| panic!("it never came: {what}"));
}

/// The seed of a random run: that of `VORTEX_SEED`, or a new one, which is printed.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("VORTEX_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |given| given.parse().unwrap());
    println!("VORTEX_SEED={seed}");
    seed
}
