//! What ends something.

use vortex_proto::{access::v1 as access, config::v1 as config, rollout::v1 as rollout};

use super::super::expected::Where::{Everywhere, Named};
use super::{Rpc, encoded, id_of, of, rpc};

/// What ends something.
pub(super) fn all() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.config.v1.ConfigService/UndoChange",
            "writer",
            Named,
            |w| {
                // nothing was ever stable of it, which is to be known by whose it is
                encoded(&config::UndoChangeRequest {
                    document: of(w, "prod"),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/ReleaseChange",
            "writer",
            Named,
            |w| {
                // there is no such version, which is to be known by whose it is
                encoded(&config::ReleaseChangeRequest {
                    name: "v0".into(),
                    document: of(w, "prod"),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/DiscardChange",
            "writer",
            Named,
            |w| {
                // the same
                encoded(&config::DiscardChangeRequest {
                    name: "v0".into(),
                    path: format!("{}-test.yml", w.app),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/DeleteDocument",
            "writer",
            Named,
            |w| {
                encoded(&config::DeleteDocumentRequest {
                    document: of(w, "written"),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.OverrideService/RemoveOverride",
            "writer",
            Named,
            |w| {
                encoded(&config::RemoveOverrideRequest {
                    target: of(w, "prod"),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.OwnershipService/SetOwnership",
            "admin",
            Everywhere,
            |_| {
                encoded(&config::SetOwnershipRequest {
                    pattern: "**".into(),
                    owner: "local".into(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.FreezeService/EndFreeze",
            "operator",
            Named,
            |w| {
                encoded(&config::EndFreezeRequest {
                    id: w.freeze.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.access.v1.KeyService/RotateKey",
            "admin",
            Named,
            |w| {
                encoded(&access::RotateKeyRequest {
                    id: w.key.clone(),
                    new_id: id_of(w, 'b'),
                    sha256: vec![8; 32].into(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.access.v1.KeyService/RevokeKey",
            "admin",
            Named,
            |w| {
                encoded(&access::RevokeKeyRequest {
                    id: w.key.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.SplitService/StageRevert",
            "operator",
            Named,
            |w| {
                encoded(&config::StageRevertRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/CompleteRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::CompleteRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/RollBackRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::RollBackRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.SplitService/EndSplit",
            "operator",
            Named,
            |w| {
                encoded(&config::EndSplitRequest {
                    id: w.rollout.clone(),
                    generation: u64::MAX,
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/DeleteRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::DeleteRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
    ]
}
