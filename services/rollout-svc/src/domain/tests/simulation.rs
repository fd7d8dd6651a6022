//! Simulates rollout-svc and config-svc, with a link between them that loses, doubles and reorders
//! messages, and a rollout-svc that is killed. A seed repeats a run.

use std::collections::BTreeMap;

use fastrand::Rng;
use vortex_bucket::Share;

use super::{
    invariants::History,
    sample::{at, author, failing, judged, promote, spec},
    split::{Present, Reply, Split},
};
use crate::domain::{
    Command, Effect, Ending, Lost, Refusal, Refused, Rollout, State, StateKind, Strategy,
    analysis::{Cause, Decision, Edit, Limit, OnFailure},
};

/// The number of worlds that are tried.
const WORLDS: u64 = 2_000;
/// The number of events in each.
const EVENTS: usize = 200;

/// Both services and the link between them.
struct World {
    random: Rng,
    second: u64,
    /// The durable state of rollout-svc: a kill loses none of it, and all that is on the link.
    rollout: Rollout,
    history: History,
    split: Split,
    requests: Vec<Effect>,
    replies: Vec<(Effect, Reply)>,
    /// Whether the baseline is still what it was at the creation, and whether a freeze is in force.
    present: Present,
    /// How often the rollout stayed where a freeze met it.
    stays: u32,
    /// Whether others release by force in this world.
    by_force: bool,
}

#[test]
fn whatever_is_lost_doubled_or_late_both_services_agree_in_the_end() {
    let given = std::env::var("VORTEX_SEED")
        .ok()
        .map(|seed| seed.parse().unwrap());
    let seed: u64 = given.unwrap_or_else(|| fastrand::u64(..));
    println!("VORTEX_SEED={seed}");
    let mut stays = 0;
    let mut ends = std::collections::BTreeMap::new();
    for number in 0..WORLDS {
        let mut world = World::new(seed.wrapping_add(number));
        for _ in 0..EVENTS {
            world.happen();
        }
        world.quiesce();
        stays += world.stays;
        *ends.entry(world.rollout.kind()).or_insert(0) += 1;
    }
    println!("{ends:?}, {stays} stays");
    assert!(stays > 0, "no freeze met a rollout");
    for kind in [
        StateKind::Running,
        StateKind::Paused,
        StateKind::Completed,
        StateKind::RolledBack,
    ] {
        assert!(ends.contains_key(&kind), "no world ended {kind}: {ends:?}");
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let mut spec = spec(Strategy::Conservative);
        spec.auto_promote = random.u8(..4) > 0;
        if random.u8(..4) == 0 {
            spec.settings.on_failure = OnFailure::Pause;
        }
        let (rollout, audit) = Rollout::create(spec, author());
        let by_force = random.u8(..8) == 0;
        Self {
            random,
            second: 0,
            rollout,
            history: History::begin(audit),
            split: Split::None,
            requests: Vec::new(),
            replies: Vec::new(),
            present: Present {
                on_baseline: true,
                frozen: false,
            },
            stays: 0,
            by_force,
        }
    }

    fn happen(&mut self) {
        self.second += self.random.u64(..60);
        match self.random.u8(..100) {
            0..6 => self.somebody_orders(),
            6..16 => self.figures_decide(),
            16..50 => self.requests.extend(self.rollout.pending()),
            50..70 => self.request_arrives(),
            70..90 => self.reply_arrives(),
            90..93 => {
                let _lost = take(&mut self.random, &mut self.requests);
            }
            93..96 => {
                let _lost = take(&mut self.random, &mut self.replies);
            }
            96..98 => self.present.frozen = self.random.bool(),
            98 => self.replies.clear(), // killed, and started again
            _ => self.somebody_releases(),
        }
    }

    /// Changes the stable version as somebody else would: before the split began, or by force.
    fn somebody_releases(&mut self) {
        match self.split {
            Split::None => self.present.on_baseline = self.random.u8(..3) > 0,
            Split::Active { .. } if self.by_force => {
                let how = match self.random.u8(..3) {
                    0 => Ending::Released,
                    1 => Ending::Removed,
                    _ => Ending::Detached,
                };
                self.split.take(how);
                // the log may report it before an effect does, after it, or never
                if self.random.bool() {
                    self.hear();
                }
            }
            Split::Active { .. } | Split::Ended { .. } => {}
        }
    }

    /// Looks at the split as the follower of the log does.
    fn hear(&mut self) {
        if let Split::Ended { how, .. } = self.split {
            self.step(lost(how));
        }
    }

    fn somebody_orders(&mut self) {
        let command = match self.random.u8(..26) {
            24..26 => self.edit(),
            0..6 => Command::Start(author()),
            6..14 => promote(),
            14..17 => Command::Pause(author()),
            17..21 => Command::Resume(author()),
            21 => Command::RollBack(author()),
            22 => Command::Complete(author()),
            _ => Command::Promote {
                author: author(),
                expected: Some(self.random.u32(..6)),
            },
        };
        self.step(command);
    }

    fn edit(&mut self) -> Command {
        let on_failure = match self.random.bool() {
            true => OnFailure::RollBack,
            false => OnFailure::Pause,
        };
        let edit = Edit {
            max_error_rate: Some(f64::from(self.random.u8(1..20)) / 100.0),
            on_failure: Some(on_failure),
            ..Edit::default()
        };
        Command::Edit {
            author: author(),
            edit: Box::new(edit),
        }
    }

    fn figures_decide(&mut self) {
        let decision = match self.random.u8(..24) {
            0..16 => Decision::Promote,
            16 => match self.rollout.settings().on_failure {
                OnFailure::RollBack => Decision::RollBack(failing()),
                OnFailure::Pause => Decision::Pause(failing()),
            },
            17 => Decision::Pause(failing()),
            18 => Decision::Pause(Cause {
                limit: Limit::SharedOutage(2),
                ..failing()
            }),
            19..23 => Decision::Resume(3),
            _ => Decision::Hold,
        };
        let mut command = judged(&self.rollout, decision);
        if let Command::Judge(judgement) = &mut command {
            judgement.generation -=
                u64::from(judgement.generation > 0 && self.random.u8(..10) == 0);
            judgement.breaker_open = self.random.u8(..10) == 0;
            judgement.frozen = self.random.u8(..10) == 0;
        }
        self.step(command);
    }

    fn request_arrives(&mut self) {
        // it may arrive again
        let doubled = self.random.u8(..5) == 0;
        if let Some(effect) = take(&mut self.random, &mut self.requests) {
            let reply = self.split.tell(effect, self.present);
            self.replies.push((effect, reply));
            if doubled {
                self.requests.push(effect);
            }
        }
    }

    fn reply_arrives(&mut self) {
        if let Some((effect, reply)) = take(&mut self.random, &mut self.replies) {
            self.settle(effect, reply);
        }
    }

    /// Handles a reply as the outbox does.
    fn settle(&mut self, effect: Effect, reply: Reply) {
        let generation = effect.generation();
        let command = match reply {
            Reply::Done => Command::Confirm { generation },
            Reply::Ended(how) => lost(how),
            // it is looked at before anything is decided, and may have moved by then
            Reply::Frozen | Reply::Falls => return self.look(effect, reply),
            Reply::IsAt(share) => Command::Stay {
                generation,
                stage: self.rollout.spec.stages.with(share).unwrap(),
                share,
                why: "frozen: the audit".to_owned(),
            },
            Reply::Outdated | Reply::NeverBegan | Reply::Moved => Command::Refuse {
                generation,
                refusal: Refusal {
                    reason: "BASELINE_MOVED".to_owned(),
                    message: format!("{reply:?}"),
                    facts: BTreeMap::new(),
                },
            },
        };
        self.step(command);
    }

    /// Looks where the split is that did not follow an effect. The answer takes its time, too.
    fn look(&mut self, effect: Effect, reply: Reply) {
        let found = match (self.split, effect) {
            (Split::None, _) => return, // it is sent again
            (Split::Ended { how, .. }, _) => Reply::Ended(how),
            (Split::Active { share, .. }, Effect::SetShare { share: asked, .. })
                if share > asked || (reply == Reply::Frozen && share < asked) =>
            {
                Reply::IsAt(share)
            }
            (Split::Active { share, .. }, Effect::Release { .. }) => Reply::IsAt(share),
            (Split::Active { .. }, _) => return,
        };
        self.replies.push((effect, found));
    }

    fn step(&mut self, command: Command) {
        let before = self.rollout.clone();
        let result = before.clone().step(command.clone(), at(self.second));
        self.history.check(&before, &command, &result);
        match result {
            Ok(transition) => {
                self.stays += u32::from(matches!(command, Command::Stay { .. }));
                self.rollout = transition.next;
            }
            Err(Refused::Passed | Refused::Held(_)) => {}
            Err(Refused::WrongState { .. } | Refused::AtOtherStage { .. }) => {
                let by_people = !matches!(
                    command,
                    Command::Judge(_)
                        | Command::Confirm { .. }
                        | Command::Refuse { .. }
                        | Command::Stay { .. }
                        | Command::Lose(_)
                );
                assert!(by_people, "{command:?} at {:?}", before.state());
            }
        }
    }

    /// Lets the link work again, with nobody giving commands.
    fn quiesce(&mut self) {
        self.drain();
        while let Some(effect) = self.rollout.pending() {
            let reply = self.split.tell(effect, self.present);
            self.replies.push((effect, reply));
            self.drain();
            if reply == Reply::Frozen && self.rollout.pending() == Some(effect) {
                // R15: only what no reader has yet waits for the end of a freeze
                assert_eq!(self.split, Split::None, "R15: {:?}", self.rollout.state());
                self.present.frozen = false;
            }
        }
        // the follower looks at all splits whenever it starts again
        self.hear();
        self.assert_agreed();
    }

    /// Lets all arrive that is on the link.
    fn drain(&mut self) {
        while !(self.requests.is_empty() && self.replies.is_empty()) {
            self.request_arrives();
            self.reply_arrives();
        }
    }

    fn assert_agreed(&self) {
        let generation = self.rollout.standing.generation;
        let context = format!("{:?} and {:?}", self.rollout.state(), self.split);
        let agreed = match (self.rollout.state(), self.split) {
            (State::Created, Split::None) => true,
            (State::Completed(_), Split::Ended { how, .. }) => how == Ending::Released,
            (State::RolledBack(_), Split::Ended { how, .. }) => how != Ending::Released,
            (
                State::Running(_) | State::Paused(_),
                Split::Active {
                    share,
                    generation: known,
                },
            ) => share == self.rollout.state().in_force() && known == generation,
            // R11: a split that has ended leaves no rollout that goes on
            _ => false,
        };
        assert!(agreed, "R10: {context}");
        let in_force = self.rollout.state().in_force();
        let gone = self.rollout.kind() == StateKind::RolledBack;
        assert!(!gone || in_force == Share::NONE, "R10: {context}");
        // R12
        let refused = self.rollout.state().start_refused().is_some();
        let ended_unbegun = matches!(
            self.split,
            Split::Ended {
                how: Ending::Removed,
                ..
            }
        );
        assert!(!refused || ended_unbegun, "R12: {context}");
    }
}

fn lost(how: Ending) -> Command {
    Command::Lose(Lost {
        how,
        by: "grace".to_owned(),
        why: "it was in the way".to_owned(),
    })
}

fn take<T>(random: &mut Rng, from: &mut Vec<T>) -> Option<T> {
    let length = from.len();
    (length > 0).then(|| from.swap_remove(random.usize(..length)))
}
