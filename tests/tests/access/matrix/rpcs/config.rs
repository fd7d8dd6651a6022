//! Documents, splits, sources and all else of config-svc, but for keys.

use vortex_proto::{
    access::v1::{self as access, Grant},
    config::v1::{self as config, View},
};

use super::super::{
    expected::Where::{Anywhere, Everywhere, Named},
    world::OWN,
};
use super::{Rpc, encoded, id_of, of, rpc};

pub(super) fn reads() -> Vec<Rpc> {
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
                    app: OWN.into(),
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

pub(super) fn writes() -> Vec<Rpc> {
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
