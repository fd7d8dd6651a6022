//! Server-sent events (WHATWG HTML, 9.2) of a watched configuration.

use std::convert::Infallible;

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;
use serde_json::value::RawValue;
use tonic::Status;
use vortex_kit::{context::RequestId, error::Fault};
use vortex_proto::config::v1::{
    ConfigChange, GetConfigResponse, WatchConfigResponse, watch_config_response::Event,
};

use crate::{
    api::effective::{Effective, Source},
    json, problem,
};

/// Writes the messages of one stream.
#[derive(Debug)]
pub(super) struct Encoder {
    request_id: RequestId,
}

/// A change as its event's data.
#[derive(Debug, Serialize)]
struct Change {
    old_version: String,
    new_version: String,
    patch: Box<RawValue>,
    digest: String,
    token: String,
    sources: Vec<Source>,
}

impl Encoder {
    /// For the stream that a request of this id opened.
    pub(super) fn new(request_id: RequestId) -> Self {
        Self { request_id }
    }

    /// One message. An error becomes an event, since the status has long been sent; what made it
    /// ends the stream.
    pub(super) fn encode(
        &self,
        message: Result<WatchConfigResponse, Status>,
    ) -> Result<Bytes, Infallible> {
        let written = message
            .map_err(|status| Fault::from_status(&status))
            .and_then(|message| write(message.event));
        Ok(written.unwrap_or_else(|fault| {
            let problem = problem::write(&fault, Some(&self.request_id));
            event("problem", None, &problem)
        }))
    }
}

fn write(message: Option<Event>) -> Result<Bytes, Fault> {
    match message {
        Some(Event::Snapshot(snapshot)) => snapshot_event(snapshot),
        Some(Event::Change(change)) => change_event(change),
        Some(Event::Progress(progress)) => Ok(comment(&progress.token)),
        // a kind of message newer than this gateway
        None => Ok(Bytes::from_static(b":\n\n")),
    }
}

fn snapshot_event(snapshot: GetConfigResponse) -> Result<Bytes, Fault> {
    let token = snapshot.token.clone();
    let data = to_json(&Effective::new(snapshot)?)?;
    Ok(event("snapshot", Some(&token), &data))
}

fn change_event(change: ConfigChange) -> Result<Bytes, Fault> {
    let data = Change {
        patch: json::raw(&change.patch)?,
        old_version: change.old_version,
        new_version: change.new_version,
        digest: change.digest,
        token: change.token,
        sources: change.sources.into_iter().map(Source::from).collect(),
    };
    Ok(event("change", Some(&data.token), &to_json(&data)?))
}

fn to_json(data: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(data).map_err(|error| Fault::internal(&error))
}

fn comment(token: &str) -> Bytes {
    Bytes::from(format!(": progress {token}\n\n"))
}

/// An event; JSON that came with line breaks stands on as many lines.
fn event(name: &str, id: Option<&str>, data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(name.len() + data.len() + 64);
    field(&mut out, "event", name.as_bytes());
    if let Some(id) = id {
        field(&mut out, "id", id.as_bytes());
    }
    for line in data.split(|byte| matches!(byte, b'\n' | b'\r')) {
        field(&mut out, "data", line);
    }
    out.put_u8(b'\n');
    out.freeze()
}

fn field(out: &mut BytesMut, name: &str, value: &[u8]) {
    out.put_slice(name.as_bytes());
    out.put_slice(b": ");
    out.put_slice(value);
    out.put_u8(b'\n');
}

#[cfg(test)]
mod tests {
    use vortex_kit::shutdown::Drain;
    use vortex_proto::config::v1::Progress;

    use super::*;

    fn encode(message: Result<Event, Status>) -> String {
        let encoder = Encoder::new(RequestId::given("order-17").unwrap());
        let message = message.map(|event| WatchConfigResponse { event: Some(event) });
        let Ok(bytes) = encoder.encode(message);
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn a_change_has_the_token_as_its_id() {
        let text = encode(Ok(Event::Change(ConfigChange {
            old_version: "v1".into(),
            new_version: "v2".into(),
            patch: Bytes::from_static(b"[{\"op\":\"remove\",\n\"path\":\"/a\"}]"),
            digest: "d".into(),
            token: "s:7".into(),
            sources: Vec::new(),
        })));
        assert!(
            text.starts_with("event: change\nid: s:7\ndata: {\"old_version\":\"v1\""),
            "{text}"
        );
        assert!(text.contains("\ndata: \"path\":\"/a\"}]"), "{text}");
        assert!(text.ends_with("\n\n"), "{text}");
    }

    #[test]
    fn progress_is_a_comment() {
        let progress = Progress {
            token: "s:8".into(),
        };
        assert_eq!(encode(Ok(Event::Progress(progress))), ": progress s:8\n\n");
    }

    #[test]
    fn what_ends_a_stream_is_told_as_a_problem() {
        let text = encode(Err(Drain::fault().into()));
        assert!(text.starts_with("event: problem\ndata: {"), "{text}");
        assert!(text.contains("\"code\":\"DRAINING\""), "{text}");
        assert!(text.contains("\"request_id\":\"order-17\""), "{text}");
    }
}
