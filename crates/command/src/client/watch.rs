//! A watched configuration or rollout: events in order, over as many connections as it takes.

use std::time::Duration;

use reqwest::{Response, header::HeaderName};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use vortex_sse::{Event, Follower, Loss, Position};

use super::{Call, Client, Problem};
use crate::error::Error;

/// The server says something each second; after this long in silence the connection is dead.
const SILENCE: Duration = Duration::from_secs(15);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a watch tells.
#[derive(Debug)]
pub(crate) struct Told {
    /// Its type: `snapshot`, `change`, `rollout`.
    pub(crate) event: String,
    /// The token.
    pub(crate) id: Option<String>,
    /// The event's data.
    pub(crate) data: Value,
}

/// A watch that goes on where it stood when a connection is lost.
#[derive(Debug)]
pub(crate) struct Follow<'a> {
    client: &'a Client,
    call: Call,
    /// The types of events that are reported; newer ones are ignored.
    events: &'static [&'static str],
    follower: Follower,
    /// Since when the follower's time runs.
    began: Instant,
    stream: Option<Response>,
}

impl<'a> Follow<'a> {
    /// Watches what `call` asks for, and tells `events` of it; nothing is sent before the first
    /// [`Follow::next`].
    pub(crate) fn new(client: &'a Client, call: Call, events: &'static [&'static str]) -> Self {
        Self {
            client,
            call,
            events,
            follower: Follower::new(client.timeout),
            began: Instant::now(),
            stream: None,
        }
    }

    /// The next event. Reconnects with pauses that grow, for as long as the client's timeout.
    ///
    /// Fails when an outage lasts longer, and when the server refuses.
    pub(crate) async fn next(&mut self) -> Result<Told, Error> {
        loop {
            while let Some(event) = self.follower.take() {
                match self.take(event) {
                    Ok(Some(told)) => return Ok(told),
                    Ok(None) => {}
                    Err(error) => self.lost(error).await?,
                }
            }
            if let Err(error) = self.advance().await {
                self.lost(error).await?;
            }
        }
    }

    /// Whether a connection was lost since this was asked last, and progress told of it.
    pub(crate) fn was_interrupted(&mut self) -> bool {
        self.follower.was_interrupted()
    }

    /// Connects, or reads on.
    async fn advance(&mut self) -> Result<(), Error> {
        let Some(stream) = &mut self.stream else {
            self.stream = Some(self.connect().await?);
            return Ok(());
        };
        let chunk = match timeout(SILENCE, stream.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return Err(self.broken("the stream ended")),
            Ok(Err(error)) => return Err(self.client.unreachable(&error)),
            Err(_) => return Err(self.broken("the stream fell silent")),
        };
        let again = self.follower.feed(&chunk);
        if again.map_err(|error| self.garbage(error.to_string()))? {
            self.client.notes.progress(format_args!("connected again"));
        }
        Ok(())
    }

    async fn connect(&self) -> Result<Response, Error> {
        let position = self.follower.position();
        let id = position.last_event_id.as_deref();
        let call = self.call.clone().header(LAST_EVENT_ID, id)?;
        let call = call.query("last_digest", position.digest.clone());
        let deadline = Instant::now() + self.client.timeout;
        match timeout_at(deadline, self.client.open(&call)).await {
            Ok(response) => response,
            Err(_) => Err(self.client.timed_out(&call)),
        }
    }

    /// What an event tells, or why the server ends the stream.
    fn take(&mut self, event: Event) -> Result<Option<Told>, Error> {
        if event.name == "problem" {
            let data = event.data.as_bytes();
            let mut problem = Problem::read(0, data, &self.client.request_id);
            let told: Option<Value> = serde_json::from_str(&event.data).ok();
            let status = told.and_then(|told| told["status"].as_u64()?.try_into().ok());
            problem.status = status.unwrap_or(500);
            return Err(Error::Problem(Box::new(problem)));
        }
        if !self.events.contains(&event.name.as_str()) {
            return Ok(None);
        }
        let data = match serde_json::from_str(&event.data) {
            Ok(data @ Value::Object(_)) => data,
            Ok(_) => return Err(self.garbage("an event is not a JSON object")),
            Err(error) => return Err(self.garbage(format!("an event is not valid JSON: {error}"))),
        };
        self.follower.reached(Position {
            last_event_id: event.id.clone(),
            digest: data["digest"].as_str().map(str::to_owned),
        });
        Ok(Some(Told {
            event: event.name,
            id: event.id,
            data,
        }))
    }

    /// Waits before the next try, or fails with what `error` is when there is none.
    async fn lost(&mut self, error: Error) -> Result<(), Error> {
        self.stream = None;
        let (now, random) = (self.began.elapsed(), fastrand::f64());
        let pause = self.follower.lost(loss(&error), now, random);
        let Some(pause) = pause else {
            return Err(error);
        };
        self.client
            .notes
            .progress(format_args!("{error}; connecting again"));
        sleep(pause).await;
        Ok(())
    }

    fn broken(&self, cause: &str) -> Error {
        Error::Unreachable {
            server: self.client.server.to_string(),
            cause: cause.to_owned(),
            tls: false,
            request_id: self.client.request_id.clone(),
        }
    }

    fn garbage(&self, what: impl Into<String>) -> Error {
        Error::garbage(&self.client.server, what)
    }
}

fn loss(error: &Error) -> Loss {
    match error {
        Error::Unreachable { .. } => Loss::Unreachable,
        Error::Problem(problem) if problem.is_lost_position() => Loss::Position,
        Error::Problem(problem) if problem.is_transient() => Loss::Transient,
        _ => Loss::Final,
    }
}
