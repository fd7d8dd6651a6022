//! The measurements of a rollout's arms, and the verdicts on them.

use crate::{Span, answer::answers, name::names};

answers! {
    /// The state of a rollout's analysis.
    pub struct AnalysisStatus {
        /// The slices judged last, newest first, 50 at most.
        pub slices: Vec<AnalysisSlice>,
        /// Failed slices in a row.
        pub consecutive_failures: u32,
        /// Failed slices of the whole rollout.
        pub failures: u32,
        /// Inconclusive slices in a row.
        pub inconclusive: u32,
        /// Slices without enough data in a row.
        pub no_data: u32,
        /// Slices in a row in which both arms shared an outage.
        pub shared_outages: u32,
        /// Slices in a row that passed, of the application that has the fewest.
        pub passes: u32,
        /// Slices in a row in which a query or a webhook had no answer.
        pub unanswered: u32,
        /// The figures of the open slice so far.
        pub open: Vec<ArmFigures>,
        /// The figures reported since the rollout began.
        pub total: Vec<ArmFigures>,
        /// Why the rollout does not go on by itself; empty when it does.
        pub holds_because: String,
        /// The part of the reads concerned that carried no key of the rollout's unit and so got
        /// stable, 0 to 1. Null while none is known.
        pub keyless_reads: Option<f64>,
        /// The distinct keys that have read what the rollout concerns; null while nothing is known.
        pub keys: Option<SeenKeys>,
    }

    /// A slice that was judged.
    pub struct AnalysisSlice {
        /// The slice's number within the rollout, from 1.
        pub number: u64,
        /// The stage, from 0.
        pub stage_index: u32,
        /// When it began.
        pub started_at: Option<String>,
        /// When it ended.
        pub closed_at: Option<String>,
        /// The worst verdict of its gates.
        pub verdict: Verdict,
        /// The verdict of each gate on each application.
        pub gates: Vec<GateResult>,
    }

    /// The verdict of one gate on one application's slice.
    pub struct GateResult {
        /// The gate: `errors`, `latency`, `instances`, `query`, `webhook`.
        pub gate: String,
        /// The name of the query or webhook; empty for other gates.
        pub name: String,
        /// The application.
        pub app: String,
        /// The verdict.
        pub verdict: Verdict,
        /// The reason with its values, for people.
        pub detail: String,
        /// The value measured of the canary: a ratio, or milliseconds; of `instances` the part that
        /// fares badly; of `query` what it says.
        pub canary: Option<f64>,
        /// The value measured of stable.
        pub stable: Option<f64>,
        /// The limit that the canary's value was compared with.
        pub threshold: Option<f64>,
        /// Requests of the canary.
        pub canary_requests: u64,
        /// Requests of stable.
        pub stable_requests: u64,
        /// The probability of such a value by chance, where the gate tests for that.
        pub p_value: Option<f64>,
        /// The canary's instances; null unless the gate is `instances`.
        pub canary_instances: Option<InstanceCounts>,
        /// Stable's instances; null unless the gate is `instances`, and at 100 %.
        pub stable_instances: Option<InstanceCounts>,
    }

    /// Instances that took what their arm says, and how many of them fare badly. One may fare badly
    /// in several ways, so a canary is judged by the greatest of the three counts, and stable by
    /// their sum.
    pub struct InstanceCounts {
        /// All of them, but those that were stopped in order.
        pub instances: u64,
        /// Those that refused it.
        pub failed: u64,
        /// Those that were not heard of for three intervals after they took it.
        pub silent: u64,
        /// Those that started three times within five minutes.
        pub restarting: u64,
    }

    /// Figures of one arm of one application.
    pub struct ArmFigures {
        /// The application.
        pub app: String,
        /// `stable` or `canary`.
        pub arm: String,
        /// Requests.
        pub requests: u64,
        /// Requests among them that failed.
        pub errors: u64,
        /// The median latency; null if none was reported.
        pub latency_p50: Option<Span>,
        /// The 99th percentile of latency; null if none was reported.
        pub latency_p99: Option<Span>,
    }

    /// The distinct keys (instances or subjects, by the rollout's unit) that have read what a
    /// rollout concerns since config-svc started, and whether they are spread over the arms as the
    /// share asks for.
    pub struct SeenKeys {
        /// Keys that are in the canary at the share in force.
        pub canary: u64,
        /// All other keys.
        pub stable: u64,
        /// The canary's percentage of the keys; null while there are none.
        pub canary_percentage: Option<f64>,
        /// The probability that the canary's part differs this much from the share by chance; null
        /// while there are no keys, and at 100 %.
        pub p_value: Option<f64>,
        /// A warning that the parts do not match the share; empty unless the probability is below
        /// 0.001.
        pub warning: String,
    }
}

names! {
    /// A gate's verdict on a slice.
    pub enum Verdict {
        /// The canary keeps within the limits.
        Pass = "pass",
        /// The canary exceeds a limit.
        Fail = "fail",
        /// Enough was measured, and it shows neither.
        Inconclusive = "inconclusive",
        /// Too little was measured.
        NoData = "no_data",
        /// A verdict that this program does not know.
        Unknown = "unknown",
    }
}
