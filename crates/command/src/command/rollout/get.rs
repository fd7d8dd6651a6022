//! `vortex rollout get`.

use vortex_rest::{Rollout, RolloutEffect, RolloutQuery, RolloutStage};

use super::{next, show};
use crate::{
    client::{self, Call},
    console::{Facts, Format, Table, moment},
    error::Error,
    session::Session,
};

/// Show a rollout.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rollout's id
    id: String,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "rollouts", &self.id]);
        let reply = session.client.send(call).await?.json()?;
        if session.console.format() != Format::Table {
            return session.console.data(&reply);
        }
        let rollout: Rollout = client::read(&reply, session.client.server())?;
        let facts = format!("{}\n", facts(&rollout));
        session.console.write(facts.as_bytes())?;
        let mut tables = vec![stages(&rollout)];
        tables.extend(gates(&rollout));
        session.console.tables(tables)
    }
}

fn facts(rollout: &Rollout) -> Facts {
    let reason = show::reason(rollout);
    Facts::default()
        .with("id", &rollout.id)
        .with("state", &rollout.state.to_string())
        .with("why", reason)
        .with("share", &share(rollout))
        .with("keys seen", &show::keys(rollout.keys.as_ref()))
        .with("warning", show::mismatch(rollout.keys.as_ref()))
        .with("change", &change(rollout))
        .with("label", &rollout.label)
        .with("documents", &rollout.paths.join(", "))
        .with("judged", &rollout.apps.join(", "))
        .with("by itself", &by_itself(rollout))
        .with("takes back", &rollout.reverts)
        .with("description", &rollout.description)
        .with("created", &created(rollout))
        .with("next", &next::step(rollout))
}

fn share(rollout: &Rollout) -> String {
    let share = show::percent(rollout.share_in_force);
    let effect = match rollout.effect {
        RolloutEffect::Pending => ", not yet confirmed",
        _ => "",
    };
    let why = match rollout.share_reason.as_str() {
        "" => String::new(),
        reason => format!(" ({reason})"),
    };
    format!("{share} by {}{why}{effect}", rollout.unit)
}

fn change(rollout: &Rollout) -> String {
    match rollout.from_version.as_str() {
        "" => rollout.change.clone(),
        from => format!("{}, instead of {from}", rollout.change),
    }
}

fn by_itself(rollout: &Rollout) -> String {
    let deeds = match (rollout.auto_promote, rollout.auto_rollback) {
        (true, true) => "promotes, rolls back",
        (true, false) => "promotes; pauses when it fails",
        (false, true) => "rolls back; waits to be promoted",
        (false, false) => "pauses when it fails; waits to be promoted",
    };
    match rollout.resume_after_passes {
        0 => deeds.to_owned(),
        1 => format!("{deeds}; goes on after a pause when a slice passes"),
        slices => format!("{deeds}; goes on after a pause when {slices} slices in a row pass"),
    }
}

fn created(rollout: &Rollout) -> String {
    let by = match (rollout.source.as_str(), rollout.principal.as_str()) {
        ("", "") => String::new(),
        ("", principal) => format!(" by {principal}"),
        (source, _) => format!(" for source {source}"),
    };
    format!("{}{by}", moment(rollout.created_at.as_deref()))
}

fn stages(rollout: &Rollout) -> Table {
    let at = show::at(rollout);
    let rows = rollout.stages.iter().enumerate();
    Table::new(["STAGE", "NAME", "SHARE", "AT LEAST", "SINCE"]).with(rows.map(|(index, stage)| {
        let since = match at == Some(index) {
            true => moment(rollout.stage_since.as_deref()),
            false => String::new(),
        };
        [
            mark(index, at),
            stage.name.clone(),
            show::percent(stage.percentage),
            lasts(stage),
            since,
        ]
    }))
}

/// The queries and webhooks that judge it; no table where there are none.
fn gates(rollout: &Rollout) -> Option<Table> {
    if rollout.queries.is_empty() && rollout.webhooks.is_empty() {
        return None;
    }
    let queries = rollout.queries.iter().map(|query| {
        let (name, asked) = (query.name.clone(), query.provider.clone());
        [name, asked, condition(query), query.query.clone()]
    });
    let webhooks = rollout.webhooks.iter().map(|webhook| {
        let (name, asked) = (webhook.name.clone(), "webhook".to_owned());
        [name, asked, String::new(), webhook.url.clone()]
    });
    let table = Table::new(["GATE", "ASKED", "MUST BE", "QUESTION"]);
    Some(table.with(queries.chain(webhooks)))
}

/// `>= 0.9, <= 1.5 x stable + 0.01`
fn condition(query: &RolloutQuery) -> String {
    let margin = query.margin.filter(|margin| *margin > 0.0);
    let beyond = |sign: &str| margin.map_or(String::new(), |margin| format!(" {sign} {margin}"));
    let limits = [
        query.min.map(|min| format!(">= {min}")),
        query.max.map(|max| format!("<= {max}")),
        query
            .min_ratio
            .map(|ratio| format!(">= {ratio} x stable{}", beyond("-"))),
        query
            .max_ratio
            .map(|ratio| format!("<= {ratio} x stable{}", beyond("+"))),
    ];
    limits.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn mark(index: usize, at: Option<usize>) -> String {
    let number = index + 1;
    match at {
        Some(at) if at == index => format!("{number} <"),
        _ => number.to_string(),
    }
}

fn lasts(stage: &RolloutStage) -> String {
    show::span(stage.min_duration)
}
