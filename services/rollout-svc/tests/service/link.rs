//! A link to config-svc's splits that loses requests and replies, and delivers twice.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use fastrand::Rng;
use tonic::{Request, Response, Status};
use vortex_kit::{
    channel::Channel,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::{
    self as pb, split_service_client::SplitServiceClient, split_service_server::SplitService,
};

/// The behaviour of a link.
#[derive(Clone)]
pub(crate) struct Link {
    to: SplitServiceClient<Channel>,
    cut: Arc<AtomicBool>,
    /// Whether only effects are lost.
    deaf: Arc<AtomicBool>,
    /// Whether plans and reads fail.
    blind: Arc<AtomicBool>,
    /// The number of effects in ten that go wrong.
    bad: u8,
    random: Arc<Mutex<Rng>>,
}

/// The fate of one call.
enum Fate {
    Arrives,
    ArrivesTwice,
    IsLost,
    AnswerIsLost,
}

impl Link {
    pub(crate) fn new(to: Channel, bad: u8, seed: u64) -> Self {
        Self {
            to: SplitServiceClient::new(to),
            cut: Arc::default(),
            deaf: Arc::default(),
            blind: Arc::default(),
            bad,
            random: Arc::new(Mutex::new(Rng::with_seed(seed))),
        }
    }

    /// Cuts the link, or restores it.
    pub(crate) fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }

    /// Stops effects, or lets them through again.
    pub(crate) fn deafen(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::SeqCst);
    }

    /// Makes plans and reads fail, or lets them through again.
    pub(crate) fn blind(&self, blind: bool) {
        self.blind.store(blind, Ordering::SeqCst);
    }

    fn check_sight(&self) -> Result<(), Status> {
        if self.blind.load(Ordering::SeqCst) {
            return Err(Fault::new(Reason::Unavailable, "the link is blind").into());
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Status> {
        if self.cut.load(Ordering::SeqCst) {
            return Err(Fault::new(Reason::Unavailable, "the link is cut").into());
        }
        Ok(())
    }

    fn fate(&self) -> Fate {
        let mut random = self.random.lock().unwrap();
        if random.u8(..10) >= self.bad {
            return Fate::Arrives;
        }
        match random.u8(..3) {
            0 => Fate::ArrivesTwice,
            1 => Fate::IsLost,
            _ => Fate::AnswerIsLost,
        }
    }

    async fn pass<T, F>(
        &self,
        call: impl Fn(SplitServiceClient<Channel>) -> F + Send + Sync,
    ) -> Result<T, Status>
    where
        F: Future<Output = Result<T, Status>> + Send,
    {
        self.check()?;
        if self.deaf.load(Ordering::SeqCst) {
            return Err(Fault::new(Reason::Unavailable, "the link is deaf").into());
        }
        let unknown = || Err(Fault::new(Reason::OutcomeUnknown, "the link broke").into());
        match self.fate() {
            Fate::Arrives => call(self.to.clone()).await,
            Fate::ArrivesTwice => {
                let _first = call(self.to.clone()).await;
                call(self.to.clone()).await
            }
            Fate::IsLost => unknown(),
            Fate::AnswerIsLost => {
                let _answer = call(self.to.clone()).await;
                unknown()
            }
        }
    }
}

#[tonic::async_trait]
impl SplitService for Link {
    async fn plan_split(
        &self,
        request: Request<pb::PlanSplitRequest>,
    ) -> Result<Response<pb::PlanSplitResponse>, Status> {
        self.check()?;
        self.check_sight()?;
        self.to.clone().plan_split(request.into_inner()).await
    }

    async fn set_split(
        &self,
        request: Request<pb::SetSplitRequest>,
    ) -> Result<Response<pb::SetSplitResponse>, Status> {
        let request = request.into_inner();
        let call = |mut to: SplitServiceClient<Channel>| {
            let request = request.clone();
            async move { to.set_split(request).await }
        };
        self.pass(call).await
    }

    async fn end_split(
        &self,
        request: Request<pb::EndSplitRequest>,
    ) -> Result<Response<pb::EndSplitResponse>, Status> {
        let request = request.into_inner();
        let call = |mut to: SplitServiceClient<Channel>| {
            let request = request.clone();
            async move { to.end_split(request).await }
        };
        self.pass(call).await
    }

    async fn get_split(
        &self,
        request: Request<pb::GetSplitRequest>,
    ) -> Result<Response<pb::GetSplitResponse>, Status> {
        self.check_sight()?;
        self.to.clone().get_split(request.into_inner()).await
    }

    async fn list_splits(
        &self,
        request: Request<pb::ListSplitsRequest>,
    ) -> Result<Response<pb::ListSplitsResponse>, Status> {
        self.to.clone().list_splits(request.into_inner()).await
    }

    async fn resolve_arms(
        &self,
        request: Request<pb::ResolveArmsRequest>,
    ) -> Result<Response<pb::ResolveArmsResponse>, Status> {
        self.to.clone().resolve_arms(request.into_inner()).await
    }

    async fn stage_revert(
        &self,
        request: Request<pb::StageRevertRequest>,
    ) -> Result<Response<pb::StageRevertResponse>, Status> {
        self.check()?;
        self.to.clone().stage_revert(request.into_inner()).await
    }
}
