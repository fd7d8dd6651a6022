//! Ends freezes and overrides whose time is over.

use std::{sync::Arc, time::Duration};

use imbl::OrdMap;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{
    configuration::Configuration,
    domain::{Command, Freeze, FreezeId, Override, OverrideTarget, Request, State},
    writer::WriteError,
};

/// The longest wait for the end of what expires: the wall clock may jump meanwhile.
const LOOK: Duration = Duration::from_millis(500);
/// The wait after an end that could not be written.
const AGAIN: Duration = Duration::from_secs(1);
/// Who ends what has expired, in the log.
const PRINCIPAL: &str = "expiry";

/// Looks after what expires until `stop` fires.
pub(super) async fn run(configuration: Arc<Configuration>, stop: CancellationToken) {
    let mut heads = configuration.heads();
    let mut upcoming = Upcoming::default();
    loop {
        heads.mark_unchanged();
        upcoming.look(&configuration.state());
        let pause = match upcoming.first() {
            None => None,
            Some((at, kind)) if at <= configuration.now() => match kind.end(&configuration).await {
                Ok(()) => continue,
                Err(error) => {
                    let what = kind.name();
                    tracing::debug!(%error, what, "an end could not be written yet");
                    Some(AGAIN)
                }
            },
            Some((at, _)) => Some(left(at, configuration.now()).min(LOOK)),
        };
        tokio::select! {
            () = stop.cancelled() => break,
            changed = heads.changed() => if changed.is_err() {
                break;
            },
            () = sleep(pause) => {}
        }
    }
}

fn left(until: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now)).unwrap_or_default()
}

/// Waits for so long; without a time, until something else happens.
async fn sleep(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

/// What expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Freezes,
    Overrides,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Freezes => "freezes",
            Self::Overrides => "overrides",
        }
    }

    /// Ends those whose time is over.
    async fn end(self, configuration: &Configuration) -> Result<(), WriteError> {
        let request = Request {
            principal: PRINCIPAL.to_owned(),
            key: None,
        };
        let command = match self {
            Self::Freezes => Command::ExpireFreezes,
            Self::Overrides => Command::ExpireOverrides,
        };
        let outcome = configuration.write(request, command, Vec::new()).await?;
        tracing::info!(at = %outcome.at, what = self.name(), "their time is over");
        Ok(())
    }
}

/// What ends next. Kept, since most writes change neither freezes nor overrides.
#[derive(Default)]
struct Upcoming {
    freezes: OrdMap<FreezeId, Arc<Freeze>>,
    overrides: OrdMap<OverrideTarget, Arc<Override>>,
    thaw: Option<Timestamp>,
    expiry: Option<Timestamp>,
}

impl Upcoming {
    fn look(&mut self, state: &State) {
        if !self.freezes.ptr_eq(&state.freezes) {
            self.freezes = state.freezes.clone();
            self.thaw = state.next_thaw();
        }
        if !self.overrides.ptr_eq(&state.overrides) {
            self.overrides = state.overrides.clone();
            self.expiry = state.next_expiry();
        }
    }

    fn first(&self) -> Option<(Timestamp, Kind)> {
        let thaw = self.thaw.map(|at| (at, Kind::Freezes));
        let expiry = self.expiry.map(|at| (at, Kind::Overrides));
        thaw.into_iter().chain(expiry).min_by_key(|(at, _)| *at)
    }
}
