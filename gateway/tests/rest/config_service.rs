//! A config-svc that answers what it was told to, and remembers what it was asked.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex},
};

use futures::{Stream, StreamExt, channel::mpsc};
use prost::Message;
use tonic::{Request, Response, Status};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::{
    config_service_server::ConfigService, source_service_server::SourceService, *,
};

/// How a call ends.
#[derive(Clone)]
enum Reply {
    Message(Vec<u8>),
    Fault(Fault),
    Panic,
    Never,
}

#[derive(Clone, Default)]
pub(crate) struct Service {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    replies: HashMap<&'static str, Reply>,
    asked: Vec<(&'static str, Vec<u8>)>,
    watch: Option<mpsc::Receiver<Result<WatchConfigResponse, Status>>>,
}

impl Service {
    /// Answers calls of `method` with `reply`.
    pub(crate) fn reply(&self, method: &'static str, reply: impl Message) {
        self.set(method, Reply::Message(reply.encode_to_vec()));
    }

    /// Fails calls of `method`.
    pub(crate) fn fail(&self, method: &'static str, fault: Fault) {
        self.set(method, Reply::Fault(fault));
    }

    /// Panics in calls of `method`.
    pub(crate) fn panic(&self, method: &'static str) {
        self.set(method, Reply::Panic);
    }

    /// Never answers calls of `method`.
    pub(crate) fn hang(&self, method: &'static str) {
        self.set(method, Reply::Never);
    }

    /// The end from which the next watch is fed.
    pub(crate) fn watch(&self) -> mpsc::Sender<Result<WatchConfigResponse, Status>> {
        let (send, receive) = mpsc::channel(16);
        self.state.lock().unwrap().watch = Some(receive);
        send
    }

    /// What the last call of `method` asked.
    pub(crate) fn asked<M: Message + Default>(&self, method: &str) -> M {
        let state = self.state.lock().unwrap();
        let last = state.asked.iter().rev().find(|(asked, _)| *asked == method);
        let (_, request) = last.unwrap_or_else(|| panic!("{method} was not called"));
        M::decode(&**request).unwrap()
    }

    /// How often `method` was called.
    pub(crate) fn calls(&self, method: &str) -> usize {
        let state = self.state.lock().unwrap();
        state
            .asked
            .iter()
            .filter(|(asked, _)| *asked == method)
            .count()
    }

    fn set(&self, method: &'static str, reply: Reply) {
        self.state.lock().unwrap().replies.insert(method, reply);
    }

    async fn answer<Q, A>(
        &self,
        method: &'static str,
        request: Request<Q>,
    ) -> Result<Response<A>, Status>
    where
        Q: Message,
        A: Message + Default,
    {
        let reply = {
            let mut state = self.state.lock().unwrap();
            state
                .asked
                .push((method, request.get_ref().encode_to_vec()));
            state.replies.get(method).cloned()
        };
        match reply {
            Some(Reply::Message(bytes)) => Ok(Response::new(A::decode(&*bytes).unwrap())),
            Some(Reply::Fault(fault)) => Err(fault.into()),
            Some(Reply::Panic) => panic!("told to"),
            Some(Reply::Never) => std::future::pending().await,
            None => Err(Fault::new(Reason::Internal, format!("{method} has no reply")).into()),
        }
    }
}

type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'a>>;

/// Methods as `async_trait` writes them, which does not see into macros.
macro_rules! answer {
    ($($method:ident $request:ident $response:ident)+) => {
        $(fn $method<'s, 'a>(&'s self, request: Request<$request>) -> Answering<'a, $response>
        where
            's: 'a,
            Self: 'a,
        {
            Box::pin(self.answer(stringify!($method), request))
        })+
    };
}

#[tonic::async_trait]
impl ConfigService for Service {
    type WatchConfigStream = Messages<WatchConfigResponse>;
    type WatchLogStream = Messages<WatchLogResponse>;

    answer! {
        put_document PutDocumentRequest PutDocumentResponse
        delete_document DeleteDocumentRequest DeleteDocumentResponse
        get_document GetDocumentRequest GetDocumentResponse
        list_documents ListDocumentsRequest ListDocumentsResponse
        list_versions ListVersionsRequest ListVersionsResponse
        diff_versions DiffVersionsRequest DiffVersionsResponse
        apply_change ApplyChangeRequest ApplyChangeResponse
        get_change GetChangeRequest GetChangeResponse
        list_changes ListChangesRequest ListChangesResponse
        release_change ReleaseChangeRequest ReleaseChangeResponse
        discard_change DiscardChangeRequest DiscardChangeResponse
        get_config GetConfigRequest GetConfigResponse
        get_environment GetEnvironmentRequest GetEnvironmentResponse
        get_file GetFileRequest GetFileResponse
        explain_config ExplainConfigRequest ExplainConfigResponse
    }

    async fn watch_config(
        &self,
        request: Request<WatchConfigRequest>,
    ) -> Result<Response<Self::WatchConfigStream>, Status> {
        let mut state = self.state.lock().unwrap();
        state
            .asked
            .push(("watch_config", request.get_ref().encode_to_vec()));
        match state.watch.take() {
            Some(messages) => Ok(Response::new(messages.boxed())),
            None => Err(Fault::new(Reason::LabelNotFound, "there is no such label").into()),
        }
    }

    async fn watch_log(
        &self,
        _: Request<WatchLogRequest>,
    ) -> Result<Response<Self::WatchLogStream>, Status> {
        Err(Status::unimplemented("the gateway does not ask"))
    }
}

#[tonic::async_trait]
impl SourceService for Service {
    answer! {
        list_sources ListSourcesRequest ListSourcesResponse
        get_source GetSourceRequest GetSourceResponse
        sync_source SyncSourceRequest SyncSourceResponse
        approve_source ApproveSourceRequest ApproveSourceResponse
        notify_sources NotifySourcesRequest NotifySourcesResponse
    }
}
