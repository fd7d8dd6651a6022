//! The stream of views of a config-svc that serves what it was told to, under every name.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use futures::{StreamExt, stream};
use tokio::sync::mpsc;
use tonic::{Status, Streaming};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{
    GetConfigResponse, Progress, ViewContent, ViewFault, ViewState, ViewVariant, WatchViewsRequest,
    WatchViewsResponse, watch_views_request::Request as Asked, watch_views_response::Event,
};

use crate::config_service::{Messages, Service};

/// The store of what is served.
pub(crate) const STORE: &str = "0123456789abcdef0123456789abcdef";
/// How often a stream says that nothing has changed, unless it was told to be silent.
const PROGRESS: Duration = Duration::from_millis(250);

/// What all streams of views tell.
pub(crate) struct Views {
    /// Without its number; none while there is no such label.
    view: Option<ViewState>,
    /// The position up to which all was told.
    token: String,
    is_silent: bool,
    /// The streams that nothing is sent on.
    stalled: BTreeSet<u64>,
    next: u64,
    streams: HashMap<u64, Follower>,
    /// The reads that were answered elsewhere, as they were told.
    answered: Vec<vortex_proto::config::v1::AnsweredReads>,
    /// The views that were ever asked for, in order.
    asked: Vec<String>,
}

struct Follower {
    numbers: BTreeSet<u32>,
    sender: mpsc::UnboundedSender<Result<WatchViewsResponse, Status>>,
}

impl Default for Views {
    fn default() -> Self {
        Self {
            view: None,
            token: format!("{STORE}:1"),
            is_silent: false,
            stalled: BTreeSet::new(),
            next: 0,
            streams: HashMap::new(),
            answered: Vec::new(),
            asked: Vec::new(),
        }
    }
}

impl Follower {
    fn send(&self, event: Event) {
        // it may be gone already
        let _ = self
            .sender
            .send(Ok(WatchViewsResponse { event: Some(event) }));
    }
}

/// A view without splits, as a snapshot of it is.
pub(crate) fn view_of(snapshot: &GetConfigResponse) -> ViewState {
    ViewState {
        token: snapshot.token.clone(),
        variants: vec![ViewVariant {
            version: snapshot.version.clone(),
            digest: snapshot.digest.clone(),
            sources: snapshot.sources.clone(),
            config: snapshot.config.clone(),
            ..ViewVariant::default()
        }],
        source_age: snapshot.source_age.clone(),
        ..ViewState::default()
    }
}

impl Views {
    /// Serves this from now on.
    pub(crate) fn serve(&mut self, view: ViewState) {
        self.token.clone_from(&view.token);
        self.view = Some(view);
        for (id, stream) in &self.streams {
            if !self.stalled.contains(id) {
                self.send_all(stream);
            }
        }
        self.tell_progress();
    }

    /// Sends nothing on the stream of a number any more, or goes on with what is newest.
    pub(crate) fn stall(&mut self, id: u64, is_stalled: bool) {
        match is_stalled {
            true => self.stalled.insert(id),
            false => {
                let was_stalled = self.stalled.remove(&id);
                if let Some(stream) = self.streams.get(&id).filter(|_| was_stalled) {
                    self.send_all(stream);
                }
                was_stalled
            }
        };
        self.tell_progress();
    }

    /// The numbers of the streams, in the order in which they began.
    pub(crate) fn streams(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self.streams.keys().copied().collect();
        all.sort_unstable();
        all
    }

    fn send_all(&self, stream: &Follower) {
        for number in &stream.numbers {
            stream.send(self.state(*number));
        }
    }

    /// Serves nothing any more.
    pub(crate) fn fail(&mut self, fault: &Fault) {
        self.view = None;
        for stream in self.streams.values() {
            for number in &stream.numbers {
                stream.send(Event::Fault(ViewFault {
                    number: *number,
                    reason: fault.reason().name().to_owned(),
                    message: fault.message().to_owned(),
                }));
            }
        }
        self.tell_progress();
    }

    /// Says that all was told up to a position.
    pub(crate) fn progress(&mut self, token: String) {
        self.token = token;
        self.tell_progress();
    }

    /// Says nothing by itself any more.
    pub(crate) fn fall_silent(&mut self) {
        self.is_silent = true;
    }

    /// How many views are followed.
    pub(crate) fn followed(&self) -> usize {
        self.streams.values().map(|it| it.numbers.len()).sum()
    }

    /// The views that were ever asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.clone()
    }

    /// The reads that were answered elsewhere.
    pub(crate) fn answered(&self) -> Vec<vortex_proto::config::v1::AnsweredReads> {
        self.answered.clone()
    }

    fn tell_progress(&self) {
        let told = (self.streams.iter()).filter(|(id, _)| !self.stalled.contains(id));
        for (_, stream) in told.filter(|_| !self.is_silent) {
            let token = self.token.clone();
            stream.send(Event::Progress(Progress { token }));
        }
    }

    fn state(&self, number: u32) -> Event {
        match self.view.clone() {
            Some(view) => Event::State(ViewState { number, ..view }),
            None => Event::Fault(ViewFault {
                number,
                reason: "LABEL_NOT_FOUND".to_owned(),
                message: "there is no such label".to_owned(),
            }),
        }
    }

    fn take(&mut self, id: u64, asked: Asked) {
        match asked {
            Asked::Add(add) => {
                let content = ViewContent::try_from(add.content).unwrap();
                let view = add.view.unwrap();
                let name = [view.apps, view.profiles, view.labels].concat().join("/");
                self.asked.push(format!("{name} {}", content.as_str_name()));
                let state = self.state(add.number);
                let is_stalled = self.stalled.contains(&id);
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.numbers.insert(add.number);
                    if !is_stalled {
                        stream.send(state);
                    }
                }
                self.tell_progress();
            }
            Asked::Remove(remove) => {
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.numbers.remove(&remove.number);
                }
            }
            Asked::Answered(answered) => self.answered.push(answered),
        }
    }
}

/// Begins a stream of views.
pub(crate) fn follow(
    service: &Service,
    mut requests: Streaming<WatchViewsRequest>,
) -> Messages<WatchViewsResponse> {
    let (sender, mut messages) = mpsc::unbounded_channel();
    let id = service.views(|views| {
        views.next += 1;
        let numbers = BTreeSet::new();
        views
            .streams
            .insert(views.next, Follower { numbers, sender });
        views.tell_progress();
        views.next
    });
    let service = service.clone();
    tokio::spawn(async move {
        let mut progress = tokio::time::interval(PROGRESS);
        loop {
            tokio::select! {
                request = requests.next() => match request {
                    Some(Ok(request)) => {
                        service.views(|views| views.take(id, request.request.unwrap()));
                    }
                    Some(Err(_)) | None => break,
                },
                _ = progress.tick() => service.views(|views| views.tell_progress()),
            }
        }
        service.views(|views| views.streams.remove(&id));
    });
    stream::poll_fn(move |cx| messages.poll_recv(cx)).boxed()
}
