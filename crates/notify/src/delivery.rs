//! A request that tells a sink of an event.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};

use crate::{DELIVERY, Event, SIGNATURE, TIMESTAMP, settings::Sink, signature::signed};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The body and the headers of a request.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) body: Bytes,
    pub(crate) headers: HeaderMap,
}

impl Delivery {
    /// What the sink is sent of the event at `now`.
    ///
    /// # Errors
    /// When the event's id is none that fits a header.
    pub(crate) fn new(
        sink: &Sink,
        event: &Event,
        now: Timestamp,
    ) -> Result<Self, InvalidHeaderValue> {
        let body = sink.format.body(event);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(name(DELIVERY), HeaderValue::try_from(&event.id)?);
        if let Some(key) = &sink.key {
            let second = now.as_second();
            let signature = signed(key, second, &body);
            headers.insert(name(TIMESTAMP), second.into());
            headers.insert(name(SIGNATURE), HeaderValue::try_from(signature)?);
        }
        Ok(Self { body, headers })
    }
}

fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}
