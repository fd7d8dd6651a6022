//! The analysis of a whole rollout.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use vortex_bucket::{Arm, Share};

use super::{Application, Arms, Figures, Finding, Judged, Observed, Settings, application::fails};

/// The number of applications of a rollout whose applications nobody named.
pub(crate) const MAX_ADMITTED: usize = 64;

/// The figures reported of a rollout's applications, and the verdicts on them: all that is kept of
/// figures, to be stored with the rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// The number of tests begun: one for each stage and resume.
    pub(crate) tests: u32,
    pub(crate) applications: BTreeMap<Application, Observed>,
}

/// The stage that a rollout is in.
#[derive(Debug, Clone, Copy)]
pub struct JudgedStage<'a> {
    /// The settings of the analysis.
    pub settings: &'a Settings,
    /// The canary's share in force; at 100 % there is no stable arm.
    pub share: Share,
    /// The minimum duration of the stage.
    pub min_duration: Duration,
    /// Whether queries or webhooks are asked how the canary fares, for whose answers slices wait.
    pub is_asked: bool,
}

/// A rollout has no application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rollout has at least one application")]
pub struct NoApplication;

/// Figures of an application that the rollout doesn't judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rollout doesn't judge {0}")]
pub struct UnknownApplication(pub Application);

impl JudgedStage<'_> {
    pub(super) fn has_stable(&self) -> bool {
        self.share < Share::FULL
    }
}

impl Analysis {
    /// Begins with the first stage of a rollout that judges these applications.
    pub fn begin(
        applications: impl IntoIterator<Item = Application>,
    ) -> Result<Self, NoApplication> {
        let applications: Vec<Application> = applications.into_iter().collect();
        let parts = applications.len();
        let applications: BTreeMap<_, _> = applications
            .into_iter()
            .map(|application| (application, Observed::begin(1, parts, Duration::ZERO)))
            .collect();
        if applications.is_empty() {
            return Err(NoApplication);
        }
        Ok(Self {
            tests: 1,
            applications,
        })
    }

    /// Begins with the first stage of a rollout whose applications nobody has named: it has one
    /// unnamed application until figures of others come.
    pub fn begin_unnamed() -> Self {
        let unnamed = Application::new(Application::UNNAMED);
        let observed = Observed::begin(1, parts_of(1), Duration::ZERO);
        Self {
            tests: 1,
            applications: BTreeMap::from([(unnamed, observed)]),
        }
    }

    /// Adds an application that was not named at the beginning, at `elapsed` in the stage. It
    /// replaces the unnamed one if nothing has been reported of that.
    pub fn admit(&mut self, application: Application, elapsed: Duration) {
        if self.applications.contains_key(&application) {
            return;
        }
        let unnamed = Application::new(Application::UNNAMED);
        let silent = self
            .applications
            .get(&unnamed)
            .is_some_and(Observed::is_silent);
        let unnamed = silent.then(|| self.applications.remove(&unnamed)).flatten();
        let observed = unnamed.unwrap_or_else(|| {
            let parts = parts_of(self.applications.len() + 1);
            Observed::begin(self.tests, parts, elapsed)
        });
        self.applications.insert(application, observed);
    }

    /// Goes on to the next stage, which comes into force now: time counts from 0 again.
    pub fn next_stage(&mut self) {
        self.tests = self.tests.saturating_add(1);
        for observed in self.applications.values_mut() {
            observed.next_stage(self.tests);
        }
    }

    /// Resets all counts at `elapsed` in the stage, since an operator has looked at them.
    pub fn resume(&mut self, elapsed: Duration) {
        self.tests = self.tests.saturating_add(1);
        for observed in self.applications.values_mut() {
            observed.resume(self.tests, elapsed);
        }
    }

    /// Has each open slice judged by `before`, the settings that it began by, unless they were
    /// changed already since it began. The slices after it are judged by those of the stage.
    pub fn keep_for_open(&mut self, before: &Arc<Settings>) {
        for observed in self.applications.values_mut() {
            observed.keep_for_open(before);
        }
    }

    /// Goes on after a pause that slices ended which passed. The test and the number of failures
    /// stay, since no operator has looked at them.
    pub fn clear(&mut self) {
        for observed in self.applications.values_mut() {
            observed.clear();
        }
    }

    /// Takes in figures of an arm that came at `elapsed` in the stage, after closing the slices of
    /// the application that were due before. Time doesn't run backwards between calls.
    pub fn report(
        &mut self,
        application: &Application,
        arm: Arm,
        figures: Figures,
        stage: &JudgedStage<'_>,
        elapsed: Duration,
    ) -> Result<Vec<Judged>, UnknownApplication> {
        let Some(observed) = self.applications.get_mut(application) else {
            return Err(UnknownApplication(application.clone()));
        };
        let closed = close_due(application, observed, stage, elapsed).collect();
        observed.add(arm, figures, stage, elapsed);
        Ok(closed)
    }

    /// Notes what is said of the instances of all applications at `elapsed` in the stage; `None` if
    /// there is no answer. What fails closes slices when they are next looked at.
    ///
    /// Of an application that is not judged yet nothing is noted, unless `admits`, and it fails:
    /// what crashes at its start reports nothing else.
    pub fn see_instances(
        &mut self,
        seen: Option<&BTreeMap<Application, Arms>>,
        admits: bool,
        stage: &JudgedStage<'_>,
        elapsed: Duration,
    ) {
        let failing = seen.into_iter().flatten();
        let failing = failing.filter(|(_, arms)| admits && fails(Some(**arms), stage));
        for (application, _) in failing {
            if self.applications.len() < MAX_ADMITTED {
                self.admit(application.clone(), elapsed);
            }
        }
        for (application, observed) in &mut self.applications {
            let arms = seen.map(|seen| seen.get(application).copied().unwrap_or_default());
            observed.see(arms, elapsed);
        }
    }

    /// Notes what queries and webhooks that were asked at `asked` in the stage say of each
    /// application. What fails closes slices when they are next looked at.
    pub fn see_answers(
        &mut self,
        mut answers: BTreeMap<Application, Vec<Finding>>,
        asked: Duration,
    ) {
        for (application, observed) in &mut self.applications {
            if let Some(findings) = answers.remove(application) {
                observed.answered(asked, findings);
            }
        }
    }

    /// Closes all slices that are due: at most 101 of each application.
    pub fn advance(&mut self, stage: &JudgedStage<'_>, elapsed: Duration) -> Vec<Judged> {
        let applications = self.applications.iter_mut();
        applications
            .flat_map(|(application, observed)| close_due(application, observed, stage, elapsed))
            .collect()
    }

    /// The figures and verdicts of each application, by name.
    pub fn observed(&self) -> impl DoubleEndedIterator<Item = (&Application, &Observed)> {
        self.applications.iter()
    }
}

/// The part of the `nth` application to report, when it is not known how many will: parts of
/// `1/n(n+1)` add up to 1 however many follow.
fn parts_of(nth: usize) -> usize {
    nth * (nth + 1)
}

fn close_due<'a>(
    application: &'a Application,
    observed: &'a mut Observed,
    stage: &'a JudgedStage<'_>,
    elapsed: Duration,
) -> impl Iterator<Item = Judged> + 'a {
    std::iter::from_fn(move || observed.close_due(application, stage, elapsed))
}
