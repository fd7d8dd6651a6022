//! A watch as server-sent events.

use std::collections::VecDeque;

use reqwest::Response;
use serde::{Deserialize, de::DeserializeOwned};
use vortex_sse::{Event, Parser};

use super::http::Http;
use crate::{
    error::{Error, Problem},
    transport::{Address, Told},
};

/// A watch that is connected.
#[derive(Debug)]
pub(crate) struct Events {
    http: Http,
    response: Response,
    parser: Parser,
    ready: VecDeque<Event>,
}

impl Events {
    pub(super) fn new(response: Response, http: Http) -> Self {
        Self {
            http,
            response,
            parser: Parser::default(),
            ready: VecDeque::new(),
        }
    }

    /// What is told next. An error ends the watch. Cancel safe.
    pub(in crate::transport) async fn next(&mut self) -> Result<Told, Error> {
        if let Some(event) = self.ready.pop_front() {
            return self.told(&event);
        }
        let chunk = self.http.chunk(&mut self.response).await?;
        let chunk = chunk.ok_or_else(|| self.address().ended("the stream ended"))?;
        let events = self.parser.feed(&chunk);
        let events = events.map_err(|error| self.address().garbage(error.to_string()))?;
        self.ready.extend(events);
        Ok(Told::Alive)
    }

    fn told(&self, event: &Event) -> Result<Told, Error> {
        match event.name.as_str() {
            "snapshot" => self.read(event).map(Told::Whole),
            "change" => self.read(event).map(Told::Change),
            "problem" => Err(problem(event)),
            // newer than this
            _ => Ok(Told::Alive),
        }
    }

    fn read<T: DeserializeOwned>(&self, event: &Event) -> Result<T, Error> {
        let data = serde_json::from_str(&event.data);
        data.map_err(|error| {
            let what = format!("an event is not valid: {error}");
            self.address().garbage(what)
        })
    }

    pub(in crate::transport) fn address(&self) -> &Address {
        self.http.address()
    }
}

fn problem(event: &Event) -> Error {
    #[derive(Deserialize)]
    struct Told {
        status: u16,
    }
    let told: Option<Told> = serde_json::from_str(&event.data).ok();
    let status = told.map_or(500, |told| told.status);
    Error::Refused(Box::new(Problem::read(status, event.data.as_bytes())))
}
