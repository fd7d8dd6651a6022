//! Rollouts for tests.

use jiff::Timestamp;
use vortex_bucket::Forced;

use crate::domain::{
    Author, Command, Gates, Moment, Rollout, Spec, Strategy, Unit,
    analysis::{Application, Settings},
};

/// The moment so many seconds after the beginning.
pub(super) fn at(second: i64) -> Moment {
    let at = Timestamp::from_second(1_700_000_000 + second).unwrap();
    Moment {
        wall: at,
        steady: at,
    }
}

/// A created rollout of change set `v2`.
pub(super) fn rollout() -> Rollout {
    let spec = Spec {
        id: "01hw5yzt8k2q9f3m".parse().unwrap(),
        label: "main".to_owned(),
        change: "v2".to_owned(),
        change_sequence: 7,
        paths: vec!["orders.yml".to_owned()],
        written_for: vec![Some(Application::new("orders"))],
        apps: vec![Application::new("orders")],
        from_version: "v1".to_owned(),
        stable_versions: vec!["v1".to_owned(), "v0".to_owned()],
        strategy: Some(Strategy::Conservative),
        stages: Strategy::Conservative.stages(),
        unit: Unit::Instance,
        auto_promote: true,
        settings: Settings::default(),
        description: String::new(),
        principal: "anonymous".to_owned(),
        created: at(0),
        reverts: None,
        source: None,
        baseline: None,
        force: false,
        forced: Forced::default(),
        way_back: false,
        min_instances: 1,
        gates: Gates::default(),
    };
    Rollout::create(spec, Author::default()).0
}

/// The rollout after these commands, each a second after the one before.
pub(super) fn after(commands: impl IntoIterator<Item = Command>) -> Rollout {
    let step =
        |rollout: Rollout, (second, command)| rollout.step(command, at(second)).unwrap().next;
    (1..).zip(commands).fold(rollout(), step)
}
