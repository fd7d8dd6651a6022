//! Whether an instance is told that it runs what it should not.

/// How an instance stands to what it should run, as far as this process knows. drift-svc, which
/// remembers all instances, judges them; this is what is said at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// It has no version yet.
    pub has_none: bool,
    /// It refused what it should run.
    pub refuses: bool,
    /// It runs what it should.
    pub is_right: bool,
    /// What it runs was served to somebody lately.
    pub was_served: bool,
    /// What it runs is newer than what this process knows.
    pub is_ahead: bool,
    /// What it should run has been the same for longer than the grace.
    pub is_settled: bool,
}

impl Standing {
    /// Whether it runs another version than it should, for longer than it may.
    pub(crate) fn drifts(self) -> bool {
        let is_wrong = !self.has_none && !self.is_right && !self.is_ahead;
        self.refuses || (is_wrong && (self.is_settled || !self.was_served))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs what was served before, and should run something else.
    const BEHIND: Standing = Standing {
        has_none: false,
        refuses: false,
        is_right: false,
        was_served: true,
        is_ahead: false,
        is_settled: false,
    };

    #[test]
    fn who_is_behind_has_the_grace_to_catch_up() {
        assert!(!BEHIND.drifts());
        let settled = Standing {
            is_settled: true,
            ..BEHIND
        };
        assert!(settled.drifts());
        assert!(
            !Standing {
                is_right: true,
                ..settled
            }
            .drifts()
        );
        assert!(
            !Standing {
                is_ahead: true,
                ..settled
            }
            .drifts()
        );
        assert!(
            !Standing {
                has_none: true,
                ..settled
            }
            .drifts()
        );
    }

    #[test]
    fn who_refuses_it_or_runs_what_was_never_served_drifts_at_once() {
        assert!(
            Standing {
                refuses: true,
                ..BEHIND
            }
            .drifts()
        );
        let unknown = Standing {
            was_served: false,
            ..BEHIND
        };
        assert!(unknown.drifts());
        assert!(
            !Standing {
                is_ahead: true,
                ..unknown
            }
            .drifts()
        );
    }
}
