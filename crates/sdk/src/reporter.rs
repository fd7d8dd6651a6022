//! Reports in the background, and the last one.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, sleep_until, timeout};

use crate::{
    error::Error,
    shared::Shared,
    status::{Status, Told},
};

/// Between two tries of the last report.
const PAUSE: Duration = Duration::from_millis(200);

/// Reports at the server's pace until the client is stopped.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut stopped = shared.stopped.subscribe();
    while !shared.is_stopped() {
        let due = shared.moment(shared.state().pace.due());
        tokio::select! {
            // the sender is part of what is held here
            _ = stopped.changed() => {}
            () = shared.repaced.notified() => {}
            () = sleep_until(due) => report(&shared).await,
        }
    }
}

async fn report(shared: &Shared) {
    // a report in progress ends before its task does: what it says is only then known to count
    if let Err(error) = shared.report(Told::Running(Status::default())).await {
        tracing::debug!(%error, "a heartbeat failed");
    }
}

/// The last report, with all that was measured. Tried again for as long as a call may take.
pub(crate) async fn last(shared: &Shared) -> Result<(), Error> {
    let limit = shared.settings.timeout;
    timeout(limit, told(shared))
        .await
        .unwrap_or_else(|_| Err(shared.servers.heartbeats().address().timed_out(limit)))
}

async fn told(shared: &Shared) -> Result<(), Error> {
    loop {
        let repeats = shared.outbox.lock().await.repeats();
        match shared.report(Told::Stopping).await {
            // what was measured since comes in one of its own
            Ok(_) if repeats => {}
            Ok(_) => return Ok(()),
            Err(error) if error.is_away() => sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}
