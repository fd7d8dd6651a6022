//! Plans splits.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::{self as pb, plan_split_request::Target as WireTarget};

use super::Splits;
use crate::domain::{Target, analysis::Application};

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
    /// Whether it takes a released split or a release back, so that freezes don't hold it.
    pub way_back: bool,
}

impl Splits {
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
            way_back: plan.way_back,
        })
    }
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
