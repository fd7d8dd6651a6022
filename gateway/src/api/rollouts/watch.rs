//! Follows a rollout, as server-sent events.

use std::convert::Infallible;

use axum::{body::Body, extract::State, response::Response};
use bytes::Bytes;
use futures::StreamExt;
use tonic::Status as GrpcStatus;
use vortex_kit::{
    context::{Context, RequestId},
    error::Fault,
};
use vortex_proto::rollout::v1::{WatchRolloutRequest, WatchRolloutResponse};
use vortex_rest::{FollowedRollout, rfc3339};

use crate::{
    answer::sse,
    api::open_watches::OpenWatches,
    clients::RolloutClient,
    extract::{NoQuery, Path},
    floor::Floor,
    problem::Problem,
    views::Views,
};

/// Follow a rollout
///
/// Server-sent events: `rollout`, with `rollout`, `analysis` and `time`, each time the rollout or
/// its analysis changes; a comment each second in between. The stream ends after the rollout has
/// ended, with its last `state`. If it fails, a last event `problem` says why. A browser's
/// `EventSource`, which can set no header, may show a key or a token as `?token=`.
#[utoipa::path(
    get,
    path = "/api/rollouts/{id}/watch",
    operation_id = "watchRollout",
    tag = "rollouts",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The events", body = FollowedRollout, content_type = "text/event-stream")),
)]
pub(super) async fn watch(
    State(mut rollouts): State<RolloutClient>,
    State(watches): State<OpenWatches>,
    State(views): State<Views>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let place = watches.admit()?;
    let context = Context::current().unwrap_or_else(Context::root);
    let request = WatchRolloutRequest { id };
    let messages = rollouts.watch_rollout(request).await?;
    let mut encoder = Encoder::new(context.request_id().clone(), views.floor().clone());
    let messages = context.drain().guard(messages.into_inner());
    let events = messages.map(move |message| {
        let _open = &place;
        Ok::<_, Infallible>(encoder.encode(message))
    });
    Ok(sse::answer(Body::from_stream(events)))
}

/// Writes the events of one stream.
#[derive(Debug)]
struct Encoder {
    request_id: RequestId,
    floor: Floor,
    /// The last message sent, without its time.
    told: WatchRolloutResponse,
}

impl Encoder {
    fn new(request_id: RequestId, floor: Floor) -> Self {
        Self {
            request_id,
            floor,
            told: WatchRolloutResponse::default(),
        }
    }

    fn encode(&mut self, message: Result<WatchRolloutResponse, GrpcStatus>) -> Bytes {
        let written = message
            .map_err(|status| Fault::from_status(&status))
            .and_then(|message| self.write(message));
        written.unwrap_or_else(|fault| sse::problem(&fault, &self.request_id))
    }

    fn write(&mut self, mut message: WatchRolloutResponse) -> Result<Bytes, Fault> {
        let time = message.time.take();
        if message == self.told {
            return Ok(sse::comment("unchanged"));
        }
        self.told.clone_from(&message);
        // what it tells may have moved what readers get
        self.floor.doubt();
        let data = FollowedRollout {
            time: rfc3339(time),
            ..message.into()
        };
        let data = serde_json::to_vec(&data).map_err(|error| Fault::internal(&error))?;
        Ok(sse::event("rollout", None, &data))
    }
}
