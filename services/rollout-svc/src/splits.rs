//! config-svc's side of a rollout: planning, moving and reverting its split.

use std::{collections::HashMap, time::Duration};

use vortex_bucket::Share;
use vortex_kit::{
    channel::Channel,
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::{
    config_service_client::ConfigServiceClient, plan_split_request::Target as WireTarget,
    split_service_client::SplitServiceClient,
};
use vortex_service::{Limited, parse::MAX_REASON};

use crate::domain::{
    Effect, Ending, Lost, Rollout, RolloutId, State, Target, Unit,
    analysis::{Application, Cells, SeenKeys},
    shortened,
};

/// The time limit for one attempt to send an effect.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The time limit for the check before a start, which the start itself repeats.
const CHECK: Duration = Duration::from_secs(2);
/// The time limit for reads that an answer can do without.
const GLANCE: Duration = Duration::from_millis(500);
/// The number of splits in one page of a list.
const PAGE: u32 = 1_000;

/// A client of config-svc's splits. Clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Splits {
    client: SplitServiceClient<Channel>,
    changes: ConfigServiceClient<Channel>,
}

/// The split that a change set would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The label.
    pub label: String,
    /// The change set's name.
    pub change: String,
    /// The log's position at which the change set was written.
    pub change_sequence: u64,
    /// The paths it would hold.
    pub paths: Vec<String>,
    /// The application that each path was written for, in their order, where that is known.
    pub written_for: Vec<Option<Application>>,
    /// The applications its documents were written for, as far as that is known.
    pub apps: Vec<Application>,
    /// The stable version of the first document that has one.
    pub from_version: String,
    /// Where the stable version of each document was written; 0 for one that has none.
    pub baseline: Option<Vec<u64>>,
    /// The versions that are or were stable of one of its documents; none where config-svc does
    /// not say.
    pub stable_versions: Vec<String>,
}

/// The reads of what a rollout concerns, since config-svc started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Reads {
    /// The part of all reads that carried no key of the rollout's unit, if there were any.
    pub keyless: Option<f64>,
    /// The keys that have read, if any have.
    pub keys: Option<SeenKeys>,
}

/// The final answer of config-svc to an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is in force.
    Confirmed,
    /// The split had ended before.
    Lost(Lost),
    /// It is refused for good.
    Refused(Fault),
}

impl Splits {
    /// A client of the config-svc behind `channel`.
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            changes: ConfigServiceClient::limited(channel.clone()),
            client: SplitServiceClient::limited(channel),
        }
    }

    /// The split that a change set would have, without beginning it.
    ///
    /// # Errors
    /// Fails with config-svc's refusal.
    pub(crate) async fn plan(&self, target: &Target, force: bool) -> Result<Plan, Fault> {
        let request = pb::PlanSplitRequest {
            target: Some(wire_target(target)),
            force,
        };
        let planned = self.client.clone().plan_split(request).await;
        let plan = planned
            .map_err(|status| undone(Fault::from_status(&status)))?
            .into_inner();
        let mut stable = plan.from_versions.into_iter();
        Ok(Plan {
            label: plan.label,
            change: plan.change,
            change_sequence: plan.change_sequence,
            paths: plan.paths,
            written_for: plan.written_for.into_iter().map(owner).collect(),
            apps: plan.apps.into_iter().map(Application::new).collect(),
            from_version: stable
                .find(|version| !version.is_empty())
                .unwrap_or_default(),
            baseline: plan.baseline.map(|baseline| baseline.sequences),
            stable_versions: plan.stable_versions,
        })
    }

    /// Checks whether a created rollout could begin now. If config-svc can't be asked, it is
    /// assumed that it could.
    ///
    /// # Errors
    /// Fails with config-svc's refusal.
    pub(crate) async fn check_begin(&self, rollout: &Rollout) -> Result<(), Fault> {
        let first = Effect::SetShare {
            share: rollout.spec.stages.at(0).share,
            generation: rollout.standing.generation + 1,
        };
        let request = pb::SetSplitRequest {
            validate_only: true,
            ..set_split(rollout, first)
        };
        let context = Context::root().within(CHECK);
        let checked = context.scope(self.client.clone().set_split(request)).await;
        match checked.map_err(|status| Fault::from_status(&status)) {
            Err(fault) if is_final(fault.reason()) || fault.reason() == Reason::Frozen => {
                Err(fault)
            }
            _ => Ok(()),
        }
    }

    /// Stages a change set that takes a released split back.
    ///
    /// # Errors
    /// Fails with config-svc's refusal.
    pub(crate) async fn stage_revert(&self, id: &RolloutId) -> Result<Target, Fault> {
        let request = pb::StageRevertRequest { id: id.to_string() };
        let staged = self.client.clone().stage_revert(request).await;
        let staged = staged
            .map_err(|status| Fault::from_status(&status))?
            .into_inner();
        Ok(Target::Change {
            label: staged.label,
            name: staged.change,
        })
    }

    /// Gives up the change set that takes a released split back, unless a split has taken it up.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn discard_revert(&self, id: &RolloutId) -> Result<(), Fault> {
        let split = self.get(id, ATTEMPT).await?;
        let Some(split) = split.filter(|split| !split.revert.is_empty()) else {
            return Ok(());
        };
        let request = pb::DiscardChangeRequest {
            name: split.revert,
            label: split.label,
            ..Default::default()
        };
        let context = Context::root().within(ATTEMPT);
        let discarded = context
            .scope(self.changes.clone().discard_change(request))
            .await;
        match discarded.map_err(|status| Fault::from_status(&status)) {
            // it is released, rolled out or gone, so there is nothing left to give up
            Err(fault) if !is_final(fault.reason()) => Err(fault),
            _ => Ok(()),
        }
    }

    /// The end of a split that had begun; `None` while it is active.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn lost(&self, id: &RolloutId) -> Result<Option<Lost>, Fault> {
        let Some(split) = self.get(id, ATTEMPT).await? else {
            return Ok(Some(Lost {
                how: Ending::Removed,
                by: String::new(),
                why: "config-svc does not know it".to_owned(),
            }));
        };
        let (how, unsaid) = match split.state() {
            pb::SplitState::Active | pb::SplitState::Unspecified => return Ok(None),
            pb::SplitState::Released => (Ending::Released, "another caller released it"),
            pb::SplitState::Removed => (Ending::Removed, "another caller ended it"),
            pb::SplitState::Detached => (Ending::Detached, "a forced release ended it"),
        };
        let why = match split.end_reason.as_str() {
            "" => unsaid.to_owned(),
            reason => reason.to_owned(),
        };
        Ok(Some(Lost {
            how,
            by: split.ended_by,
            why,
        }))
    }

    /// The ids of all active splits.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn active(&self) -> Result<Vec<String>, Fault> {
        let splits = self.list(ATTEMPT).await?.into_iter();
        Ok(splits.map(|split| split.id).collect())
    }

    /// The keys that each active split has seen, by its id.
    ///
    /// # Errors
    /// Fails while config-svc is away, or if it does not answer soon.
    pub(crate) async fn keys(&self) -> Result<HashMap<String, SeenKeys>, Fault> {
        let splits = self.list(GLANCE).await?.into_iter();
        let seen = splits.filter_map(|split| Some((split.id, seen_keys(split.keys?))));
        Ok(seen.collect())
    }

    /// All active splits; each page is waited for up to this time.
    async fn list(&self, within: Duration) -> Result<Vec<pb::Split>, Fault> {
        let mut splits = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListSplitsRequest {
                page_token,
                page_size: PAGE,
                ..Default::default()
            };
            let context = Context::root().within(within);
            let listed = context
                .scope(self.client.clone().list_splits(request))
                .await;
            let listed = listed.map_err(|status| Fault::from_status(&status))?;
            let listed = listed.into_inner();
            splits.extend(listed.splits);
            if listed.next_page_token.is_empty() {
                return Ok(splits);
            }
            page_token = listed.next_page_token;
        }
    }

    /// The reads of what a rollout concerns; `None` if config-svc does not answer soon.
    pub(crate) async fn reads(&self, id: &RolloutId) -> Option<Reads> {
        let split = self.get(id, GLANCE).await.ok()??;
        let keyless = split.reads_without_key as f64 / split.reads as f64;
        Some(Reads {
            keyless: (split.reads > 0).then_some(keyless),
            keys: split.keys.map(seen_keys),
        })
    }

    async fn get(&self, id: &RolloutId, within: Duration) -> Result<Option<pb::Split>, Fault> {
        let request = pb::GetSplitRequest { id: id.to_string() };
        let context = Context::root().within(within);
        let found = context.scope(self.client.clone().get_split(request)).await;
        match found.map_err(|status| Fault::from_status(&status)) {
            Ok(found) => Ok(found.into_inner().split),
            Err(fault) if fault.reason() == Reason::SplitNotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Sends an effect to config-svc, once.
    ///
    /// # Errors
    /// Fails if it is not known to be in force, and has to be sent again.
    pub(crate) async fn send(&self, rollout: &Rollout, effect: Effect) -> Result<Sent, Fault> {
        let context = Context::root().within(ATTEMPT);
        let sent = context.scope(self.call(rollout, effect)).await;
        match sent {
            Ok(()) => Ok(Sent::Confirmed),
            Err(fault) if fault.reason() == Reason::SplitEnded => {
                let lost = self.lost(rollout.id()).await?;
                lost.map(Sent::Lost).ok_or(fault)
            }
            Err(fault) if is_final(fault.reason()) => Ok(Sent::Refused(fault)),
            Err(fault) => Err(fault),
        }
    }

    async fn call(&self, rollout: &Rollout, effect: Effect) -> Result<(), Fault> {
        let mut client = self.client.clone();
        let generation = effect.generation();
        let spec = &rollout.spec;
        let told = match effect {
            Effect::SetShare { .. } => {
                let request = set_split(rollout, effect);
                client.set_split(request).await.map(drop)
            }
            Effect::Remove { .. } | Effect::Release { .. } => {
                // if the split never began, its change set is left to the next rollout
                let never_began = rollout.state().start_refused().is_some();
                let request = pb::EndSplitRequest {
                    id: spec.id.to_string(),
                    generation,
                    release: matches!(effect, Effect::Release { .. }),
                    change_sequence: if never_began { 0 } else { spec.change_sequence },
                    reason: end_reason(rollout),
                };
                client.end_split(request).await.map(drop)
            }
        };
        told.map_err(|status| Fault::from_status(&status))
    }
}

/// Whether the same call will always get the same answer.
fn is_final(reason: Reason) -> bool {
    use tonic::Code;
    if reason == Reason::Frozen {
        // until the freeze ends
        return false;
    }
    match reason.code() {
        Code::FailedPrecondition
        | Code::NotFound
        | Code::InvalidArgument
        | Code::OutOfRange
        | Code::AlreadyExists
        | Code::Aborted => true,
        // these may pass, or an operator may fix the cause
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// The request that moves a rollout's split, or begins it.
fn set_split(rollout: &Rollout, to: Effect) -> pb::SetSplitRequest {
    let spec = &rollout.spec;
    let share = match to {
        Effect::SetShare { share, .. } => share,
        Effect::Remove { .. } => Share::NONE,
        Effect::Release { .. } => Share::FULL,
    };
    let baseline = spec.baseline.clone();
    pb::SetSplitRequest {
        id: spec.id.to_string(),
        label: spec.label.clone(),
        change_sequence: spec.change_sequence,
        percentage: share.percentage(),
        unit: wire_unit(spec.unit).into(),
        generation: to.generation(),
        baseline: baseline.map(|sequences| pb::SplitBaseline { sequences }),
        force: spec.force,
        validate_only: false,
        include: spec.forced.include().map(str::to_owned).collect(),
        exclude: spec.forced.exclude().map(str::to_owned).collect(),
    }
}

/// The reason why a split ends, cut to the length that config-svc accepts.
fn end_reason(rollout: &Rollout) -> String {
    let reason = match rollout.state() {
        State::RolledBack(rolled_back) => rolled_back.why.clone(),
        _ => String::new(),
    };
    shortened(reason, MAX_REASON)
}

fn owner(written_for: String) -> Option<Application> {
    (!written_for.is_empty()).then(|| Application::new(written_for))
}

/// The fault of a failed read: nothing happened, however it failed.
fn undone(fault: Fault) -> Fault {
    match fault.reason() {
        Reason::OutcomeUnknown => Fault::new(
            Reason::Unavailable,
            format!("config-svc did not answer: {}", fault.message()),
        ),
        _ => fault,
    }
}

fn wire_target(target: &Target) -> WireTarget {
    match target.clone() {
        Target::Change { label, name } => WireTarget::Change(pb::ChangeTarget { name, label }),
        Target::Document {
            label,
            app,
            profile,
            from_version,
            to_version,
        } => WireTarget::Document(pb::DocumentTarget {
            document: Some(pb::DocumentRef {
                app,
                profile,
                label,
            }),
            from_version,
            to_version,
        }),
    }
}

fn seen_keys(given: pb::SplitKeys) -> SeenKeys {
    // no more cells can be seen than there are
    let cells = |all: u32, seen: u32| Cells {
        all,
        seen: seen.min(all),
    };
    SeenKeys {
        canary: cells(given.canary_cells, given.canary_seen),
        stable: cells(given.stable_cells, given.stable_seen),
    }
}

fn wire_unit(unit: Unit) -> pb::SplitUnit {
    match unit {
        Unit::Instance => pb::SplitUnit::Instance,
        Unit::Subject => pb::SplitUnit::Subject,
    }
}
