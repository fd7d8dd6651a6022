//! What the server serves, from now on: events over as many connections as it takes.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use vortex_rest::ConfigChange;

use crate::{
    error::Error,
    reconnect::Reconnect,
    served::Served,
    shared::Shared,
    transport::{Events, Read, Told},
};

/// The server says something each second; after this long in silence the connection is dead.
const SILENCE: Duration = Duration::from_secs(15);

/// A configuration that is followed.
#[derive(Debug)]
pub(crate) struct Stream {
    shared: Arc<Shared>,
    /// What the server is known to have served last; patches lead on from there.
    held: Option<Arc<Served>>,
    connection: Option<Events>,
    reconnect: Reconnect,
    /// When to connect.
    resume: Instant,
    /// Why the whole configuration has to be fetched, if it has to.
    fetch: Option<Fetch>,
    fetches: watch::Receiver<u64>,
}

/// Why the whole configuration is fetched.
#[derive(Clone, Debug)]
enum Fetch {
    /// What is held did not lead to what the server has, which is at this token.
    Astray(String),
    /// The server asked for it in the reply to a heartbeat. It offers again what was refused.
    Asked,
}

impl Stream {
    /// Follows on from what is `held`; with nothing, it begins with the whole configuration.
    pub(crate) fn new(shared: Arc<Shared>, held: Option<Arc<Served>>) -> Self {
        Self {
            reconnect: Reconnect::new(shared.settings.reconnect_within),
            fetches: shared.fetches.subscribe(),
            resume: Instant::now(),
            connection: None,
            fetch: None,
            shared,
            held,
        }
    }

    /// What is served next. Waits for as long as it takes. Cancel safe.
    pub(crate) async fn next(&mut self) -> Arc<Served> {
        loop {
            match self.advance().await {
                Ok(Some(served)) => return served,
                Ok(None) => {}
                Err(error) => self.lost(&error),
            }
        }
    }

    async fn advance(&mut self) -> Result<Option<Arc<Served>>, Error> {
        if let Some(why) = self.fetch.clone() {
            return self.fetched(&why).await;
        }
        let Self { fetches, .. } = self;
        let asked = fetches.changed();
        let told = tokio::select! {
            // the sender is part of what is shared
            _ = asked => {
                self.fetch = Some(Fetch::Asked);
                return Ok(None);
            }
            told = read(&self.shared, &mut self.connection, self.held.as_deref(), self.resume) => told?,
        };
        self.reconnect.connected(self.shared.now());
        self.take(told)
    }

    /// What is told, if that is news; an error if it ends the stream.
    fn take(&mut self, told: Told) -> Result<Option<Arc<Served>>, Error> {
        match told {
            Told::Whole(whole) => self.shared.whole(*whole).map(|served| self.news(served)),
            Told::Change(change) => Ok(self.changed(*change)),
            Told::Alive => Ok(None),
        }
    }

    fn changed(&mut self, change: ConfigChange) -> Option<Arc<Served>> {
        let held = self.held.as_deref();
        if held.is_some_and(|held| held.is_after(&change.token)) {
            return None;
        }
        let token = change.token.clone();
        match held.map(|held| held.changed(change)) {
            Some(Ok(served)) => self.news(served),
            Some(Err(_)) | None => {
                self.fetch = Some(Fetch::Astray(token));
                None
            }
        }
    }

    async fn fetched(&mut self, why: &Fetch) -> Result<Option<Arc<Served>>, Error> {
        let token = match why {
            Fetch::Astray(token) => token.as_str(),
            Fetch::Asked => "",
        };
        let read = Read {
            min_token: token,
            ..Read::default()
        };
        let whole = self.shared.servers.configurations.effective(read).await?;
        self.fetch = None;
        let served = self.shared.whole(whole)?;
        Ok(match why {
            Fetch::Astray(_) => self.news(served),
            Fetch::Asked => Some(self.hold(served)),
        })
    }

    /// Holds what is served now, and passes it on if an application would see a difference.
    fn news(&mut self, served: Served) -> Option<Arc<Served>> {
        let same = self.held.as_ref().is_some_and(|held| held.is_as(&served));
        let served = self.hold(served);
        (!same).then_some(served)
    }

    fn hold(&mut self, served: Served) -> Arc<Served> {
        let served = Arc::new(served);
        self.held = Some(served.clone());
        served
    }

    /// Goes on later, from what is held if the server can.
    fn lost(&mut self, error: &Error) {
        tracing::debug!(%error, "a watch was lost");
        let pause = self.reconnect.lost(self.shared.now(), fastrand::f64());
        let mut wait = Duration::ZERO;
        match error {
            Error::Refused(problem) if problem.is_lost_position() => self.held = None,
            Error::Refused(problem) => wait = problem.retry_after.unwrap_or_default(),
            // what is held may be at fault
            Error::Garbage { .. } => self.held = None,
            _ => {}
        }
        if self.fetch.take().is_some() {
            self.held = None;
        }
        self.resume = Instant::now() + pause + wait;
        self.connection = None;
    }
}

/// Connects when it is time, or reads on. Cancel safe.
async fn read(
    shared: &Shared,
    connection: &mut Option<Events>,
    held: Option<&Served>,
    resume: Instant,
) -> Result<Told, Error> {
    let Some(events) = connection else {
        sleep_until(resume).await;
        *connection = Some(shared.servers.configurations.watch(held).await?);
        return Ok(Told::Alive);
    };
    let told = timeout(SILENCE, events.next()).await;
    told.unwrap_or_else(|_| Err(events.broken("the stream fell silent")))
}
