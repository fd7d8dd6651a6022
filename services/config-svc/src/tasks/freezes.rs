//! Ends freezes whose time is over, and shows those in force in `/health`.

use std::{sync::Arc, time::Duration};

use imbl::OrdMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use vortex_kit::health::Health;

use crate::{
    configuration::Configuration,
    domain::{Command, Freeze, FreezeId, Frozen, Request},
    writer::WriteError,
};

/// The longest wait for the end of what expires: the wall clock may jump meanwhile.
pub(super) const LOOK: Duration = Duration::from_millis(500);
/// The wait after an end that could not be written.
pub(super) const AGAIN: Duration = Duration::from_secs(1);
/// Freezes that `/health` lists at most.
const LISTED: usize = 10;
/// The name of the freezes in `/health`.
const CHECK: &str = "freezes";
/// Who ends what has expired, in the log.
pub(super) const PRINCIPAL: &str = "expiry";

type Freezes = OrdMap<FreezeId, Arc<Freeze>>;

/// Looks after the freezes until `stop` fires.
pub(super) async fn run(
    configuration: Arc<Configuration>,
    health: Health,
    stop: CancellationToken,
) {
    let mut heads = configuration.heads();
    let mut shown = Freezes::new();
    loop {
        heads.mark_unchanged();
        let freezes = configuration.state().freezes.clone();
        if freezes != shown {
            health.report(CHECK, told(&freezes));
            shown = freezes;
        }
        let pause = match configuration.state().next_thaw() {
            None => None,
            Some(until) if until <= configuration.now() => match expire(&configuration).await {
                Ok(()) => continue,
                Err(error) => {
                    tracing::debug!(%error, "the end of a freeze could not be written yet");
                    Some(AGAIN)
                }
            },
            Some(until) => Some(left(until, configuration.now()).min(LOOK)),
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

async fn expire(configuration: &Configuration) -> Result<(), WriteError> {
    let request = Request {
        principal: PRINCIPAL.to_owned(),
        key: None,
    };
    let ended = configuration.write(request, Command::ExpireFreezes, Vec::new());
    let outcome = ended.await?;
    tracing::info!(at = %outcome.at, "a freeze is over");
    Ok(())
}

pub(super) fn left(until: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now)).unwrap_or_default()
}

pub(super) async fn sleep(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

fn told(freezes: &Freezes) -> Value {
    let listed = freezes.values().take(LISTED).map(|freeze| {
        let apps = match &freeze.scope.apps {
            Frozen::All => Vec::new(),
            Frozen::Apps(apps) => apps.iter().map(ToString::to_string).collect(),
        };
        json!({
            "id": freeze.id.to_string(),
            "all": freeze.scope.apps == Frozen::All,
            "apps": apps,
            "label": freeze.scope.label.as_ref().map(ToString::to_string),
            "reason": freeze.reason,
            "since": freeze.since.to_string(),
            "until": freeze.until.map(|until| until.to_string()),
        })
    });
    json!({"count": freezes.len(), "first": listed.collect::<Vec<_>>()})
}
