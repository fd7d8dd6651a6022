//! Starts the tasks, and tells them of what is deleted.

use std::sync::Arc;

use vortex_kit::{process::Runtime, telemetry::Sample};
use vortex_store::{Error, Range, Store};

use crate::{
    Log, NotifySettings, Pace,
    courier::Courier,
    entries::Entries,
    meters::Meters,
    position::{Position, Positions},
    progress::Progress,
    settings::Sink,
    standing::Standing,
};

const LAG: &str = "vortex_webhook_lag_seconds";
const LAG_HELP: &str = "Age of the oldest event that waits for a sink; 0 where none does";

/// The sinks that are told of what happens in a service. A clone is a pointer.
#[derive(Clone)]
pub struct Notifications {
    entries: Entries,
    told: Arc<[Told]>,
}

/// A sink, as seen from outside its task.
struct Told {
    name: String,
    progress: Arc<Progress>,
    meters: Meters,
}

impl NotifySettings {
    /// Tells the sinks of what `log` keeps in `store`, from now on and for as long as the process
    /// runs: each from where it was, a new one of what happens from now on.
    ///
    /// # Errors
    /// When it can't be read from the store where the sinks were.
    pub async fn start<L: Log>(
        &self,
        log: L,
        store: Arc<dyn Store>,
        runtime: &Runtime,
    ) -> Result<Notifications, Error> {
        self.start_at(Pace::default(), log, store, runtime).await
    }

    /// As [`start`](Self::start), at another pace.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_at<L: Log>(
        &self,
        pace: Pace,
        log: L,
        store: Arc<dyn Store>,
        runtime: &Runtime,
    ) -> Result<Notifications, Error> {
        let entries = Entries::new(store.clone(), log.prefix());
        let sinks = self.sinks();
        sinks.iter().for_each(Sink::warn_of_readers);
        let begun = begin(sinks, &entries, &Positions::new(store.clone())).await?;
        let log = Arc::new(log);
        let mut told = Vec::with_capacity(sinks.len());
        for (sink, position) in sinks.iter().zip(begun) {
            let progress = Arc::new(Progress::new(position));
            let meters = Meters::new(&sink.name, &runtime.metrics);
            told.push(Told {
                name: sink.name.clone(),
                progress: progress.clone(),
                meters: meters.clone(),
            });
            let courier = Courier {
                sink: sink.clone(),
                log: log.clone(),
                entries: entries.clone(),
                positions: Positions::new(store.clone()),
                progress,
                meters,
                standing: Standing::new(&sink.name, runtime.health.clone(), pace.late),
                clock: runtime.clock.clone(),
                pace,
                unsaved: 0,
                unstored: false,
            };
            runtime.lifecycle.spawn("notify", courier.run());
        }
        let told: Arc<[Told]> = told.into();
        measure(&told, runtime);
        Ok(Notifications { entries, told })
    }
}

/// Where each sink goes on. What is new is stored at once, so that a restart before its first event
/// loses nothing; what is no longer there is forgotten.
async fn begin(
    sinks: &[Sink],
    entries: &Entries,
    positions: &Positions,
) -> Result<Vec<Position>, Error> {
    let mut stored = positions.load().await?;
    let mut begun = Vec::with_capacity(sinks.len());
    for sink in sinks {
        let position = match stored.remove(&sink.name) {
            Some(position) => position,
            None => {
                let newest = entries.newest();
                tracing::info!(
                    sink = sink.name,
                    "it is new: it is told of what happens from now on"
                );
                or_warn(&sink.name, positions.save(&sink.name, &newest).await);
                newest
            }
        };
        begun.push(position);
    }
    for gone in stored.into_keys() {
        tracing::info!(
            sink = gone,
            "it is no longer in the settings, and is forgotten"
        );
        or_warn(&gone, positions.forget(&gone).await);
    }
    Ok(begun)
}

/// A full disk keeps no service from its start.
fn or_warn(sink: &str, stored: Result<(), Error>) {
    if let Err(error) = stored {
        tracing::warn!(sink, %error, "how far it has come can't be stored");
    }
}

fn measure(told: &Arc<[Told]>, runtime: &Runtime) {
    let (told, clock) = (told.clone(), runtime.clock.clone());
    runtime.metrics.live(LAG, LAG_HELP, move || {
        let now = clock.now();
        let lag = |told: &Told| Sample {
            labels: vec![("sink", told.name.clone())],
            value: told.progress.lag(now),
        };
        told.iter().map(lag).collect()
    });
}

impl Notifications {
    /// Says that the entries of `range` are about to be deleted. What a sink has not come to yet is
    /// lost to it: this is logged and counted, and the sink goes on with what is left.
    ///
    /// # Errors
    /// When the entries can't be read.
    pub async fn let_go(&self, range: Range) -> Result<(), Error> {
        for told in &*self.told {
            let position = told.progress.position();
            let lost = self.entries.count(range.clone(), &position).await?;
            if lost > 0 {
                told.meters.lost.increment(lost);
                let sink = &told.name;
                tracing::warn!(
                    sink,
                    lost,
                    "events were deleted before the sink came to them"
                );
            }
        }
        Ok(())
    }
}
