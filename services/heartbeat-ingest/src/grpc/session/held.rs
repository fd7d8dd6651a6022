//! The last full report of a session, with what has changed since.

use vortex_proto::heartbeat::v1 as pb;

/// The report of an instance as it stands.
#[derive(Debug)]
pub(super) struct Held(pb::Heartbeat);

/// What a delta is to what was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The next one: the report stands as it says.
    Next,
    /// It, or one after it, was taken before.
    Repeat,
    /// One before it was missed. It may build on what that said, so it changes nothing; so many
    /// figures came with it.
    Gap {
        /// How many.
        figures: usize,
    },
}

impl Held {
    /// Begins with a full report.
    pub(super) fn new(full: pb::Heartbeat) -> Self {
        // what was measured was taken with it
        Self(pb::Heartbeat {
            measured: Vec::new(),
            ..full
        })
    }

    /// The report.
    pub(super) fn report(&self) -> &pb::Heartbeat {
        &self.0
    }

    /// Takes a delta.
    pub(super) fn step(&mut self, delta: pb::HeartbeatDelta) -> Step {
        let held = &mut self.0;
        let next = held.sequence.saturating_add(1);
        if delta.sequence > next {
            let figures = delta.measured.len();
            return Step::Gap { figures };
        }
        if delta.sequence < next {
            return Step::Repeat;
        }
        held.sequence = delta.sequence;
        if let Some(version) = delta.version {
            held.version = version;
            held.token = delta.token;
            held.assignments = delta.assignments;
        }
        if delta.status != 0 {
            held.status = delta.status;
        }
        held.refused = delta.refused;
        held.measured = delta.measured;
        held.sent_at = None;
        Step::Next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> Held {
        Held::new(pb::Heartbeat {
            sequence: 4,
            version: "v1".into(),
            token: "a:1".into(),
            status: pb::InstanceStatus::Degraded.into(),
            measured: vec![pb::Measured::default()],
            ..Default::default()
        })
    }

    fn delta(sequence: u64) -> pb::HeartbeatDelta {
        pb::HeartbeatDelta {
            sequence,
            ..Default::default()
        }
    }

    #[test]
    fn what_a_delta_leaves_out_stays() {
        let mut held = held();
        assert!(held.report().measured.is_empty());
        assert_eq!(held.step(delta(5)), Step::Next);
        let report = held.report();
        assert_eq!(
            (&*report.version, &*report.token, report.sequence),
            ("v1", "a:1", 5)
        );
        assert_eq!(report.status(), pb::InstanceStatus::Degraded);
        let newer = pb::HeartbeatDelta {
            version: Some("v2".into()),
            status: pb::InstanceStatus::Healthy.into(),
            measured: vec![pb::Measured::default(); 2],
            ..delta(6)
        };
        assert_eq!(held.step(newer), Step::Next);
        let report = held.report();
        assert_eq!((&*report.version, &*report.token), ("v2", ""));
        assert_eq!(
            (report.status(), report.measured.len()),
            (pb::InstanceStatus::Healthy, 2)
        );
    }

    #[test]
    fn a_delta_after_a_gap_changes_nothing() {
        let mut held = held();
        let ahead = pb::HeartbeatDelta {
            version: Some("v2".into()),
            measured: vec![pb::Measured::default(); 3],
            ..delta(6)
        };
        assert_eq!(held.step(ahead), Step::Gap { figures: 3 });
        assert_eq!(held.step(delta(4)), Step::Repeat);
        assert_eq!((&*held.report().version, held.report().sequence), ("v1", 4));
    }
}
