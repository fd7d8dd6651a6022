//! A watch as a stream of messages.

use tonic::Streaming;
use vortex_proto::config::v1::{WatchConfigResponse, watch_config_response::Event};
use vortex_rest::{ConfigChange, Effective};

use super::refusal;
use crate::{
    error::Error,
    transport::{Address, Told},
};

/// A watch that is connected.
#[derive(Debug)]
pub(crate) struct Events {
    stream: Streaming<WatchConfigResponse>,
    address: Address,
}

impl Events {
    pub(super) fn new(stream: Streaming<WatchConfigResponse>, address: Address) -> Self {
        Self { stream, address }
    }

    /// What is told next. An error ends the watch. Cancel safe.
    pub(in crate::transport) async fn next(&mut self) -> Result<Told, Error> {
        let message = self.stream.message().await;
        let message = message.map_err(|status| refusal::error(&status, &self.address))?;
        let message = message.ok_or_else(|| self.address.ended("the stream ended"))?;
        match message.event {
            Some(Event::Snapshot(whole)) => self.read(Effective::try_from(whole)).map(Told::Whole),
            Some(Event::Change(change)) => {
                self.read(ConfigChange::try_from(change)).map(Told::Change)
            }
            // a message of none of these is newer than this
            Some(Event::Progress(_)) | None => Ok(Told::Alive),
        }
    }

    fn read<T>(&self, read: Result<T, serde_json::Error>) -> Result<Box<T>, Error> {
        read.map(Box::new).map_err(|error| {
            let what = format!("a message is not valid: {error}");
            self.address.garbage(what)
        })
    }

    pub(in crate::transport) fn address(&self) -> &Address {
        &self.address
    }
}
