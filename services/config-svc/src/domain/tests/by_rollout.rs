//! Sources whose commits are rolled out. Invariants A1 and A2 are of ADR 12.

use std::collections::BTreeMap;

use super::splits::{end, id, set};
use super::*;

const FILES: [&str; 5] = ["a.yml", "b.yml", "c.yml", "d.yml", "e.yml"];

type Tree = BTreeMap<&'static str, u32>;

/// A repository, and the service that imports it.
#[derive(Default)]
struct Source {
    history: History,
    commits: Vec<Tree>,
    splits: u64,
}

impl Source {
    fn commit(&mut self, tree: &Tree) {
        self.commits.push(tree.clone());
    }

    /// Imports the newest commit.
    fn import(&mut self) -> Result<Outcome, Refused> {
        let tree = self.commits.last().unwrap();
        let files = tree.iter().map(|(at, value)| SourceFile {
            path: path(at),
            content: content(&value.to_string()),
        });
        let label = self.history.state.labels.get("main");
        let first = label.is_none_or(|label| label.feed.is_none());
        let plan = plan_import(label, files.collect(), Compared::WithStable, true);
        let generation = label.map_or(0, |label| label.generation);
        let ImportPlan::Import(documents) = plan else {
            panic!("{plan:?}");
        };
        self.history.run(Command::Import(Import {
            source: "git".parse().unwrap(),
            label: Label::main(),
            commit: name(&format!("c{}", self.commits.len() - 1)),
            message: String::new(),
            author: String::new(),
            documents,
            release: if first {
                ReleaseBy::Import
            } else {
                ReleaseBy::Rollout
            },
            compared_at: Some(generation),
        }))
    }

    fn feed(&self) -> &Feed {
        self.history.state.labels["main"].feed.as_ref().unwrap()
    }

    /// Begins a rollout of what awaits one.
    fn begin(&mut self) -> String {
        self.splits += 1;
        let split = format!("r{}", self.splits);
        let change = self.feed().awaiting.expect("something awaits it");
        self.history.run(set(&split, change, "10", 1)).unwrap();
        split
    }

    fn end(&mut self, split: &str, release: bool) {
        self.history.run(end(split, 2, release)).unwrap();
    }

    /// What is stable, as a tree.
    fn stable(&self) -> BTreeMap<String, Sha256> {
        let documents = self.history.state.labels["main"].documents.values();
        let served = documents.filter_map(|document| {
            let stored = document.served()?.content.stored()?;
            Some((document.path.to_string(), stored.sha256))
        });
        served.collect()
    }

    /// A1: what is stable is the commit that the label says is served, whole.
    #[track_caller]
    fn check_whole(&self) {
        let served = self.feed().served.as_ref().unwrap().to_string();
        let number: usize = served.strip_prefix('c').unwrap().parse().unwrap();
        let tree = self.commits[number].iter();
        let tree = tree.map(|(at, value)| {
            let text = value.to_string();
            ((*at).to_owned(), Sha256::of(text.as_bytes()))
        });
        assert_eq!(self.stable(), tree.collect(), "{served}");
    }

    fn state_of(&self, commit: &str) -> ChangeState {
        let change = self
            .history
            .state
            .newest_change(&Label::main(), &name(commit));
        change.unwrap().state
    }
}

fn tree<const N: usize>(files: [(&'static str, u32); N]) -> Tree {
    files.into()
}

/// A source with two commits, of which the second awaits a rollout.
fn awaiting() -> Source {
    let mut source = Source::default();
    source.commit(&tree([("a.yml", 1), ("b.yml", 1)]));
    source.import().unwrap();
    source.commit(&tree([("a.yml", 2), ("b.yml", 1)]));
    source.import().unwrap();
    source
}

#[test]
fn a_commit_awaits_its_rollout_and_is_served_when_that_completes() {
    let mut source = awaiting();
    source.check_whole();
    assert!(source.feed().awaiting.is_some());
    let split = source.begin();
    assert_eq!(source.feed().awaiting, None, "a rollout took it up");
    source.end(&split, true);
    assert_eq!(source.feed().served, Some(name("c1")));
    source.check_whole();
}

#[test]
fn a_newer_commit_replaces_the_one_that_waits() {
    let mut source = awaiting();
    source.commit(&tree([("a.yml", 2), ("b.yml", 3)]));
    let third = source.import().unwrap().change;
    assert_eq!(source.feed().awaiting, Some(third));
    assert_eq!(source.state_of("c1"), ChangeState::Discarded);
    let entry = &source.history.state.changes[&third];
    assert_eq!(entry.change.documents.len(), 2, "with what the other had");
    let split = source.begin();
    source.end(&split, true);
    source.check_whole();
}

#[test]
fn a_newer_commit_never_replaces_the_one_that_runs() {
    let mut source = awaiting();
    let split = source.begin();
    source.commit(&tree([("a.yml", 2), ("b.yml", 1), ("c.yml", 1)]));
    let refused = source.import().unwrap_err();
    assert_eq!(
        refused,
        Refused::RolloutConflict {
            path: path("a.yml"),
            by: id(&split),
        }
    );
    source.end(&split, false);
    assert_eq!(source.feed().awaiting, None, "it is not begun again");
    source.import().unwrap();
    let third = source.feed().awaiting.unwrap();
    let entry = &source.history.state.changes[&third];
    assert_eq!(
        entry.change.documents.len(),
        2,
        "and what went back is in it"
    );
}

#[test]
fn a_commit_without_a_baseline_is_released_directly() {
    let mut source = awaiting();
    let split = source.begin();
    source.end(&split, true);
    source.commit(&tree([("a.yml", 2), ("b.yml", 1), ("c.yml", 1)]));
    assert!(source.import().unwrap().moved);
    assert_eq!(source.feed().awaiting, None);
    source.check_whole();
}

#[test]
fn a_commit_that_takes_back_what_waits_leaves_nothing_to_roll_out() {
    let mut source = awaiting();
    source.commit(&source.commits[0].clone());
    assert!(source.import().unwrap().moved);
    assert_eq!(source.feed().awaiting, None);
    assert_eq!(source.state_of("c1"), ChangeState::Discarded);
    source.check_whole();
}

#[test]
fn a_rollout_that_ended_before_it_began_has_taken_its_change_set_up() {
    let mut source = awaiting();
    let change = source.feed().awaiting;
    let ended = Command::EndSplit(EndSplit {
        id: id("r1"),
        generation: 2,
        release: false,
        change,
        reason: String::new(),
    });
    source.history.run(ended).unwrap();
    assert_eq!(source.feed().awaiting, None);
    assert_eq!(source.state_of("c1"), ChangeState::Staged);
    source.check_whole();
}

#[test]
fn what_is_compared_with_what_was_stable_before_is_refused() {
    let mut source = awaiting();
    let generation = source.history.state.labels["main"].generation;
    let split = source.begin();
    source.end(&split, true);
    // planned before the end: c0's tree again, which was no change then
    let late = Command::Import(Import {
        source: "git".parse().unwrap(),
        label: Label::main(),
        commit: name("c2"),
        message: String::new(),
        author: String::new(),
        documents: Vec::new(),
        release: ReleaseBy::Rollout,
        compared_at: Some(generation),
    });
    let refused = source.history.run(late).unwrap_err();
    assert_eq!(refused, Refused::LabelMoved(Label::main()));
}

#[test]
fn what_waits_is_kept_however_long_that_takes() {
    let mut source = awaiting();
    let state = retain(&source.history.state, at(40 * 24 * 3600));
    let entry = state.awaiting();
    assert_eq!(entry.len(), 1);
    assert!(is_kept_whole(&state, entry[0]));
    source.history.state = state;
    let split = source.begin();
    source.end(&split, true);
    source.check_whole();
}

fn is_kept_whole(state: &State, entry: &ChangeEntry) -> bool {
    let label = &state.labels["main"];
    let mut documents = entry.change.documents.iter();
    documents.all(|changed| {
        label.documents[&changed.path]
            .at(entry.change.seq)
            .is_some()
    })
}

#[test]
fn what_is_staged_after_it_does_not_give_up_what_waited() {
    let mut source = awaiting();
    let staged = Command::Import(Import {
        source: "git".parse().unwrap(),
        label: Label::main(),
        commit: name("c2"),
        message: String::new(),
        author: String::new(),
        documents: vec![document("b.yml", Some("2"))],
        release: ReleaseBy::Operator,
        compared_at: None,
    });
    source.history.run(staged).unwrap();
    assert_eq!(source.feed().awaiting, None, "the policy is another by now");
    assert_eq!(source.state_of("c1"), ChangeState::Staged);
}

#[test]
fn what_an_operator_releases_or_gives_up_awaits_nothing() {
    let mut source = awaiting();
    source.history.run(release("c1")).unwrap();
    assert_eq!(source.feed().awaiting, None);
    source.check_whole();
    let mut source = awaiting();
    let given_up = Command::Discard(selector("c1"));
    source.history.run(given_up).unwrap();
    assert_eq!(source.feed().awaiting, None);
    source.check_whole();
}

#[test]
fn what_is_stable_is_always_one_commit_whole() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..200 {
        let mut source = Source::default();
        let mut running: Option<String> = None;
        let mut files: Tree = tree([("a.yml", 0)]);
        source.commit(&files);
        source.import().unwrap();
        for _ in 0..60 {
            match random.u8(..6) {
                0..3 => {
                    for _ in 0..random.usize(..3) {
                        let file = *random.choice(FILES).get_or_insert("a.yml");
                        if random.u8(..4) == 0 {
                            files.remove(file);
                        } else {
                            files.insert(file, random.u32(..4));
                        }
                    }
                    source.commit(&files);
                    let imported = source.import();
                    assert_eq!(imported.is_err(), running.is_some(), "{imported:?}");
                }
                3 if running.is_none() && source.feed().awaiting.is_some() => {
                    running = Some(source.begin());
                }
                4 | 5 => {
                    if let Some(split) = running.take() {
                        source.end(&split, random.bool());
                    }
                }
                _ => {}
            }
            source.check_whole();
        }
        let folded = source.history.records.iter();
        let folded = folded.fold(State::default(), |state, record| {
            fold(&state, record).unwrap()
        });
        assert_eq!(folded, source.history.state);
    }
}
