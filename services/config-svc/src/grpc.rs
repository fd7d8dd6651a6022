//! The gRPC adapter: each method parses, calls, converts.

mod access;
mod changes;
mod ciphers;
mod convert;
mod denials;
mod documents;
mod events;
mod explain;
mod freezes;
mod keys;
mod overrides;
mod ownership;
mod parse;
mod placeholders;
mod reads;
mod sources;
mod splits;
mod undo;
mod watch_config;
mod watch_keys;
mod watch_log;
mod watch_views;

use std::sync::Arc;

use futures::stream::BoxStream;
use tonic::{Request, Response, Status};
use vortex_kit::{context::Context, shutdown::Lifecycle};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::config_service_server::ConfigService;
use vortex_service::mutation::complete;

use crate::{configuration::Configuration, source::Sources};

/// Serves `vortex.config.v1`, and the keys of `vortex.access.v1`.
#[derive(Clone)]
pub struct Grpc {
    configuration: Arc<Configuration>,
    sources: Sources,
    lifecycle: Lifecycle,
}

impl Grpc {
    /// Serves this configuration and its sources.
    pub fn new(configuration: Arc<Configuration>, sources: Sources, lifecycle: Lifecycle) -> Self {
        Self {
            configuration,
            sources,
            lifecycle,
        }
    }
}

pub(crate) use ciphers::OfCiphers;
pub(crate) use denials::Audit;

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ConfigService for Grpc {
    type WatchConfigStream = BoxStream<'static, Result<pb::WatchConfigResponse, Status>>;
    type WatchViewsStream = BoxStream<'static, Result<pb::WatchViewsResponse, Status>>;
    type WatchLogStream = BoxStream<'static, Result<pb::WatchLogResponse, Status>>;

    async fn put_document(
        &self,
        request: Request<pb::PutDocumentRequest>,
    ) -> Reply<pb::PutDocumentResponse> {
        complete(&self.lifecycle, documents::put(self.clone(), request)).await
    }

    async fn delete_document(
        &self,
        request: Request<pb::DeleteDocumentRequest>,
    ) -> Reply<pb::DeleteDocumentResponse> {
        complete(&self.lifecycle, documents::delete(self.clone(), request)).await
    }

    async fn get_document(
        &self,
        request: Request<pb::GetDocumentRequest>,
    ) -> Reply<pb::GetDocumentResponse> {
        Ok(Response::new(
            documents::get(self, request.into_inner()).await?,
        ))
    }

    async fn list_documents(
        &self,
        request: Request<pb::ListDocumentsRequest>,
    ) -> Reply<pb::ListDocumentsResponse> {
        let access = Context::access_of(&request);
        let listed = documents::list(self, &access, &request.into_inner())?;
        Ok(Response::new(listed))
    }

    async fn list_versions(
        &self,
        request: Request<pb::ListVersionsRequest>,
    ) -> Reply<pb::ListVersionsResponse> {
        Ok(Response::new(documents::versions(
            self,
            request.into_inner(),
        )?))
    }

    async fn diff_versions(
        &self,
        request: Request<pb::DiffVersionsRequest>,
    ) -> Reply<pb::DiffVersionsResponse> {
        Ok(Response::new(
            documents::diff(self, request.into_inner()).await?,
        ))
    }

    async fn apply_change(
        &self,
        request: Request<pb::ApplyChangeRequest>,
    ) -> Reply<pb::ApplyChangeResponse> {
        complete(&self.lifecycle, changes::apply(self.clone(), request)).await
    }

    async fn get_change(
        &self,
        request: Request<pb::GetChangeRequest>,
    ) -> Reply<pb::GetChangeResponse> {
        let access = Context::access_of(&request);
        let found = changes::get(self, &access, &request.into_inner())?;
        Ok(Response::new(found))
    }

    async fn list_changes(
        &self,
        request: Request<pb::ListChangesRequest>,
    ) -> Reply<pb::ListChangesResponse> {
        let access = Context::access_of(&request);
        let listed = changes::list(self, access, request.into_inner()).await?;
        Ok(Response::new(listed))
    }

    async fn release_change(
        &self,
        request: Request<pb::ReleaseChangeRequest>,
    ) -> Reply<pb::ReleaseChangeResponse> {
        complete(&self.lifecycle, changes::release(self.clone(), request)).await
    }

    async fn undo_change(
        &self,
        request: Request<pb::UndoChangeRequest>,
    ) -> Reply<pb::UndoChangeResponse> {
        complete(&self.lifecycle, undo::undo(self.clone(), request)).await
    }

    async fn list_events(
        &self,
        request: Request<pb::ListEventsRequest>,
    ) -> Reply<pb::ListEventsResponse> {
        let access = Context::access_of(&request);
        let listed = events::list(self, access, request.into_inner()).await?;
        Ok(Response::new(listed))
    }

    async fn discard_change(
        &self,
        request: Request<pb::DiscardChangeRequest>,
    ) -> Reply<pb::DiscardChangeResponse> {
        complete(&self.lifecycle, changes::discard(self.clone(), request)).await
    }

    async fn get_config(
        &self,
        request: Request<pb::GetConfigRequest>,
    ) -> Reply<pb::GetConfigResponse> {
        Ok(Response::new(
            reads::config(self, request.into_inner()).await?,
        ))
    }

    async fn get_environment(
        &self,
        request: Request<pb::GetEnvironmentRequest>,
    ) -> Reply<pb::GetEnvironmentResponse> {
        Ok(Response::new(
            reads::environment(self, request.into_inner()).await?,
        ))
    }

    async fn get_file(&self, request: Request<pb::GetFileRequest>) -> Reply<pb::GetFileResponse> {
        let access = Context::access_of(&request);
        let file = reads::file(self, &access, request.into_inner()).await?;
        Ok(Response::new(file))
    }

    async fn explain_config(
        &self,
        request: Request<pb::ExplainConfigRequest>,
    ) -> Reply<pb::ExplainConfigResponse> {
        Ok(Response::new(
            explain::explain(self, request.into_inner()).await?,
        ))
    }

    async fn watch_config(
        &self,
        request: Request<pb::WatchConfigRequest>,
    ) -> Reply<Self::WatchConfigStream> {
        Ok(Response::new(
            watch_config::watch(self.clone(), request).await?,
        ))
    }

    async fn watch_views(
        &self,
        request: Request<tonic::Streaming<pb::WatchViewsRequest>>,
    ) -> Reply<Self::WatchViewsStream> {
        Ok(Response::new(watch_views::watch(self.clone(), request)?))
    }

    async fn watch_log(
        &self,
        request: Request<pb::WatchLogRequest>,
    ) -> Reply<Self::WatchLogStream> {
        Ok(Response::new(
            watch_log::watch(self.clone(), request).await?,
        ))
    }
}
