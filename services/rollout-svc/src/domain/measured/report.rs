//! Takes in a report: all of its figures or none.

use std::time::Duration;

use jiff::Timestamp;
use vortex_bucket::Arm;

use super::{Measured, stage_of};
use crate::domain::{
    Moment, RequestId, Rollout, StateKind,
    analysis::{Application, Figures, MAX_ADMITTED},
};

/// The number of applications that a refusal names.
const NAMED: usize = 5;
/// How far a reporter's clock may be ahead.
const AHEAD: Duration = Duration::from_secs(5);

/// The figures that one reporter measured of one arm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Report {
    /// The application; `None` for the rollout's only one.
    pub application: Option<Application>,
    /// The arm.
    pub arm: Arm,
    /// The generation that was served; `None` for the current one.
    pub generation: Option<u64>,
    /// When the window began.
    pub from: Option<Timestamp>,
    /// When it ended.
    pub to: Option<Timestamp>,
    /// The figures.
    pub figures: Figures,
}

/// The reason why figures are refused. No figures of the report are counted then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReportRefused {
    /// Figures are taken only from the start to the end.
    #[error("the rollout is {0}: figures are taken only from its start to its end")]
    NotMeasured(StateKind),
    /// The figures are of an earlier share.
    #[error("the figures are for generation {given}, but {present} is in force")]
    Outdated {
        /// The generation of the figures.
        given: u64,
        /// The generation of the rollout.
        present: u64,
    },
    /// The window had ended before the share was in force.
    #[error("the window ended at {to}, and this share is in force since {since}")]
    Before {
        /// When the window ended.
        to: Timestamp,
        /// When the share came into force.
        since: Timestamp,
    },
    /// A field of one of the reports is not valid.
    #[error("{field}: {why}")]
    Invalid {
        /// The index of the report.
        index: usize,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl Measured {
    /// Takes figures in. Answers whether they were counted before, and whether slices closed.
    ///
    /// Figures that come while a share is on its way belong to no stage, and are not counted.
    ///
    /// # Errors
    /// Fails if the rollout can't take one of the reports; none is counted then.
    pub(crate) fn report(
        &mut self,
        rollout: &Rollout,
        reports: Vec<Report>,
        id: Option<&RequestId>,
        now: Moment,
    ) -> Result<Taken, ReportRefused> {
        if id.is_some_and(|id| self.seen.contains(id)) {
            return Ok(Taken {
                repeated: true,
                closed: false,
            });
        }
        let applications = self.check(rollout, &reports, now)?;
        let mut closed = false;
        if let Some((stage, since)) = stage_of(rollout) {
            let elapsed = now.since(since);
            for (report, application) in reports.into_iter().zip(applications) {
                if rollout.spec.apps.is_empty() {
                    self.analysis.admit(application.clone(), elapsed);
                }
                let totals = self.totals.entry(application.clone()).or_default();
                totals.add(report.arm, &report.figures);
                // every application was admitted or checked
                let judged =
                    self.analysis
                        .report(&application, report.arm, report.figures, &stage, elapsed);
                closed |= self.keep(rollout, since, judged.unwrap_or_default());
            }
        }
        if let Some(id) = id {
            self.seen.insert(id);
        }
        Ok(Taken {
            repeated: false,
            closed,
        })
    }

    /// Checks all reports, and finds the application of each.
    fn check(
        &self,
        rollout: &Rollout,
        reports: &[Report],
        now: Moment,
    ) -> Result<Vec<Application>, ReportRefused> {
        if !rollout.kind().is_measured() {
            return Err(ReportRefused::NotMeasured(rollout.kind()));
        }
        let mut applications = Vec::with_capacity(reports.len());
        for (index, report) in reports.iter().enumerate() {
            report.check_generation(index, rollout.standing.generation)?;
            report.check_window(index, rollout, now)?;
            applications.push(self.application_of(index, report, rollout)?);
        }
        self.check_room(rollout, &applications)?;
        Ok(applications)
    }

    fn application_of(
        &self,
        index: usize,
        report: &Report,
        rollout: &Rollout,
    ) -> Result<Application, ReportRefused> {
        let invalid = |why| ReportRefused::Invalid {
            index,
            field: "app",
            why,
        };
        let named = &rollout.spec.apps;
        match &report.application {
            Some(given) if named.is_empty() || named.contains(given) => Ok(given.clone()),
            Some(given) => Err(invalid(not_judged(given, named))),
            None => {
                let mut known = self.analysis.observed().map(|(application, _)| application);
                let first = known.next().cloned();
                match (first, known.next()) {
                    (Some(only), None) => Ok(only),
                    _ => Err(invalid(
                        "the rollout has several applications: name one".to_owned(),
                    )),
                }
            }
        }
    }

    /// Checks that not too many applications report to a rollout whose applications nobody named.
    fn check_room(
        &self,
        rollout: &Rollout,
        applications: &[Application],
    ) -> Result<(), ReportRefused> {
        if !rollout.spec.apps.is_empty() {
            return Ok(());
        }
        let known = self.analysis.observed().map(|(application, _)| application);
        let mut all: Vec<&Application> = known.chain(applications).collect();
        all.sort_unstable();
        all.dedup();
        if all.len() > MAX_ADMITTED {
            return Err(ReportRefused::Invalid {
                index: 0,
                field: "app",
                why: format!("more than {MAX_ADMITTED} applications have reported"),
            });
        }
        Ok(())
    }
}

/// Explains why figures of an application are refused, and how to have them taken.
fn not_judged(given: &Application, named: &[Application]) -> String {
    let names: Vec<&str> = named.iter().take(NAMED).map(Application::as_str).collect();
    let more = match named.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} others"),
    };
    format!(
        "this rollout judges {}{more}, not {given}: to have {given} judged, name it in `apps` when \
         the rollout is created",
        names.join(", ")
    )
}

/// The outcome of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// It was counted before, and is not counted again.
    pub repeated: bool,
    /// It closed slices.
    pub closed: bool,
}

impl Report {
    fn check_generation(&self, index: usize, present: u64) -> Result<(), ReportRefused> {
        match self.generation {
            Some(given) if given < present => Err(ReportRefused::Outdated { given, present }),
            Some(given) if given > present => Err(ReportRefused::Invalid {
                index,
                field: "generation",
                why: format!("{given} is ahead of {present}, which is in force"),
            }),
            _ => Ok(()),
        }
    }

    fn check_window(
        &self,
        index: usize,
        rollout: &Rollout,
        now: Moment,
    ) -> Result<(), ReportRefused> {
        let invalid = |field, why| Err(ReportRefused::Invalid { index, field, why });
        let latest = now.wall.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        let to = self.to.unwrap_or(now.wall);
        if to > latest {
            return invalid("window_end", format!("{to} is in the future"));
        }
        if self.from.is_some_and(|from| from > to) {
            return invalid(
                "window_start",
                format!("it is after the window's end, {to}"),
            );
        }
        match rollout.state().settled_since() {
            Some(since) if self.to.is_some_and(|to| to < since.wall) => {
                Err(ReportRefused::Before {
                    to,
                    since: since.wall,
                })
            }
            _ => Ok(()),
        }
    }
}
