//! A reliable line to config-svc's documents, log, freezes and sources, beside the link to its
//! splits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tonic::{Request, Response, Status, Streaming};
use vortex_kit::channel::Channel;
use vortex_proto::config::v1::{
    self as pb, config_service_client::ConfigServiceClient, config_service_server::ConfigService,
    freeze_service_client::FreezeServiceClient, freeze_service_server::FreezeService,
    source_service_client::SourceServiceClient, source_service_server::SourceService,
};

/// Forwards every call about freezes, unless it hides them.
#[derive(Clone)]
pub(crate) struct Freezes {
    to: FreezeServiceClient<Channel>,
    hidden: Arc<AtomicBool>,
}

impl Freezes {
    pub(crate) fn new(to: Channel) -> Self {
        Self {
            to: FreezeServiceClient::new(to),
            hidden: Arc::default(),
        }
    }

    /// Lists no freezes from now on, as if it had not heard of any yet.
    pub(crate) fn hide(&self) {
        self.hidden.store(true, Ordering::SeqCst);
    }
}

#[tonic::async_trait]
impl FreezeService for Freezes {
    async fn set_freeze(
        &self,
        request: Request<pb::SetFreezeRequest>,
    ) -> Result<Response<pb::SetFreezeResponse>, Status> {
        self.to.clone().set_freeze(request.into_inner()).await
    }

    async fn end_freeze(
        &self,
        request: Request<pb::EndFreezeRequest>,
    ) -> Result<Response<pb::EndFreezeResponse>, Status> {
        self.to.clone().end_freeze(request.into_inner()).await
    }

    async fn list_freezes(
        &self,
        request: Request<pb::ListFreezesRequest>,
    ) -> Result<Response<pb::ListFreezesResponse>, Status> {
        match self.hidden.load(Ordering::SeqCst) {
            true => Ok(Response::new(pb::ListFreezesResponse::default())),
            false => self.to.clone().list_freezes(request.into_inner()).await,
        }
    }
}

/// Forwards every call about sources, and counts the lists.
pub(crate) struct Sources {
    to: SourceServiceClient<Channel>,
    lists: Arc<AtomicUsize>,
}

impl Sources {
    pub(crate) fn new(to: Channel) -> Self {
        Self {
            to: SourceServiceClient::new(to),
            lists: Arc::default(),
        }
    }

    /// How often sources were listed.
    pub(crate) fn lists(&self) -> Arc<AtomicUsize> {
        self.lists.clone()
    }
}

#[tonic::async_trait]
impl SourceService for Sources {
    async fn list_sources(
        &self,
        request: Request<pb::ListSourcesRequest>,
    ) -> Result<Response<pb::ListSourcesResponse>, Status> {
        let listed = self.to.clone().list_sources(request.into_inner()).await;
        self.lists.fetch_add(1, Ordering::SeqCst);
        listed
    }

    async fn get_source(
        &self,
        request: Request<pb::GetSourceRequest>,
    ) -> Result<Response<pb::GetSourceResponse>, Status> {
        self.to.clone().get_source(request.into_inner()).await
    }

    async fn sync_source(
        &self,
        request: Request<pb::SyncSourceRequest>,
    ) -> Result<Response<pb::SyncSourceResponse>, Status> {
        self.to.clone().sync_source(request.into_inner()).await
    }

    async fn approve_source(
        &self,
        request: Request<pb::ApproveSourceRequest>,
    ) -> Result<Response<pb::ApproveSourceResponse>, Status> {
        self.to.clone().approve_source(request.into_inner()).await
    }

    async fn detach_source(
        &self,
        request: Request<pb::DetachSourceRequest>,
    ) -> Result<Response<pb::DetachSourceResponse>, Status> {
        self.to.clone().detach_source(request.into_inner()).await
    }

    async fn notify_sources(
        &self,
        request: Request<pb::NotifySourcesRequest>,
    ) -> Result<Response<pb::NotifySourcesResponse>, Status> {
        self.to.clone().notify_sources(request.into_inner()).await
    }
}

/// Forwards every call.
pub(crate) struct Line(ConfigServiceClient<Channel>);

impl Line {
    pub(crate) fn new(to: Channel) -> Self {
        Self(ConfigServiceClient::new(to))
    }
}

macro_rules! passed_on {
    ($($method:ident($request:ident) -> $response:ty;)+) => {
        #[tonic::async_trait]
        impl ConfigService for Line {
            type WatchConfigStream = Streaming<pb::WatchConfigResponse>;
            type WatchLogStream = Streaming<pb::WatchLogResponse>;
            type WatchViewsStream = Streaming<pb::WatchViewsResponse>;

            async fn watch_views(
                &self,
                _: Request<Streaming<pb::WatchViewsRequest>>,
            ) -> Result<Response<Self::WatchViewsStream>, Status> {
                Err(Status::unimplemented("rollout-svc follows no views"))
            }

            $(
                async fn $method(
                    &self,
                    request: Request<pb::$request>,
                ) -> Result<Response<$response>, Status> {
                    self.0.clone().$method(request.into_inner()).await
                }
            )+
        }
    };
}

passed_on! {
    put_document(PutDocumentRequest) -> pb::PutDocumentResponse;
    delete_document(DeleteDocumentRequest) -> pb::DeleteDocumentResponse;
    get_document(GetDocumentRequest) -> pb::GetDocumentResponse;
    list_documents(ListDocumentsRequest) -> pb::ListDocumentsResponse;
    list_versions(ListVersionsRequest) -> pb::ListVersionsResponse;
    diff_versions(DiffVersionsRequest) -> pb::DiffVersionsResponse;
    apply_change(ApplyChangeRequest) -> pb::ApplyChangeResponse;
    get_change(GetChangeRequest) -> pb::GetChangeResponse;
    list_changes(ListChangesRequest) -> pb::ListChangesResponse;
    release_change(ReleaseChangeRequest) -> pb::ReleaseChangeResponse;
    discard_change(DiscardChangeRequest) -> pb::DiscardChangeResponse;
    get_config(GetConfigRequest) -> pb::GetConfigResponse;
    get_environment(GetEnvironmentRequest) -> pb::GetEnvironmentResponse;
    get_file(GetFileRequest) -> pb::GetFileResponse;
    explain_config(ExplainConfigRequest) -> pb::ExplainConfigResponse;
    watch_config(WatchConfigRequest) -> Streaming<pb::WatchConfigResponse>;
    undo_change(UndoChangeRequest) -> pb::UndoChangeResponse;
    list_events(ListEventsRequest) -> pb::ListEventsResponse;
    watch_log(WatchLogRequest) -> Streaming<pb::WatchLogResponse>;
}
