//! A config-svc of which only the stream of views is there, and says what a test says.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::watch;
use tonic::{
    Response, Status, Streaming,
    body::Body,
    codegen::{BoxFuture, Service, http},
    server::{NamedService, StreamingService},
};
use tonic_prost::ProstCodec;
use vortex_proto::config::v1::{
    self as pb, watch_views_request::Request as Asked, watch_views_response::Event,
};

/// The store whose log it is.
pub(crate) const STORE: &str = "0123456789abcdef0123456789abcdef";

/// What applications are served. A clone is a pointer.
#[derive(Clone)]
pub(crate) struct Config {
    states: Arc<watch::Sender<BTreeMap<String, pb::ViewState>>>,
}

impl Config {
    pub(crate) fn new() -> Self {
        Self {
            states: Arc::new(watch::Sender::new(BTreeMap::new())),
        }
    }

    /// Serves an application these versions, one for each combination of arms, from a position of
    /// the log on.
    pub(crate) fn serve(
        &self,
        app: &str,
        position: u64,
        versions: &[&str],
        splits: Vec<pb::ViewSplit>,
    ) {
        let variants = versions.iter().map(|version| pb::ViewVariant {
            version: (*version).to_owned(),
            environment_version: (*version).to_owned(),
            digest: format!("digest of {version}"),
            ..Default::default()
        });
        let history = versions
            .iter()
            .zip(0..)
            .map(|(version, arms)| pb::ServedVersion {
                names: vec![(*version).to_owned()],
                since: position,
                arms,
                ..Default::default()
            });
        self.states.send_modify(|states| {
            let before = states.remove(app).unwrap_or_default();
            let state = pb::ViewState {
                token: token(position),
                splits,
                variants: variants.collect(),
                history: history.chain(before.history).collect(),
                ..Default::default()
            };
            states.insert(app.to_owned(), state);
        });
    }

    fn follow(
        self,
        mut requests: Streaming<pb::WatchViewsRequest>,
    ) -> impl futures::Stream<Item = Result<pb::WatchViewsResponse, Status>> {
        let mut states = self.states.subscribe();
        async_stream::stream! {
            let mut views: HashMap<u32, (String, String)> = HashMap::new();
            let mut progress = tokio::time::interval(Duration::from_secs(1));
            loop {
                tokio::select! {
                    request = requests.next() => match request {
                        Some(Ok(request)) => match request.request.unwrap() {
                            Asked::Add(add) => {
                                let app = add.view.unwrap().apps.remove(0);
                                views.insert(add.number, (app, String::new()));
                            }
                            Asked::Remove(remove) => drop(views.remove(&remove.number)),
                            Asked::Answered(_) => {}
                        },
                        _ => break,
                    },
                    _ = states.changed() => {}
                    _ = progress.tick() => {
                        let progress = pb::Progress { token: token(1_000) };
                        yield Ok(pb::WatchViewsResponse { event: Some(Event::Progress(progress)) });
                    }
                }
                let known = states.borrow_and_update().clone();
                for (number, (app, sent)) in &mut views {
                    if let Some(state) = known.get(app).filter(|state| state.token != *sent) {
                        sent.clone_from(&state.token);
                        let state = pb::ViewState { number: *number, ..state.clone() };
                        yield Ok(pb::WatchViewsResponse { event: Some(Event::State(state)) });
                    }
                }
            }
        }
    }
}

fn token(position: u64) -> String {
    format!("{STORE}:{position}")
}

/// A split by instance of which everybody is in the canary, but for these.
pub(crate) fn split(id: &str, generation: u64, share: u32, exclude: &[&str]) -> pb::ViewSplit {
    pb::ViewSplit {
        id: id.to_owned(),
        change: "v2".to_owned(),
        generation,
        share,
        seed: 7,
        unit: pb::SplitUnit::Instance.into(),
        exclude: exclude.iter().map(|key| (*key).to_owned()).collect(),
        ..Default::default()
    }
}

impl NamedService for Config {
    const NAME: &'static str = "vortex.config.v1.ConfigService";
}

impl Service<http::Request<Body>> for Config {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(ProstCodec::default());
            Ok(grpc.streaming(this, request).await)
        })
    }
}

impl StreamingService<pb::WatchViewsRequest> for Config {
    type Response = pb::WatchViewsResponse;
    type ResponseStream = BoxStream<'static, Result<pb::WatchViewsResponse, Status>>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: tonic::Request<Streaming<pb::WatchViewsRequest>>) -> Self::Future {
        let stream = self.clone().follow(request.into_inner());
        ready(Ok(Response::new(stream.boxed())))
    }
}
