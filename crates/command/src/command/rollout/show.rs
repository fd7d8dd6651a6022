//! Prints rollouts as a table.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use vortex_rest::{GateResult, Rollout, SeenKeys, Span};

use super::next;
use crate::{
    client,
    console::{Table, short},
    error::Error,
    session::Session,
};

/// Says how a rollout stands, and what to do next.
pub(super) fn print(session: &mut Session, reply: &Value) -> Result<(), Error> {
    let server = session.client.server();
    session.console.told(reply, |reply| {
        let rollout: Rollout = client::read(reply, server)?;
        Ok(sentence(&rollout))
    })
}

/// `r1 is running, stage 1/3: 25% get v3; next: …`
pub(super) fn sentence(rollout: &Rollout) -> String {
    let (id, state, change) = (&rollout.id, &rollout.state, short(&rollout.change));
    let stage = match stage(rollout).as_str() {
        "" => String::new(),
        stage => format!(", stage {stage}"),
    };
    let share = percent(rollout.share_in_force);
    let reason = match reason(rollout) {
        "" => String::new(),
        reason => format!(" ({reason})"),
    };
    let next = next::step(rollout);
    format!("{id} is {state}{stage}: {share} get {change}{reason}; next: {next}")
}

/// Rollouts, a row each.
pub(super) fn table(rollouts: impl IntoIterator<Item = Rollout>) -> Table {
    let now = Timestamp::now();
    let table = Table::new([
        "ID",
        "STATE",
        "STAGE",
        "SHARE",
        "AGE",
        "CHANGE",
        "DOCUMENTS",
        "REASON",
    ]);
    table.with(rollouts.into_iter().map(|rollout| row(rollout, now)))
}

fn row(rollout: Rollout, now: Timestamp) -> [String; 8] {
    let stage = stage(&rollout);
    let documents = documents(&rollout);
    let reason = reason(&rollout).to_owned();
    [
        rollout.id,
        rollout.state.to_string(),
        stage,
        percent(rollout.share_in_force),
        age(rollout.created_at.as_deref(), now),
        short(&rollout.change),
        documents,
        reason,
    ]
}

/// Why it is as it is; an effect that does not arrive comes first.
pub(super) fn reason(rollout: &Rollout) -> &str {
    match rollout.effect_error.as_str() {
        "" => &rollout.reason,
        error => error,
    }
}

/// `3/5`, or nothing before it starts.
fn stage(rollout: &Rollout) -> String {
    match &rollout.stage {
        Some(stage) => format!("{}/{}", stage.index + 1, rollout.stages.len()),
        None => String::new(),
    }
}

/// The place of the stage it is at; none before it starts.
pub(super) fn at(rollout: &Rollout) -> Option<usize> {
    usize::try_from(rollout.stage.as_ref()?.index).ok()
}

/// A span of time, or nothing.
pub(super) fn span(span: Option<Span>) -> String {
    span.map(|span| span.to_string()).unwrap_or_default()
}

/// The keys that have read it, by arm; nothing while none is known.
pub(super) fn keys(keys: Option<&SeenKeys>) -> String {
    let Some(keys) = keys else {
        return String::new();
    };
    let part = keys.canary_percentage.map(percent);
    let part = part.map_or(String::new(), |part| format!(" ({part} canary)"));
    format!("{} canary, {} stable{part}", keys.canary, keys.stable)
}

/// A gate, with the name of the query or webhook: `query rate`.
pub(super) fn gate(gate: &GateResult) -> String {
    match gate.name.as_str() {
        "" => gate.gate.clone(),
        name => format!("{} {name}", gate.gate),
    }
}

/// What is wrong with the arms' parts of the keys; nothing when that may be chance.
pub(super) fn mismatch(keys: Option<&SeenKeys>) -> &str {
    keys.map_or("", |keys| &keys.warning)
}

/// Its documents as one name and how many more.
pub(super) fn documents(rollout: &Rollout) -> String {
    match rollout.paths.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, more @ ..] => format!("{first} +{}", more.len()),
    }
}

/// A percentage, to two decimals where it has them: `12.5%`.
pub(super) fn percent(percentage: f64) -> String {
    let text = format!("{percentage:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}

/// The part of requests that failed, or nothing without requests.
pub(super) fn rate(errors: u64, requests: u64) -> String {
    match requests {
        0 => String::new(),
        // counts far below 2^53
        _ => percent(errors as f64 * 100.0 / requests as f64),
    }
}

/// How long ago something was, in its largest unit.
fn age(since: Option<&str>, now: Timestamp) -> String {
    let Some(since) = since.and_then(|since| since.parse::<Timestamp>().ok()) else {
        return String::new();
    };
    // the server's clock may be ahead of ours
    let age = Duration::try_from(now.duration_since(since)).unwrap_or_default();
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m", seconds / 60),
        seconds @ 3600..86_400 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_has_no_more_decimals_than_it_needs() {
        for (percentage, shown) in [
            (0.0, "0%"),
            (12.5, "12.5%"),
            (0.01, "0.01%"),
            (100.0, "100%"),
        ] {
            assert_eq!(percent(percentage), shown);
        }
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!(rate(0, 0), "");
        assert_eq!(rate(12, 1000), "1.2%");
        assert_eq!(rate(1, 3), "33.33%");
    }

    #[test]
    fn a_state_that_is_newer_is_shown_as_it_came() {
        let rollout = serde_json::json!({"id": "r1", "state": "waiting", "newer": true});
        let rollout: Rollout = serde_json::from_value(rollout).unwrap();
        let table = table([rollout]).to_string();
        assert!(table.contains("r1  waiting"), "{table}");
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let now: Timestamp = "2026-01-02T00:00:00Z".parse().unwrap();
        for (since, shown) in [
            ("2026-01-01T23:59:01.5Z", "58s"),
            ("2026-01-01T22:59:00Z", "1h"),
            ("2025-12-01T00:00:00Z", "32d"),
            ("2026-01-02T00:00:09Z", "0s"),
            ("soon", ""),
        ] {
            assert_eq!(age(Some(since), now), shown, "{since}");
        }
    }
}
