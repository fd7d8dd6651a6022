//! The same limit of messages for every client and server of the contract.

use vortex_kit::{channel::Channel, grpc::MAX_MESSAGE_BYTES};
use vortex_proto::{
    access::v1 as access, config::v1 as config, drift::v1 as drift, heartbeat::v1 as heartbeat,
    rollout::v1 as rollout,
};

/// A generated client or server whose messages may have [`MAX_MESSAGE_BYTES`]. Made by its own
/// `new`, it would refuse to read more than tonic's 4 MiB.
pub trait Limited<T> {
    /// Makes it: a client over a channel, a server around what serves.
    fn limited(inner: T) -> Self;
}

macro_rules! limited {
    ($($package:ident $client_module:ident $client:ident $server_module:ident $server:ident $trait:ident;)+) => {
        $(
            impl Limited<Channel> for $package::$client_module::$client<Channel> {
                fn limited(channel: Channel) -> Self {
                    Self::new(channel)
                        .max_decoding_message_size(MAX_MESSAGE_BYTES)
                        .max_encoding_message_size(MAX_MESSAGE_BYTES)
                }
            }

            impl<T: $package::$server_module::$trait> Limited<T>
                for $package::$server_module::$server<T>
            {
                fn limited(service: T) -> Self {
                    Self::new(service)
                        .max_decoding_message_size(MAX_MESSAGE_BYTES)
                        .max_encoding_message_size(MAX_MESSAGE_BYTES)
                }
            }
        )+

        #[cfg(test)]
        const SERVICES: &[&str] = &[$($package::$server_module::SERVICE_NAME),+];
    };
}

limited! {
    config config_service_client ConfigServiceClient config_service_server ConfigServiceServer ConfigService;
    config source_service_client SourceServiceClient source_service_server SourceServiceServer SourceService;
    config split_service_client SplitServiceClient split_service_server SplitServiceServer SplitService;
    config freeze_service_client FreezeServiceClient freeze_service_server FreezeServiceServer FreezeService;
    config cipher_service_client CipherServiceClient cipher_service_server CipherServiceServer CipherService;
    config override_service_client OverrideServiceClient override_service_server OverrideServiceServer OverrideService;
    config ownership_service_client OwnershipServiceClient ownership_service_server OwnershipServiceServer OwnershipService;
    access audit_service_client AuditServiceClient audit_service_server AuditServiceServer AuditService;
    access key_service_client KeyServiceClient key_service_server KeyServiceServer KeyService;
    drift drift_service_client DriftServiceClient drift_service_server DriftServiceServer DriftService;
    heartbeat heartbeat_service_client HeartbeatServiceClient heartbeat_service_server HeartbeatServiceServer HeartbeatService;
    rollout rollout_service_client RolloutServiceClient rollout_service_server RolloutServiceServer RolloutService;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn every_service_of_the_contract_has_its_limit() {
        let set = FileDescriptorSet::decode(vortex_proto::DESCRIPTORS).unwrap();
        let services = set.file.iter().flat_map(|file| {
            let named = move |name: &str| format!("{}.{name}", file.package());
            file.service
                .iter()
                .map(move |service| named(service.name()))
        });
        let limited = SERVICES.iter().map(|name| (*name).to_owned());
        assert_eq!(services.collect::<BTreeSet<_>>(), limited.collect());
    }
}
