//! Judges the canary of a rollout's stage by the figures that are reported of both arms.
//!
//! Reports are deltas. Each [`Application`] gathers them into [`Slice`]s. Each slice that closes
//! gets a [`Verdict`] from every gate, and the worst of them is the slice's. [`Counts`] of verdicts
//! and the time in the stage lead to a [`Decision`].
//!
//! - A **slice** is the shortest run of whole intervals with `min_requests` of each arm that is
//!   compared; after ten intervals it closes with what it has. Slices of an application follow
//!   each other without gap or overlap. Stable is compared below a share of 100 %; an application
//!   whose stable arm has reported nothing in the stage doesn't wait for it.
//! - The **errors** gate, in this order: NO_DATA without `min_requests` of the canary. FAIL above
//!   `max_error_rate`, unless that may be chance (exact binomial test, p ≥ 0.1). FAIL when the
//!   [`SequentialTest`] has found the canary worse and it is worse in this slice too.
//!   INCONCLUSIVE above `max_error_rate`, or below `min_success_rate`, or when the sequential test
//!   has found the canary worse before. NO_DATA when stable is compared and has not
//!   `min_requests`: what could only PASS is not passed without a comparison. PASS otherwise. So
//!   the absolute limits are judged without stable: a canary with 3 % errors and no figures of
//!   stable is INCONCLUSIVE.
//! - The **latency** gate doesn't count where neither arm reports latencies and no
//!   `max_latency_p99` is set, or at 100 % without one: a service need not measure latencies.
//!   Otherwise NO_DATA without `min_requests` latencies of the canary, or of stable when nothing
//!   but stable could judge them. FAIL when the canary's p99 is above `max_latency_p99`, or above
//!   stable's times `max_latency_ratio` and 10 ms more; INCONCLUSIVE when it is, but may be by
//!   chance, which tails of few requests often are (see [`LatencyEvidence`]). PASS otherwise.
//! - The **instances** gate, where drift-svc is asked: see [`InstancesEvidence`]. FAIL when all of
//!   the canary's instances fare badly, or more than stable's beyond chance; it closes the slice at
//!   the last whole interval. NO_DATA of this gate says nothing of the slice, and its PASS makes no
//!   slice pass, since the errors gate counts in every slice.
//! - The **query** and **webhook** gates, where the plan has some ([`QueryEvidence`],
//!   [`WebhookEvidence`]): a slice is judged by what they are asked at its end, so it waits for the
//!   answers. Each counts in every slice, and a FAIL closes the slice at the last whole interval.
//!   Slices in a row without an answer are counted apart from those without data. Only with them may
//!   `min_requests` be 0: the errors gate doesn't count then in a slice without requests.
//! - That is the baseline `either`. Under the others a gate fails by the absolute limit only, by the
//!   comparison with stable only, or only by both at once ([`Baseline`]). Where the comparison is
//!   needed, what exceeds an absolute limit in both arms alike is a **shared outage**, which is
//!   INCONCLUSIVE, and pauses as soon as failures would roll back; and without a stable arm nothing
//!   fails.
//! - Verdicts from bad to good: FAIL, INCONCLUSIVE, NO_DATA, PASS.
//!
//! Everything here is a pure function of its arguments, and of bounded size.

mod application;
mod binomial;
mod counts;
mod decide;
mod edit;
mod errors;
mod figures;
mod hypergeometric;
mod instances;
mod judged;
mod keys;
mod latency;
mod query;
mod rollout;
mod sequential;
mod settings;
mod slice;
mod webhook;
mod words;

pub use application::{Application, Observed};
pub use counts::{Counts, Limit};
pub use decide::{Cause, Decision, Phase};
pub use edit::{Edit, SettingChange};
pub use errors::{ErrorsEvidence, ErrorsFinding};
pub use figures::{Figures, InvalidFigures, Tally};
pub use instances::{Arms, Instances, InstancesEvidence, InstancesFinding};
pub use judged::{Finding, Judged, Reason, Verdict};
pub use keys::{Cells, MISMATCH, Mismatch, SeenKeys};
pub use latency::{LatencyEvidence, LatencyFinding, Tail};
pub use query::{NoValue, QueryEvidence, QueryFinding, QueryLimits, Sample, Samples};
pub(crate) use rollout::MAX_ADMITTED;
pub use rollout::{Analysis, JudgedStage, NoApplication, UnknownApplication};
pub use sequential::{ALPHA, Comparison, SequentialTest};
pub use settings::{Baseline, InvalidSetting, OnFailure, Settings, Thresholds};
pub(crate) use slice::OpenSlice;
pub use slice::{MAX_INTERVALS, Slice};
pub use webhook::{WebhookEvidence, WebhookFinding};
