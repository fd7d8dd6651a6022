//! Takes the reports of one instance for as long as it runs.

mod held;

use std::sync::Arc;

use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::watch;
use tonic::{Status, Streaming};
use vortex_kit::{
    access::{Access, Asked},
    context::Context,
    error::Fault,
};
use vortex_proto::heartbeat::v1::{self as pb, session_request::Report as Given};

use super::{convert, parse, taking::Taking};
use crate::{
    error::fault,
    intake::{Client, Entry, Intake},
};
use held::{Held, Step};

type Stream = BoxStream<'static, Result<pb::SessionResponse, Status>>;

pub(super) fn open(
    intake: Intake,
    context: Context,
    requests: Streaming<pb::SessionRequest>,
) -> Result<Stream, Fault> {
    let access = context.access();
    // each full report is judged by itself
    access.require(Asked::Filtered)?;
    let session = Session {
        client: Client::of(&context),
        intake,
        access,
        standing: None,
    };
    Ok(context.drain().guard(session.follow(requests)).boxed())
}

/// The session of one instance.
struct Session {
    intake: Intake,
    access: Access,
    client: Option<Client>,
    /// What is known of it; none before its first report.
    standing: Option<Standing>,
}

/// An instance after its first report.
struct Standing {
    held: Held,
    fleet: Arc<Entry>,
    changes: watch::Receiver<u64>,
    /// The version that it was told of last.
    told: String,
}

impl Session {
    fn follow(
        mut self,
        mut requests: Streaming<pb::SessionRequest>,
    ) -> impl futures::Stream<Item = Result<pb::SessionResponse, Status>> {
        async_stream::stream! {
            loop {
                let answer = tokio::select! {
                    request = requests.next() => match request {
                        None => break,
                        Some(Ok(request)) => self.take(request).map(Some),
                        Some(Err(status)) => Err(Fault::from_status(&status)),
                    },
                    () = changed(&mut self.standing) => Ok(self.unasked()),
                };
                match answer {
                    Ok(Some(answer)) => yield Ok(answer),
                    Ok(None) => {}
                    Err(fault) => {
                        yield Err(fault.into());
                        break;
                    }
                }
            }
        }
    }

    /// Takes a report, and answers it.
    fn take(&mut self, request: pb::SessionRequest) -> Result<pb::SessionResponse, Fault> {
        match (request.report, self.standing.take()) {
            (Some(Given::Full(full)), _) => self.begin(full),
            (Some(Given::Delta(delta)), Some(standing)) => self.go_on(standing, delta),
            (Some(Given::Delta(_)), None) => {
                let why = "the first message of a session is a full report";
                Err(Fault::invalid("delta", why))
            }
            (None, _) => Err(Fault::invalid("report", "it is required")),
        }
    }

    fn begin(&mut self, full: pb::Heartbeat) -> Result<pb::SessionResponse, Fault> {
        let (reply, fleet) = self.report(&full, "full")?;
        let sequence = full.sequence;
        self.standing = Some(Standing {
            held: Held::new(full),
            changes: fleet.changes(),
            fleet,
            told: reply.expected_version.clone(),
        });
        Ok(answer(reply, sequence))
    }

    fn go_on(
        &mut self,
        mut standing: Standing,
        delta: pb::HeartbeatDelta,
    ) -> Result<pb::SessionResponse, Fault> {
        let sequence = delta.sequence;
        let reply = match standing.held.step(delta) {
            Step::Next => {
                let (reply, fleet) = self.report(standing.held.report(), "delta")?;
                standing.fleet = fleet;
                reply
            }
            Step::Repeat => self.standing_reply(&standing),
            Step::Gap { figures } => {
                self.intake.meters().received(1);
                self.intake.meters().gap(figures);
                pb::HeartbeatReply {
                    resend_full: true,
                    ..self.standing_reply(&standing)
                }
            }
        };
        standing.told.clone_from(&reply.expected_version);
        self.standing = Some(standing);
        Ok(answer(reply, sequence))
    }

    fn report(
        &self,
        heartbeat: &pb::Heartbeat,
        at: &str,
    ) -> Result<(pb::HeartbeatReply, Arc<Entry>), Fault> {
        let mut batch = self.intake.begin(self.client.as_ref(), 1);
        let taken = Taking::new(&self.intake, Some(&self.access)).take(&mut batch, heartbeat);
        let (answer, fleet) = taken.map_err(|refused| fault(refused, at))?;
        Ok((convert::reply(answer), fleet))
    }

    /// What is answered to what was taken before.
    fn standing_reply(&self, standing: &Standing) -> pb::HeartbeatReply {
        let batch = self.intake.begin(None, 0);
        let seen = standing.fleet.seen();
        let store = seen.view().map(|view| view.store);
        match parse::report(standing.held.report(), store) {
            Ok(report) => {
                let told = batch.told(&standing.fleet);
                convert::reply(batch.answer(&standing.fleet, &report, told))
            }
            // it was valid when it was taken, and deltas are taken whole
            Err(_) => pb::HeartbeatReply::default(),
        }
    }

    /// An answer that nobody asked for: what the instance should run is another version.
    fn unasked(&mut self) -> Option<pb::SessionResponse> {
        let standing = self.standing.as_ref()?;
        let reply = self.standing_reply(standing);
        let is_news = reply.expected_version != standing.told;
        if let Some(standing) = self.standing.as_mut().filter(|_| is_news) {
            standing.told.clone_from(&reply.expected_version);
            return Some(answer(reply, 0));
        }
        None
    }
}

fn answer(reply: pb::HeartbeatReply, sequence: u64) -> pb::SessionResponse {
    pb::SessionResponse {
        reply: Some(reply),
        sequence,
    }
}

/// Waits until what the instance should run may have changed.
async fn changed(standing: &mut Option<Standing>) {
    match standing {
        // the fleet is kept while it is watched
        Some(standing) => drop(standing.changes.changed().await),
        None => std::future::pending().await,
    }
}
