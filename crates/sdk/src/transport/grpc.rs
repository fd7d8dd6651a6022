//! The services of the mesh, by gRPC: configurations of config-svc, heartbeats to heartbeat-ingest.

mod connect;
mod events;
mod heartbeat;
mod refusal;

use std::time::Duration;

use reqwest::Url;
use tokio::time::timeout;
use tonic::{
    Code, Request, Response, Status,
    codegen::http::Uri,
    metadata::{AsciiMetadataValue, MetadataMap},
};
use vortex_proto::{
    config::v1::{GetConfigRequest, WatchConfigRequest, config_service_client as config},
    heartbeat::v1::{ReportRequest, heartbeat_service_client as heartbeats},
};
use vortex_rest::{Effective, Heartbeat, HeartbeatReply};

use super::{Address, LIMIT, Read, Trust};
use crate::{builder::Settings, error::Error, served::Served};
use connect::Connections;

pub(crate) use events::Events;

/// What names this library to a server.
const AGENT: &str = concat!("vortex-sdk/", env!("CARGO_PKG_VERSION"));

/// A client of one service. It connects with the first call, and again whenever it has to.
#[derive(Debug)]
pub(crate) struct Grpc {
    connections: Connections,
    origin: Uri,
    address: Address,
    app: String,
    profiles: Vec<String>,
    label: String,
    instance: String,
    metadata: MetadataMap,
    timeout: Duration,
}

impl Grpc {
    pub(super) fn new(server: &Url, trust: &Trust, settings: &Settings) -> Result<Self, Error> {
        let profiles = settings.profiles.split(',');
        Ok(Self {
            connections: connect::connections(trust, settings.timeout),
            origin: connect::origin(server)?,
            address: Address::new(server),
            app: settings.app.clone(),
            profiles: profiles.map(str::to_owned).collect(),
            label: settings.label.clone().unwrap_or_default(),
            instance: settings.instance_id.clone(),
            metadata: metadata(settings)?,
            timeout: settings.timeout,
        })
    }

    pub(super) async fn effective(&self, read: Read<'_>) -> Result<Effective, Error> {
        let request = GetConfigRequest {
            app: self.app.clone(),
            profiles: self.profiles.clone(),
            label: self.label.clone(),
            instance: self.instance.clone(),
            key: read.subject.unwrap_or_default().to_owned(),
            min_token: read.min_token.to_owned(),
        };
        let mut config = self.config();
        let answer = self
            .answered(config.get_config(self.timed(request)))
            .await?;
        let answer = Effective::try_from(answer);
        answer.map_err(|error| self.address.garbage(error.to_string()))
    }

    pub(super) async fn watch(&self, held: Option<&Served>) -> Result<Events, Error> {
        let request = WatchConfigRequest {
            app: self.app.clone(),
            profiles: self.profiles.clone(),
            label: self.label.clone(),
            instance: self.instance.clone(),
            key: String::new(),
            last_digest: held.map(|held| held.digest.clone()).unwrap_or_default(),
            min_token: held.map(|held| held.token.clone()).unwrap_or_default(),
        };
        let mut config = self.config();
        let stream = self.answered(config.watch_config(self.request(request)));
        Ok(Events::new(stream.await?, self.address.clone()))
    }

    pub(super) async fn report(&self, heartbeat: Heartbeat) -> Result<HeartbeatReply, Error> {
        let report = heartbeat::message(heartbeat).map_err(|what| self.address.garbage(what))?;
        let request = ReportRequest {
            heartbeat: Some(report),
        };
        let mut heartbeats = self.heartbeats();
        let answer = self.answered(heartbeats.report(self.timed(request))).await;
        answer.map(HeartbeatReply::from).map_err(elsewhere)
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    fn config(&self) -> config::ConfigServiceClient<Connections> {
        let connections = self.connections.clone();
        config::ConfigServiceClient::with_origin(connections, self.origin.clone())
            .max_decoding_message_size(LIMIT)
    }

    fn heartbeats(&self) -> heartbeats::HeartbeatServiceClient<Connections> {
        let connections = self.connections.clone();
        heartbeats::HeartbeatServiceClient::with_origin(connections, self.origin.clone())
            .max_decoding_message_size(LIMIT)
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().clone_from(&self.metadata);
        request
    }

    /// A request that tells the server how long it is waited for.
    fn timed<T>(&self, message: T) -> Request<T> {
        let mut request = self.request(message);
        request.set_timeout(self.timeout);
        request
    }

    async fn answered<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, Error> {
        // it is large, and every caller's future would have it within
        match timeout(self.timeout, Box::pin(call)).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) if status.code() == Code::DeadlineExceeded => {
                Err(self.address.timed_out(self.timeout))
            }
            Ok(Err(status)) => Err(refusal::error(&status, &self.address)),
            Err(_) => Err(self.address.timed_out(self.timeout)),
        }
    }
}

/// config-svc takes no heartbeats.
fn elsewhere(error: Error) -> Error {
    const HINT: &str = "the service at this address takes no heartbeats; heartbeat_url says where \
                        heartbeat-ingest is";
    match error {
        Error::Refused(mut problem) if problem.status == 501 => {
            HINT.clone_into(&mut problem.detail);
            Error::Refused(problem)
        }
        other => other,
    }
}

fn metadata(settings: &Settings) -> Result<MetadataMap, Error> {
    let mut metadata = MetadataMap::new();
    metadata.insert("user-agent", AsciiMetadataValue::from_static(AGENT));
    // as over REST, where it is a header
    let instance = AsciiMetadataValue::try_from(&settings.instance_id);
    instance.map_err(|error| Error::setting("instance_id", error))?;
    if let Some(key) = &settings.api_key {
        let key = AsciiMetadataValue::try_from(format!("Bearer {key}"));
        // the key itself is never part of a message
        let mut key = key.map_err(|_| Error::setting("api_key", "is not a valid key"))?;
        key.set_sensitive(true);
        metadata.insert("authorization", key);
    }
    Ok(metadata)
}
