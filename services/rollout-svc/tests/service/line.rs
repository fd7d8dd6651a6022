//! A reliable line to config-svc's documents, log and freezes, beside the link to its splits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tonic::{Request, Response, Status, Streaming};
use vortex_kit::channel::Channel;
use vortex_proto::config::v1::{
    self as pb, config_service_client::ConfigServiceClient, config_service_server::ConfigService,
    freeze_service_client::FreezeServiceClient, freeze_service_server::FreezeService,
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
