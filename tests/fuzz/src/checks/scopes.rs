//! What a request is judged by is what its handler gets: whatever the walker over the encoded
//! message finds in the fields of the method's option are exactly the values that prost decodes.

use std::sync::LazyLock;

use prost::Message;
use vortex_kit::{
    grpc::Methods,
    parts::{Named, named},
};
use vortex_proto::{
    DESCRIPTORS,
    config::v1::{
        DeleteDocumentRequest, DiffVersionsRequest, ExplainConfigRequest, GetConfigRequest,
        GetDocumentRequest, GetEnvironmentRequest, GetOverrideRequest, ListVersionsRequest,
        PutDocumentRequest, RemoveOverrideRequest, SetOverrideRequest, WatchConfigRequest,
    },
    drift::v1::{GetDriftRequest, GetInstanceRequest, RemediateRequest, SilenceFleetRequest},
    heartbeat::v1::{Fleet, ReportRequest},
};

use crate::Parser;

static METHODS: LazyLock<Methods> =
    LazyLock::new(|| Methods::from_descriptors(DESCRIPTORS).expect("our descriptors"));

/// A method, and what its request names once it is decoded; none if it can't be.
struct Scoped {
    path: &'static str,
    decoded: fn(&[u8]) -> Option<Named>,
}

/// What is left out means `main` and `default`.
fn names(labels: Vec<String>, apps: Vec<String>, profiles: Vec<String>) -> Named {
    let or = |mut texts: Vec<String>, default: &str| {
        texts
            .iter_mut()
            .filter(|text| text.is_empty())
            .for_each(|text| default.clone_into(text));
        if texts.is_empty() {
            texts.push(default.to_owned());
        }
        texts
    };
    Named {
        labels: or(labels, "main"),
        apps,
        profiles: or(profiles, "default"),
    }
}

fn fleet(fleet: Option<Fleet>) -> Named {
    let fleet = fleet.unwrap_or_default();
    names(vec![fleet.label], vec![fleet.app], fleet.profiles)
}

macro_rules! scoped {
    ($($service:literal $method:literal $request:ident |$message:ident| $named:expr;)+) => {
        const SCOPED: &[Scoped] = &[$(Scoped {
            path: concat!("/vortex.", $service, "/", $method),
            decoded: |bytes| {
                let $message = $request::decode(bytes).ok()?;
                Some($named)
            },
        }),+];
    };
}

macro_rules! within {
    ($message:ident.$field:ident) => {{
        let within = $message.$field.unwrap_or_default();
        names(vec![within.label], vec![within.app], vec![within.profile])
    }};
}

scoped! {
    "config.v1.ConfigService" "PutDocument" PutDocumentRequest |request| within!(request.document);
    "config.v1.ConfigService" "DeleteDocument" DeleteDocumentRequest |request| within!(request.document);
    "config.v1.ConfigService" "GetDocument" GetDocumentRequest |request| within!(request.document);
    "config.v1.ConfigService" "ListVersions" ListVersionsRequest |request| within!(request.document);
    "config.v1.ConfigService" "DiffVersions" DiffVersionsRequest |request| within!(request.document);
    "config.v1.ConfigService" "GetConfig" GetConfigRequest |request|
        names(vec![request.label], vec![request.app], request.profiles);
    "config.v1.ConfigService" "ExplainConfig" ExplainConfigRequest |request|
        names(vec![request.label], vec![request.app], request.profiles);
    "config.v1.ConfigService" "WatchConfig" WatchConfigRequest |request|
        names(vec![request.label], vec![request.app], request.profiles);
    "config.v1.ConfigService" "GetEnvironment" GetEnvironmentRequest |request| {
        let view = request.view.unwrap_or_default();
        names(view.labels, view.apps, view.profiles)
    };
    "config.v1.OverrideService" "SetOverride" SetOverrideRequest |request| within!(request.target);
    "config.v1.OverrideService" "RemoveOverride" RemoveOverrideRequest |request| within!(request.target);
    "config.v1.OverrideService" "GetOverride" GetOverrideRequest |request| within!(request.target);
    "drift.v1.DriftService" "GetDrift" GetDriftRequest |request| fleet(request.fleet);
    "drift.v1.DriftService" "GetInstance" GetInstanceRequest |request| fleet(request.fleet);
    "drift.v1.DriftService" "SilenceFleet" SilenceFleetRequest |request| fleet(request.fleet);
    "drift.v1.DriftService" "Remediate" RemediateRequest |request| fleet(request.fleet);
    "heartbeat.v1.HeartbeatService" "Report" ReportRequest |request|
        fleet(request.heartbeat.unwrap_or_default().fleet);
}

/// The paths of the table, and those that the descriptors have judged by their request.
#[cfg(test)]
fn paths() -> [Vec<&'static str>; 2] {
    let mut table: Vec<_> = SCOPED.iter().map(|scoped| scoped.path).collect();
    let judged = METHODS
        .paths()
        .filter(|path| named(&METHODS, path, &[]).is_some());
    let mut judged: Vec<_> = judged.collect();
    table.sort_unstable();
    judged.sort_unstable();
    [table, judged]
}

pub(super) const SCOPES: Parser = Parser {
    name: "scopes",
    tokens: &[
        b"\x0a",
        b"\x12",
        b"\x1a",
        b"\x22",
        b"\x2a",
        b"\x0a\0",
        b"\x12\0",
        b"\x1a\0",
        b"\x0a\x01a",
        b"\x12\x01b",
        b"\x1a\x01c",
        b"\x22\x01d",
        b"\x08\x01",
        b"\x10\x80\x01",
        b"\x0b",
        b"\x0c",
        b"\x13\x14",
        b"\x8a\x80\0",
        b"\x0a\x81\0a",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x0d\0\0\0\0",
        b"\x09\0\0\0\0\0\0\0\0",
        b"\x0a\x06\x0a\x01a\x12\x01b",
        b"\xfa\x07\x01x",
    ],
    check: |input| {
        let Some((which, message)) = input.split_first() else {
            return false;
        };
        let scoped = &SCOPED[usize::from(*which) % SCOPED.len()];
        let found = named(&METHODS, scoped.path, message).expect("it is judged by its request");
        let Some(decoded) = (scoped.decoded)(message) else {
            // refused by the decoder, whatever was found before
            return false;
        };
        let mut found = found.expect("what is decoded is walked through");
        // a text that is not there is an empty one to a handler
        if found.apps.is_empty() && decoded.apps == [""] {
            found.apps.push(String::new());
        }
        assert_eq!(found, decoded, "{}", scoped.path);
        true
    },
};

#[cfg(test)]
mod tests {
    #[test]
    fn every_method_that_is_judged_by_its_request_is_in_the_table() {
        let [table, judged] = super::paths();
        assert_eq!(table, judged);
    }
}
