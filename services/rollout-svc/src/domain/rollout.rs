//! A rollout.

use std::sync::Arc;

use vortex_bucket::Arm;

use super::{
    Action, AuditEntry, Author, Effect, Hold, Moment, Motion, Refused, Removal, RolloutId, SELF,
    Stage, Stages, State, StateKind, Strategy, Unit,
    analysis::{Application, Settings},
};

/// A rollout: what it is for, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// What never changes of it.
    pub spec: Arc<Spec>,
    /// What does.
    pub standing: Standing,
}

/// What never changes of a rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Its id.
    pub id: RolloutId,
    /// The label of its change set.
    pub label: String,
    /// The change set's name.
    pub change: String,
    /// The log's position at which the change set was written.
    pub change_sequence: u64,
    /// Its documents' paths.
    pub paths: Vec<String>,
    /// The application that each of them was written for, in their order, where that is known;
    /// none at all in rollouts that were stored before this was.
    pub written_for: Vec<Option<Application>>,
    /// The applications that are judged; none for those that report.
    pub apps: Vec<Application>,
    /// The stable version of the first document that has one, for people.
    pub from_version: String,
    /// The versions that are or were stable of one of its documents. None of a rollout that was
    /// created before they were kept.
    pub stable_versions: Vec<String>,
    /// Where its stages come from.
    pub strategy: Strategy,
    /// Its stages.
    pub stages: Stages,
    /// Whether it tells instances or subjects apart.
    pub unit: Unit,
    /// Whether it goes to the next stage by itself.
    pub auto_promote: bool,
    /// Whether it rolls back by itself.
    pub auto_rollback: bool,
    /// What its analysis goes by.
    pub settings: Settings,
    /// Why, for people.
    pub description: String,
    /// Who created it.
    pub principal: String,
    /// When.
    pub created: Moment,
    /// The rollout that it takes back, if it does.
    pub reverts: Option<RolloutId>,
    /// The source whose change it rolls out, if no caller did.
    pub source: Option<String>,
    /// Where the stable version of each document was written when it was created, which
    /// must be stable still when it starts; 0 for a document that had none. Unknown of
    /// rollouts of earlier versions.
    pub baseline: Option<Vec<u64>>,
    /// Whether it is of a change set that was rolled back before.
    pub force: bool,
}

/// What changes of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: State,
    /// The generation of its last effect; 0 before the first.
    pub generation: u64,
    /// Rises with every change.
    pub revision: u64,
    /// How many entries its audit has.
    pub audits: u64,
    /// When it last changed.
    pub updated: Moment,
}

impl Spec {
    /// Whether it concerns an application: by one of its documents, or since it is judged by what
    /// the application reports.
    pub fn concerns(&self, app: &str) -> bool {
        let owners = self.written_for.iter().map(Option::as_ref);
        let owners = owners.chain(std::iter::repeat(None));
        let mut documents = self.paths.iter().zip(owners);
        let is_of = |(path, owner): (&String, Option<&Application>)| {
            vortex_names::is_of(path, owner.map(Application::as_str), app)
        };
        documents.any(is_of) || self.apps.iter().any(|named| named.as_str() == app)
    }
}

impl Rollout {
    /// A rollout that is created, and the audit of that.
    pub fn create(spec: Spec, author: Author) -> (Self, AuditEntry) {
        let created = spec.created;
        let rollout = Self {
            spec: Arc::new(spec),
            standing: Standing {
                state: State::Created,
                generation: 0,
                revision: 1,
                audits: 1,
                updated: created,
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
            reason: author.reason,
            evidence: Vec::new(),
            generation: 0,
        };
        (rollout, audit)
    }

    /// Its id.
    pub fn id(&self) -> &RolloutId {
        &self.spec.id
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.standing.state
    }

    /// The name of its state.
    pub fn kind(&self) -> StateKind {
        self.standing.state.kind()
    }

    /// The stage it is at.
    pub fn stage(&self) -> Option<&Stage> {
        self.state().stage().map(|index| self.spec.stages.at(index))
    }

    /// Whether it has ended, and config-svc knows.
    pub fn is_settled_for_good(&self) -> bool {
        self.kind().has_ended() && self.pending().is_none()
    }

    /// Whether it may be deleted.
    ///
    /// # Errors
    /// When it was started.
    pub fn check_delete(&self) -> Result<(), Refused> {
        match self.state() {
            State::Created => Ok(()),
            other => Err(Refused::WrongState {
                state: other.kind(),
                why: "only a rollout that was never started can be deleted",
            }),
        }
    }

    /// What config-svc has to be told and has not confirmed: the outbox is part of the state, so
    /// that neither is ever there without the other.
    pub fn pending(&self) -> Option<Effect> {
        let generation = self.standing.generation;
        let share = |stage: u32| Effect::SetShare {
            share: self.spec.stages.at(stage).share,
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
    /// The arm of those who were served a version: the name of a change set, or an effective
    /// version, whose part before `+` is one, or one for each label read, by commas. None where it
    /// says nothing of the rollout's documents.
    pub fn arm_of(&self, version: &str) -> Option<Arm> {
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
    /// Whether the service rolled the rollout back by itself, which the breaker counts.
    pub fn is_automatic_rollback(&self) -> bool {
        self.action == Action::RollBack && self.principal == SELF
    }
}
