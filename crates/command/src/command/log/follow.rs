//! Goes on with what happens.

use std::{collections::HashSet, pin::pin, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};
use vortex_rest::{Timeline, TimelineEntry};

use super::{Args, note_incomplete, print};
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
/// How far back each look goes: what one service tells may be older than what another told before.
const OVERLAP: Duration = Duration::from_secs(60);
/// How far back it goes at most, while a service does not answer.
const FURTHEST: Duration = Duration::from_secs(60 * 60);
/// The most entries that are remembered as shown.
const REMEMBERED: usize = 100_000;

impl Args {
    /// Prints what happened, then what happens, oldest first, until interrupted or until nobody
    /// reads any more.
    pub(super) async fn follow(self, session: &mut Session) -> Result<(), Error> {
        let mut seen = Seen::new();
        // what the first list leaves out does not follow it
        let before = self.look(session, Some(&seen.since()), MOST).await?;
        let first = self
            .look(session, self.since.as_deref(), self.limit)
            .await?;
        self.print_all(session, first.entries())?;
        seen.add(&before);
        seen.add(&first);
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut gone = pin!(stdout::unread());
        loop {
            tokio::select! {
                () = gone.as_mut() => return Ok(()),
                _ = ticks.tick() => {}
            }
            let list = self.look(session, Some(&seen.since()), MOST).await?;
            let new = list.entries().filter(|(_, entry)| seen.is_new(entry));
            self.print_all(session, new)?;
            seen.tell(session, &list)?;
            seen.take(&list);
        }
    }

    async fn look(
        &self,
        session: &Session,
        since: Option<&str>,
        limit: usize,
    ) -> Result<List, Error> {
        let call = self.call(session, since);
        let whole = collect(&session.client, call, "entries", limit).await?;
        let timeline = client::read(&whole, session.client.server())?;
        Ok(List { whole, timeline })
    }

    fn print_all<'a>(
        &self,
        session: &mut Session,
        entries: impl Iterator<Item = (&'a Value, &'a TimelineEntry)>,
    ) -> Result<(), Error> {
        for (value, entry) in entries {
            match session.console.format() {
                Format::Table => print(&mut session.console, entry),
                Format::Json => session.console.json_line(value),
                Format::Yaml => {
                    session.console.write(b"---\n")?;
                    session.console.yaml(value)
                }
            }?;
        }
        session.console.flush()
    }
}

/// What a look has found.
struct List {
    whole: Value,
    timeline: Timeline,
}

impl List {
    /// The entries, oldest first.
    fn entries(&self) -> impl Iterator<Item = (&Value, &TimelineEntry)> {
        let values = self.whole["entries"].as_array();
        let values = values.map_or(&[][..], Vec::as_slice);
        values.iter().zip(&self.timeline.entries).rev()
    }

    fn is_whole(&self) -> bool {
        self.timeline.incomplete.is_empty()
    }
}

/// What was shown.
struct Seen {
    /// When all services answered last.
    whole: Instant,
    /// The entries that the next look may find again.
    shown: HashSet<String>,
    /// Whether a service did not answer the last look.
    is_away: bool,
    /// Whether more happened than the last look shows.
    is_flooded: bool,
}

impl Seen {
    fn new() -> Self {
        Self {
            whole: Instant::now(),
            shown: HashSet::new(),
            is_away: false,
            is_flooded: false,
        }
    }

    /// How far back the next look goes, by the server's clock.
    fn since(&self) -> String {
        let back = OVERLAP.saturating_add(self.whole.elapsed()).min(FURTHEST);
        format!("{}s", back.as_secs())
    }

    fn is_new(&self, entry: &TimelineEntry) -> bool {
        !self.shown.contains(&key(entry))
    }

    fn add(&mut self, list: &List) {
        self.shown.extend(list.timeline.entries.iter().map(key));
    }

    /// Remembers what a look has found. Where all services answered, no later look finds others
    /// that were shown before.
    fn take(&mut self, list: &List) {
        if list.is_whole() || self.shown.len() > REMEMBERED {
            self.shown.clear();
        }
        self.add(list);
        if list.is_whole() {
            self.whole = Instant::now();
        }
    }

    /// Says once, until it is over, whose part is missing, and that more happens than is shown.
    fn tell(&mut self, session: &mut Session, list: &List) -> Result<(), Error> {
        if !list.is_whole() && !self.is_away {
            note_incomplete(session, &list.whole)?;
        }
        let is_flooded = !list.timeline.next_page_token.is_empty();
        if is_flooded && !self.is_flooded {
            session.console.note(format_args!(
                "more than {MOST} things have happened within a minute, and some are left out; \
                 `vortex log` lists them all"
            ))?;
        }
        (self.is_away, self.is_flooded) = (!list.is_whole(), is_flooded);
        Ok(())
    }
}

/// What tells an entry from others.
fn key(entry: &TimelineEntry) -> String {
    json!([
        entry.time,
        entry.kind,
        entry.sequence,
        entry.rollout,
        entry.what
    ])
    .to_string()
}
