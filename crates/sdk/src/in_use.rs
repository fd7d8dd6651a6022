//! What the application runs: pure. Times are since the client's start.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use vortex_rest::Assignment;

use crate::served::Served;

/// How many changes back it is known which arms served a request.
const REMEMBERED: usize = 16;

/// The configuration in use, what was in use before, and what is refused.
#[derive(Debug, Default)]
pub(crate) struct InUse {
    /// As it was served; none if the version was set by hand.
    served: Option<Arc<Served>>,
    version: String,
    token: String,
    /// Which arms served requests, and since when; the newest last.
    arms: VecDeque<(Duration, Arc<[Assignment]>)>,
    refused: Option<Refused>,
}

/// A version that the application does not run, though it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) version: String,
    pub(crate) error: String,
}

impl InUse {
    /// The application runs this from now on; whether that is news to a server.
    pub(crate) fn apply(&mut self, served: Arc<Served>, now: Duration) -> bool {
        let told = self.version != served.version || self.refused.is_some();
        self.version.clone_from(&served.version);
        self.token.clone_from(&served.token);
        self.refused = None;
        self.give(served.assignments.as_slice(), now);
        self.served = Some(served);
        told
    }

    /// The application runs a version that it got otherwise; whether that is news to a server.
    pub(crate) fn set_version(&mut self, version: &str, now: Duration) -> bool {
        if self.version == version {
            return false;
        }
        self.version = version.to_owned();
        self.token = String::new();
        self.served = None;
        self.refused = None;
        self.give(&[], now);
        true
    }

    /// The application does not run this.
    pub(crate) fn refuse(&mut self, version: &str, error: String) {
        self.refused = Some(Refused {
            version: version.to_owned(),
            error,
        });
    }

    /// The server says which splits decide a version. Where the stable arm was given, nothing else
    /// tells of it, as what is served stays the same.
    pub(crate) fn learn(&mut self, version: &str, assignments: &[Assignment], now: Duration) {
        if !version.is_empty() && version == self.version {
            self.give(assignments, now);
        }
    }

    fn give(&mut self, assignments: &[Assignment], now: Duration) {
        if self.assignments().as_ref() == assignments {
            return;
        }
        if self.arms.len() >= REMEMBERED {
            self.arms.pop_front();
        }
        self.arms.push_back((now, assignments.into()));
    }

    /// The configuration as it was served.
    pub(crate) fn served(&self) -> Option<&Arc<Served>> {
        self.served.as_ref()
    }

    /// Its version; empty if there is none yet.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The position of the log that it was served at.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The splits that concern it.
    pub(crate) fn assignments(&self) -> Arc<[Assignment]> {
        self.arms
            .back()
            .map_or_else(Arc::default, |(_, arms)| arms.clone())
    }

    /// The splits that concerned what was in use at this time, or at the earliest that is known.
    pub(crate) fn assignments_at(&self, then: Duration) -> Arc<[Assignment]> {
        let before = self.arms.iter().rev().find(|(since, _)| *since <= then);
        match (before, self.arms.len()) {
            (Some((_, arms)), _) => arms.clone(),
            (None, REMEMBERED) => self.arms[0].1.clone(),
            (None, _) => Arc::default(),
        }
    }

    /// What is refused.
    pub(crate) fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use vortex_rest::Arm;

    use super::*;

    const fn at(second: u64) -> Duration {
        Duration::from_secs(second)
    }

    fn canary(generation: u64) -> Assignment {
        Assignment {
            split: "s".to_owned(),
            generation,
            arm: Arm::Canary,
            ..Assignment::default()
        }
    }

    fn served(version: &str, assignments: &[Assignment]) -> Arc<Served> {
        Arc::new(Served {
            version: version.to_owned(),
            digest: format!("of {version}"),
            token: "s:1".to_owned(),
            assignments: assignments.to_vec(),
            text: "{}".into(),
        })
    }

    #[test]
    fn a_request_is_of_the_arms_that_were_in_use_when_it_began() {
        let mut in_use = InUse::default();
        assert!(in_use.apply(served("v1", &[]), at(10)));
        assert!(in_use.apply(served("v2", &[canary(1)]), at(20)));
        in_use.learn("v2", &[canary(2)], at(30));
        // of another version than the one in use
        in_use.learn("v1", &[], at(40));
        let generation = |then| {
            let arms = in_use.assignments_at(at(then));
            arms.first().map(|arm| arm.generation)
        };
        assert_eq!(
            [5, 15, 20, 29, 30, 50].map(generation),
            [None, None, Some(1), Some(1), Some(2), Some(2)]
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut in_use = InUse::default();
        for second in 0..100 {
            in_use.apply(served("v1", &[canary(second)]), at(second));
        }
        assert_eq!(in_use.arms.len(), REMEMBERED);
        let oldest = in_use.assignments_at(at(0));
        assert_eq!(oldest[0].generation, 100 - REMEMBERED as u64);
    }

    #[test]
    fn a_refusal_stands_until_something_is_applied() {
        let mut in_use = InUse::default();
        in_use.apply(served("v1", &[]), at(1));
        in_use.refuse("v2", "no port".to_owned());
        assert_eq!(in_use.version(), "v1");
        let refused = in_use.refused().unwrap();
        assert_eq!((&*refused.version, &*refused.error), ("v2", "no port"));
        // the server went back to what is in use
        assert!(in_use.apply(served("v1", &[]), at(2)));
        assert_eq!(in_use.refused(), None);
    }

    #[test]
    fn a_version_set_by_hand_was_not_served_here() {
        let mut in_use = InUse::default();
        in_use.apply(served("v1", &[canary(1)]), at(1));
        assert!(in_use.set_version("v2", at(2)));
        assert!(!in_use.set_version("v2", at(3)));
        assert!(in_use.served().is_none() && in_use.assignments().is_empty());
        assert_eq!(in_use.token(), "");
    }
}
