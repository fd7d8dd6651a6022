//! F2: which rollout gives its place to a newer commit. The cases one by one, and then any order of
//! commits, rollouts and looks at what config-svc said a while ago. A seed repeats a run.

use std::sync::Arc;

use fastrand::Rng;

use super::sample::{at_last_stage, author, created, done, promote, settled, spec};
use crate::domain::{
    Author, Command, Rollout, RolloutId, Spec, StateKind, Strategy, WaitingCommit,
    analysis::{Edit, OnFailure},
};

fn by_source(rollout: Rollout) -> Rollout {
    let spec = Spec {
        source: Some("git".to_owned()),
        ..Spec::clone(&rollout.spec)
    };
    Rollout {
        spec: Arc::new(spec),
        ..rollout
    }
}

/// `v3`, which waits for the rollout of `v2`.
fn waits_for(rollout: &Rollout) -> WaitingCommit {
    WaitingCommit {
        source: "git".to_owned(),
        label: "main".to_owned(),
        commit: "v3".to_owned(),
        rollout: rollout.id().to_string(),
        frozen: false,
    }
}

fn gives_way(rollout: Rollout) -> bool {
    let commit = waits_for(&rollout);
    commit.supersedes(&[Arc::new(rollout)]).is_some()
}

#[test]
fn a_rollout_of_the_source_gives_way_wherever_it_is() {
    let running = by_source(settled());
    let paused = done(running.clone(), Command::Pause(author()), 2);
    let edit = Command::Edit {
        author: author(),
        edit: Box::new(Edit {
            on_failure: Some(OnFailure::Pause),
            ..Edit::default()
        }),
    };
    let edited = done(running.clone(), edit, 2);
    let moving = done(running.clone(), promote(), 2);
    for rollout in [running, paused, edited, moving, by_source(at_last_stage())] {
        assert!(gives_way(rollout.clone()), "{:?}", rollout.state());
    }
}

#[test]
fn what_has_ended_or_is_being_completed_does_not_give_way() {
    let running = by_source(settled());
    let releasing = done(running.clone(), Command::Complete(author()), 2);
    let back = done(running, Command::RollBack(author()), 2);
    for rollout in [by_source(created()), releasing, back] {
        assert!(!gives_way(rollout.clone()), "{:?}", rollout.state());
    }
}

#[test]
fn neither_a_rollout_by_hand_nor_one_beside_it_gives_way() {
    assert!(!gives_way(settled()), "it was made by hand");
    let ours = by_source(settled());
    let mut by_hand = created();
    Arc::make_mut(&mut by_hand.spec).id = RolloutId::new(1, 1);
    let commit = waits_for(&ours);
    let both = [Arc::new(ours.clone()), Arc::new(by_hand)];
    assert_eq!(commit.supersedes(&both), None, "it would wait all the same");
    let of_another = WaitingCommit {
        source: "other".to_owned(),
        ..commit
    };
    assert_eq!(of_another.supersedes(&[Arc::new(ours)]), None);
}

#[test]
fn a_commit_supersedes_nothing_while_it_is_frozen_and_never_itself() {
    let ours = Arc::new(by_source(settled()));
    let commit = waits_for(&ours);
    let frozen = WaitingCommit {
        frozen: true,
        ..commit.clone()
    };
    let itself = WaitingCommit {
        commit: "v2".to_owned(),
        ..commit.clone()
    };
    let for_another = WaitingCommit {
        rollout: "another".to_owned(),
        ..commit.clone()
    };
    for commit in [frozen, itself, for_another] {
        assert_eq!(commit.supersedes(std::slice::from_ref(&ours)), None);
    }
    assert!(commit.supersedes(&[ours]).is_some());
    assert_eq!(commit.reason(), "superseded by v3");
}

/// The number of worlds that are tried.
const WORLDS: u64 = 500;
/// The number of events in each.
const EVENTS: usize = 200;

/// A label with a source, its rollouts, and what config-svc said of it last.
#[derive(Default)]
struct World {
    random: Rng,
    second: u64,
    /// The newest commit of the branch.
    head: u32,
    newest: u32,
    imported: u32,
    /// Whether the imported commit waits for a rollout.
    awaits: bool,
    /// The rollout that config-svc has a split of.
    split: Option<usize>,
    rollouts: Vec<Rollout>,
    /// What a look sees, which may be old.
    said: Option<WaitingCommit>,
    frozen: bool,
    breaker_open: bool,
    superseded: u32,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
            ..Self::default()
        }
    }

    fn happen(&mut self) {
        self.second += 1;
        match self.random.u8(..20) {
            0..3 => self.push(),
            3..8 => self.poll(),
            8..11 => self.take_up(),
            11..16 => self.look(),
            16 => self.somebody_rolls_out(),
            17..19 => self.somebody_orders(),
            _ => match self.random.bool() {
                true => self.frozen = !self.frozen,
                false => self.breaker_open = !self.breaker_open,
            },
        }
    }

    /// A new commit, or a push back to an earlier one.
    fn push(&mut self) {
        if self.random.u8(..4) == 0 {
            self.head = self.random.u32(..=self.newest);
            return;
        }
        self.newest += 1;
        self.head = self.newest;
    }

    /// Imports the head, or finds what holds it. What is said of it may come only later.
    fn poll(&mut self) {
        let waits = self.head != self.imported;
        match self.split {
            Some(by) if waits => {
                self.said = Some(WaitingCommit {
                    source: "git".to_owned(),
                    label: "main".to_owned(),
                    commit: self.head.to_string(),
                    rollout: self.rollouts[by].id().to_string(),
                    frozen: self.frozen,
                });
            }
            None if waits => {
                (self.imported, self.awaits) = (self.head, true);
                if self.random.bool() {
                    self.said = None;
                }
            }
            Some(_) | None => self.said = None,
        }
    }

    fn take_up(&mut self) {
        if self.awaits && self.split.is_none() && !self.frozen && !self.breaker_open {
            self.awaits = false;
            self.begin(self.imported, Some("git"));
        }
    }

    fn somebody_rolls_out(&mut self) {
        if self.split.is_none() {
            self.begin(1_000, None);
        }
    }

    fn begin(&mut self, commit: u32, source: Option<&str>) {
        let spec = Spec {
            id: RolloutId::new(self.rollouts.len() as u64, 0),
            change: commit.to_string(),
            source: source.map(str::to_owned),
            ..spec(Strategy::Conservative)
        };
        let created = Rollout::create(spec, author()).0;
        let started = done(created, Command::Start(author()), self.second);
        let begun = done(started, Command::Confirm { generation: 1 }, self.second);
        self.split = Some(self.rollouts.len());
        self.rollouts.push(begun);
    }

    fn somebody_orders(&mut self) {
        let Some(under_way) = self.split else { return };
        let command = match self.random.u8(..4) {
            0 => Command::Pause(author()),
            1 => Command::Resume(author()),
            2 => Command::Complete(author()),
            _ => Command::RollBack(author()),
        };
        self.step(under_way, command);
    }

    /// Applies a command, and lets config-svc confirm it.
    fn step(&mut self, number: usize, command: Command) {
        let before = self.rollouts[number].clone();
        let Ok(stepped) = before.step(command, super::sample::at(self.second)) else {
            return;
        };
        let generation = stepped.next.standing.generation;
        self.rollouts[number] = match stepped.effect {
            Some(_) => done(stepped.next, Command::Confirm { generation }, self.second),
            None => stepped.next,
        };
        if self.rollouts[number].kind().has_ended() {
            self.split = None;
        }
    }

    /// Looks for what is to be superseded, as the follower does. Whether a freeze is in force is
    /// said as of now.
    fn look(&mut self) {
        let Some(said) = &mut self.said else { return };
        said.frozen = self.frozen;
        let said = said.clone();
        let not_ended = self.rollouts.iter().filter(|r| !r.kind().has_ended());
        let of_label: Vec<_> = not_ended.cloned().map(Arc::new).collect();
        if self.breaker_open {
            return;
        }
        let Some(found) = said.supersedes(&of_label) else {
            return;
        };
        assert!(found.spec.source.is_some() && found.spec.change != said.commit);
        // the branch went on and back since config-svc looked: then nothing newer follows
        let came_back = found.spec.change == self.head.to_string();
        let number = self.rollouts.iter().position(|r| r.id() == found.id());
        let number = number.unwrap();
        let author = Author {
            principal: "source:git".to_owned(),
            reason: said.reason(),
        };
        self.step(number, Command::RollBack(author));
        assert_eq!(self.rollouts[number].kind(), StateKind::RolledBack);
        if came_back {
            return;
        }
        self.superseded += 1;
        // the newest commit begins at once
        self.poll();
        self.take_up();
        let begun = self.split.map(|begun| &self.rollouts[begun].spec);
        let begun = begun.expect("readers got stable again, and nothing came");
        assert_eq!(begun.change, self.head.to_string());
    }

    /// Lets nothing else happen: the newest commit is rolled out, or everybody has it.
    fn quiesce(&mut self) {
        (self.frozen, self.breaker_open) = (false, false);
        if let Some(by_hand) = self.split
            && self.rollouts[by_hand].spec.source.is_none()
        {
            self.step(by_hand, Command::RollBack(author()));
        }
        for _ in 0..3 {
            self.poll();
            self.take_up();
            self.look();
        }
        assert_eq!(self.imported, self.head);
        assert!(!self.awaits);
    }
}

#[test]
fn whatever_is_pushed_the_newest_commit_is_rolled_out_and_nothing_is_superseded_for_nothing() {
    let given = std::env::var("VORTEX_SEED")
        .ok()
        .map(|seed| seed.parse().unwrap());
    let seed: u64 = given.unwrap_or_else(|| fastrand::u64(..));
    println!("VORTEX_SEED={seed}");
    let mut superseded = 0;
    for number in 0..WORLDS {
        let mut world = World::new(seed.wrapping_add(number));
        for _ in 0..EVENTS {
            world.happen();
        }
        world.quiesce();
        superseded += world.superseded;
    }
    assert!(superseded > 0);
}
