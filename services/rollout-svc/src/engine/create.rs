//! Creating rollouts.

use std::sync::{Arc, PoisonError};

use vortex_bucket::Forced;
use vortex_store::Revision;

use super::{Entry, Error, Inner, Request, Rollouts};
use crate::{
    domain::{
        AuditEntry, Author, Command, Gates, Known, Measured, Moment, Rollout, RolloutId, Spec,
        Stages, Strategy, Target, Unit,
        analysis::{Application, Settings},
        shortened,
    },
    splits::Plan,
    store::{Answer, Writes},
};

/// Applications of a rollout.
const MAX_APPLICATIONS: usize = 64;
/// Bytes of a description.
pub(crate) const MAX_DESCRIPTION: usize = 4_096;

/// A rollout that is to be created.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// The change set.
    pub target: Target,
    /// The strategy that gave the stages; none if the stages were given.
    pub strategy: Option<Strategy>,
    /// The stages.
    pub stages: Stages,
    /// The unit that is given one arm or the other.
    pub unit: Unit,
    /// Whether the rollout goes to the next stage by itself.
    pub auto_promote: bool,
    /// The settings of the analysis, which have been checked.
    pub settings: Settings,
    /// The description, for people.
    pub description: String,
    /// The applications that are judged; none means those that the documents were written for.
    pub apps: Vec<Application>,
    /// Whether it starts at once.
    pub start: bool,
    /// Whether the change set may have been rolled back before.
    pub force: bool,
    /// The keys that have their arm whatever the share.
    pub forced: Forced,
    /// How many instances get it at least.
    pub min_instances: u32,
    /// The queries and webhooks that it is judged by.
    pub gates: Gates,
    /// The reason, for the audit.
    pub reason: String,
    /// The source whose change it rolls out, unless a caller asks for it.
    pub source: Option<String>,
}

/// A rollout that is about to be written.
struct Planned {
    spec: Spec,
    start: bool,
    reason: String,
    /// What is known of its instances, for a start.
    known: Known,
}

/// A source's change set that is to be rolled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceChange {
    /// Its label.
    pub label: String,
    /// Its name.
    pub change: String,
    /// The source.
    pub source: String,
    /// The description, for people.
    pub description: String,
    /// The strategy of the rollout.
    pub strategy: Strategy,
}

impl Draft {
    /// How many instances get it at least, unless that is given.
    pub(crate) const MIN_INSTANCES: u32 = 1;
}

impl From<SourceChange> for Draft {
    fn from(change: SourceChange) -> Self {
        Self {
            target: Target::Change {
                label: change.label,
                name: change.change,
            },
            strategy: Some(change.strategy),
            stages: change.strategy.stages(),
            unit: Unit::Instance,
            auto_promote: true,
            settings: Settings::default(),
            description: shortened(change.description, MAX_DESCRIPTION),
            apps: Vec::new(),
            start: true,
            force: false,
            forced: Forced::default(),
            min_instances: Self::MIN_INSTANCES,
            gates: Gates::default(),
            reason: format!("imported by source {}", change.source),
            source: Some(change.source),
        }
    }
}

impl Rollouts {
    /// Creates a rollout, and starts it if that is asked for: see `begun`.
    ///
    /// Not cancel safe: run it in a task of its own.
    ///
    /// # Errors
    /// config-svc says that there is nothing to roll out, another rollout holds a document, or it
    /// can't be written.
    pub(crate) async fn create(
        &self,
        request: Request,
        draft: Draft,
    ) -> Result<Arc<Rollout>, Error> {
        let inner = &self.inner;
        let turn = inner.answers.turn(&request).await;
        let created = match inner.answers.get(&request, inner.clock.moment().wall)? {
            Some(answer) => self.as_created(answer)?,
            None => self.create_anew(&request, draft, None).await?,
        };
        drop(turn);
        self.begun(&request, created).await
    }

    /// Starts a rollout of a source's change set, unless the breaker is open.
    ///
    /// # Errors
    /// As [`Rollouts::create`], and [`Error::BreakerOpen`].
    pub(crate) async fn create_by_itself(
        &self,
        change: SourceChange,
    ) -> Result<Arc<Rollout>, Error> {
        if self.breaker().is_open() {
            return Err(Error::BreakerOpen);
        }
        let draft = Draft::from(change);
        let plan = self.plan(&draft).await?;
        let request = Request::own();
        let planned = self.planned(&request, draft, plan, None).await?;
        // not before: what rolls back waits for it
        let breaker = self.inner.breaker.read().await;
        if breaker.0.is_open() {
            return Err(Error::BreakerOpen);
        }
        self.create_planned(&request, planned).await
    }

    pub(super) async fn create_anew(
        &self,
        request: &Request,
        draft: Draft,
        reverts: Option<RolloutId>,
    ) -> Result<Arc<Rollout>, Error> {
        let plan = self.plan(&draft).await?;
        let planned = self.planned(request, draft, plan, reverts).await?;
        self.create_planned(request, planned).await
    }

    async fn plan(&self, draft: &Draft) -> Result<Plan, Error> {
        let planned = self.inner.splits.plan(&draft.target, draft.force).await;
        planned.map_err(Error::Config)
    }

    async fn planned(
        &self,
        request: &Request,
        mut draft: Draft,
        plan: Plan,
        reverts: Option<RolloutId>,
    ) -> Result<Planned, Error> {
        let inner = &self.inner;
        let start = draft.start;
        let reason = std::mem::take(&mut draft.reason);
        let now = inner.clock.moment();
        let id = inner.new_id(now);
        let spec = spec(id, draft, plan, request, reverts, now)?;
        inner.check_gates(&spec)?;
        let first = start.then(|| spec.stages.at(0).share);
        Ok(Planned {
            known: inner.known(&spec, first).await,
            spec,
            start,
            reason,
        })
    }

    async fn create_planned(
        &self,
        request: &Request,
        planned: Planned,
    ) -> Result<Arc<Rollout>, Error> {
        let inner = &self.inner;
        if planned.start {
            inner.check_thawed(&planned.spec)?;
        }
        let spec = planned.spec.clone();
        inner.directory.claim(&spec)?;
        let written = inner.write_new(request, planned).await;
        if written.is_err() {
            inner.directory.release(&spec);
        }
        written
    }

    pub(super) fn as_created(&self, answer: Answer) -> Result<Arc<Rollout>, Error> {
        match &answer {
            Answer::Rollout(id, _) => {
                let id = id.clone();
                self.as_answered(answer, &id)
            }
            // the request's hash says what was asked, so these answer no creation
            Answer::Deleted | Answer::Breaker(_) => Err(Error::OutcomeUnknown),
        }
    }
}

impl Inner {
    async fn write_new(&self, request: &Request, planned: Planned) -> Result<Arc<Rollout>, Error> {
        let now = planned.spec.created;
        let author = request.author(planned.reason);
        let starts = planned.start.then_some(&planned.known);
        let (rollout, audits) = begin(planned.spec, author, starts, now)?;
        let measured = rollout
            .kind()
            .is_measured()
            .then(|| Measured::begin(&rollout));
        let mut writes = Writes::default().create(&rollout);
        if let Some(reverted) = &rollout.spec.reverts {
            writes = writes.reverted(reverted);
        }
        for audit in &audits {
            writes = writes.audit(rollout.id(), audit);
        }
        if let Some(measured) = &measured {
            writes = writes.measured(rollout.id(), measured, 0);
        }
        let answer = Answer::Rollout(rollout.id().clone(), rollout.standing.clone());
        let answered = request.answered(now.wall, answer);
        if let Some(answered) = &answered {
            writes = writes.request(answered);
        }
        let revision = self.commit(writes).await?;
        if let Some(answered) = answered {
            self.answers.insert(answered);
        }
        Ok(self.show_new(rollout, revision, measured, &audits))
    }

    fn show_new(
        &self,
        rollout: Rollout,
        revision: Revision,
        measured: Option<Measured>,
        audits: &[AuditEntry],
    ) -> Arc<Rollout> {
        let entry = Arc::new(Entry::new(rollout, revision, measured));
        let shown = entry.rollout();
        self.directory.add(entry);
        for audit in audits {
            self.tell(&shown, audit);
        }
        self.wake(&shown);
        shown
    }

    /// An id that no other rollout has, above all that were given before.
    fn new_id(&self, now: Moment) -> RolloutId {
        let present = u64::try_from(now.wall.as_millisecond()).unwrap_or_default();
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = present.max(*newest + 1);
        RolloutId::new(*newest, fastrand::u64(..))
    }
}

/// A new rollout and what its audit says: started too, if that is wanted, with what is known of the
/// instances.
fn begin(
    spec: Spec,
    author: Author,
    starts: Option<&Known>,
    now: Moment,
) -> Result<(Rollout, Vec<AuditEntry>), Error> {
    let (created, audit) = Rollout::create(spec, author.clone());
    let Some(known) = starts else {
        return Ok((created, vec![audit]));
    };
    let started = created.step_knowing(Command::Start(author), known, now)?;
    let audits = [audit].into_iter().chain(started.audit);
    Ok((started.next, audits.collect()))
}

fn spec(
    id: RolloutId,
    draft: Draft,
    plan: Plan,
    request: &Request,
    reverts: Option<RolloutId>,
    now: Moment,
) -> Result<Spec, Error> {
    let mut apps = if draft.apps.is_empty() {
        plan.apps
    } else {
        draft.apps
    };
    apps.sort_unstable();
    apps.dedup();
    if apps.len() > MAX_APPLICATIONS {
        return Err(Error::TooManyApps {
            found: apps.len(),
            most: MAX_APPLICATIONS,
        });
    }
    Ok(Spec {
        id,
        label: plan.label,
        change: plan.change,
        change_sequence: plan.change_sequence,
        paths: plan.paths,
        written_for: plan.written_for,
        apps,
        from_version: plan.from_version,
        stable_versions: plan.stable_versions,
        strategy: draft.strategy,
        stages: draft.stages,
        unit: draft.unit,
        auto_promote: draft.auto_promote,
        settings: draft.settings,
        description: draft.description,
        principal: request.principal.clone(),
        created: now,
        reverts,
        source: draft.source,
        baseline: plan.baseline,
        force: draft.force,
        forced: draft.forced,
        gates: draft.gates,
        way_back: plan.way_back,
        min_instances: draft.min_instances,
    })
}
