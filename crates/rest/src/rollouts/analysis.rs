//! What was measured of a rollout's arms, and what that came to.

use crate::{Span, answer::answers, name::names};

answers! {
    /// How a rollout's analysis stands.
    pub struct AnalysisStatus {
        /// The slices judged last, newest first, 50 at most.
        pub slices: Vec<AnalysisSlice>,
        /// Slices in a row that failed.
        pub consecutive_failures: u32,
        /// Slices of the whole rollout that failed.
        pub failures: u32,
        /// Inconclusive slices in a row.
        pub inconclusive: u32,
        /// Slices without data in a row.
        pub no_data: u32,
        /// What the open slice has so far.
        pub open: Vec<ArmFigures>,
        /// What was reported since the rollout began.
        pub total: Vec<ArmFigures>,
        /// Why it does not go on by itself; empty when it does.
        pub holds_because: String,
        /// The part of all reads it concerned that did not say what is told apart, and so got
        /// stable, 0 to 1. Null while none is known.
        pub keyless_reads: Option<f64>,
        /// The distinct keys that have read what it concerns; null while nothing is known.
        pub keys: Option<SeenKeys>,
    }

    /// One slice that was judged.
    pub struct AnalysisSlice {
        /// From 1.
        pub number: u64,
        /// The stage it is of, from 0.
        pub stage_index: u32,
        /// When it began.
        pub started_at: Option<String>,
        /// When it ended.
        pub closed_at: Option<String>,
        /// The worst of its gates.
        pub verdict: Verdict,
        /// What each gate said of each application.
        pub gates: Vec<GateResult>,
    }

    /// What one gate said of one application's slice.
    pub struct GateResult {
        /// `errors`, `latency`.
        pub gate: String,
        /// The application.
        pub app: String,
        /// What it came to.
        pub verdict: Verdict,
        /// Why, with values, for people.
        pub detail: String,
        /// Measured of the canary: a ratio, or milliseconds.
        pub canary: Option<f64>,
        /// Measured of stable.
        pub stable: Option<f64>,
        /// What it was compared with.
        pub threshold: Option<f64>,
        /// Requests of the canary.
        pub canary_requests: u64,
        /// Requests of stable.
        pub stable_requests: u64,
        /// The probability of so much by chance, where the gate tests for it.
        pub p_value: Option<f64>,
    }

    /// Figures of one arm of one application.
    pub struct ArmFigures {
        /// The application.
        pub app: String,
        /// `stable` or `canary`.
        pub arm: String,
        /// Requests.
        pub requests: u64,
        /// Requests with errors among them.
        pub errors: u64,
        /// The median; null where no latency was reported.
        pub latency_p50: Option<Span>,
        /// 99 of 100 requests took at most so long; null where no latency was reported.
        pub latency_p99: Option<Span>,
    }

    /// The distinct keys (instances or subjects, by the rollout's unit) that have read what a
    /// rollout concerns since config-svc began, and whether its arms have their parts of them.
    pub struct SeenKeys {
        /// Those that are in the canary at the share in force.
        pub canary: u64,
        /// All others.
        pub stable: u64,
        /// The canary's percentage of them; null while there are none.
        pub canary_percentage: Option<f64>,
        /// How probable it is that the canary's part is as far from the share by chance; null
        /// while there are no keys, and at 100 %.
        pub p_value: Option<f64>,
        /// What is wrong with the parts; empty unless the probability is below 0.001.
        pub warning: String,
    }
}

names! {
    /// What a gate said.
    pub enum Verdict {
        /// The canary keeps to it.
        Pass = "pass",
        /// The canary does not keep to it.
        Fail = "fail",
        /// It can't be told.
        Inconclusive = "inconclusive",
        /// Nothing was measured.
        NoData = "no_data",
        /// A verdict newer than the gateway.
        Unknown = "unknown",
    }
}
