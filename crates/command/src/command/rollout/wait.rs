//! Waits for the end of a rollout.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use vortex_rest::FollowedRollout;

use super::{
    narrator::Narrator,
    outcome::NotCompleted,
    show,
    watch::{self, EVENTS, has_ended},
};
use crate::{
    client::{self, Follow},
    error::Error,
    session::Session,
};

/// How long is waited unless a time is given: the stages of a conservative rollout take half of it.
const LIMIT: Duration = Duration::from_secs(3600);

/// Whether the end is waited for.
#[derive(Debug, clap::Args)]
pub(super) struct Wait {
    /// Wait for its end, --timeout at most; the exit code says how it ended
    #[arg(long)]
    wait: bool,
}

impl Wait {
    pub(super) fn is_asked(&self) -> bool {
        self.wait
    }

    /// Waits, tells progress on standard error, and prints the rollout as it is then.
    ///
    /// Fails when it does not complete in time.
    pub(super) async fn for_end(&self, session: &mut Session, id: &str) -> Result<(), Error> {
        let after = session.timeout.unwrap_or(LIMIT);
        let last = follow(session, id, Instant::now() + after).await?;
        let Some((rollout, watched)) = last else {
            let id = id.to_owned();
            let holds = "the first answer of the server".to_owned();
            return Err(NotCompleted::Undecided { id, holds, after }.into());
        };
        session
            .console
            .told(&rollout, |_| Ok(show::sentence(&watched.rollout)))?;
        session.console.flush()?;
        if has_ended(&watched.rollout) {
            return NotCompleted::of(&watched.rollout).map_or(Ok(()), |ended| Err(ended.into()));
        }
        let holds = watch::waits_for(&watched);
        Err(NotCompleted::in_time(&watched.rollout, &holds, after).into())
    }
}

/// The last news before the rollout ended or the time was up.
async fn follow(
    session: &Session,
    id: &str,
    deadline: Instant,
) -> Result<Option<(Value, FollowedRollout)>, Error> {
    let notes = session.console.notes();
    let mut follow = Follow::new(&session.client, watch::call(id), EVENTS);
    let mut narrator = Narrator::default();
    let mut last = None;
    notes.note(format_args!("waiting for the end of rollout {id}"));
    while let Ok(told) = timeout_at(deadline, follow.next()).await {
        let mut told = told?;
        let watched: FollowedRollout = client::read(&told.data, session.client.server())?;
        for line in narrator.tell(&watched) {
            notes.note(format_args!("{line}"));
        }
        let ended = has_ended(&watched.rollout);
        last = Some((told.data["rollout"].take(), watched));
        if ended {
            break;
        }
    }
    Ok(last)
}
