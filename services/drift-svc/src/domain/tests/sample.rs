//! Fleets and plans to test with.

use std::{sync::Arc, time::Duration};

use vortex_bucket::{Forced, Seed, Share};

use crate::domain::{
    Member, Plan, Report, Roster, Rules, Served, Split, State, Status, Taken, Tenths, Variant,
};

/// When services begin in tests.
pub(super) const BEGUN: Tenths = Tenths(100_000);
/// The time between two reports: 30 s.
pub(super) const INTERVAL: u32 = 300;

pub(super) fn rules() -> Rules {
    Rules::default()
}

pub(super) fn tolerant(tolerance: usize) -> Rules {
    Rules::new(
        Duration::from_secs(60),
        Duration::from_secs(300),
        3,
        tolerance,
    )
}

pub(super) fn variant(version: &str) -> Option<Variant> {
    Some(Variant {
        version: version.into(),
        names: Vec::new(),
    })
}

pub(super) fn split(id: &str, percentage: f64, by_subject: bool) -> Split {
    Split {
        id: id.into(),
        change: format!("{id}-change").into(),
        generation: 1,
        seed: Seed::of(id),
        share: Share::from_percentage(percentage).unwrap(),
        forced: Forced::default(),
        by_subject,
    }
}

/// A plan without splits: these versions were served one after another, and the last one is now.
pub(super) fn released(versions: &[&str]) -> Arc<Plan> {
    let served = versions.iter().rev().map(|version| Served {
        names: vec![(*version).into()],
        arms: Some(0),
    });
    Arc::new(Plan {
        position: 10 * versions.len() as u64,
        splits: Vec::new(),
        variants: vec![variant(versions.last().unwrap())],
        served: served.collect(),
    })
}

/// A plan under splits, with a variant for each combination of their arms: `v0`, `v1`…
pub(super) fn under(splits: Vec<Split>) -> Arc<Plan> {
    let combinations = 1_u8 << splits.len();
    let version = |arms: u8| format!("v{arms}");
    Arc::new(Plan {
        position: 100,
        splits,
        variants: (0..combinations)
            .map(|arms| variant(&version(arms)))
            .collect(),
        served: (0..combinations)
            .map(|arms| Served {
                names: vec![version(arms).into()],
                arms: Some(arms),
            })
            .collect(),
    })
}

pub(super) fn report<'a>(id: &'a str, version: &'a str, sequence: u64) -> Report<'a> {
    Report {
        id,
        boot: 1,
        sequence,
        version,
        position: 1,
        status: Status::Healthy,
        refused: "",
        error: "",
        place: ["host-1", "shop", "eu", "1.0"],
        age: 0,
        late: 0,
        lives: 1,
        shared_id: false,
        interval: INTERVAL,
        ingest: 1,
    }
}

/// A fleet, and the time.
pub(super) struct Scene {
    pub(super) roster: Roster,
    pub(super) now: Tenths,
    sequence: u64,
}

impl Scene {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            roster: Roster::new(rules, BEGUN, 7),
            now: BEGUN,
            sequence: 0,
        }
    }

    /// Follows a plan, and judges all by it.
    pub(super) fn follow(&mut self, plan: &Arc<Plan>) {
        self.roster.follow(plan.clone(), self.now);
        while self.roster.judge_more(self.now, 3) {}
    }

    /// Lets so many seconds pass, without reports.
    pub(super) fn pass(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.now = self.now.plus(10);
            while self.roster.tick(self.now, 5) {}
        }
    }

    /// Lets so many seconds pass at once.
    pub(super) fn leap(&mut self, seconds: u32) {
        self.now = self.now.plus(10 * seconds);
        while self.roster.tick(self.now, 5) {}
    }

    pub(super) fn tell(&mut self, report: Report<'_>) -> Taken {
        self.roster.take(&report, self.now, true)
    }

    /// Has an instance say that it runs a version, and answers its state.
    pub(super) fn runs(&mut self, id: &str, version: &str) -> State {
        self.sequence += 1;
        let sequence = self.sequence;
        self.tell(report(id, version, sequence));
        self.state(id)
    }

    /// Has an instance start again, and say that it runs a version.
    pub(super) fn starts(&mut self, id: &str, boot: u64, version: &str) -> State {
        self.tell(Report {
            boot,
            ..report(id, version, 1)
        });
        self.state(id)
    }

    pub(super) fn member(&self, id: &str) -> Member {
        self.roster.member(id).unwrap()
    }

    pub(super) fn state(&self, id: &str) -> State {
        self.member(id).state
    }

    pub(super) fn count(&self, state: State) -> u32 {
        self.roster.states()[state as usize]
    }
}
