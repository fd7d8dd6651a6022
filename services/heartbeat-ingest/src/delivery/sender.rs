//! Sends the parts that wait for one receiver, one after another.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};
use tonic::{Request, client::Grpc, codegen::http::uri::PathAndQuery};
use vortex_backoff::{Backoff, Jitter};
use vortex_kit::{
    channel::Channel,
    clock::Clock,
    context::Context,
    error::{Fault, Reason},
    grpc::MAX_MESSAGE_BYTES,
    health::Health,
};

use super::{
    codec::Written,
    outbox::{Outbox, State},
    receiver::Receiver,
};
use crate::domain::Part;

/// The time for a part to be taken.
const DEADLINE: Duration = Duration::from_secs(10);
/// The pauses between attempts.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_millis(100),
    Duration::from_secs(5),
    Jitter::Quarter,
);
/// The longest of them while the process ends.
const LAST_PAUSE: Duration = Duration::from_millis(500);
/// The time that the process gives to what waits when it ends.
const FLUSH: Duration = Duration::from_secs(14);
/// A part that waits for longer than this is said in `/health`.
const LATE: Duration = Duration::from_secs(60);

/// Sends the parts that wait for one receiver.
pub(crate) struct Sender<R> {
    /// Who is told.
    pub receiver: R,
    /// The way to it.
    pub channel: Channel,
    /// What waits.
    pub outbox: Arc<Outbox>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where it is said that it lags.
    pub health: Health,
}

impl<R: Receiver> Sender<R> {
    /// Sends until nothing more will come and all was taken, or the time for that is over.
    pub(crate) async fn run(self) {
        let mut state = self.outbox.state();
        let mut closing = state.clone();
        let sending = self.send_all(&mut state);
        tokio::pin!(sending);
        tokio::select! {
            () = &mut sending => return,
            _ = closing.wait_for(|state| state.closed) => {}
        }
        if timeout_at(Instant::now() + FLUSH, sending).await.is_err() {
            self.give_up();
        }
    }

    async fn send_all(&self, state: &mut watch::Receiver<State>) {
        let mut backoff = BACKOFF;
        loop {
            let now = *state.borrow_and_update();
            let Some(part) = self.outbox.front() else {
                if now.closed {
                    return;
                }
                // the outbox outlives its sender
                let _ = state.changed().await;
                continue;
            };
            match self.send(part.request.clone()).await {
                Ok(response) => {
                    let repeated = self.receiver.answered(response);
                    self.outbox.meters().taken(repeated);
                    self.outbox.remove(part.name);
                    backoff.reset();
                    self.health.recover(&degradation::<R>());
                }
                Err(fault) if is_final(fault.reason()) => {
                    self.refuse(&part, &fault);
                    backoff.reset();
                }
                Err(fault) => {
                    self.failed(&part, &fault);
                    pause(&mut backoff, state).await;
                }
            }
        }
    }

    async fn send(&self, request: Bytes) -> Result<R::Response, Fault> {
        let mut client = Grpc::new(self.channel.clone())
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
            .max_decoding_message_size(MAX_MESSAGE_BYTES);
        let call = async {
            client.ready().await?;
            let path = PathAndQuery::from_static(R::PATH);
            let request = Request::new(request);
            client.unary(request, path, Written::default()).await
        };
        let context = Context::root().within(DEADLINE);
        let deadline = Instant::now() + DEADLINE;
        match timeout_at(deadline, context.scope(call)).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) => Err(Fault::from_status(&status)),
            Err(_elapsed) => Err(Fault::new(
                Reason::DeadlineExceeded,
                "no answer came in time",
            )),
        }
    }

    /// A part that will never be taken.
    fn refuse(&self, part: &Part, fault: &Fault) {
        tracing::error!(
            receiver = R::NAME,
            window = part.name.window,
            part = part.name.part,
            items = part.items,
            error = %fault,
            "a part of a window is refused for its form, and dropped"
        );
        self.outbox.meters().refused();
        self.outbox.remove(part.name);
    }

    fn failed(&self, part: &Part, fault: &Fault) {
        tracing::debug!(receiver = R::NAME, error = %fault, "a part is not taken yet");
        self.outbox.meters().failed();
        let waited = self.clock.monotonic().saturating_sub(part.closed_at);
        if waited >= LATE {
            let (receiver, seconds) = (R::NAME, waited.as_secs());
            let why = format!("{receiver} has taken nothing for {seconds} s: {fault}");
            self.health.degrade(degradation::<R>(), why);
        }
    }

    fn give_up(&self) {
        let parts = self.outbox.len();
        self.outbox.meters().shut_down(parts);
        tracing::warn!(
            receiver = R::NAME,
            parts,
            "what was not taken in time is lost"
        );
    }
}

/// Whether the same part would be refused again.
fn is_final(reason: Reason) -> bool {
    matches!(reason, Reason::InvalidArgument | Reason::MessageTooLarge)
}

fn degradation<R: Receiver>() -> String {
    format!("heartbeats to {}", R::NAME)
}

/// Waits before the next attempt; less once nothing more will come.
async fn pause(backoff: &mut Backoff, state: &mut watch::Receiver<State>) {
    let random = fastrand::f64();
    if state.borrow().closed {
        let pause = backoff.pause_of_at_most(LAST_PAUSE, random);
        return tokio::time::sleep(pause).await;
    }
    let pause = tokio::time::sleep(backoff.pause(random));
    tokio::select! {
        () = pause => {}
        _ = state.wait_for(|state| state.closed) => {}
    }
}
