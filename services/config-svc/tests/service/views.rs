//! Many views on one stream.

mod access;
mod answered;
mod content;
mod faults;
mod follow;
mod history;
mod many;
mod splits;

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use vortex_proto::config::v1::{
    self as pb, watch_views_request::Request, watch_views_response::Event,
};
use vortex_views::{Fleet, View};

use crate::grpc::Node;

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// A stream, and what it sent.
struct Stream {
    requests: mpsc::Sender<pb::WatchViewsRequest>,
    events: Streaming<pb::WatchViewsResponse>,
}

impl Stream {
    async fn open(node: &Node) -> Self {
        let (requests, outgoing) = mpsc::channel(2_000);
        let mut client = node.config.clone();
        let opened = client.watch_views(ReceiverStream::new(outgoing)).await;
        Self {
            requests,
            events: opened.unwrap().into_inner(),
        }
    }

    async fn ask(&self, request: Request) {
        let request = pb::WatchViewsRequest {
            request: Some(request),
        };
        self.requests.send(request).await.unwrap();
    }

    async fn add(&self, add: pb::AddView) {
        self.ask(Request::Add(add)).await;
    }

    async fn remove(&self, number: u32) {
        self.ask(Request::Remove(pb::RemoveView { number })).await;
    }

    async fn next(&mut self) -> Result<Event, Status> {
        let message = tokio::time::timeout(PATIENCE, self.events.message()).await;
        let message = message.expect("something is sent")?;
        Ok(message.expect("it goes on").event.unwrap())
    }

    /// The next state.
    async fn state(&mut self) -> pb::ViewState {
        loop {
            match self.next().await.unwrap() {
                Event::State(state) => return state,
                Event::Fault(fault) => panic!("{fault:?}"),
                Event::Progress(_) | Event::SourceAge(_) => {}
            }
        }
    }

    /// The next fault.
    async fn fault(&mut self) -> pb::ViewFault {
        loop {
            match self.next().await.unwrap() {
                Event::State(state) => panic!("{state:?}"),
                Event::Fault(fault) => return fault,
                Event::Progress(_) | Event::SourceAge(_) => {}
            }
        }
    }

    /// The states that are sent until all is that has changed up to a position.
    async fn until(&mut self, token: &str) -> Vec<pb::ViewState> {
        let mut states = Vec::new();
        loop {
            match self.next().await.unwrap() {
                Event::State(state) => states.push(state),
                Event::Fault(fault) => panic!("{fault:?}"),
                Event::Progress(progress) if position(&progress.token) >= position(token) => {
                    return states;
                }
                Event::Progress(_) | Event::SourceAge(_) => {}
            }
        }
    }

    /// Why it ends.
    async fn end(&mut self) -> Status {
        loop {
            if let Err(status) = self.next().await {
                return status;
            }
        }
    }
}

fn position(token: &str) -> u64 {
    token.split_once(':').unwrap().1.parse().unwrap()
}

/// The view of an application in no profile, with its versions.
fn view(number: u32, app: &str) -> pb::AddView {
    pb::AddView {
        number,
        view: Some(pb::View {
            apps: vec![app.to_owned()],
            ..Default::default()
        }),
        content: pb::ViewContent::Versions.into(),
        ..Default::default()
    }
}

/// The same, with its history.
fn with_history(number: u32, app: &str) -> pb::AddView {
    pb::AddView {
        history: true,
        ..view(number, app)
    }
}

fn fleet(app: &str) -> Fleet {
    Fleet::new(app, &["default"], "").unwrap()
}

/// A view as its readers understand it.
fn read(state: pb::ViewState, app: &str) -> View {
    View::read(state, &fleet(app), None).unwrap()
}

/// The versions by their variants.
fn versions(state: &pb::ViewState) -> Vec<&str> {
    let variants = state.variants.iter();
    variants.map(|variant| variant.version.as_str()).collect()
}

/// The first names of a history, by the arms.
fn by_arms(history: &[pb::ServedVersion]) -> BTreeMap<u32, Vec<&str>> {
    let mut by_arms: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for served in history {
        by_arms
            .entry(served.arms)
            .or_default()
            .push(&served.names[0]);
    }
    by_arms
}

async fn write(node: &Node, app: &str, version: &str, text: &str) -> String {
    let put = crate::grpc::put(app, version, text);
    let written = node.config.clone().put_document(put).await.unwrap();
    written.into_inner().token
}
