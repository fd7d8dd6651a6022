//! A rollout.

use std::{collections::BTreeSet, sync::Arc};

use vortex_bucket::{Arm, Forced, Share};

use super::{
    Action, AuditEntry, Author, Effect, Gates, Hold, Moment, Motion, Paused, Raised, Refused,
    Removal, RolloutId, Running, SELF, Stage, Stages, State, StateKind, Strategy, Unit,
    analysis::{Application, Settings},
};

/// The application whose documents all others read, too.
const SHARED: &str = "application";

/// The profile of what is read in any.
const DEFAULT: &str = "default";

/// A rollout: its specification and its present state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rollout {
    /// The part that never changes.
    pub spec: Arc<Spec>,
    /// The part that changes.
    pub standing: Standing,
}

/// The part of a rollout that never changes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    /// Its id.
    pub id: RolloutId,
    /// The label of its change set.
    pub label: String,
    /// The change set's name.
    pub change: String,
    /// The log's position at which the change set was written.
    pub change_sequence: u64,
    /// The paths of its documents.
    pub paths: Vec<String>,
    /// The application that each document was written for, in the order of the paths, where that is
    /// known; empty in rollouts that earlier versions stored.
    pub written_for: Vec<Option<Application>>,
    /// The applications that are judged; none means those that report.
    pub apps: Vec<Application>,
    /// The stable version, at the creation, of the first document that has one. For people.
    pub from_version: String,
    /// The versions that are or were stable for one of its documents; empty in rollouts that
    /// earlier versions created.
    pub stable_versions: Vec<String>,
    /// The strategy that gave the stages; none if the stages were given.
    pub strategy: Option<Strategy>,
    /// The stages.
    pub stages: Stages,
    /// The unit that is given one arm or the other.
    pub unit: Unit,
    /// Whether the rollout goes to the next stage by itself.
    pub auto_promote: bool,
    /// The settings of the analysis with which it was created: see [`Rollout::settings`].
    pub settings: Settings,
    /// The description, for people.
    pub description: String,
    /// The principal that created the rollout.
    pub principal: String,
    /// When it was created.
    pub created: Moment,
    /// The rollout that it takes back, if it does.
    pub reverts: Option<RolloutId>,
    /// The source whose change it rolls out, unless a caller created it.
    pub source: Option<String>,
    /// The position at which the stable version of each document was written when the rollout was
    /// created, which must still be stable when it starts; 0 for a document that had none. `None`
    /// for rollouts of earlier versions.
    pub baseline: Option<Vec<u64>>,
    /// Whether its change set was rolled back before.
    pub force: bool,
    /// The keys of its unit that have their arm whatever the share.
    pub forced: Forced,
    /// Whether its change set takes a released split or a release back, whoever created the
    /// rollout; `false` for rollouts of earlier versions.
    pub way_back: bool,
    /// How many instances get it at least, if it is rolled out by instance: its shares are raised for
    /// that. 0 in rollouts of earlier versions.
    pub min_instances: u32,
    /// The queries and webhooks that it is judged by; none in rollouts of earlier versions.
    pub gates: Gates,
}

/// The part of a rollout that changes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    /// The state.
    pub state: State,
    /// The generation of the last effect; 0 before the first.
    pub generation: u64,
    /// A number that rises with every change.
    pub revision: u64,
    /// The number of entries in the audit.
    pub audits: u64,
    /// When it last changed.
    pub updated: Moment,
    /// The settings of the analysis since they were edited; none if they never were.
    pub edited: Option<Arc<Settings>>,
    /// The share that was raised above that of the stage, if it was.
    pub raised: Option<Raised>,
}

impl Spec {
    /// How many instances shares are raised for.
    pub(crate) fn wanted(&self) -> u32 {
        match self.unit {
            Unit::Instance => self.min_instances,
            Unit::Subject => 0,
        }
    }

    /// Whether a stage of this share may be raised for instances.
    pub(crate) fn may_raise(&self, share: Share) -> bool {
        self.wanted() > 0 && share < Share::FULL
    }

    /// What the documents were written for: applications, of which an empty one means all, with
    /// profiles, of which an empty one means all. A file of a source does not say where its
    /// application's name ends, so it counts for each that it may be of.
    pub(crate) fn owners(&self) -> BTreeSet<(String, String)> {
        let owners = self.written_for.iter().map(Option::as_ref);
        let owners = owners.chain(std::iter::repeat(None));
        let documents = self.paths.iter().zip(owners);
        documents
            .flat_map(|(path, owner)| owners_of(vortex_names::stem(path), owner))
            .collect()
    }

    /// The profile of the documents that an application reads; `None` where that is not one.
    pub(crate) fn profile_of(&self, app: &str) -> Option<String> {
        let owners = self.owners();
        let of = |wanted: &str| {
            let owned = owners.iter().filter(|(owner, _)| owner == wanted);
            owned.map(|(_, profile)| profile).collect::<Vec<_>>()
        };
        let own = of(app);
        // where it has no documents of its own, it reads those of all
        let profiles = if own.is_empty() { of("") } else { own };
        match profiles[..] {
            [only] if only.is_empty() => Some(DEFAULT.to_owned()),
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// Whether there is one profile for each application that is judged.
    pub(crate) fn has_profiles(&self) -> bool {
        let has_one = |app: &Application| self.profile_of(app.as_str()).is_some();
        !self.apps.is_empty() && self.apps.iter().all(has_one)
    }

    /// Whether the rollout concerns an application: by one of its documents, or because it judges
    /// what the application reports.
    pub(crate) fn concerns(&self, app: &str) -> bool {
        let owners = self.written_for.iter().map(Option::as_ref);
        let owners = owners.chain(std::iter::repeat(None));
        let mut documents = self.paths.iter().zip(owners);
        let is_of = |(path, owner): (&String, Option<&Application>)| {
            vortex_names::is_of(path, owner.map(Application::as_str), app)
        };
        documents.any(is_of) || self.apps.iter().any(|named| named.as_str() == app)
    }

    /// Whether the rollout concerns an application, or what all applications read.
    pub(crate) fn is_read_by(&self, app: &str) -> bool {
        self.concerns(app) || self.concerns(SHARED)
    }

    /// Whether one of the documents is named for what an application reads in a profile: its own
    /// or all applications', in that profile or in any.
    pub(crate) fn is_read_in(&self, app: &str, profile: &str) -> bool {
        let is_named = |stem: &str, app: &str| match stem.strip_prefix(app) {
            Some("" | "-default") => true,
            Some(rest) => rest.strip_prefix('-') == Some(profile),
            None => false,
        };
        let mut stems = self.paths.iter().map(|path| vortex_names::stem(path));
        stems.any(|stem| is_named(stem, app) || is_named(stem, SHARED))
    }
}

fn owners_of(stem: &str, written_for: Option<&Application>) -> Vec<(String, String)> {
    let owner = |app: &str, profile: &str| {
        let app = if app == SHARED { "" } else { app };
        let profile = if profile == DEFAULT { "" } else { profile };
        (app.to_owned(), profile.to_owned())
    };
    if let Some(app) = written_for.map(Application::as_str) {
        let rest = stem.strip_prefix(app).unwrap_or_default();
        return vec![owner(app, rest.strip_prefix('-').unwrap_or_default())];
    }
    let dashes = stem.match_indices('-');
    let named = dashes.map(|(at, _)| owner(&stem[..at], &stem[at + 1..]));
    named.chain([owner(stem, "")]).collect()
}

impl Rollout {
    /// A new rollout, and the audit entry of its creation.
    pub(crate) fn create(spec: Spec, author: Author) -> (Self, AuditEntry) {
        let created = spec.created;
        let rollout = Self {
            spec: Arc::new(spec),
            standing: Standing {
                state: State::Created,
                generation: 0,
                revision: 1,
                audits: 1,
                updated: created,
                edited: None,
                raised: None,
            },
        };
        let audit = AuditEntry {
            number: 1,
            at: created.wall,
            principal: author.principal,
            action: Action::Create,
            from: None,
            to: StateKind::Created,
            from_stage: None,
            to_stage: None,
            share: None,
            share_reason: String::new(),
            reason: author.reason,
            evidence: Vec::new(),
            generation: 0,
            changes: Vec::new(),
        };
        (rollout, audit)
    }

    /// The id.
    pub(crate) fn id(&self) -> &RolloutId {
        &self.spec.id
    }

    /// The state.
    pub(crate) fn state(&self) -> &State {
        &self.standing.state
    }

    /// The name of the state.
    pub(crate) fn kind(&self) -> StateKind {
        self.standing.state.kind()
    }

    /// The settings of the analysis that are in force from the next slice on.
    pub(crate) fn settings(&self) -> &Settings {
        self.standing
            .edited
            .as_deref()
            .unwrap_or(&self.spec.settings)
    }

    /// The current stage.
    pub(crate) fn stage(&self) -> Option<&Stage> {
        self.state().stage().map(|index| self.spec.stages.at(index))
    }

    /// The share of a stage: its own, or the one that was raised above it.
    pub(crate) fn target(&self, stage: u32) -> Share {
        let planned = self.spec.stages.at(stage).share;
        let raised = self.standing.raised.map(|raised| raised.share);
        raised.map_or(planned, |raised| raised.max(planned))
    }

    /// The share of the stage that a start or a promotion leads to; `None` if it leads to none.
    pub(crate) fn next_share(&self) -> Option<Share> {
        let next = match self.state() {
            State::Created => 0,
            State::Running(Running {
                motion: Motion::Releasing,
                ..
            })
            | State::Completed(_)
            | State::RolledBack(_) => return None,
            State::Running(Running { stage, .. }) | State::Paused(Paused { stage, .. }) => {
                self.spec.stages.after(*stage)?
            }
        };
        Some(self.spec.stages.at(next).share)
    }

    /// Whether the rollout has ended and config-svc has confirmed that.
    pub(crate) fn is_settled_for_good(&self) -> bool {
        self.kind().has_ended() && self.pending().is_none()
    }

    /// Checks that the rollout may be deleted.
    ///
    /// # Errors
    /// Fails if the rollout was started.
    pub(crate) fn check_delete(&self) -> Result<(), Refused> {
        match self.state() {
            State::Created => Ok(()),
            other => Err(Refused::WrongState {
                state: other.kind(),
                why: "only a rollout that was never started can be deleted",
            }),
        }
    }

    /// The effect that config-svc has to be sent and has not confirmed. The outbox is part of the
    /// state, so that neither ever exists without the other.
    pub(crate) fn pending(&self) -> Option<Effect> {
        let generation = self.standing.generation;
        let share = |stage: u32| Effect::SetShare {
            share: self.target(stage),
            generation,
        };
        match self.state() {
            State::Created | State::Completed(_) => None,
            State::Running(running) => match running.motion {
                Motion::Moving => Some(share(running.stage)),
                Motion::Settled { .. } => None,
                Motion::Releasing => Some(Effect::Release { generation }),
            },
            State::Paused(paused) => match paused.hold {
                Hold::Moving => Some(share(paused.stage)),
                Hold::Settled { .. } => None,
            },
            State::RolledBack(rolled_back) => match rolled_back.removal {
                Removal::Pending => Some(Effect::Remove { generation }),
                Removal::Confirmed | Removal::Refused(_) => None,
            },
        }
    }
}

impl Spec {
    /// The arm of readers that were served a version: the name of a change set, or an effective
    /// version, whose part before `+` is one, or a list of those by commas, one for each label
    /// read. `None` if the version says nothing about the rollout's documents.
    pub(crate) fn arm_of(&self, version: &str) -> Option<Arm> {
        let names = version.split_once('+').map_or(version, |(names, _)| names);
        let is_stable = |name: &str| self.stable_versions.iter().any(|stable| stable == name);
        if names.split(',').any(|name| name == self.change) {
            Some(Arm::Canary)
        } else if self.stable_versions.is_empty() || names.split(',').any(is_stable) {
            Some(Arm::Stable)
        } else {
            None
        }
    }
}

impl AuditEntry {
    /// Whether the service resumed the rollout by itself, since slices passed.
    pub(crate) fn is_automatic_resume(&self) -> bool {
        self.action == Action::Resume && self.principal == SELF
    }

    /// Whether the service rolled the rollout back by itself, which the breaker counts.
    pub(crate) fn is_automatic_rollback(&self) -> bool {
        self.action == Action::RollBack && self.principal == SELF
    }
}
