//! Random writes, releases, splits and freezes, with the rules Z1 to Z3 checked from outside: by what
//! each record changed for readers, and by freezes that are kept beside.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    freezes::{freeze, of_all, of_apps, thaw},
    splits::{end, id, set},
    *,
};

const PATHS: [&str; 4] = [
    "orders.yml",
    "orders-dev.yml",
    "billing.yml",
    "application.yml",
];
const APPS: [&str; 2] = ["orders", "billing"];

#[derive(Debug, Clone)]
enum Step {
    Write {
        path: usize,
        stage: bool,
    },
    Release {
        change: usize,
        force: bool,
    },
    Set {
        split: usize,
        change: usize,
        share: u16,
    },
    End {
        split: usize,
        release: bool,
    },
    Revert(usize),
    /// Of everything, or of one application; for some seconds, or until it is ended.
    Freeze {
        app: Option<usize>,
        lasts: Option<u8>,
    },
    Thaw(usize),
    Expire,
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let change = 0..12_usize;
    let app = prop::option::of(0..APPS.len());
    prop_oneof![
        4 => (0..PATHS.len(), any::<bool>()).prop_map(|(path, stage)| Step::Write { path, stage }),
        4 => (change.clone(), any::<bool>())
            .prop_map(|(change, force)| Step::Release { change, force }),
        5 => (0..3_usize, change, 1..=4_u16)
            .prop_map(|(split, change, share)| Step::Set { split, change, share }),
        2 => (0..3_usize, any::<bool>()).prop_map(|(split, release)| Step::End { split, release }),
        1 => (0..3_usize).prop_map(Step::Revert),
        2 => (app, prop::option::of(1..20_u8)).prop_map(|(app, lasts)| Step::Freeze { app, lasts }),
        1 => (0..4_usize).prop_map(Step::Thaw),
        1 => Just(Step::Expire),
        1 => (1..8_u8).prop_map(Step::Wait),
    ]
}

/// A freeze, as the test keeps it.
struct Kept {
    id: FreezeId,
    app: Option<usize>,
    until: Option<i64>,
}

#[derive(Default)]
struct World {
    history: History,
    written: Vec<Seq>,
    generation: u64,
    freezes: Vec<Kept>,
}

impl World {
    /// Whether a path is frozen when the next command is decided.
    fn is_frozen(&self, path: &str) -> bool {
        let now = self.history.now + 1;
        let concerns = |app: usize| {
            let stem = path.split('.').next().unwrap_or_default();
            let owner = stem.split('-').next().unwrap_or_default();
            owner == APPS[app] || owner == "application"
        };
        self.freezes
            .iter()
            .any(|kept| kept.until.is_none_or(|until| until > now) && kept.app.is_none_or(concerns))
    }

    fn command(&mut self, step: &Step) -> Option<Command> {
        let written = |change: usize| self.written.get(change).copied();
        Some(match *step {
            Step::Write { path, stage } => {
                let number = self.written.len();
                let (name, text) = (format!("c{number}"), format!("n: {number}"));
                match stage {
                    true => super::stage(&name, PATHS[path], &text),
                    false => put(&name, PATHS[path], &text),
                }
            }
            Step::Release { change, force } => {
                let seq = written(change)?;
                let name = self.history.state.changes.get(&seq)?.change.name.clone();
                Command::Release(Release {
                    selector: Selector {
                        label: Label::main(),
                        name,
                        holding: Holding::Anything,
                    },
                    precondition: None,
                    force,
                    reason: "wanted".to_owned(),
                    author: String::new(),
                    message: String::new(),
                })
            }
            Step::Set {
                split,
                change,
                share,
            } => {
                let (seq, percent) = (written(change)?, (share * 25).to_string());
                self.generation += 1;
                set(&format!("r{split}"), seq, &percent, self.generation)
            }
            Step::End { split, release } => {
                self.generation += 1;
                end(&format!("r{split}"), self.generation, release)
            }
            Step::Revert(split) => Command::StageRevert(id(&format!("r{split}"))),
            Step::Freeze { app, lasts } => {
                let scope = app.map_or_else(of_all, |app| of_apps(&[APPS[app]]));
                let lasts = lasts.map(|lasts| std::time::Duration::from_secs(lasts.into()));
                freeze(scope, lasts.map_or(Until::Ended, Until::After))
            }
            Step::Thaw(index) => thaw(Thawed::One(self.freezes.get(index)?.id)),
            Step::Expire => Command::ExpireFreezes,
            Step::Wait(_) => return None,
        })
    }

    /// Keeps what a step did to the freezes and the change sets.
    fn note(&mut self, step: &Step, outcome: &Outcome) {
        match *step {
            Step::Freeze { app, lasts } => self.freezes.push(Kept {
                id: FreezeId(outcome.at),
                app,
                until: lasts.map(|lasts| self.history.now + i64::from(lasts)),
            }),
            Step::Thaw(index) => drop(self.freezes.remove(index)),
            Step::Expire => {
                let now = self.history.now;
                self.freezes
                    .retain(|kept| kept.until.is_none_or(|until| until > now));
            }
            Step::Write { .. } | Step::Revert(_) if outcome.created => {
                self.written.push(outcome.change);
            }
            _ => {}
        }
    }

    /// Z2: whatever is frozen, what readers have can be taken back.
    fn check_ways_back(&self) {
        for split in self.history.state.splits.values() {
            let taken = self.try_now(end(split.id.as_str(), split.generation + 1, false));
            assert!(
                taken.is_ok(),
                "Z2: {} is not taken back: {taken:?}",
                split.id
            );
        }
        for entry in self.history.state.changes.values() {
            if entry.state == ChangeState::Released {
                let gone = self.try_now(release(entry.change.name.as_str()));
                let is_frozen = matches!(gone, Err(Refused::Frozen(_)));
                assert!(!is_frozen, "Z2: {} was stable before", entry.change.name);
            }
        }
    }

    /// What a command would do.
    fn try_now(&self, command: Command) -> Result<Decided, Refused> {
        let request = Request {
            principal: "anonymous".into(),
            key: None,
        };
        decide(
            &self.history.state,
            &own(&self.history.own),
            &request,
            command,
            at(self.history.now + 1),
        )
    }
}

/// The stable version of each path.
fn stable(state: &State) -> BTreeMap<&'static str, Seq> {
    let stable = |path: &&'static str| {
        let document = state.document(Label::MAIN, path)?;
        Some((*path, document.stable?))
    };
    PATHS.iter().filter_map(stable).collect()
}

/// The share of each path's canary, if it has one that is no way back.
fn canaries(state: &State) -> BTreeMap<&'static str, Share> {
    let canary = |path: &&'static str| {
        let document = state.document(Label::MAIN, path)?;
        let split = state.splits.get(&document.held.as_ref()?.by)?;
        let is_new = !document.canary_version()?.revert;
        is_new.then_some((*path, split.share))
    };
    PATHS.iter().filter_map(canary).collect()
}

proptest! {
    #[test]
    fn nothing_new_comes_through_a_freeze_and_every_way_back_stays_open(
        steps in prop::collection::vec(step(), 1..80)
    ) {
        let mut world = World::default();
        let mut were_stable: BTreeSet<(&str, Seq)> = BTreeSet::new();
        for step in &steps {
            if let Step::Wait(seconds) = step {
                world.history.now += i64::from(*seconds);
            }
            let Some(command) = world.command(step) else {
                continue;
            };
            let before = world.history.state.clone();
            let frozen: Vec<&str> =
                PATHS.into_iter().filter(|path| world.is_frozen(path)).collect();
            let result = world.history.run(command);
            let after = &world.history.state;
            // Z3
            let refused_by_freeze = matches!(result, Err(Refused::Frozen(_)));
            prop_assert!(!refused_by_freeze || !frozen.is_empty(), "Z3: {:?}", step);
            // Z1
            for path in &frozen {
                let now = stable(after).get(path).copied();
                if let Some(now) = now.filter(|now| stable(&before).get(path) != Some(now)) {
                    let document = after.document(Label::MAIN, path).unwrap();
                    let is_back = document.at(now).is_some_and(|version| version.revert);
                    let was_stable = were_stable.contains(&(*path, now));
                    prop_assert!(is_back || was_stable, "Z1: {} by {:?}", path, step);
                }
                let share = |state: &State| canaries(state).get(path).copied();
                let grows = share(after) > share(&before);
                prop_assert!(!grows, "Z1: the canary of {} grew by {:?}", path, step);
            }
            were_stable.extend(stable(after));
            if let Ok(outcome) = &result {
                world.note(step, outcome);
            }
            world.check_ways_back();
        }
        // C1
        let folded = world.history.records.iter().try_fold(State::default(), |s, r| fold(&s, r));
        prop_assert_eq!(folded.as_ref(), Ok(&world.history.state));
    }
}
