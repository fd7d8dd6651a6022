//! Every RPC, with a request of it and what it needs. What changes or ends something comes last.

use prost::Message;
use vortex_proto::{
    access::v1::{self as access, Grant},
    config::v1::{self as config, DocumentRef, View},
    drift::v1 as drift,
    heartbeat::v1 as heartbeat,
    rollout::v1 as rollout,
};

use super::{
    expected::{
        Needs, Where,
        Where::{Anywhere, Everywhere, Named},
    },
    world::{OWN, World},
};

/// An RPC.
#[derive(Clone, Copy)]
pub(super) struct Rpc {
    /// Its path, such as `vortex.config.v1.ConfigService/GetConfig`.
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    /// A request about an application's things, encoded.
    pub(super) request: fn(&World) -> Vec<u8>,
}

impl Rpc {
    /// Whether its request has an answer that is not an error.
    pub(super) fn is_answered(&self) -> bool {
        let is_read = ["Get", "List", "Watch", "Diff", "Explain"];
        is_read.iter().any(|verb| self.name().starts_with(verb))
            && !["GetSource", "GetPublicKey"].contains(&self.name())
    }

    /// Whether it lists things of applications.
    pub(super) fn lists(&self) -> bool {
        let is_list = self.name().starts_with("List") || self.name() == "WatchLog";
        // there are no sources, more refusals than a page has, and nobody else owns anything
        let is_other = ["ListSources", "ListDenials", "ListOwnership"].contains(&self.name());
        is_list && self.needs.place == Where::Anywhere && !is_other
    }

    fn name(&self) -> &'static str {
        self.path.split_once('/').unwrap().1
    }
}

/// Those that change nothing.
pub(super) fn reading() -> Vec<Rpc> {
    [
        reads(),
        access_reads(),
        audit(),
        rollout_reads(),
        heartbeats(),
        drift_reads(),
    ]
    .concat()
}

/// Those that do, in the order in which they may be called.
pub(super) fn changing() -> Vec<Rpc> {
    [writes(), rollout_writes(), drift_writes(), ends()].concat()
}

/// All of them.
pub(super) fn rpcs() -> Vec<Rpc> {
    [reading(), changing()].concat()
}

fn rpc(
    path: &'static str,
    role: &'static str,
    place: Where,
    request: fn(&World) -> Vec<u8>,
) -> Rpc {
    let needs = Needs { role, place };
    Rpc {
        path,
        needs,
        request,
    }
}

/// The document of an application and profile.
fn of(world: &World, profile: &str) -> Option<DocumentRef> {
    Some(DocumentRef {
        app: world.app.into(),
        profile: profile.into(),
        label: String::new(),
    })
}

fn reads() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.config.v1.ConfigService/GetDocument",
            "reader",
            Named,
            |w| {
                encoded(&config::GetDocumentRequest {
                    document: of(w, ""),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/ListDocuments",
            "reader",
            Anywhere,
            |_| encoded(&config::ListDocumentsRequest::default()),
        ),
        rpc(
            "vortex.config.v1.ConfigService/ListVersions",
            "reader",
            Named,
            |w| {
                encoded(&config::ListVersionsRequest {
                    document: of(w, ""),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/DiffVersions",
            "reader",
            Named,
            |w| {
                encoded(&config::DiffVersionsRequest {
                    document: of(w, ""),
                    from: format!("{}-v1", w.app),
                    to: format!("{}-v2", w.app),
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/GetChange",
            "reader",
            Named,
            |w| {
                encoded(&config::GetChangeRequest {
                    name: w.staged(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/ListChanges",
            "reader",
            Anywhere,
            |_| encoded(&config::ListChangesRequest::default()),
        ),
        rpc(
            "vortex.config.v1.ConfigService/GetConfig",
            "reader",
            Named,
            |w| {
                encoded(&config::GetConfigRequest {
                    app: w.app.into(),
                    profiles: vec!["prod".into()],
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/GetEnvironment",
            "reader",
            Named,
            |w| {
                let view = View {
                    apps: vec![w.app.into()],
                    profiles: vec!["prod".into()],
                    labels: vec!["main".into()],
                };
                encoded(&config::GetEnvironmentRequest {
                    view: Some(view),
                    ..Default::default()
                })
            },
        ),
        // in the name of the own application, or not
        rpc(
            "vortex.config.v1.ConfigService/GetFile",
            "reader",
            Named,
            |w| {
                encoded(&config::GetFileRequest {
                    app: super::world::OWN.into(),
                    profiles: vec!["live".into()],
                    path: format!("{}-live.yml", w.app),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/ExplainConfig",
            "reader",
            Named,
            |w| {
                encoded(&config::ExplainConfigRequest {
                    app: w.app.into(),
                    profiles: vec!["prod".into()],
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/ListEvents",
            "reader",
            Anywhere,
            |_| {
                encoded(&config::ListEventsRequest {
                    page_size: 1_000,
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/WatchConfig",
            "reader",
            Named,
            |w| {
                encoded(&config::WatchConfigRequest {
                    app: w.app.into(),
                    profiles: vec!["prod".into()],
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/WatchViews",
            "reader",
            Anywhere,
            // a view that the caller may not read is refused by its name, and the stream goes on
            |_| {
                let view = View {
                    apps: vec![OWN.into()],
                    profiles: vec!["prod".into()],
                    ..Default::default()
                };
                let add = config::AddView {
                    number: 1,
                    view: Some(view),
                    content: config::ViewContent::Versions.into(),
                    ..Default::default()
                };
                encoded(&config::WatchViewsRequest {
                    request: Some(config::watch_views_request::Request::Add(add)),
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/WatchLog",
            "reader",
            Anywhere,
            |w| {
                encoded(&config::WatchLogRequest {
                    after: w.before.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.SplitService/GetSplit",
            "reader",
            Named,
            |w| {
                encoded(&config::GetSplitRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.config.v1.SplitService/ListSplits",
            "reader",
            Anywhere,
            |_| encoded(&config::ListSplitsRequest::default()),
        ),
        rpc(
            "vortex.config.v1.SplitService/ResolveArms",
            "reader",
            Named,
            |w| {
                let keys = vec!["one".into()];
                encoded(&config::ResolveArmsRequest {
                    id: w.rollout.clone(),
                    keys,
                })
            },
        ),
        rpc(
            "vortex.config.v1.SplitService/PlanSplit",
            "operator",
            Named,
            |w| {
                use config::plan_split_request::Target;
                // it is refused, as this is being rolled out: to whom it is theirs
                let target = Target::Document(config::DocumentTarget {
                    document: of(w, ""),
                    from_version: format!("{}-v1", w.app),
                    to_version: format!("{}-v2", w.app),
                });
                encoded(&config::PlanSplitRequest {
                    target: Some(target),
                    force: false,
                })
            },
        ),
        rpc(
            "vortex.config.v1.OverrideService/GetOverride",
            "reader",
            Named,
            |w| {
                encoded(&config::GetOverrideRequest {
                    target: of(w, "prod"),
                })
            },
        ),
        rpc(
            "vortex.config.v1.OverrideService/ListOverrides",
            "reader",
            Anywhere,
            |_| encoded(&config::ListOverridesRequest::default()),
        ),
        rpc(
            "vortex.config.v1.OwnershipService/ListOwnership",
            "reader",
            Anywhere,
            |_| encoded(&config::ListOwnershipRequest::default()),
        ),
        rpc(
            "vortex.config.v1.FreezeService/ListFreezes",
            "reader",
            Anywhere,
            |_| encoded(&config::ListFreezesRequest::default()),
        ),
        rpc(
            "vortex.config.v1.SourceService/ListSources",
            "reader",
            Anywhere,
            |_| encoded(&config::ListSourcesRequest::default()),
        ),
        rpc(
            "vortex.config.v1.SourceService/GetSource",
            "reader",
            Anywhere,
            |_| encoded(&config::GetSourceRequest { name: "git".into() }),
        ),
        rpc(
            "vortex.config.v1.CipherService/Decrypt",
            "admin",
            Everywhere,
            |_| {
                let cipher_text = "deadbeef".into();
                encoded(&config::DecryptRequest { cipher_text })
            },
        ),
        rpc(
            "vortex.config.v1.CipherService/GetPublicKey",
            "reader",
            Anywhere,
            |_| encoded(&config::GetPublicKeyRequest {}),
        ),
    ]
}

fn access_reads() -> Vec<Rpc> {
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

fn audit() -> Vec<Rpc> {
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

fn rollout_reads() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.rollout.v1.RolloutService/GetRollout",
            "reader",
            Named,
            |w| {
                encoded(&rollout::GetRolloutRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ListRollouts",
            "reader",
            Anywhere,
            |_| encoded(&rollout::ListRolloutsRequest::default()),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ListAudit",
            "reader",
            Named,
            |w| {
                encoded(&rollout::ListAuditRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ListTransitions",
            "reader",
            Anywhere,
            |_| encoded(&rollout::ListTransitionsRequest::default()),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/GetAnalysis",
            "reader",
            Named,
            |w| {
                encoded(&rollout::GetAnalysisRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/WatchRollout",
            "reader",
            Named,
            |w| {
                encoded(&rollout::WatchRolloutRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/GetBreaker",
            "reader",
            Anywhere,
            |_| encoded(&rollout::GetBreakerRequest {}),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ReportWindow",
            "agent",
            Everywhere,
            |_| encoded(&rollout::ReportWindowRequest::default()),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ReportMetrics",
            "agent",
            Named,
            |w| {
                encoded(&rollout::ReportMetricsRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
    ]
}

fn heartbeats() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.heartbeat.v1.HeartbeatService/Report",
            "agent",
            Named,
            |w| {
                encoded(&heartbeat::ReportRequest {
                    heartbeat: Some(report(w)),
                })
            },
        ),
        rpc(
            "vortex.heartbeat.v1.HeartbeatService/ReportBatch",
            "agent",
            Named,
            |w| {
                encoded(&heartbeat::ReportBatchRequest {
                    heartbeats: vec![report(w)],
                })
            },
        ),
        rpc(
            "vortex.heartbeat.v1.HeartbeatService/Session",
            "agent",
            Named,
            |w| {
                let full = heartbeat::session_request::Report::Full(report(w));
                encoded(&heartbeat::SessionRequest { report: Some(full) })
            },
        ),
    ]
}

/// A report of an instance of an application.
fn report(world: &World) -> heartbeat::Heartbeat {
    heartbeat::Heartbeat {
        fleet: Some(heartbeat::Fleet {
            app: world.app.into(),
            profiles: vec!["prod".into()],
            label: String::new(),
        }),
        instance_id: "pod-1".into(),
        ..Default::default()
    }
}

fn writes() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.config.v1.ConfigService/PutDocument",
            "writer",
            Named,
            |w| {
                encoded(&config::PutDocumentRequest {
                    document: of(w, "written"),
                    content: "written: true\n".into(),
                    media_type: "application/yaml".into(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.ConfigService/ApplyChange",
            "writer",
            Named,
            |w| {
                use config::document_write::Change;
                let document = config::DocumentWrite {
                    path: format!("{}-applied.yml", w.app),
                    change: Some(Change::Content("applied: true\n".into())),
                    media_type: String::new(),
                };
                encoded(&config::ApplyChangeRequest {
                    label: "main".into(),
                    documents: vec![document],
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.OverrideService/SetOverride",
            "writer",
            Named,
            |w| {
                encoded(&config::SetOverrideRequest {
                    target: of(w, "written"),
                    values: r#"{"set": true}"#.into(),
                    lasts: Some(prost_types::Duration {
                        seconds: 3_600,
                        nanos: 0,
                    }),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.FreezeService/SetFreeze",
            "operator",
            Named,
            |w| {
                encoded(&config::SetFreezeRequest {
                    apps: vec![w.app.into()],
                    reason: format!("of {}", w.app),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.SplitService/SetSplit",
            "operator",
            Named,
            |w| {
                encoded(&config::SetSplitRequest {
                    id: format!("{}-split", w.app),
                    label: "main".into(),
                    change_sequence: w.sequence,
                    percentage: 10.0,
                    unit: 1,
                    generation: 1,
                    validate_only: true,
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.config.v1.CipherService/Encrypt",
            "writer",
            Anywhere,
            |_| encoded(&config::EncryptRequest { text: "x".into() }),
        ),
        rpc(
            "vortex.config.v1.SourceService/NotifySources",
            "writer",
            Anywhere,
            |_| encoded(&config::NotifySourcesRequest::default()),
        ),
        rpc(
            "vortex.config.v1.SourceService/SyncSource",
            "operator",
            Everywhere,
            |_| encoded(&config::SyncSourceRequest { name: "git".into() }),
        ),
        rpc(
            "vortex.config.v1.SourceService/ApproveSource",
            "operator",
            Everywhere,
            |_| {
                encoded(&config::ApproveSourceRequest {
                    name: "git".into(),
                    label: "main".into(),
                    commit: "c".into(),
                })
            },
        ),
        rpc(
            "vortex.config.v1.SourceService/DetachSource",
            "operator",
            Everywhere,
            |_| encoded(&config::DetachSourceRequest { name: "git".into() }),
        ),
        // made by who wants it, so that no secret is sent
        rpc(
            "vortex.access.v1.KeyService/CreateKey",
            "admin",
            Named,
            |w| {
                let grant = Grant {
                    role: "reader".into(),
                    scopes: vec![format!("{}/**", w.app)],
                };
                encoded(&access::CreateKeyRequest {
                    name: format!("made-for-{}", w.app),
                    grants: vec![grant],
                    id: id_of(w, 'a'),
                    sha256: vec![7; 32].into(),
                    ..Default::default()
                })
            },
        ),
    ]
}

/// An id that a caller made, of 16 characters.
pub(super) fn id_of(world: &World, letter: char) -> String {
    let filled = format!("{}{}", world.app, letter.to_string().repeat(16));
    filled[..16].to_owned()
}

fn drift_reads() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.drift.v1.DriftService/GetDrift",
            "reader",
            Named,
            |w| {
                encoded(&drift::GetDriftRequest {
                    fleet: Some(w.fleet()),
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/ListDrift",
            "reader",
            Anywhere,
            |_| encoded(&drift::ListDriftRequest::default()),
        ),
        rpc(
            "vortex.drift.v1.DriftService/ListInstances",
            "reader",
            Anywhere,
            |_| encoded(&drift::ListInstancesRequest::default()),
        ),
        rpc(
            "vortex.drift.v1.DriftService/GetInstance",
            "reader",
            Named,
            |w| {
                encoded(&drift::GetInstanceRequest {
                    fleet: Some(w.fleet()),
                    instance_id: "pod-0".into(),
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/ListAlerts",
            "reader",
            Anywhere,
            |_| encoded(&drift::ListAlertsRequest::default()),
        ),
        rpc(
            "vortex.drift.v1.DriftService/CountArms",
            "reader",
            Everywhere,
            |w| {
                encoded(&drift::CountArmsRequest {
                    split: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/LowestBuckets",
            "reader",
            Everywhere,
            |w| {
                encoded(&drift::LowestBucketsRequest {
                    split: w.rollout.clone(),
                    count: 1,
                    ..Default::default()
                })
            },
        ),
    ]
}

fn drift_writes() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.drift.v1.DriftService/ReportInstances",
            "agent",
            Everywhere,
            |w| encoded(&w.window(1)),
        ),
        rpc(
            "vortex.drift.v1.DriftService/AcknowledgeAlert",
            "operator",
            Named,
            |w| {
                encoded(&drift::AcknowledgeAlertRequest {
                    id: w.alert.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/SilenceFleet",
            "operator",
            Named,
            |w| {
                encoded(&drift::SilenceFleetRequest {
                    fleet: Some(w.fleet()),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/Remediate",
            "operator",
            Named,
            |w| {
                encoded(&drift::RemediateRequest {
                    fleet: Some(w.fleet()),
                    ..Default::default()
                })
            },
        ),
    ]
}

fn rollout_writes() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.rollout.v1.RolloutService/CreateRollout",
            "operator",
            Named,
            |w| {
                use rollout::create_rollout_request::Target;
                let target = Target::Document(rollout::DocumentTarget {
                    app: w.app.into(),
                    from_version: format!("{}-v1", w.app),
                    to_version: format!("{}-v2", w.app),
                    ..Default::default()
                });
                let stage = rollout::Stage {
                    percentage: 100.0,
                    ..Default::default()
                };
                encoded(&rollout::CreateRolloutRequest {
                    target: Some(target),
                    stages: vec![stage],
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/StartRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::StartRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/EditRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::EditRolloutRequest {
                    id: w.rollout.clone(),
                    resume_after_passes: Some(3),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/PauseRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::PauseRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ResumeRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::ResumeRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/PromoteRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::PromoteRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/RevertRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::RevertRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ResetBreaker",
            "operator",
            Everywhere,
            |_| encoded(&rollout::ResetBreakerRequest::default()),
        ),
    ]
}

/// What ends something.
fn ends() -> Vec<Rpc> {
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

fn encoded(request: &impl Message) -> Vec<u8> {
    request.encode_to_vec()
}
