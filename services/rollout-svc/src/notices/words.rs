//! What happened to a rollout, in one line for people.

use vortex_bucket::Share;

use crate::domain::{Action, AuditEntry, Spec, StateKind};

/// As in `key:ci rolled v2 back (orders-prod.yml on main, rollout 01…): too slow`.
pub(super) fn text(spec: &Spec, entry: &AuditEntry) -> String {
    let (who, what) = (&entry.principal, what(spec, entry));
    let (documents, label, id) = (documents(spec), &spec.label, &spec.id);
    let reason = match &*entry.reason {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    format!("{who} {what} ({documents} on {label}, rollout {id}){reason}")
}

fn what(spec: &Spec, entry: &AuditEntry) -> String {
    let (change, stage) = (&spec.change, stage(spec, entry));
    match entry.action {
        Action::Create => format!("created a rollout of {change}"),
        Action::Start => format!("started {change}{stage}"),
        Action::Promote => format!("promoted {change}{stage}"),
        Action::Pause => format!("paused {change}{stage}"),
        Action::Resume => format!("resumed {change}{stage}"),
        Action::RollBack => format!("rolled {change} back"),
        Action::Complete if entry.to == StateKind::Running => format!("releases {change}"),
        Action::Complete => format!("completed {change}"),
        Action::Detach => format!("ended the rollout of {change}"),
        Action::Edit => format!("edited the rollout of {change}"),
        Action::Stay => format!("kept {change} where it was{stage}"),
    }
}

/// Counted from 1, as people do.
fn stage(spec: &Spec, entry: &AuditEntry) -> String {
    let Some(stage) = entry.to_stage else {
        return String::new();
    };
    let share = entry.share.map(Share::percentage);
    let share = share.map_or(String::new(), |share| format!(", {share} %"));
    let (stage, stages) = (stage + 1, spec.stages.count());
    let at = match entry.action {
        Action::Promote => "to",
        _ => "at",
    };
    format!(" {at} stage {stage} of {stages}{share}")
}

fn documents(spec: &Spec) -> String {
    match &*spec.paths {
        [] => "no documents".to_owned(),
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
