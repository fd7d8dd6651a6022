//! The task that tells one sink of what happens.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;
use vortex_kit::clock::Clock;

use crate::{
    CannotRead, Event, Log, Pace,
    attempts::{Answer, Attempts, Next},
    entries::{Batch, Entries, Entry},
    meters::Meters,
    position::Positions,
    progress::Progress,
    sender::send,
    settings::Sink,
    standing::Standing,
};

/// Looked-at events that the sink did not want, after which its position is stored all the same:
/// fewer are looked at again after a restart.
const UNSAVED: u32 = 100;

/// Tells one sink of what happens, for as long as it is polled.
///
/// Dropped at any await it loses nothing: what was not stored as sent is sent again by the next
/// process.
pub(crate) struct Courier<L> {
    pub(crate) sink: Sink,
    pub(crate) log: Arc<L>,
    pub(crate) entries: Entries,
    pub(crate) positions: Positions,
    pub(crate) progress: Arc<Progress>,
    pub(crate) meters: Meters,
    pub(crate) standing: Standing,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Pace,
    /// Events since the position was stored.
    pub(crate) unsaved: u32,
    /// Whether the position could not be stored when that was last tried.
    pub(crate) unstored: bool,
}

impl<L: Log> Courier<L> {
    pub(crate) async fn run(mut self) {
        loop {
            let batch = self.next().await;
            for entry in batch.entries {
                self.tell(entry).await;
            }
            self.progress.reach(batch.reached);
            self.standing.rests();
        }
    }

    async fn next(&self) -> Batch {
        let mut backoff = self.pace.backoff();
        loop {
            match self.entries.next(&self.progress.position()).await {
                Ok(batch) => return batch,
                Err(error) => self.unreadable(&error.into()),
            }
            sleep(backoff.pause(fastrand::f64())).await;
        }
    }

    fn unreadable(&self, error: &CannotRead) {
        tracing::warn!(sink = self.sink.name, %error, "it waits");
    }

    async fn tell(&mut self, entry: Entry) {
        let position = entry.position.clone();
        let event = self.event(entry).await;
        let wanted = event.filter(|event| self.sink.wants(event));
        let is_told = wanted.is_some();
        if let Some(event) = wanted {
            self.deliver(&event).await;
        }
        self.progress.reach(position);
        self.unsaved += 1;
        if is_told || self.unsaved >= UNSAVED {
            self.save().await;
        }
    }

    async fn event(&self, entry: Entry) -> Option<Event> {
        let mut backoff = self.pace.backoff();
        loop {
            let (key, value) = (entry.position.key.clone(), entry.value.clone());
            match self.log.event(key, value).await {
                Ok(event) => return event,
                Err(error) => self.unreadable(&error),
            }
            sleep(backoff.pause(fastrand::f64())).await;
        }
    }

    /// Sends an event until the sink has taken it, or has refused it for good.
    async fn deliver(&mut self, event: &Event) {
        self.progress.wait(event.at);
        let mut attempts = Attempts::new(self.pace);
        loop {
            self.standing.waits(self.clock.monotonic());
            let now = self.clock.now();
            let answer = send(&self.sink, event, now, self.pace.deadline).await;
            let next = attempts.ended(&answer, fastrand::f64());
            self.count(event, &answer, next);
            match next {
                Next::Done | Next::GiveUp => break,
                Next::Again(pause) => self.pause(event, &answer, pause).await,
            }
        }
        self.progress.rest();
    }

    fn count(&mut self, event: &Event, answer: &Answer, next: Next) {
        let (sink, id) = (&self.sink.name, &event.id);
        match next {
            Next::Done => {
                self.meters.delivered.increment(1);
                self.standing.takes();
            }
            Next::GiveUp => {
                self.meters.refused.increment(1);
                self.standing.refuses(id, &answer.to_string());
                tracing::warn!(sink, event = id, why = %answer, "the event is given up");
            }
            Next::Again(pause) => {
                self.meters.failed.increment(1);
                tracing::debug!(sink, event = id, why = %answer, ?pause, "it is sent again");
            }
        }
    }

    /// Waits, and says in `/health` as soon as the sink has taken nothing for too long.
    async fn pause(&mut self, event: &Event, answer: &Answer, pause: Duration) {
        let now = self.clock.monotonic();
        let until_late = self.standing.waits(now).saturating_sub(now);
        let why = answer.to_string();
        let before = until_late.min(pause);
        sleep(before).await;
        self.standing.look(self.clock.monotonic(), event.at, &why);
        sleep(pause - before).await;
    }

    /// Stores how far the sink has come. If that fails, the next time may do: until then a restart
    /// would send some events again.
    async fn save(&mut self) {
        let position = self.progress.position();
        match self.positions.save(&self.sink.name, &position).await {
            Ok(()) => {
                self.unsaved = 0;
                self.unstored = false;
            }
            Err(error) => {
                if !std::mem::replace(&mut self.unstored, true) {
                    let sink = &self.sink.name;
                    tracing::warn!(sink, %error, "how far it has come can't be stored");
                }
            }
        }
    }
}
