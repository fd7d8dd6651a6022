//! What instances report.

use vortex_proto::heartbeat::v1 as pb;

pub(crate) const VERSION: &str = "v42+12ddfe6d";

/// The report of one of many instances, of ten applications on a thousand hosts.
pub(crate) fn report(instance: usize, sequence: u64) -> pb::Heartbeat {
    pb::Heartbeat {
        fleet: Some(pb::Fleet {
            app: format!("service-{}", instance % 10),
            profiles: vec!["prod".to_owned()],
            label: String::new(),
        }),
        instance_id: format!("pod-{instance:07}"),
        boot_id: 1_790_000_000_000_000,
        sequence,
        version: VERSION.to_owned(),
        metadata: Some(pb::InstanceMetadata {
            host: format!("node-{}", instance / 100 % 1_000),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The same over REST.
pub(crate) fn json(instance: usize, sequence: u64) -> String {
    serde_json::json!({
        "app": format!("service-{}", instance % 10),
        "profile": "prod",
        "instance_id": format!("pod-{instance:07}"),
        "boot_id": 1_790_000_000_000_000_u64,
        "sequence": sequence,
        "version": VERSION,
        "status": "healthy",
        "metadata": {"host": format!("node-{}", instance / 100 % 1_000)},
    })
    .to_string()
}
