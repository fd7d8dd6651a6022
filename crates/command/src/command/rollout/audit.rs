//! `vortex rollout audit`.

use vortex_rest::{GateResult, RolloutAudit, RolloutAuditEntry, RolloutState, SettingChange};

use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    console::{Table, moment},
    error::Error,
    session::Session,
};

use super::show;

/// List what happened to a rollout, oldest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Under what a gate decided stand its verdicts, with values, thresholds and samples.

Examples:
  vortex rollout audit ID
  vortex rollout audit ID -o json | jq '.entries[-1].evidence'")]
pub(crate) struct Args {
    /// The rollout's id
    id: String,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "rollouts", &self.id, "audit"]);
        let list = collect(&session.client, call, "entries", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: RolloutAudit = client::read(list, server)?;
            let table = Table::new(["#", "TIME", "WHO", "WHAT", "STATE", "STAGE", "SHARE", "WHY"]);
            Ok(table.with(list.entries.into_iter().flat_map(rows)))
        })?;
        note_more(session, &list)
    }
}

/// The entry, and below it what it changed and what each gate said.
fn rows(entry: RolloutAuditEntry) -> Vec<[String; 8]> {
    let states = states(&entry);
    let changes = entry.changes.iter().map(change);
    let evidence = entry.evidence.iter().map(evidence);
    let below: Vec<_> = changes.chain(evidence).collect();
    let row = [
        entry.number.to_string(),
        moment(entry.time.as_deref()),
        entry.principal,
        entry.action,
        states,
        entry
            .to_stage
            .map(|stage| (stage + 1).to_string())
            .unwrap_or_default(),
        entry.percentage.map(show::percent).unwrap_or_default(),
        why(entry.reason, &entry.share_reason),
    ];
    [row].into_iter().chain(below).collect()
}

/// The reason, with what is to be said of the share.
fn why(reason: String, of_share: &str) -> String {
    match (reason.as_str(), of_share) {
        (_, "") => reason,
        ("", of_share) => of_share.to_owned(),
        (reason, of_share) => format!("{reason} ({of_share})"),
    }
}

fn states(entry: &RolloutAuditEntry) -> String {
    match (&entry.from_state, &entry.to_state) {
        (Some(from), Some(to)) if from != to => format!("{from} -> {to}"),
        (from, to) => to
            .as_ref()
            .or(from.as_ref())
            .map_or(String::new(), RolloutState::to_string),
    }
}

/// A setting that was changed, as a row below the entry.
fn change(change: &SettingChange) -> [String; 8] {
    let blank = String::new;
    [
        blank(),
        blank(),
        blank(),
        change.setting.clone(),
        blank(),
        blank(),
        blank(),
        format!("{} -> {}", change.from, change.to),
    ]
}

fn evidence(result: &GateResult) -> [String; 8] {
    let blank = String::new;
    [
        blank(),
        blank(),
        result.app.clone(),
        show::gate(result),
        result.verdict.to_string(),
        blank(),
        blank(),
        result.detail.clone(),
    ]
}
