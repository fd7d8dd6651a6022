//! Calls over a network: round robin over the connections, retries where they are safe, all within
//! the deadline.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderMap, Request, Response};
use tokio::time::Instant;
use tonic::{Status, body::Body};
use vortex_access::Credential;
use vortex_backoff::{Backoff, Jitter};

use super::{
    Options, Resolve, Target,
    attempt::{Outcome, Outgoing},
    connect::Connector,
    connections::Keeper,
    pool::{Live, Pool, Shared},
};
use crate::{
    context::{self, Context, Peer},
    error::{Fault, Reason},
    grpc::{Method, Methods},
    shutdown::Lifecycle,
};

/// Pauses between the attempts of one call.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Remote {
    target: Target,
    methods: Arc<Methods>,
    options: Options,
    pool: Shared,
}

impl Remote {
    pub(super) fn start(
        resolver: impl Resolve,
        target: Target,
        methods: Arc<Methods>,
        options: Options,
        lifecycle: &Lifecycle,
    ) -> Self {
        let pool = Arc::new(Pool::new());
        let keeper = Keeper {
            pool: pool.clone(),
            connector: Connector {
                target: target.clone(),
                options: options.clone(),
                lifecycle: lifecycle.clone(),
            },
            options: options.clone(),
        };
        lifecycle.spawn("channel", keeper.run(resolver));
        Self {
            target,
            methods,
            options,
            pool,
        }
    }

    pub(super) async fn call(
        &self,
        mut request: Request<Body>,
        context: Option<Context>,
        own: Option<&Credential>,
    ) -> Result<Response<Body>, Status> {
        let method = self.methods.get(request.uri().path()).unwrap_or_default();
        // who calls without saying for whom shows nothing
        let nobody = || Context::from_headers(&HeaderMap::new(), Peer::InProcess);
        let context = context.unwrap_or_else(nobody);
        let context = if method.is_unary() {
            context.within(self.options.call_timeout)
        } else {
            context
        };
        if let Err(invalid) = context::timeout(request.headers()) {
            return Err(Fault::invalid("grpc-timeout", invalid.to_string()).into());
        }
        context.inject(own, request.headers_mut());
        let deadline = deadline(&request);
        let attempts = self.attempts(request, method);
        let answered = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, attempts).await,
            None => Ok(attempts.await),
        };
        match answered {
            Ok(answer) => answer.map_err(Status::from),
            Err(_elapsed) => Err(self.too_late().into()),
        }
    }

    async fn attempts(
        &self,
        mut request: Request<Body>,
        method: Method,
    ) -> Result<Response<Body>, Fault> {
        *request.uri_mut() = match self.target.uri(request.uri()) {
            Ok(uri) => uri,
            Err(error) => return Err(Fault::internal(&error)),
        };
        let mut outgoing = Outgoing::new(request, method).await?;
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE, Jitter::Quarter);
        let mut avoid = None;
        let mut left = self.options.attempts;
        loop {
            left = left.saturating_sub(1);
            let mut live = self.connection(avoid).await?;
            avoid = Some(live.address);
            let (outcome, kept) = outgoing.send(&mut live).await;
            outgoing = match (outcome, kept) {
                (Outcome::Answered(response), _) => return Ok(response),
                (Outcome::Declined(response), None) => return Ok(response),
                (Outcome::Declined(response), Some(_)) if left == 0 => return Ok(response),
                (Outcome::NotSent(_, why), _) if left == 0 => return Err(self.away(&why)),
                (Outcome::NotSent(unsent, _), kept) => kept.unwrap_or(unsent),
                (Outcome::Declined(_) | Outcome::Broken(_), Some(kept)) if left > 0 => kept,
                (Outcome::Broken(why), _) if method.read_only => return Err(self.away(&why)),
                (Outcome::Broken(why), _) => return Err(self.unknown(&why)),
                (Outcome::Declined(response), Some(_)) => return Ok(response),
            };
            tokio::time::sleep(backoff.pause(fastrand::f64())).await;
        }
    }

    /// A connection, waited for while a first try is under way.
    async fn connection(&self, avoid: Option<SocketAddr>) -> Result<Live, Fault> {
        let mut changes = self.pool.watch();
        let give_up = Instant::now() + self.options.connect_timeout;
        loop {
            if let Some(live) = self.pool.pick(avoid) {
                return Ok(live);
            }
            if let Some(why) = self.pool.hopeless() {
                return Err(self.away(&why));
            }
            let changed = tokio::time::timeout_at(give_up, changes.changed()).await;
            if !matches!(changed, Ok(Ok(()))) {
                return Err(self.away("no connection in time"));
            }
        }
    }

    fn away(&self, why: &str) -> Fault {
        let message = format!("{} is away: {why}", self.target);
        Fault::new(Reason::Unavailable, message).with("target", &self.target)
    }

    fn unknown(&self, why: &str) -> Fault {
        let message = format!("the connection to {} broke: {why}", self.target);
        Fault::new(Reason::OutcomeUnknown, message).with("target", &self.target)
    }

    fn too_late(&self) -> Fault {
        let message = format!("{} did not answer in time", self.target);
        Fault::new(Reason::DeadlineExceeded, message).with("target", &self.target)
    }
}

/// The deadline by the request's headers, which the context has been written into.
fn deadline(request: &Request<Body>) -> Option<Instant> {
    let timeout = context::timeout(request.headers()).ok().flatten()?;
    Some(Instant::now() + timeout)
}
