//! Waits for the end of a rollout.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use vortex_rest::{FollowedRollout, Rollout, RolloutEffect, RolloutState};

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
    /// Wait until it ends or pauses, --timeout at most; the exit code says which
    #[arg(long)]
    wait: bool,
}

impl Wait {
    pub(super) fn is_asked(&self) -> bool {
        self.wait
    }

    /// Waits, tells progress on standard error, and prints the rollout as it is then.
    ///
    /// Fails when it pauses, or does not complete in time.
    pub(super) async fn for_end(&self, session: &mut Session, id: &str) -> Result<(), Error> {
        let rollout = wait_for(session, id, needs_nothing_more).await?;
        match NotCompleted::of(&rollout) {
            Some(ended) => Err(ended.into()),
            None => Ok(()),
        }
    }
}

/// Waits until all readers have stable again, and prints the rollout as it is then.
///
/// Fails when that does not come in time, or when it ended in another way.
pub(super) async fn for_rollback(session: &mut Session, id: &str) -> Result<(), Error> {
    let rollout = wait_for(session, id, has_ended).await?;
    match rollout.state {
        RolloutState::RolledBack => Ok(()),
        state => Err(NotCompleted::Otherwise {
            id: rollout.id,
            state: state.to_string(),
        }
        .into()),
    }
}

/// Whether waiting is over: it has ended, or it is paused and an operator has to decide. A pause
/// counts only once its share is in force.
fn needs_nothing_more(rollout: &Rollout) -> bool {
    let is_paused = rollout.state == RolloutState::Paused;
    has_ended(rollout) || (is_paused && rollout.effect != RolloutEffect::Pending)
}

/// Waits, tells progress on standard error, and prints the rollout as it is then.
///
/// Fails when the time is up.
async fn wait_for(
    session: &mut Session,
    id: &str,
    is_over: fn(&Rollout) -> bool,
) -> Result<Rollout, Error> {
    let after = session.timeout.unwrap_or(LIMIT);
    let last = follow(session, id, Instant::now() + after, is_over).await?;
    let Some((rollout, watched)) = last else {
        let id = id.to_owned();
        let holds = "the first answer of the server".to_owned();
        return Err(NotCompleted::Undecided { id, holds, after }.into());
    };
    session
        .console
        .told(&rollout, |_| Ok(show::sentence(&watched.rollout)))?;
    session.console.flush()?;
    if is_over(&watched.rollout) {
        return Ok(watched.rollout);
    }
    let holds = watch::waits_for(&watched);
    Err(NotCompleted::in_time(&watched.rollout, &holds, after).into())
}

/// The last news before waiting was over or the time was up.
async fn follow(
    session: &Session,
    id: &str,
    deadline: Instant,
    is_over: fn(&Rollout) -> bool,
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
        let is_over = is_over(&watched.rollout);
        last = Some((told.data["rollout"].take(), watched));
        if is_over {
            break;
        }
    }
    Ok(last)
}
