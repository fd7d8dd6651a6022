//! One report: what it says, and what becomes of it.

use std::time::Duration;

use jiff::Timestamp;
use vortex_rest::{Heartbeat, HeartbeatReply, RefusedVersion};

use crate::{error::Error, outbox::Outbox, pace, shared::Shared, status::Told, wire};

/// What a failed report means for its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Nothing happened.
    NotTaken,
    /// It may have been taken.
    Unknown,
    /// It was taken, whatever the answer.
    Taken,
    /// The server will not take it as it is.
    Rejected,
}

impl Shared {
    /// Makes one report, or the one again whose fate is not known.
    ///
    /// Cancel safe: a report that is let go of is one whose fate is not known.
    pub(crate) async fn report(&self, told: Told) -> Result<HeartbeatReply, Error> {
        let mut outbox = self.outbox.lock().await;
        let report = self.pack(&mut outbox, told);
        let answered = self.servers.heartbeats().report(report).await;
        match &answered {
            Ok(reply) => self.delivered(&mut outbox, reply),
            Err(error) => self.failed(&mut outbox, error),
        }
        answered
    }

    fn pack(&self, outbox: &mut Outbox, told: Told) -> Heartbeat {
        let mut state = self.state();
        let (sequence, figures) = outbox.pack(&mut state.pending);
        let (in_use, settings) = (&state.in_use, &self.settings);
        let assignments = in_use.assignments();
        let told = match told {
            Told::Running(_) => Told::Running(state.status),
            Told::Stopping => Told::Stopping,
        };
        Heartbeat {
            app: Some(settings.app.clone()),
            profile: Some(settings.profiles.clone()),
            label: settings.label.clone(),
            instance_id: settings.instance_id.clone(),
            boot_id: Some(self.boot_id),
            sequence: Some(sequence),
            version: Some(in_use.version().to_owned()),
            token: wire::present(in_use.token().to_owned()),
            assignments: wire::present(assignments.to_vec()),
            status: Some(told.into()),
            refused: in_use.refused().map(RefusedVersion::from),
            metrics: wire::measured(figures, &assignments),
            metadata: Some((&settings.metadata).into()),
            sent_at: Some(Timestamp::now()),
            error: None,
        }
    }

    fn delivered(&self, outbox: &mut Outbox, reply: &HeartbeatReply) {
        outbox.delivered();
        let now = self.now();
        let mut state = self.state();
        let wanted = wire::pace(reply, state.pace.wanted());
        let (version, assignments) = (&reply.expected_version, &reply.expected_assignments);
        state.in_use.learn(version, assignments, now);
        state.reply = Some(reply.clone());
        drop(state);
        self.pace(wanted);
        if reply.fetch {
            self.fetches.send_modify(|asked| *asked += 1);
        }
    }

    fn failed(&self, outbox: &mut Outbox, error: &Error) {
        match fate(error) {
            Fate::NotTaken => outbox.returned(&mut self.state().pending),
            Fate::Unknown => {}
            Fate::Taken => outbox.delivered(),
            Fate::Rejected => {
                tracing::warn!(%error, "a heartbeat is not taken as it is, and its figures are lost");
                outbox.rejected();
            }
        }
        self.pace(pace::Event::Failed {
            retry_after: retry_after(error),
        });
    }
}

fn fate(error: &Error) -> Fate {
    match error {
        Error::Unreachable { sent: false, .. } => Fate::NotTaken,
        Error::Unreachable { .. } | Error::TimedOut { .. } => Fate::Unknown,
        Error::Garbage { .. } => Fate::Taken,
        Error::Refused(problem) => match problem.status {
            400 | 413 | 415 | 422 => Fate::Rejected,
            // UNAVAILABLE promises that nothing happened
            300..500 | 503 => Fate::NotTaken,
            _ => Fate::Unknown,
        },
        // nothing was sent
        Error::Setting { .. } | Error::Unfit { .. } | Error::NoRuntime | Error::Stopped => {
            Fate::NotTaken
        }
    }
}

fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::Refused(problem) => problem.retry_after,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problem;

    #[test]
    fn figures_are_sent_again_only_as_far_as_they_did_not_arrive() {
        let unreachable = |sent| Error::Unreachable {
            server: String::new(),
            cause: String::new(),
            sent,
        };
        let refused = |status| {
            Error::Refused(Box::new(Problem {
                status,
                ..Problem::default()
            }))
        };
        for (error, expected) in [
            (unreachable(false), Fate::NotTaken),
            (unreachable(true), Fate::Unknown),
            (refused(400), Fate::Rejected),
            (refused(403), Fate::NotTaken),
            (refused(429), Fate::NotTaken),
            (refused(500), Fate::Unknown),
            (refused(503), Fate::NotTaken),
            (refused(504), Fate::Unknown),
        ] {
            assert_eq!(fate(&error), expected, "{error}");
        }
    }
}
