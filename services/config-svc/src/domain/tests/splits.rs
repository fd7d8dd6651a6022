//! Splits: who holds what, which moves count, and how they end.

mod baseline;
mod ends;
mod forced;
mod holds;
mod imported;
mod moves;
mod plan;
mod retained;
mod reverts;
mod rolled_back;

use super::*;
use crate::domain::decide::plan::SplitPlan;

/// What moves splits in these tests.
pub(super) fn id(id: &str) -> SplitId {
    id.parse().unwrap()
}

pub(super) fn share(percent: &str) -> Share {
    percent.parse().unwrap()
}

pub(super) fn set(split: &str, change: Seq, percent: &str, generation: u64) -> Command {
    begin(split, change, percent, generation, BeginSplit::default())
}

pub(super) fn begin(
    split: &str,
    change: Seq,
    percent: &str,
    generation: u64,
    begin: BeginSplit,
) -> Command {
    Command::SetSplit(SetSplit {
        begin,
        label: Label::main(),
        to: SplitMove {
            id: id(split),
            change,
            share: share(percent),
            unit: Unit::Instance,
            generation,
            forced: Forced::default(),
        },
    })
}

pub(super) fn end(split: &str, generation: u64, release: bool) -> Command {
    Command::EndSplit(EndSplit {
        id: id(split),
        generation,
        release,
        change: None,
        reason: "enough".to_owned(),
    })
}

fn force(version: &str) -> Command {
    force_for(version, "")
}

fn force_for(version: &str, reason: &str) -> Command {
    Command::Release(Release {
        selector: selector(version),
        precondition: None,
        force: true,
        reason: reason.to_owned(),
        author: String::new(),
        message: String::new(),
    })
}

fn stage_all(version: &str, documents: &[(&str, Option<&str>)]) -> Command {
    let documents = documents.iter().map(|(at, text)| document(at, *text));
    let mut change = write(Some(version), documents.collect());
    change.stage_only = true;
    Command::Write(change)
}

/// `v1` of two documents is stable, `v2` of them staged; answers where.
fn two_documents() -> (History, Seq) {
    let mut history = History::default();
    let v1 = vec![
        document("a.yml", Some("a: 1")),
        document("b.yml", Some("b: 1")),
    ];
    history.run(Command::Write(write(Some("v1"), v1))).unwrap();
    let v2 = [("a.yml", Some("a: 2")), ("b.yml", Some("b: 2"))];
    let staged = history.run(stage_all("v2", &v2)).unwrap();
    (history, staged.change)
}

/// As [`two_documents`], with `v2` split at 10 % as generation 1.
fn split() -> (History, Seq) {
    let (mut history, v2) = two_documents();
    history.run(set("r1", v2, "10", 1)).unwrap();
    (history, v2)
}

fn refuses(history: &mut History, command: Command) -> Refused {
    let before = history.state.clone();
    let refused = history.run(command).unwrap_err();
    assert_eq!(history.state, before, "it changed something");
    refused
}

fn holder(history: &History, path: &str) -> Option<SplitId> {
    let held = history.state.document("main", path)?.held.as_ref();
    held.map(|held| held.by.clone())
}

fn plan(history: &History, version: &str) -> Result<SplitPlan, Refused> {
    let target = SplitTarget::Change {
        label: Label::main(),
        name: name(version),
    };
    plan_split(&history.state, &target, false)
}
