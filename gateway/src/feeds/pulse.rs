//! A beat each second for all who watch, so that none needs a clock of its own.

use std::time::Duration;

use tokio::{sync::watch, time::MissedTickBehavior};
use vortex_kit::shutdown::Lifecycle;

/// How often watchers look at what they watch even if nothing has changed.
const BEAT: Duration = Duration::from_secs(1);

/// Begins to beat, until the process ends.
pub(super) fn start(lifecycle: &Lifecycle) -> watch::Sender<()> {
    let pulse = watch::Sender::new(());
    let beating = pulse.clone();
    lifecycle.spawn("watch pulse", async move {
        let mut beats = tokio::time::interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            beating.send_replace(());
        }
    });
    pulse
}
