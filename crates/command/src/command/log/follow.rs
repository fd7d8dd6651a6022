//! Goes on with what happens.

use std::{collections::HashSet, pin::pin, time::Duration};

use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use vortex_rest::{Timeline, TimelineEntry};

use super::{Args, print};
use crate::{
    client::{self, collect},
    console::{Format, stdout},
    error::Error,
    session::Session,
};

/// How often it is asked what is new.
const EVERY: Duration = Duration::from_secs(1);
/// The most that is shown of what happened between two looks.
const MOST: usize = 1_000;

impl Args {
    /// Prints what happened, then what happens, oldest first, until interrupted or until nobody
    /// reads any more.
    pub(super) async fn follow(self, session: &mut Session) -> Result<(), Error> {
        let mut seen = Seen::default();
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut gone = pin!(stdout::unread());
        let mut limit = self.limit;
        loop {
            tokio::select! {
                () = gone.as_mut() => return Ok(()),
                _ = ticks.tick() => {}
            }
            let since = seen.since.clone().or_else(|| self.since.clone());
            let call = self.call(session, since.as_deref());
            let list = collect(&session.client, call, "entries", limit).await?;
            for entry in seen.add(&list, session)? {
                self.show(session, &entry)?;
            }
            session.console.flush()?;
            limit = MOST;
        }
    }

    fn show(
        &self,
        session: &mut Session,
        (value, entry): &(Value, TimelineEntry),
    ) -> Result<(), Error> {
        match session.console.format() {
            Format::Table => print(&mut session.console, entry),
            Format::Json => session.console.json_line(value),
            Format::Yaml => {
                session.console.write(b"---\n")?;
                session.console.yaml(value)
            }
        }
    }
}

/// What was shown.
#[derive(Default)]
struct Seen {
    /// The time of the newest entry.
    since: Option<String>,
    /// The entries of that time.
    shown: HashSet<String>,
}

impl Seen {
    /// Those of a list that are new, oldest first.
    fn add(
        &mut self,
        list: &Value,
        session: &Session,
    ) -> Result<Vec<(Value, TimelineEntry)>, Error> {
        let timeline: Timeline = client::read(list, session.client.server())?;
        let values = list["entries"].as_array().cloned().unwrap_or_default();
        let all = values.into_iter().zip(timeline.entries).rev();
        let mut new = Vec::new();
        for (value, entry) in all {
            let key = key(&entry);
            if self.since != entry.time {
                self.since.clone_from(&entry.time);
                self.shown.clear();
            }
            if self.shown.insert(key) {
                new.push((value, entry));
            }
        }
        Ok(new)
    }
}

/// What tells an entry from others of the same time.
fn key(entry: &TimelineEntry) -> String {
    json!([entry.kind, entry.sequence, entry.rollout, entry.what]).to_string()
}
