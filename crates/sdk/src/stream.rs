//! What the server serves, from now on: events over as many connections as it takes.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use reqwest::Response;
use serde::de::DeserializeOwned;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use vortex_rest::{ConfigChange, Effective};
use vortex_sse::{Event, Parser};

use crate::{
    error::{Error, Problem},
    reconnect::Reconnect,
    served::Served,
    shared::Shared,
};

/// The server says something each second; after this long in silence the connection is dead.
const SILENCE: Duration = Duration::from_secs(15);

/// A configuration that is followed.
#[derive(Debug)]
pub(crate) struct Stream {
    shared: Arc<Shared>,
    /// What the server is known to have served last; patches lead on from there.
    held: Option<Arc<Served>>,
    connection: Option<Connection>,
    ready: VecDeque<Event>,
    reconnect: Reconnect,
    /// When to connect.
    resume: Instant,
    /// Why the whole configuration has to be fetched, if it has to.
    fetch: Option<Fetch>,
    fetches: watch::Receiver<u64>,
}

#[derive(Debug)]
struct Connection {
    response: Response,
    parser: Parser,
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
            ready: VecDeque::new(),
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
        if let Some(event) = self.ready.pop_front() {
            return self.take(&event);
        }
        let Self { fetches, .. } = self;
        let asked = fetches.changed();
        tokio::select! {
            // the sender is part of what is shared
            _ = asked => self.fetch = Some(Fetch::Asked),
            read = read(&self.shared, &mut self.connection, self.held.as_deref(), self.resume) => {
                self.ready.extend(read?);
            }
        }
        if self.connection.is_some() {
            self.reconnect.connected(self.shared.now());
        }
        Ok(None)
    }

    /// What an event tells, if that is news; an error if it ends the stream.
    fn take(&mut self, event: &Event) -> Result<Option<Arc<Served>>, Error> {
        match event.name.as_str() {
            "snapshot" => {
                let whole = self.read::<Effective>(event)?;
                self.whole(whole).map(|served| self.news(served))
            }
            "change" => {
                let change = self.read::<ConfigChange>(event)?;
                Ok(self.changed(change))
            }
            "problem" => Err(problem(event)),
            // newer than this
            _ => Ok(None),
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
        let whole = self.shared.effective(None, token).await?;
        self.fetch = None;
        let served = self.whole(whole)?;
        Ok(match why {
            Fetch::Astray(_) => self.news(served),
            Fetch::Asked => Some(self.hold(served)),
        })
    }

    fn whole(&self, whole: Effective) -> Result<Served, Error> {
        self.shared.whole(whole)
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

    fn read<T: DeserializeOwned>(&self, event: &Event) -> Result<T, Error> {
        let data = serde_json::from_str(&event.data);
        data.map_err(|error| {
            self.shared
                .http
                .garbage(format!("an event is not valid: {error}"))
        })
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
        self.ready.clear();
    }
}

/// Connects when it is time, or reads on. Cancel safe.
async fn read(
    shared: &Shared,
    connection: &mut Option<Connection>,
    held: Option<&Served>,
    resume: Instant,
) -> Result<Vec<Event>, Error> {
    let Some(Connection { response, parser }) = connection else {
        sleep_until(resume).await;
        *connection = Some(Connection {
            response: shared.open_watch(held).await?,
            parser: Parser::default(),
        });
        return Ok(Vec::new());
    };
    let http = &shared.http;
    let chunk = timeout(SILENCE, http.chunk(response)).await;
    let chunk = chunk.unwrap_or_else(|_| Err(http.ended("the stream fell silent")))?;
    let chunk = chunk.ok_or_else(|| http.ended("the stream ended"))?;
    let events = parser.feed(&chunk);
    events.map_err(|error| http.garbage(error.to_string()))
}

fn problem(event: &Event) -> Error {
    #[derive(serde::Deserialize)]
    struct Told {
        status: u16,
    }
    let told: Option<Told> = serde_json::from_str(&event.data).ok();
    let status = told.map_or(500, |told| told.status);
    Error::Refused(Box::new(Problem::read(status, event.data.as_bytes())))
}
