//! Rollouts to test with.

use std::time::Duration;

use jiff::Timestamp;
use vortex_bucket::{Arm, Forced, Share};
use vortex_sketch::Sketch;

use crate::domain::{
    Author, Command, Gates, Judgement, Moment, Rollout, RolloutId, Spec, Strategy, Transition,
    Unit,
    analysis::{
        Analysis, Application, Cause, Decision, Figures, Judged, JudgedStage, Limit, Phase,
        Settings,
    },
};

/// The moment so many seconds after the beginning of all tests.
pub(super) fn at(seconds: u64) -> Moment {
    let at = Timestamp::from_second(1_700_000_000 + seconds as i64).unwrap();
    Moment {
        wall: at,
        steady: at,
    }
}

pub(super) fn author() -> Author {
    Author {
        principal: "ada".to_owned(),
        reason: "because".to_owned(),
    }
}

pub(super) fn spec(strategy: Strategy) -> Spec {
    Spec {
        id: RolloutId::new(1_700_000_000_000, 7),
        label: "main".to_owned(),
        change: "v2".to_owned(),
        change_sequence: 2,
        paths: vec!["orders.yml".to_owned()],
        written_for: vec![Some(Application::new("orders"))],
        apps: vec![Application::new("orders")],
        from_version: "v1".to_owned(),
        stable_versions: vec!["v1".to_owned(), "v0".to_owned()],
        strategy: Some(strategy),
        stages: strategy.stages(),
        unit: Unit::Instance,
        auto_promote: true,
        settings: Settings::default(),
        description: String::new(),
        principal: "ada".to_owned(),
        created: at(0),
        reverts: None,
        source: None,
        baseline: Some(vec![1]),
        force: false,
        forced: Forced::default(),
        way_back: false,
        min_instances: 1,
        gates: Gates::default(),
    }
}

pub(super) fn created() -> Rollout {
    Rollout::create(spec(Strategy::Conservative), author()).0
}

/// At the first stage, whose share is in force since second 1.
pub(super) fn settled() -> Rollout {
    let started = done(created(), Command::Start(author()), 1);
    done(started, Command::Confirm { generation: 1 }, 1)
}

/// At the last stage, whose share is in force since second 1.
pub(super) fn at_last_stage() -> Rollout {
    (2..=5).fold(settled(), |rollout, generation| {
        let promoted = done(rollout, promote(), 1);
        done(promoted, Command::Confirm { generation }, 1)
    })
}

pub(super) fn promote() -> Command {
    Command::Promote {
        author: author(),
        expected: None,
    }
}

/// The transition of a command that has to be accepted.
pub(super) fn taken(rollout: Rollout, command: Command, second: u64) -> Transition {
    let described = format!("{command:?} at {:?}", rollout.state());
    let transition = rollout.step(command, at(second));
    transition.unwrap_or_else(|refused| panic!("{described}: {refused}"))
}

pub(super) fn done(rollout: Rollout, command: Command, second: u64) -> Rollout {
    taken(rollout, command, second).next
}

/// The analysis's decision on figures of the present generation.
pub(super) fn judged(rollout: &Rollout, decision: Decision) -> Command {
    Command::Judge(Judgement {
        generation: rollout.standing.generation,
        decision,
        evidence: vec![slice(100)],
        breaker_open: false,
        frozen: false,
    })
}

pub(super) fn failing() -> Cause {
    Cause {
        limit: Limit::ConsecutiveFailures(2),
        slice: slice(100),
        on_failure: None,
    }
}

/// A slice of so many requests that all failed.
pub(super) fn slice(requests: u64) -> Judged {
    let application = Application::new("orders");
    let mut analysis = Analysis::begin([application.clone()]).unwrap();
    let settings = Settings::default();
    let stage = JudgedStage {
        settings: &settings,
        share: Share::FULL,
        min_duration: Duration::ZERO,
        is_asked: false,
    };
    let figures = Figures::new(requests, requests, Sketch::default()).unwrap();
    let reported = analysis.report(&application, Arm::Canary, figures, &stage, Duration::ZERO);
    assert_eq!(reported, Ok(Vec::new()));
    let closed = analysis.advance(&stage, settings.interval);
    assert_eq!(
        analysis.decide(&stage, settings.interval, Phase::Running),
        Decision::Hold
    );
    closed.into_iter().next().unwrap()
}
