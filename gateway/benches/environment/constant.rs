//! A config-svc that does nothing, so that what is measured is the way to it and back.

use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use tonic::{Request, Response, Status, Streaming};
use vortex_proto::config::v1::{
    config_service_server::ConfigService, source_service_server::SourceService, *,
};

/// A config-svc whose answer is ready: what is measured is the way to it and back.
#[derive(Clone)]
pub(crate) struct Constant {
    environment: GetEnvironmentResponse,
}

impl Constant {
    pub(crate) fn new() -> Self {
        let source = |name: &str, keys: usize| PropertySource {
            name: format!("https://git.example.com/petclinic-config/{name}"),
            path: name.to_owned(),
            properties: properties(keys),
        };
        Self {
            environment: GetEnvironmentResponse {
                sources: vec![
                    source("vets-service.yml (document #1)", 8),
                    source("application.yml (document #2)", 8),
                    source("vets-service.yml", 6),
                    source("application.yml", 14),
                ],
                version: "323993ce2519c6d02df63e08bf4458d123d3b611".into(),
                digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
                token: "0190b5e5-7d4e-7000-8000-000000000000:1234".into(),
                source_age: None,
                etag: String::new(),
                not_modified: false,
                assignments: Vec::new(),
            },
        }
    }
}

fn properties(keys: usize) -> Bytes {
    let entries: Vec<String> = (0..keys)
        .map(|key| {
            format!(r#""spring.datasource.pool.key-{key}":"jdbc:mysql://host-{key}:3306/db""#)
        })
        .collect();
    Bytes::from(format!("{{{}}}", entries.join(",")))
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'a>>;
type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Methods that nothing here calls, as `async_trait` writes them.
macro_rules! unused {
    ($($method:ident $request:ty, $response:ty;)+) => {
        $(fn $method<'s, 'a>(&'s self, _: Request<$request>) -> Answer<'a, $response>
        where
            's: 'a,
            Self: 'a,
        {
            Box::pin(async { Err(Status::unimplemented(stringify!($method))) })
        })+
    };
}

#[tonic::async_trait]
impl ConfigService for Constant {
    type WatchConfigStream = Messages<WatchConfigResponse>;
    type WatchViewsStream = Messages<WatchViewsResponse>;
    type WatchLogStream = Messages<WatchLogResponse>;

    async fn get_environment(
        &self,
        _: Request<GetEnvironmentRequest>,
    ) -> Result<Response<GetEnvironmentResponse>, Status> {
        Ok(Response::new(self.environment.clone()))
    }

    unused! {
        put_document PutDocumentRequest, PutDocumentResponse;
        delete_document DeleteDocumentRequest, DeleteDocumentResponse;
        get_document GetDocumentRequest, GetDocumentResponse;
        list_documents ListDocumentsRequest, ListDocumentsResponse;
        list_versions ListVersionsRequest, ListVersionsResponse;
        diff_versions DiffVersionsRequest, DiffVersionsResponse;
        apply_change ApplyChangeRequest, ApplyChangeResponse;
        get_change GetChangeRequest, GetChangeResponse;
        list_changes ListChangesRequest, ListChangesResponse;
        release_change ReleaseChangeRequest, ReleaseChangeResponse;
        discard_change DiscardChangeRequest, DiscardChangeResponse;
        undo_change UndoChangeRequest, UndoChangeResponse;
        list_events ListEventsRequest, ListEventsResponse;
        get_config GetConfigRequest, GetConfigResponse;
        get_file GetFileRequest, GetFileResponse;
        explain_config ExplainConfigRequest, ExplainConfigResponse;
        watch_config WatchConfigRequest, Self::WatchConfigStream;
        watch_views Streaming<WatchViewsRequest>, Self::WatchViewsStream;
        watch_log WatchLogRequest, Self::WatchLogStream;
    }
}

#[tonic::async_trait]
impl SourceService for Constant {
    unused! {
        list_sources ListSourcesRequest, ListSourcesResponse;
        get_source GetSourceRequest, GetSourceResponse;
        sync_source SyncSourceRequest, SyncSourceResponse;
        approve_source ApproveSourceRequest, ApproveSourceResponse;
        detach_source DetachSourceRequest, DetachSourceResponse;
        notify_sources NotifySourcesRequest, NotifySourcesResponse;
    }
}
