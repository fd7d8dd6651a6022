//! What happened: records of the log, and what rollouts did.

use vortex_proto::{
    config::v1::{self as proto, Undo, record::Body},
    rollout::v1::Transition,
};

use super::{mirror, rfc3339};
use crate::{MovedDocument, TimelineEntry, TimelineKind, Undone, UndoneDocument};

mirror! {
    struct MovedDocument <= proto::Moved { path, from, to }
}

/// The label that commands mean when none is given.
const MAIN: &str = "main";

/// What the body of a record says by itself.
struct Told {
    kind: TimelineKind,
    what: String,
    change: String,
    rollout: String,
    /// What its undoing names: a freeze's or a key's id, or the application and profile of an override.
    named: String,
}

impl Told {
    fn new(kind: TimelineKind, what: String) -> Self {
        Self {
            kind,
            what,
            change: String::new(),
            rollout: String::new(),
            named: String::new(),
        }
    }

    fn named(self, named: String) -> Self {
        Self { named, ..self }
    }

    fn of(self, change: String) -> Self {
        Self { change, ..self }
    }

    fn by(self, rollout: String) -> Self {
        Self { rollout, ..self }
    }
}

impl From<proto::Event> for TimelineEntry {
    fn from(event: proto::Event) -> Self {
        let undo = event.undo();
        let record = event.record.unwrap_or_default();
        let told = told(record.body, &event.source);
        Self {
            time: rfc3339(record.time.and_then(|time| time.wall)),
            undo: undo_command(undo, &told, [&event.app, &event.profile], &event.label),
            kind: told.kind,
            what: told.what,
            principal: record.principal,
            author: event.author,
            message: event.message,
            label: event.label,
            app: event.app,
            profile: event.profile,
            change: told.change,
            paths: event.paths,
            path_count: event.path_count,
            moved: record.moved.into_iter().map(Into::into).collect(),
            moved_count: record.moved_count,
            rollout: told.rollout,
            source: event.source,
            sequence: record.sequence,
        }
    }
}

fn told(body: Option<Body>, source: &str) -> Told {
    match body {
        Some(Body::Change(change)) => written(change, source),
        Some(Body::Released(released)) => {
            let ended = match released.detached_splits.as_slice() {
                [] => String::new(),
                splits => format!(", which ended rollout {}", splits.join(", ")),
            };
            let what = format!("released {}{ended}", released.name);
            Told::new(TimelineKind::Release, what).of(released.name)
        }
        Some(Body::Discarded(discarded)) => {
            let what = format!("gave up {}", discarded.name);
            Told::new(TimelineKind::Discard, what).of(discarded.name)
        }
        Some(Body::Restaged(restaged)) => {
            let what = format!("staged {} again", restaged.name);
            Told::new(TimelineKind::Restage, what).of(restaged.name)
        }
        Some(Body::Unchanged(unchanged)) => {
            let what = format!("changed nothing of {}", unchanged.name);
            Told::new(TimelineKind::Unknown, what).of(unchanged.name)
        }
        Some(Body::SplitMoved(split)) => {
            let what = format!("gave {} to {} % of readers", split.change, split.percentage);
            let told = Told::new(TimelineKind::Split, what);
            told.of(split.change).by(split.id)
        }
        Some(Body::SplitEnded(split)) => split_ended(split),
        Some(Body::LabelRemoved(removed)) => {
            let what = format!("label {} is gone", removed.label);
            Told::new(TimelineKind::Label, what)
        }
        Some(Body::LabelDetached(detached)) => {
            let what = format!("label {} was detached from its source", detached.label);
            Told::new(TimelineKind::Label, what)
        }
        Some(Body::SourceImported(imported)) => {
            let what = format!("source {} was imported", imported.source);
            Told::new(TimelineKind::Source, what)
        }
        Some(Body::FreezeSet(freeze)) => {
            let what = match freeze.all {
                true => "froze everything".to_owned(),
                false => format!("froze {}", freeze.apps.join(", ")),
            };
            Told::new(TimelineKind::Freeze, what).named(freeze.id)
        }
        Some(Body::FreezeEnded(ended)) => {
            let how = if ended.expired { "over" } else { "ended" };
            let what = format!("freeze {} is {how}", ended.ids.join(", "));
            Told::new(TimelineKind::Unfreeze, what)
        }
        Some(Body::OverrideSet(set)) => {
            let what = format!("overrode values of {} {}", set.app, set.profile);
            let of = format!("{} {}", set.app, set.profile);
            Told::new(TimelineKind::Override, what).named(of)
        }
        Some(Body::OverrideEnded(ended)) => override_ended(&ended),
        Some(Body::KeyCreated(key)) => {
            let what = format!("created key {}", key.name);
            Told::new(TimelineKind::Key, what).named(key.id)
        }
        Some(Body::KeyRotated(rotated)) => {
            let key = rotated.key.unwrap_or_default();
            let what = format!("rotated key {}, now {}", key.name, key.id);
            Told::new(TimelineKind::Key, what)
        }
        Some(Body::KeyRevoked(revoked)) => {
            let what = format!("revoked key {}", revoked.name);
            Told::new(TimelineKind::Key, what)
        }
        Some(Body::OwnershipSet(owned)) => {
            let what = format!("gave {} to cluster {}", owned.pattern, owned.owner);
            Told::new(TimelineKind::Unknown, what)
        }
        Some(Body::Retained(_)) => {
            let what = "let go of what is old".to_owned();
            Told::new(TimelineKind::Unknown, what)
        }
        // of a newer server
        None => Told::new(TimelineKind::Unknown, "something else".to_owned()),
    }
}

fn override_ended(ended: &proto::OverrideEnded) -> Told {
    let targets = ended.overrides.iter();
    let targets: Vec<String> = targets
        .map(|e| format!("{} {}", e.app, e.profile))
        .collect();
    let how = if ended.expired { "over" } else { "ended" };
    let what = format!("override of {} is {how}", targets.join(", "));
    Told::new(TimelineKind::OverrideEnd, what)
}

fn written(change: proto::Change, source: &str) -> Told {
    let is_staged = change.state() == proto::ChangeState::Staged;
    let is_gone = change.documents.iter().all(|document| document.deleted);
    let (kind, verb) = match (source, is_gone && !change.documents.is_empty()) {
        ("", false) => (TimelineKind::Write, "wrote"),
        ("", true) => (TimelineKind::Delete, "deleted, as"),
        (_, _) => (TimelineKind::Source, "imported"),
    };
    let what = match is_staged {
        true => format!("{verb} {}, staged", change.name),
        false => format!("{verb} {}", change.name),
    };
    Told::new(kind, what).of(change.name)
}

fn split_ended(split: proto::Split) -> Told {
    let told = match split.state() {
        proto::SplitState::Released => {
            let what = format!("released {} by its rollout", split.change);
            Told::new(TimelineKind::Release, what)
        }
        _ => {
            let what = format!("took {} back from its readers", split.change);
            Told::new(TimelineKind::Split, what)
        }
    };
    told.of(split.change).by(split.id)
}

/// The command that undoes an event.
fn undo_command(undo: Undo, told: &Told, owner: [&str; 2], label: &str) -> String {
    let command = match undo {
        Undo::Unspecified => return String::new(),
        // names of change sets are of their documents: another application may have the same
        Undo::Change => match owner {
            ["", _] => format!("vortex config undo --change {}", told.change),
            [app, profile] => format!("vortex config undo {app} {profile}"),
        },
        Undo::Discard => format!("vortex changes discard {}", told.change),
        Undo::Unfreeze => return format!("vortex unfreeze {}", told.named),
        Undo::RemoveOverride => format!("vortex config override {} --remove", told.named),
        Undo::RevokeKey => return format!("vortex key revoke {}", told.named),
        Undo::RollBack => return roll_back(&told.rollout),
    };
    match label {
        "" | MAIN => command,
        label => format!("{command} --label {label}"),
    }
}

fn roll_back(rollout: &str) -> String {
    format!("vortex rollout rollback {rollout}")
}

impl From<Transition> for TimelineEntry {
    fn from(transition: Transition) -> Self {
        let entry = transition.entry.unwrap_or_default();
        let stage = entry.to_stage.map(|stage| {
            let share = entry.percentage.map(|share| format!(", {share} %"));
            let (stage, stages) = (stage + 1, transition.stage_count);
            format!(" (stage {stage} of {stages}{})", share.unwrap_or_default())
        });
        let stage = stage.unwrap_or_default();
        let change = transition.change;
        let what = match entry.action.as_str() {
            "create" => format!("created a rollout of {change}"),
            "start" => format!("started {change}{stage}"),
            "promote" => format!("promoted {change}{stage}"),
            "pause" => format!("paused {change}{stage}"),
            "resume" => format!("resumed {change}{stage}"),
            "roll_back" => format!("rolled {change} back"),
            "complete" => format!("completed {change}"),
            "detach" => format!("ended {change}: another caller took its documents"),
            "stay" => format!("kept {change} where it was{stage}"),
            other => format!("{other} {change}"),
        };
        Self {
            time: rfc3339(entry.time),
            kind: TimelineKind::Rollout,
            what,
            principal: entry.principal,
            message: entry.reason,
            label: transition.label,
            change,
            paths: transition.paths,
            path_count: transition.path_count,
            undo: match transition.can_roll_back {
                true => roll_back(&transition.rollout),
                false => String::new(),
            },
            rollout: transition.rollout,
            ..Self::default()
        }
    }
}

impl From<proto::UndoChangeResponse> for Undone {
    fn from(reply: proto::UndoChangeResponse) -> Self {
        Self {
            undone: reply.undone.unwrap_or_default().into(),
            change: reply.change.map(Into::into),
            documents: reply.documents.into_iter().map(Into::into).collect(),
            document_count: reply.document_count,
            apps: reply.apps,
            app_count: reply.app_count,
            token: reply.token,
        }
    }
}

impl From<proto::UndoneDocument> for UndoneDocument {
    fn from(document: proto::UndoneDocument) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            from_content: text(&document.from_content),
            to_content: text(&document.to_content),
            path: document.path,
            from: document.from,
            to: document.to,
            content_left_out: document.content_left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_undoes_a_document_names_it_and_not_its_version() {
        let told = Told::new(TimelineKind::Release, String::new()).of("v2".to_owned());
        let undo = |undo, owner, label| undo_command(undo, &told, owner, label);
        let of_orders = ["orders", "prod"];
        let change = undo(Undo::Change, of_orders, "main");
        assert_eq!(change, "vortex config undo orders prod");
        let of_several = undo(Undo::Change, ["", ""], "eu");
        assert_eq!(of_several, "vortex config undo --change v2 --label eu");
        assert_eq!(undo(Undo::Unspecified, of_orders, "main"), "");
    }
}
