//! `vortex rollout analysis`.

use vortex_rest::{AnalysisSlice, AnalysisStatus, ArmFigures, Verdict};

use super::show;
use crate::{
    client::{self, Call},
    console::{Facts, Format, Table, moment},
    error::Error,
    session::Session,
};

/// Show how the analysis of a rollout stands.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rollout's id
    id: String,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "rollouts", &self.id, "analysis"]);
        let reply = session.client.send(call).await?.json()?;
        if session.console.format() != Format::Table {
            return session.console.data(&reply);
        }
        let analysis: AnalysisStatus = client::read(&reply, session.client.server())?;
        let facts = format!("{}\n", facts(&analysis));
        session.console.write(facts.as_bytes())?;
        session.console.tables([arms(&analysis), slices(&analysis)])
    }
}

fn facts(analysis: &AnalysisStatus) -> Facts {
    let keyless = analysis
        .keyless_reads
        .map(|part| show::percent(part * 100.0));
    Facts::default()
        .with("holds because", &analysis.holds_because)
        .with("failed", &counts(analysis))
        .with(
            "inconclusive",
            &format!("{} in a row", analysis.inconclusive),
        )
        .with("shared outages", &in_a_row(analysis.shared_outages))
        .with("passed", &in_a_row(analysis.passes))
        .with("no data", &format!("{} in a row", analysis.no_data))
        .with("unanswered", &in_a_row(analysis.unanswered))
        .with("without key", &keyless.unwrap_or_default())
        .with("keys seen", &show::keys(analysis.keys.as_ref()))
        .with("warning", show::mismatch(analysis.keys.as_ref()))
}

/// A count of slices in a row; nothing for none.
fn in_a_row(slices: u32) -> String {
    match slices {
        0 => String::new(),
        slices => format!("{slices} in a row"),
    }
}

fn counts(analysis: &AnalysisStatus) -> String {
    let (row, all) = (analysis.consecutive_failures, analysis.failures);
    format!("{row} in a row, {all} in all")
}

/// What was reported of each arm, and how much of it is not judged yet.
fn arms(analysis: &AnalysisStatus) -> Table {
    let table = Table::new([
        "APP",
        "ARM",
        "REQUESTS",
        "ERRORS",
        "RATE",
        "P50",
        "P99",
        "NOT JUDGED",
    ]);
    let arms = analysis.total.iter();
    table.with(arms.map(|arm| cells(analysis, arm)))
}

/// One arm: application, arm, requests, errors, their rate, p50, p99, and requests not judged.
pub(super) fn cells(analysis: &AnalysisStatus, arm: &ArmFigures) -> [String; 8] {
    [
        arm.app.clone(),
        arm.arm.clone(),
        arm.requests.to_string(),
        arm.errors.to_string(),
        show::rate(arm.errors, arm.requests),
        show::span(arm.latency_p50),
        show::span(arm.latency_p99),
        open(analysis, arm).to_string(),
    ]
}

fn open(analysis: &AnalysisStatus, arm: &ArmFigures) -> u64 {
    let same = |open: &&ArmFigures| open.app == arm.app && open.arm == arm.arm;
    let open = analysis.open.iter().find(same);
    open.map_or(0, |open| open.requests)
}

fn slices(analysis: &AnalysisStatus) -> Table {
    let table = Table::new([
        "SLICE", "STAGE", "CLOSED", "VERDICT", "APP", "GATE", "SAID", "WHY",
    ]);
    table.with(analysis.slices.iter().flat_map(rows))
}

/// What decided the verdict of a slice, by gate; empty for one that passes.
pub(super) fn why(slice: &AnalysisSlice) -> String {
    let gates = slice.gates.iter();
    let deciding = gates
        .filter(|gate| gate.verdict == slice.verdict && gate.verdict != Verdict::Pass)
        .map(|gate| format!("{} {}: {}", gate.app, show::gate(gate), gate.detail));
    deciding.collect::<Vec<_>>().join("; ")
}

/// A row for each gate; the slice's own cells stand in the first.
fn rows(slice: &AnalysisSlice) -> Vec<[String; 8]> {
    let head = [
        slice.number.to_string(),
        (slice.stage_index + 1).to_string(),
        moment(slice.closed_at.as_deref()),
        slice.verdict.to_string(),
    ];
    let gates = slice.gates.iter().enumerate();
    let rows = gates.map(|(place, gate)| {
        let [number, stage, closed, verdict] = match place {
            0 => head.clone(),
            _ => Default::default(),
        };
        let (app, name) = (gate.app.clone(), show::gate(gate));
        let (said, why) = (gate.verdict.to_string(), gate.detail.clone());
        [number, stage, closed, verdict, app, name, said, why]
    });
    rows.collect()
}
