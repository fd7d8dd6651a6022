//! Follows views over one stream.

mod entry;
mod held;
mod reads;
mod stream;
mod table;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};
use uuid::Uuid;
use vortex_kit::{channel::Channel, process::Runtime};
use vortex_proto::config::v1 as pb;

use crate::{
    Fleet, SourceAge, Token, View,
    meters::{self, Meters},
};
pub use held::{Fresh, Held};
use stream::Follower;
use table::Table;

/// How a process follows views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// What is followed of each variant: see [`Views::of`].
    pub content: Content,
    /// Follows what was served before, too.
    pub history: bool,
    /// The most views that are followed, 10,000 at most.
    pub most: usize,
    /// About how many bytes they may take. What is held is never let go, so one more view can't be
    /// once so many are held.
    pub bytes: usize,
    /// Follows what anybody may read, and not what the process may. For one that asks nobody who
    /// they are: what it answers from views, config-svc would answer anybody.
    pub for_anybody: bool,
}

/// What is followed of each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// Its versions and its digest.
    Versions,
    /// The effective configuration, too.
    Config,
    /// The property sources, as Spring Cloud Config has them.
    Environment {
        /// Each value with its position.
        origins: bool,
    },
}

impl Content {
    /// How many there are.
    const COUNT: usize = 4;

    const fn index(self) -> usize {
        match self {
            Self::Versions => 0,
            Self::Config => 1,
            Self::Environment { origins: false } => 2,
            Self::Environment { origins: true } => 3,
        }
    }

    const fn has_origins(self) -> bool {
        matches!(self, Self::Environment { origins: true })
    }
}

impl From<Content> for pb::ViewContent {
    fn from(content: Content) -> Self {
        match content {
            Content::Versions => Self::Versions,
            Content::Config => Self::Config,
            Content::Environment { .. } => Self::Environment,
        }
    }
}

/// The views that a process follows, over one stream of config-svc. A clone is a pointer.
///
/// A view is followed from the first time that it is asked for. What is known of it stays served
/// while config-svc is away.
#[derive(Clone, Debug)]
pub struct Views {
    table: Arc<Table>,
    content: Content,
}

impl Views {
    /// Follows views by the config-svc behind `channel`, for as long as the process runs. `/health`
    /// calls it `views`.
    pub fn follow(channel: Channel, options: Options, runtime: &Runtime) -> Self {
        let table = Arc::new(Table::new(options, runtime.clock.clone()));
        let meters = Meters::new(&runtime.metrics);
        let health = runtime.health.clone();
        let follower = Follower::new(channel, table.clone(), options, health, meters);
        runtime.lifecycle.spawn("views", follower.run());
        let views = Self {
            table,
            content: options.content,
        };
        meters::tell(&views, &runtime.metrics);
        views
    }

    /// The same stream and the same bounds, for views of which this is followed. A fleet is another
    /// view for each content.
    #[must_use]
    pub fn of(&self, content: Content) -> Self {
        Self {
            table: self.table.clone(),
            content,
        }
    }

    /// The view of a fleet, which is followed from now on. None until it is known.
    ///
    /// When too many are followed, those that nobody asked for longest are let go.
    pub fn get(&self, fleet: &Fleet) -> Option<Arc<View>> {
        self.table.entry(fleet, self.content)?.view()
    }

    /// What is known of a fleet, if it is followed and the stream tells of it now. Begins nothing.
    pub fn fresh(&self, fleet: &Fleet) -> Option<Fresh> {
        self.table.fresh(fleet, self.content)
    }

    /// Whether a fleet's view is followed.
    pub fn follows(&self, fleet: &Fleet) -> bool {
        self.table.follows(fleet, self.content)
    }

    /// Follows a fleet's view for as long as this is kept, at least. None if there is no room, as
    /// all that are followed are held.
    pub fn hold(&self, fleet: &Fleet) -> Option<Held> {
        let entry = self.table.hold(fleet, self.content)?;
        Some(Held::new(self.table.clone(), entry))
    }

    /// As [`Views::get`], after waiting until the view is known, for so long at most. Cancel safe.
    pub async fn wait(&self, fleet: &Fleet, longest: Duration) -> Option<Arc<View>> {
        let deadline = Instant::now() + longest;
        loop {
            let entry = self.table.entry(fleet, self.content)?;
            if let Some(view) = entry.view() {
                return Some(view);
            }
            if timeout_at(deadline, entry.settled()).await.is_err() {
                return entry.view();
            }
        }
    }

    /// Follows a fleet's view no longer.
    pub fn forget(&self, fleet: &Fleet) {
        self.table.forget(fleet, self.content);
    }

    /// How current the source of a view is.
    pub fn source_age(&self, view: &View) -> Option<SourceAge> {
        self.table.age(view)
    }

    /// Whether config-svc was heard from within the last 3 s, by the clock of the process.
    pub fn is_current(&self) -> bool {
        self.table.is_current()
    }

    /// The position of the log up to which all that has changed was heard, of every view that is
    /// known. None before the first word.
    pub fn position(&self) -> Option<u64> {
        self.token().map(|token| token.position)
    }

    /// The store whose log that is a position of.
    pub fn store(&self) -> Option<Uuid> {
        self.token().map(|token| token.store)
    }

    fn token(&self) -> Option<Token> {
        self.table.token()
    }

    /// Waits until views have changed, and takes which: those that have become known, too. For one
    /// consumer, who may be slow: a fleet is in it once, however often it has changed. Cancel safe.
    pub async fn changed(&self) -> Vec<Fleet> {
        loop {
            let changed = self.take_changed();
            if !changed.is_empty() {
                return changed;
            }
            self.table.has_changed().await;
        }
    }

    /// The fleets whose views have changed since this was asked last.
    pub fn take_changed(&self) -> Vec<Fleet> {
        self.table.take_changed()
    }

    /// How many views are followed.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
