//! Random writes, releases and moves of splits, duplicated and out of order, against
//! plain maps; and what readers get meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    splits::{begin, end, id},
    *,
};

/// Change sets hold both documents of a pair, so that half of one would show.
const PAIRS: [[&str; 2]; 2] = [["application.yml", "o.yml"], ["o-dev.yml", "o-qa.yml"]];
const READERS: usize = 40;

#[derive(Debug, Clone)]
enum Step {
    Write {
        pair: usize,
        stage: bool,
    },
    Release {
        change: usize,
        force: bool,
    },
    Discard(usize),
    Set {
        split: usize,
        change: usize,
        share: u16,
        generation: u64,
        /// Whether what was stable when it was planned is stable no longer.
        stale: bool,
        force: bool,
    },
    End {
        split: usize,
        generation: u64,
        release: bool,
    },
    /// A step from before, once more.
    Again(usize),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ended {
    Released,
    Removed,
    Detached,
}

#[derive(Debug, Clone, Copy)]
struct Active {
    change: usize,
    share: u16,
    generation: u64,
}

#[derive(Default)]
struct Model {
    /// The pair of each change set, and whether it was given up or ever released.
    changes: Vec<(usize, bool, bool)>,
    stable: BTreeMap<usize, usize>,
    active: BTreeMap<usize, Active>,
    ended: BTreeMap<usize, (Ended, u64)>,
    rolled_back: BTreeSet<usize>,
}

impl Model {
    fn holder(&self, pair: usize) -> Option<usize> {
        let mut active = self.active.iter();
        let found = active.find(|(_, split)| self.changes[split.change].0 == pair);
        found.map(|(id, _)| *id)
    }

    /// Whether the step is allowed; what it does is done.
    fn step(&mut self, step: &Step) -> bool {
        match *step {
            Step::Write { pair, stage } => {
                if !stage && self.holder(pair).is_some() {
                    return false;
                }
                self.changes.push((pair, false, !stage));
                if !stage {
                    self.stable.insert(pair, self.changes.len() - 1);
                }
                true
            }
            Step::Release { change, force } => self.release(change, force),
            Step::Discard(change) => match self.changes.get_mut(change) {
                None | Some((_, _, true)) => false,
                Some(_) if self.active.values().any(|split| split.change == change) => false,
                Some((_, discarded, _)) => {
                    *discarded = true;
                    true
                }
            },
            Step::Set {
                split,
                change,
                share,
                generation,
                stale,
                force,
            } => {
                let to = Active {
                    change,
                    share,
                    generation,
                };
                self.set(split, to, stale, force)
            }
            Step::End {
                split,
                generation,
                release,
            } => self.end(split, generation, release),
            Step::Again(_) => unreachable!("it is the step before it"),
        }
    }

    fn release(&mut self, change: usize, force: bool) -> bool {
        let Some(&(pair, false, _)) = self.changes.get(change) else {
            return false;
        };
        // S9
        if self.rolled_back.contains(&change) && !force {
            return false;
        }
        if self.stable.get(&pair) == Some(&change) && !force {
            return true;
        }
        if let Some(holder) = self.holder(pair) {
            if !force {
                return false;
            }
            // S5: also of what is stable
            let split = self.active.remove(&holder).unwrap();
            let how = match split.change == change {
                true => Ended::Released,
                false => Ended::Detached,
            };
            self.ended.insert(holder, (how, split.generation));
        }
        self.rolled_back.remove(&change);
        self.changes[change].2 = true;
        self.stable.insert(pair, change);
        true
    }

    fn set(&mut self, id: usize, to: Active, stale: bool, force: bool) -> bool {
        if self.ended.contains_key(&id) {
            return false;
        }
        if let Some(split) = self.active.get_mut(&id) {
            let same = split.change == to.change;
            let again = to.generation == split.generation && to.share == split.share;
            let later = to.generation > split.generation && to.share >= split.share;
            if same && later {
                *split = to;
            }
            return same && (again || later);
        }
        let Some(&(pair, false, false)) = self.changes.get(to.change) else {
            return false;
        };
        if !self.stable.contains_key(&pair) || self.holder(pair).is_some() {
            return false;
        }
        // S8, S9
        if stale || (self.rolled_back.contains(&to.change) && !force) {
            return false;
        }
        self.active.insert(id, to);
        true
    }

    fn end(&mut self, id: usize, generation: u64, release: bool) -> bool {
        let how = if release {
            Ended::Released
        } else {
            Ended::Removed
        };
        match (self.active.get(&id).copied(), self.ended.get(&id)) {
            (Some(split), _) if generation > split.generation => {
                self.active.remove(&id);
                if !release {
                    self.rolled_back.insert(split.change);
                } else {
                    self.rolled_back.remove(&split.change);
                    self.changes[split.change].2 = true;
                    self.stable
                        .insert(self.changes[split.change].0, split.change);
                }
            }
            (Some(_), _) => return false,
            (None, Some((ended, last))) => return *ended == how && generation >= *last,
            (None, None) if release => return false,
            (None, None) => {}
        }
        self.ended.insert(id, (how, generation));
        true
    }
}

fn step() -> impl Strategy<Value = Step> {
    let change = 0..8_usize;
    let splits = 0..4_usize;
    prop_oneof![
        4 => (0..PAIRS.len(), any::<bool>()).prop_map(|(pair, stage)| Step::Write { pair, stage }),
        1 => (change.clone(), any::<bool>())
            .prop_map(|(change, force)| Step::Release { change, force }),
        1 => change.clone().prop_map(Step::Discard),
        6 => (splits.clone(), change, 1..=4_u16, 1..8_u64, 0..5_u8, any::<bool>()).prop_map(
            |(split, change, share, generation, stale, force)| Step::Set {
                split,
                change,
                share: share * 2_500,
                generation,
                stale: stale == 0,
                force,
            }
        ),
        2 => (splits, 1..10_u64, any::<bool>())
            .prop_map(|(split, generation, release)| Step::End { split, generation, release }),
        2 => (0..40_usize).prop_map(Step::Again),
    ]
}

/// The command of a step. Change sets are named by their number, and each content
/// says which it is of.
fn command(step: &Step, written: &[Seq], state: &State) -> Command {
    match *step {
        Step::Write { pair, stage } => {
            let text = format!("n: {}", written.len());
            let documents = PAIRS[pair].map(|path| document(path, Some(&text)));
            let mut change = write(Some(&format!("c{}", written.len())), documents.to_vec());
            change.stage_only = stage;
            Command::Write(change)
        }
        Step::Release { change, force } => Command::Release(Release {
            selector: selector(&format!("c{change}")),
            precondition: None,
            force,
            reason: "wanted".to_owned(),
            author: String::new(),
            message: String::new(),
        }),
        Step::Discard(change) => Command::Discard(selector(&format!("c{change}"))),
        Step::Set {
            split,
            change,
            share,
            generation,
            stale,
            force,
        } => {
            let seq = written.get(change).copied().unwrap_or(Seq(u64::MAX));
            let percent = (share / 100).to_string();
            let baseline = Some(planned(state, seq, stale));
            let needs = BeginSplit { baseline, force };
            begin(&format!("r{split}"), seq, &percent, generation, needs)
        }
        Step::End {
            split,
            generation,
            release,
        } => end(&format!("r{split}"), generation, release),
        Step::Again(_) => unreachable!("it is the step before it"),
    }
}

/// What is stable of a change set's documents, or what was before.
fn planned(state: &State, change: Seq, stale: bool) -> Baseline {
    let entry = state.changes.get(&change);
    let paths = entry.map_or(&[][..], |entry| &entry.change.documents);
    let stable = paths.iter().map(|changed| {
        let document = state.document("main", changed.path.as_str());
        document.and_then(|document| document.stable)
    });
    let mut planned: Vec<_> = stable.collect();
    if let (true, Some(first)) = (stale, planned.first_mut()) {
        *first = Some(Seq(u64::MAX));
    }
    Baseline(planned)
}

fn view(profile: &str) -> ViewKey {
    ViewKey {
        apps: vec!["o".parse().unwrap()],
        profiles: vec![profile.parse().unwrap()],
        labels: vec![Label::main()],
    }
}

/// The change set that a reader gets each document of, over both views.
fn read(state: &State, instance: &str) -> BTreeMap<String, Seq> {
    let subject = Subject {
        instance: Some(instance),
        key: None,
    };
    let mut read = BTreeMap::new();
    for key in ["dev", "qa"].map(view) {
        let scope = Scope::of(state, &key).unwrap();
        let arms = scope.arms(&subject);
        for entry in basis(state, &key, &scope, &arms).unwrap().entries {
            let before = read.insert(entry.path.to_string(), entry.seq);
            assert!(
                before.is_none_or(|before| before == entry.seq),
                "two views differ"
            );
        }
    }
    read
}

/// What the model says that a reader gets.
fn expected(model: &Model, written: &[Seq], instance: &str) -> BTreeMap<String, Seq> {
    let mut expected = BTreeMap::new();
    for (pair, paths) in PAIRS.iter().enumerate() {
        let canary = model.active.iter().find_map(|(split, active)| {
            let is_canary = model.changes[active.change].0 == pair && {
                let seed = vortex_bucket::Seed::of(&format!("r{split}"));
                seed.bucket(instance).number() < active.share
            };
            is_canary.then_some(active.change)
        });
        if let Some(change) = canary.or(model.stable.get(&pair).copied()) {
            // S7: both or neither
            expected.extend(paths.map(|path| (path.to_owned(), written[change])));
        }
    }
    expected
}

fn canaries(state: &State) -> BTreeMap<String, BTreeSet<usize>> {
    let readers = |split: &Split| {
        let readers = (0..READERS).filter(|n| {
            let instance = format!("pod-{n}");
            let subject = Subject {
                instance: Some(&instance),
                key: None,
            };
            split.arm(&subject) == Arm::Canary
        });
        readers.collect()
    };
    let splits = state.splits.values();
    splits
        .map(|split| (split.id.to_string(), readers(split)))
        .collect()
}

proptest! {
    #[test]
    fn readers_get_whole_change_sets_whatever_moves(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut history = History::default();
        let mut model = Model::default();
        let mut written: Vec<Seq> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let step = match step {
                Step::Again(back) if index > 0 => match &steps[(index - 1).min(*back)] {
                    // a write again would be another one
                    Step::Again(_) | Step::Write { .. } => continue,
                    step => step,
                },
                Step::Again(_) => continue,
                step => step,
            };
            let before = history.state.clone();
            let result = history.run(command(step, &written, &before));
            prop_assert_eq!(result.is_ok(), model.step(step), "{:?}: {:?}", step, result);
            match (&result, step) {
                (Ok(outcome), Step::Write { .. }) => written.push(outcome.change),
                (Ok(_), _) => {}
                (Err(_), _) => prop_assert_eq!(&before, &history.state),
            }
            // S7, and S1 by it
            for n in 0..READERS {
                let instance = format!("pod-{n}");
                prop_assert_eq!(
                    read(&history.state, &instance),
                    expected(&model, &written, &instance),
                    "{:?}", step
                );
            }
            // S2: nobody leaves a canary while its split goes on
            let now = canaries(&history.state);
            for (split, readers) in canaries(&before) {
                if let Some(after) = now.get(&split) {
                    prop_assert!(readers.is_subset(after));
                }
            }
            // S9
            for (change, seq) in written.iter().enumerate() {
                let marked = history.state.changes.get(seq).map(|entry| &entry.rolled_back_by);
                let is_marked = marked.is_some_and(Option::is_some);
                prop_assert_eq!(is_marked, model.rolled_back.contains(&change), "{:?}", step);
            }
            // S4
            for (split, (how, _)) in &model.ended {
                let split = id(&format!("r{split}"));
                let ended = history.state.ended.get(split.as_str()).unwrap();
                let how = match how {
                    Ended::Released => Ending::Released,
                    Ended::Removed => Ending::Removed,
                    Ended::Detached => Ending::Detached,
                };
                prop_assert_eq!(ended.ending(), how);
                prop_assert!(!history.state.splits.contains_key(&split));
            }
        }
        // C1
        let folded = history.records.iter().try_fold(State::default(), |s, r| fold(&s, r));
        prop_assert_eq!(folded.as_ref(), Ok(&history.state));
    }
}
