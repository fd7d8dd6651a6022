//! Keys and the audit.

use vortex_proto::access::v1 as access;

use super::super::expected::Where::{Anywhere, Everywhere, Named};
use super::{Rpc, encoded, rpc};

pub(super) fn reads() -> Vec<Rpc> {
    vec![
        rpc("vortex.access.v1.KeyService/GetKey", "admin", Named, |w| {
            encoded(&access::GetKeyRequest { id: w.key.clone() })
        }),
        rpc(
            "vortex.access.v1.KeyService/ListKeys",
            "admin",
            Anywhere,
            |_| {
                encoded(&access::ListKeysRequest {
                    page_size: 1_000,
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.access.v1.KeyService/WatchKeys",
            "reader",
            Everywhere,
            |_| encoded(&access::WatchKeysRequest {}),
        ),
    ]
}

pub(super) fn audit() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.access.v1.AuditService/ListDenials",
            "admin",
            Anywhere,
            |_| {
                encoded(&access::ListDenialsRequest {
                    page_size: 1_000,
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.access.v1.AuditService/ReportDenials",
            "agent",
            Everywhere,
            |_| encoded(&access::ReportDenialsRequest::default()),
        ),
    ]
}
