//! Ends overrides whose time is over.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::freezes::{AGAIN, LOOK, PRINCIPAL, left, sleep};
use crate::{
    configuration::Configuration,
    domain::{Command, Request},
    writer::WriteError,
};

/// Looks after the overrides until `stop` fires.
pub(super) async fn run(configuration: Arc<Configuration>, stop: CancellationToken) {
    let mut heads = configuration.heads();
    loop {
        heads.mark_unchanged();
        let next = configuration.state().next_expiry();
        let pause = match next {
            None => None,
            Some(at) if at <= configuration.now() => match expire(&configuration).await {
                Ok(()) => continue,
                Err(error) => {
                    tracing::debug!(%error, "the end of an override could not be written yet");
                    Some(AGAIN)
                }
            },
            Some(at) => Some(left(at, configuration.now()).min(LOOK)),
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
    let ended = configuration.write(request, Command::ExpireOverrides, Vec::new());
    let outcome = ended.await?;
    tracing::info!(at = %outcome.at, "an override is over");
    Ok(())
}
