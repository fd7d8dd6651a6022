//! Clients of the services behind the gateway.

use vortex_kit::{channel::Channel, grpc::Answers};
use vortex_proto::{
    access::v1::{audit_service_client::AuditServiceClient, key_service_client::KeyServiceClient},
    config::v1::{
        cipher_service_client::CipherServiceClient, config_service_client::ConfigServiceClient,
        freeze_service_client::FreezeServiceClient, override_service_client::OverrideServiceClient,
        source_service_client::SourceServiceClient, split_service_client::SplitServiceClient,
    },
    drift::v1::drift_service_client::DriftServiceClient,
    heartbeat::v1::heartbeat_service_client::HeartbeatServiceClient,
    rollout::v1::rollout_service_client::RolloutServiceClient,
};
use vortex_service::{Limited, PerService, ServiceName};

use crate::floor::Floor;

pub(crate) type AuditClient = AuditServiceClient<Channel>;
pub(crate) type CipherClient = CipherServiceClient<Channel>;
pub(crate) type ConfigClient = ConfigServiceClient<Channel>;
pub(crate) type DriftClient = DriftServiceClient<Channel>;
pub(crate) type FreezeClient = FreezeServiceClient<Channel>;
pub(crate) type HeartbeatClient = HeartbeatServiceClient<Channel>;
pub(crate) type KeyClient = KeyServiceClient<Channel>;
pub(crate) type OverrideClient = OverrideServiceClient<Channel>;
pub(crate) type RolloutClient = RolloutServiceClient<Channel>;
pub(crate) type SourceClient = SourceServiceClient<Channel>;
pub(crate) type SplitClient = SplitServiceClient<Channel>;

/// A client of each service. A clone shares the channels; calls are made on clones.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) config: ConfigClient,
    pub(crate) ciphers: CipherClient,
    pub(crate) rollouts: RolloutClient,
    pub(crate) sources: SourceClient,
    pub(crate) splits: SplitClient,
    pub(crate) freezes: FreezeClient,
    pub(crate) overrides: OverrideClient,
    pub(crate) keys: KeyClient,
    pub(crate) audit: AuditClient,
    pub(crate) drift: DriftClient,
    pub(crate) heartbeats: HeartbeatClient,
}

impl Clients {
    /// Clients of the services behind `channels`; what their answers tell raises `floor`.
    // invariant: the descriptors are our own, and every test of the gateway makes these
    #[allow(clippy::expect_used)]
    pub(crate) fn new(channels: &PerService<Channel>, floor: &Floor) -> Self {
        let floor = floor.clone();
        let tokens = Answers::new(
            vortex_proto::DESCRIPTORS,
            "token",
            move |token| match token {
                Some(token) => floor.note(token),
                None => floor.doubt(),
            },
        );
        let tokens = tokens.expect("the contract's own descriptors are valid");
        let config = channels[ServiceName::Config].clone();
        let config = config.telling(tokens.clone());
        let rollout = channels[ServiceName::Rollout].clone().telling(tokens);
        Self {
            config: ConfigServiceClient::limited(config.clone()),
            ciphers: CipherServiceClient::limited(config.clone()),
            sources: SourceServiceClient::limited(config.clone()),
            splits: SplitServiceClient::limited(config.clone()),
            freezes: FreezeServiceClient::limited(config.clone()),
            overrides: OverrideServiceClient::limited(config.clone()),
            keys: KeyServiceClient::limited(config.clone()),
            audit: AuditServiceClient::limited(config),
            rollouts: RolloutServiceClient::limited(rollout),
            drift: DriftServiceClient::limited(channels[ServiceName::Drift].clone()),
            heartbeats: HeartbeatServiceClient::limited(channels[ServiceName::Ingest].clone()),
        }
    }
}
