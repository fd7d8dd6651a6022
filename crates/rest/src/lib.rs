//! The REST contract: the bodies of the gateway's requests and answers, as types that servers and
//! clients share.
//!
//! Reading is tolerant, so that programs of different versions understand each other: unknown
//! members are skipped, missing members of an answer get their default, and a name that the program
//! does not know is kept as it came ([`Name`]). Only what a request has to say is needed in an
//! answer too, such as a stage's percentage. A server that must refuse such a request does so in
//! its own reader, not with other types.
//!
//! The feature `openapi` describes the types for the OpenAPI document, and `proto` converts them
//! from and to the gRPC contract. Clients need neither.

mod answer;
mod assignment;
mod audit;
mod breaker;
mod changes;
#[cfg(feature = "proto")]
mod convert;
mod documents;
mod drift;
mod effective;
mod explain;
mod freezes;
mod heartbeats;
mod json;
mod keys;
mod name;
mod overrides;
mod problem;
mod rollouts;
mod sources;
mod span;
mod splits;
mod spring;
mod status;
mod timeline;
mod watch;

pub use assignment::{Arm, Assignment, Unit};
pub use audit::{Audit, AuditEntry, Denial};
pub use breaker::{Breaker, BreakerRollback};
pub use changes::{
    AppliedChange, Change, ChangeAnswer, ChangeState, ChangedDocument, Changes, NewChange,
    NewDocument, Released,
};
#[cfg(feature = "proto")]
pub use convert::rfc3339;
pub use documents::{Deleted, Diff, Document, Documents, Version, Versions, Written};
pub use drift::{
    Alert, AlertCause, AlertState, Alerts, DriftState, DriftedInstance, ExpectedVersion, Fleet,
    FleetDrift, Fleets, Instance, Instances, NewSilence, Remediated, Remediation, RunningVersion,
    Silence, SilenceAnswer, StateCounts,
};
pub use effective::{ContributingSource, Effective, KeyFrom, SourceAge};
pub use explain::{
    ConsideredDocument, ExplainedAssignment, ExplainedValue, Explanation, HiddenValue, ValueOrigin,
};
pub use freezes::{Freeze, FreezeSet, Freezes, FreezesEnded, NewFreeze};
pub use heartbeats::{
    Heartbeat, HeartbeatReply, HeartbeatResult, InstanceMetadata, InstanceStatus, Measured,
    RefusedHeartbeat, RefusedVersion,
};
pub use json::Json;
pub use keys::{
    Key, KeyAnswer, KeyCreated, KeyGrant, KeyRevoked, KeyRotated, KeyState, Keys, NewKey,
};
pub use name::Name;
pub use overrides::{NewOverride, Override, OverrideAnswer, OverrideRemoved, Overrides};
pub use problem::{FieldViolation, Problem};
pub use rollouts::{
    AnalysisSlice, AnalysisStatus, ArmFigures, ArmReport, ArmReports, FollowedRollout, GateResult,
    InstanceCounts, NewRollout, ReportTaken, Rollout, RolloutAnalysis, RolloutAt, RolloutAudit,
    RolloutAuditEntry, RolloutBaseline, RolloutEdit, RolloutEffect, RolloutNoValue,
    RolloutOnFailure, RolloutQuery, RolloutStage, RolloutState, RolloutStrategy, RolloutThresholds,
    RolloutWebhook, Rollouts, SeenKeys, SettingChange, Verdict,
};
pub use sources::{
    Approval, Detached, Notified, ReleasePolicy, Source, SourceDefect, SourceLabel, SourceState,
    Sources,
};
pub use span::Span;
pub use splits::{
    KeysToResolve, ResolvedArm, ResolvedArms, Split, SplitAnswer, SplitState, Splits,
};
pub use spring::{Environment, PropertySource};
pub use status::{Status, StatusItem, StatusKind};
pub use timeline::{MovedDocument, Timeline, TimelineEntry, TimelineKind, Undone, UndoneDocument};
pub use watch::ConfigChange;
