//! A config-svc that answers what it was told to, and remembers what it was asked.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use prost::Message;
use tokio::sync::{mpsc, watch};
use tonic::{Request, Response, Status, Streaming};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::access::v1::{
    audit_service_server::AuditService, key_service_server::KeyService, *,
};
use vortex_proto::config::v1::{
    cipher_service_server::CipherService, config_service_server::ConfigService,
    freeze_service_server::FreezeService, override_service_server::OverrideService,
    source_service_server::SourceService, split_service_server::SplitService, *,
};

use crate::views_stream::{Views, follow, view_of};

/// Nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// Fires with each call.
    notes: Arc<watch::Sender<()>>,
}

#[derive(Default)]
struct State {
    replies: HashMap<&'static str, Reply>,
    asked: Vec<(&'static str, Vec<u8>)>,
    watched: Option<GetConfigResponse>,
    watchers: Vec<mpsc::UnboundedSender<Result<WatchConfigResponse, Status>>>,
    views: Views,
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

    /// Lets watches begin, with `snapshot`.
    pub(crate) fn watched(&self, snapshot: GetConfigResponse) {
        let view = view_of(&snapshot);
        let mut state = self.state.lock().unwrap();
        state.watched = Some(snapshot);
        state.views.serve(view);
    }

    /// Lets watches begin, of which only config-svc knows what each reader gets.
    pub(crate) fn watched_by_reader(&self, snapshot: GetConfigResponse) {
        let view = ViewState {
            token: snapshot.token.clone(),
            resolved_only: true,
            ..ViewState::default()
        };
        let mut state = self.state.lock().unwrap();
        state.watched = Some(snapshot);
        state.views.serve(view);
    }

    /// Looks at the streams of views, and has them tell something.
    pub(crate) fn views<T>(&self, look: impl FnOnce(&mut Views) -> T) -> T {
        look(&mut self.state.lock().unwrap().views)
    }

    /// Waits until something is so of the streams of views.
    pub(crate) async fn until(&self, is_so: impl Fn(&Views) -> bool) {
        let waiting = async {
            while !self.views(|views| is_so(views)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    }

    /// Tells all watches.
    pub(crate) fn tell(&self, event: watch_config_response::Event) {
        let message = WatchConfigResponse { event: Some(event) };
        let mut state = self.state.lock().unwrap();
        if let Some(watch_config_response::Event::Progress(progress)) = &message.event {
            state.views.progress(progress.token.clone());
        }
        let watchers = &mut state.watchers;
        watchers.retain(|watcher| watcher.send(Ok(message.clone())).is_ok());
    }

    /// Changes what is watched to `after`, and tells all watches.
    pub(crate) fn change(&self, change: ConfigChange, after: GetConfigResponse) {
        self.watched(after);
        self.tell(watch_config_response::Event::Change(change));
    }

    /// Ends all watches, and lets no other begin.
    pub(crate) fn end_watches(&self, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.watched = None;
        state.views.fail(&fault);
        for watcher in std::mem::take(&mut state.watchers) {
            // it may be gone already
            let _ = watcher.send(Err(fault.clone().into()));
        }
    }

    /// Waits until nobody watches.
    pub(crate) async fn unwatched(&self) {
        let watchers = std::mem::take(&mut self.state.lock().unwrap().watchers);
        for watcher in watchers {
            watcher.closed().await;
        }
        self.until(|views| views.followed() == 0).await;
    }

    /// Waits until `method` was called so many times.
    pub(crate) async fn called(&self, method: &str, times: usize) {
        let mut notes = self.notes.subscribe();
        while self.calls(method) < times {
            notes.changed().await.unwrap();
        }
    }

    /// What the last call of `method` asked.
    pub(crate) fn asked<M: Message + Default>(&self, method: &str) -> M {
        let state = self.state.lock().unwrap();
        let last = state.asked.iter().rev().find(|(asked, _)| *asked == method);
        let (_, request) = last.unwrap_or_else(|| panic!("{method} was not called"));
        M::decode(&**request).unwrap()
    }

    /// What all calls of `method` asked, the first first.
    pub(crate) fn all_asked<M: Message + Default>(&self, method: &str) -> Vec<M> {
        let state = self.state.lock().unwrap();
        let asked = state.asked.iter().filter(|(asked, _)| *asked == method);
        asked
            .map(|(_, request)| M::decode(&**request).unwrap())
            .collect()
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

    /// What a watch is told; `None` for one that never begins.
    fn begin_watch(
        &self,
        request: &WatchConfigRequest,
    ) -> Option<Result<Messages<WatchConfigResponse>, Status>> {
        let mut state = self.state.lock().unwrap();
        let fault = match (state.replies.get("watch_config"), &state.watched) {
            (Some(Reply::Never), _) => return None,
            (Some(Reply::Fault(fault)), _) => fault.clone(),
            (_, None) => Fault::new(Reason::LabelNotFound, "there is no such label"),
            (_, Some(now)) if is_foreign(&request.min_token, &now.token) => {
                Fault::new(Reason::RevisionUnknown, "the token is of another store")
            }
            (_, Some(now)) => {
                let (watcher, mut messages) = mpsc::unbounded_channel();
                let first = first_message(now, request);
                watcher.send(Ok(first)).unwrap();
                state.watchers.push(watcher);
                let messages = stream::poll_fn(move |cx| messages.poll_recv(cx));
                return Some(Ok(messages.boxed()));
            }
        };
        Some(Err(fault.into()))
    }

    fn note(&self, method: &'static str, request: &impl Message) {
        let request = request.encode_to_vec();
        self.state.lock().unwrap().asked.push((method, request));
        self.notes.send_replace(());
    }

    /// Answers a call of `method`.
    pub(crate) async fn answer<Q, A>(
        &self,
        method: &'static str,
        request: Request<Q>,
    ) -> Result<Response<A>, Status>
    where
        Q: Message,
        A: Message + Default,
    {
        self.note(method, request.get_ref());
        let reply = self.state.lock().unwrap().replies.get(method).cloned();
        match reply {
            Some(Reply::Message(bytes)) => Ok(Response::new(A::decode(&*bytes).unwrap())),
            Some(Reply::Fault(fault)) => Err(fault.into()),
            Some(Reply::Panic) => panic!("told to"),
            Some(Reply::Never) => std::future::pending().await,
            None => Err(Fault::new(Reason::Internal, format!("{method} has no reply")).into()),
        }
    }
}

pub(crate) type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

pub(crate) type Answering<'a, T> =
    Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'a>>;

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

pub(crate) use answer;

#[tonic::async_trait]
impl ConfigService for Service {
    type WatchConfigStream = Messages<WatchConfigResponse>;
    type WatchViewsStream = Messages<WatchViewsResponse>;
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
        undo_change UndoChangeRequest UndoChangeResponse
        list_events ListEventsRequest ListEventsResponse
        get_config GetConfigRequest GetConfigResponse
        get_environment GetEnvironmentRequest GetEnvironmentResponse
        get_file GetFileRequest GetFileResponse
        explain_config ExplainConfigRequest ExplainConfigResponse
    }

    async fn watch_config(
        &self,
        request: Request<WatchConfigRequest>,
    ) -> Result<Response<Self::WatchConfigStream>, Status> {
        let request = request.into_inner();
        let begun = self.begin_watch(&request);
        self.note("watch_config", &request);
        match begun {
            Some(messages) => Ok(Response::new(messages?)),
            None => std::future::pending().await,
        }
    }

    async fn watch_views(
        &self,
        request: Request<Streaming<WatchViewsRequest>>,
    ) -> Result<Response<Self::WatchViewsStream>, Status> {
        Ok(Response::new(follow(self, request.into_inner())))
    }

    async fn watch_log(
        &self,
        _: Request<WatchLogRequest>,
    ) -> Result<Response<Self::WatchLogStream>, Status> {
        Err(Status::unimplemented("the gateway does not ask"))
    }
}

/// Whether a token is of another store than one of ours.
fn is_foreign(token: &str, ours: &str) -> bool {
    let store = |token: &str| token.split(':').next().unwrap_or_default().to_owned();
    !token.is_empty() && store(token) != store(ours)
}

/// What a watch begins with: that nothing changed, or everything.
fn first_message(now: &GetConfigResponse, request: &WatchConfigRequest) -> WatchConfigResponse {
    let token = now.token.clone();
    let event = match request.last_digest == now.digest {
        true => watch_config_response::Event::Progress(Progress { token }),
        false => watch_config_response::Event::Snapshot(now.clone()),
    };
    WatchConfigResponse { event: Some(event) }
}

#[tonic::async_trait]
impl SourceService for Service {
    answer! {
        list_sources ListSourcesRequest ListSourcesResponse
        get_source GetSourceRequest GetSourceResponse
        sync_source SyncSourceRequest SyncSourceResponse
        approve_source ApproveSourceRequest ApproveSourceResponse
        detach_source DetachSourceRequest DetachSourceResponse
        notify_sources NotifySourcesRequest NotifySourcesResponse
    }
}

#[tonic::async_trait]
impl FreezeService for Service {
    answer! {
        set_freeze SetFreezeRequest SetFreezeResponse
        end_freeze EndFreezeRequest EndFreezeResponse
        list_freezes ListFreezesRequest ListFreezesResponse
    }
}

#[tonic::async_trait]
impl KeyService for Service {
    type WatchKeysStream = Messages<WatchKeysResponse>;

    answer! {
        create_key CreateKeyRequest CreateKeyResponse
        get_key GetKeyRequest GetKeyResponse
        list_keys ListKeysRequest ListKeysResponse
        revoke_key RevokeKeyRequest RevokeKeyResponse
        rotate_key RotateKeyRequest RotateKeyResponse
    }

    async fn watch_keys(
        &self,
        _: Request<WatchKeysRequest>,
    ) -> Result<Response<Self::WatchKeysStream>, Status> {
        Err(Status::unimplemented("the gateway does not ask"))
    }
}

#[tonic::async_trait]
impl OverrideService for Service {
    answer! {
        set_override SetOverrideRequest SetOverrideResponse
        remove_override RemoveOverrideRequest RemoveOverrideResponse
        get_override GetOverrideRequest GetOverrideResponse
        list_overrides ListOverridesRequest ListOverridesResponse
    }
}

#[tonic::async_trait]
impl SplitService for Service {
    answer! {
        plan_split PlanSplitRequest PlanSplitResponse
        set_split SetSplitRequest SetSplitResponse
        end_split EndSplitRequest EndSplitResponse
        get_split GetSplitRequest GetSplitResponse
        resolve_arms ResolveArmsRequest ResolveArmsResponse
        list_splits ListSplitsRequest ListSplitsResponse
        stage_revert StageRevertRequest StageRevertResponse
    }
}

#[tonic::async_trait]
impl CipherService for Service {
    answer! {
        encrypt EncryptRequest EncryptResponse
        decrypt DecryptRequest DecryptResponse
        get_public_key GetPublicKeyRequest GetPublicKeyResponse
    }
}

#[tonic::async_trait]
impl AuditService for Service {
    answer! {
        list_denials ListDenialsRequest ListDenialsResponse
        report_denials ReportDenialsRequest ReportDenialsResponse
    }
}
