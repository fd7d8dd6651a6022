//! A rollout as it stands, drawn for a terminal.

use vortex_rest::{AnalysisSlice, FollowedRollout, Rollout, RolloutState, Verdict};

use super::waits_for;
use crate::{
    command::rollout::{analysis, show},
    console::{Palette, Table, printable, short},
};

/// Arms that are drawn at most: a picture higher than its terminal can't be drawn over.
const ARMS: usize = 12;

/// Columns that every terminal has.
const WIDTH: usize = 80;

/// The picture, whole lines.
pub(super) fn of(watched: &FollowedRollout, palette: Palette) -> String {
    let rollout = &watched.rollout;
    let mut lines = vec![
        palette.title(&printable(&headline(rollout))),
        standing(rollout, palette),
        stages(rollout, palette),
        String::new(),
    ];
    lines.extend(arms(watched).lines().map(str::to_owned));
    lines.push(String::new());
    if let Some(slice) = watched.analysis.slices.first() {
        lines.push(judged(slice, palette));
    }
    let keys = rollout.keys.as_ref();
    let (seen, mismatch) = (show::keys(keys), show::mismatch(keys));
    if !seen.is_empty() {
        lines.push(format!("keys seen   {seen}"));
    }
    if !mismatch.is_empty() {
        let warning = palette.doubtful(&printable(mismatch));
        lines.push(format!("warning     {warning}"));
    }
    let waits = waits_for(watched);
    if !waits.is_empty() {
        lines.push(printable(&format!("waits for   {waits}")));
    }
    lines.join("\n") + "\n"
}

fn headline(rollout: &Rollout) -> String {
    let (change, documents) = (short(&rollout.change), show::documents(rollout));
    format!(
        "{}  {change}  {documents}  on {}",
        rollout.id, rollout.label
    )
}

fn standing(rollout: &Rollout, palette: Palette) -> String {
    let state = printable(&format!("{:<11}", rollout.state));
    let state = match rollout.state {
        RolloutState::Completed => palette.good(&state),
        RolloutState::RolledBack | RolloutState::Superseded => palette.bad(&state),
        RolloutState::Paused => palette.doubtful(&state),
        RolloutState::Created | RolloutState::Running | RolloutState::Other(_) => {
            palette.title(&state)
        }
    };
    let share = show::percent(rollout.share_in_force);
    let reason = printable(show::reason(rollout));
    format!("{state} {share}  {reason}").trim_end().to_owned()
}

/// The stages in a row: those behind, the one it is at, those to come.
fn stages(rollout: &Rollout, palette: Palette) -> String {
    let at = show::at(rollout);
    let stages = rollout.stages.iter().enumerate().map(|(index, stage)| {
        let share = show::percent(stage.percentage);
        match at {
            Some(at) if index < at => palette.good(&share),
            Some(at) if index == at => palette.title(&format!("[{share}]")),
            _ => share,
        }
    });
    format!("stages      {}", stages.collect::<Vec<_>>().join("  "))
}

fn arms(watched: &FollowedRollout) -> String {
    let table = Table::new([
        "APP",
        "ARM",
        "SHARE",
        "REQUESTS",
        "ERRORS",
        "RATE",
        "P50",
        "P99",
        "NOT JUDGED",
    ]);
    let share = watched.rollout.share_in_force;
    let rows = watched.analysis.total.iter().take(ARMS).map(|figures| {
        let [app, arm, rest @ ..] = analysis::cells(&watched.analysis, figures);
        let share = match arm.as_str() {
            "canary" => share,
            _ => 100.0 - share,
        };
        let [requests, errors, rate, p50, p99, open] = rest;
        let share = show::percent(share);
        [app, arm, share, requests, errors, rate, p50, p99, open]
    });
    let left_out = watched.analysis.total.len().saturating_sub(ARMS);
    let more = match left_out {
        0 => String::new(),
        more => format!("and {more} more: `vortex rollout analysis` shows all\n"),
    };
    format!("{}{more}", table.with(rows).fit(Some(WIDTH)))
}

fn judged(slice: &AnalysisSlice, palette: Palette) -> String {
    let verdict = match &slice.verdict {
        Verdict::Pass => palette.good("pass"),
        Verdict::Fail => palette.bad("fail"),
        other => palette.doubtful(&printable(&other.to_string())),
    };
    let why = printable(&analysis::why(slice));
    let slice = format!("slice {:<5} {verdict}  {why}", slice.number);
    slice.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stages_and_both_arms_are_drawn() {
        let watched = json!({
            "rollout": {"id": "r1", "state": "running", "label": "main", "change": "v2",
                "paths": ["orders.yml"], "stage": {"index": 1}, "share_in_force": 25.0,
                "stages": [{"percentage": 1}, {"percentage": 25}, {"percentage": 100}],
                "auto_promote": true, "effect": "confirmed",
                "keys": {"canary": 40, "stable": 10, "canary_percentage": 80.0, "p_value": 0.0,
                         "warning": "not chance"}},
            "analysis": {
                "total": [
                    {"app": "orders", "arm": "stable", "requests": 9000, "errors": 45,
                     "latency_p50": "12ms", "latency_p99": "40ms"},
                    {"app": "orders", "arm": "canary", "requests": 3000, "errors": 12,
                     "latency_p50": "12ms", "latency_p99": "41ms"}],
                "open": [{"app": "orders", "arm": "canary", "requests": 70, "errors": 0}],
                "slices": [{"number": 7, "verdict": "inconclusive", "gates": [
                    {"gate": "errors", "app": "orders", "verdict": "inconclusive",
                     "detail": "3% of 100"},
                    {"gate": "latency", "app": "orders", "verdict": "pass", "detail": "41ms"}]}],
                "holds_because": "the newest slice is inconclusive"},
            "time": "2026-01-02T03:04:05Z"});
        let watched: FollowedRollout = serde_json::from_value(watched).unwrap();
        let picture = of(&watched, Palette::of_stdout(true));
        assert_eq!(
            picture,
            "r1  v2  orders.yml  on main\n\
             running     25%\n\
             stages      1%  [25%]  100%\n\
             \n\
             APP     ARM     SHARE  REQUESTS  ERRORS  RATE  P50   P99   NOT JUDGED\n\
             orders  stable  75%    9000      45      0.5%  12ms  40ms  0\n\
             orders  canary  25%    3000      12      0.4%  12ms  41ms  70\n\
             \n\
             slice 7     inconclusive  orders errors: 3% of 100\n\
             keys seen   40 canary, 10 stable (80% canary)\n\
             warning     not chance\n\
             waits for   the newest slice is inconclusive\n"
        );
    }
}
