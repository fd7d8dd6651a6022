//! A reliable line to config-svc's documents and log, beside the link to its splits.

use tonic::{Request, Response, Status, Streaming};
use vortex_kit::channel::Channel;
use vortex_proto::config::v1::{
    self as pb, config_service_client::ConfigServiceClient, config_service_server::ConfigService,
};

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
