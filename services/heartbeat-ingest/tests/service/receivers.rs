//! Receivers of windows that go by the watermark, over a link that loses requests and replies.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
};

use fastrand::Rng;
use tonic::{
    Response, Status,
    body::Body,
    codegen::{BoxFuture, Service, http},
    server::{NamedService, UnaryService},
};
use tonic_prost::ProstCodec;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{drift::v1 as drift, rollout::v1 as rollout, window::v1 as window};

/// A part of a window.
pub(crate) trait Part: Clone + Send + 'static {
    /// Its name.
    fn name(&self) -> &window::WindowName;
}

impl Part for drift::ReportInstancesRequest {
    fn name(&self) -> &window::WindowName {
        self.name.as_ref().unwrap()
    }
}

impl Part for rollout::ReportWindowRequest {
    fn name(&self) -> &window::WindowName {
        self.name.as_ref().unwrap()
    }
}

/// Takes parts, each once. A clone is a pointer.
pub(crate) struct Receiver<P>(Arc<Mutex<State<P>>>);

impl<P> Clone for Receiver<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// What a receiver is like, and has.
pub(crate) struct State<P> {
    /// The last name that was taken of each process.
    watermarks: HashMap<String, (u64, u64, u32)>,
    /// What was taken.
    pub(crate) taken: Vec<P>,
    /// How often a part came that was taken before.
    pub(crate) repeated: usize,
    /// The requests in ten that are lost, and the replies.
    pub(crate) bad: u8,
    /// Nobody answers.
    pub(crate) is_away: bool,
    /// Nothing is taken, for its form.
    pub(crate) refuses: bool,
    /// What the next answer offers.
    pub(crate) offers: Vec<drift::FetchOffer>,
    random: Rng,
}

impl<P: Part> Receiver<P> {
    pub(crate) fn new(bad: u8, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            watermarks: HashMap::new(),
            taken: Vec::new(),
            repeated: 0,
            bad,
            is_away: false,
            refuses: false,
            offers: Vec::new(),
            random: Rng::with_seed(seed),
        })))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State<P>> {
        self.0.lock().unwrap()
    }

    fn take(&self, part: P) -> Result<(bool, Vec<drift::FetchOffer>), Status> {
        let mut state = self.state();
        if state.is_away || state.is_unlucky() {
            return Err(Fault::new(Reason::Unavailable, "nobody is there").into());
        }
        if state.refuses {
            return Err(Fault::invalid("name", "it is not liked").into());
        }
        let name = part.name();
        let at = (name.boot, name.sequence, name.part);
        let watermark = state.watermarks.get(&name.ingest);
        let repeated = watermark.is_some_and(|last| at <= *last);
        if repeated {
            state.repeated += 1;
        } else {
            state.watermarks.insert(name.ingest.clone(), at);
            state.taken.push(part);
        }
        let offers = std::mem::take(&mut state.offers);
        if state.is_unlucky() {
            return Err(Fault::new(Reason::OutcomeUnknown, "the reply is lost").into());
        }
        Ok((repeated, offers))
    }
}

impl<P> State<P> {
    fn is_unlucky(&mut self) -> bool {
        self.random.u8(..10) < self.bad
    }
}

impl Receiver<rollout::ReportWindowRequest> {
    /// All requests that were counted.
    pub(crate) fn requests(&self) -> u64 {
        let state = self.state();
        let figures = state.taken.iter().flat_map(|part| &part.figures);
        figures.map(|figures| figures.requests).sum()
    }
}

impl Receiver<drift::ReportInstancesRequest> {
    /// All instances that were told of, with each window.
    pub(crate) fn instances(&self) -> Vec<drift::InstanceReport> {
        let state = self.state();
        let fleets = state.taken.iter().flat_map(|part| &part.fleets);
        fleets.flat_map(|fleet| fleet.instances.clone()).collect()
    }
}

macro_rules! serve {
    ($name:literal, $request:ty) => {
        impl NamedService for Receiver<$request> {
            const NAME: &'static str = $name;
        }

        impl Service<http::Request<Body>> for Receiver<$request> {
            type Response = http::Response<Body>;
            type Error = Infallible;
            type Future = BoxFuture<Self::Response, Infallible>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: http::Request<Body>) -> Self::Future {
                let this = self.clone();
                Box::pin(async move {
                    let mut grpc = tonic::server::Grpc::new(ProstCodec::default())
                        .max_decoding_message_size(16 << 20);
                    Ok(grpc.unary(this, request).await)
                })
            }
        }
    };
}

serve! { "vortex.drift.v1.DriftService", drift::ReportInstancesRequest }
serve! { "vortex.rollout.v1.RolloutService", rollout::ReportWindowRequest }

impl UnaryService<drift::ReportInstancesRequest> for Receiver<drift::ReportInstancesRequest> {
    type Response = drift::ReportInstancesResponse;
    type Future = Ready<Result<Response<Self::Response>, Status>>;

    fn call(&mut self, request: tonic::Request<drift::ReportInstancesRequest>) -> Self::Future {
        let taken = self.take(request.into_inner());
        ready(taken.map(|(repeated, offers)| {
            Response::new(drift::ReportInstancesResponse { repeated, offers })
        }))
    }
}

impl UnaryService<rollout::ReportWindowRequest> for Receiver<rollout::ReportWindowRequest> {
    type Response = rollout::ReportWindowResponse;
    type Future = Ready<Result<Response<Self::Response>, Status>>;

    fn call(&mut self, request: tonic::Request<rollout::ReportWindowRequest>) -> Self::Future {
        let taken = self.take(request.into_inner());
        ready(taken.map(|(repeated, _)| {
            Response::new(rollout::ReportWindowResponse {
                repeated,
                ..Default::default()
            })
        }))
    }
}
