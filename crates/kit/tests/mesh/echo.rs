//! The service under test, and the two ways to it.

use std::{future::pending, net::SocketAddr, pin::Pin, sync::Arc};

use futures::{Stream, StreamExt, stream};
use tokio::sync::Notify;
use tonic::{Request, Response, Status};
use vortex_kit::{
    access::Asked,
    channel::{Channel, Options, Target},
    clock::System,
    context::Context,
    error::{Fault, Reason},
    grpc::{Limits, Methods, Server},
    process::Runtime,
};
use vortex_kit_echo::{
    Behaviour, CountReply, CountRequest, DESCRIPTORS, SayReply, SayRequest,
    echo_service_client::EchoServiceClient,
    echo_service_server::{EchoService, EchoServiceServer},
};

pub(crate) type Client = EchoServiceClient<Channel>;

/// Answers under a name, and relays to a next service if there is one.
/// The text of a write whose handler forgets to judge its caller.
pub(crate) const FORGETS: &str = "forget";

pub(crate) struct Echo {
    pub(crate) name: &'static str,
    pub(crate) next: Option<Channel>,
    /// Told when a call hangs.
    pub(crate) hung: Arc<Notify>,
}

impl Echo {
    pub(crate) fn named(name: &'static str) -> Self {
        Self {
            name,
            next: None,
            hung: Arc::default(),
        }
    }

    fn describe(&self, request: &Request<SayRequest>) -> SayReply {
        let context = Context::of(request);
        let millis = |left: std::time::Duration| i64::try_from(left.as_millis()).unwrap();
        SayReply {
            text: request.get_ref().text.clone(),
            request_id: context.request_id().to_string(),
            trace_id: context.trace().trace_id().to_string(),
            span_id: context.trace().span_id().to_string(),
            remaining_ms: context.remaining().map_or(-1, millis),
            principal: context.principal().to_string(),
            server: self.name.to_owned(),
        }
    }
}

#[tonic::async_trait]
impl EchoService for Echo {
    async fn say(&self, request: Request<SayRequest>) -> Result<Response<SayReply>, Status> {
        if request.get_ref().behaviour() == Behaviour::Hang {
            self.hung.notify_one();
        }
        behave(request.get_ref().behaviour()).await?;
        Ok(Response::new(self.describe(&request)))
    }

    async fn write(&self, request: Request<SayRequest>) -> Result<Response<SayReply>, Status> {
        let place = request.get_ref().place.clone().unwrap_or_default();
        let profiles: Vec<&str> = place.profiles.iter().map(String::as_str).collect();
        if request.get_ref().text != FORGETS {
            Context::access_of(&request).require(Asked::Documents {
                labels: &[&place.label],
                apps: &[&place.app],
                profiles: &profiles,
            })?;
        }
        self.say(request).await
    }

    async fn relay(&self, request: Request<SayRequest>) -> Result<Response<SayReply>, Status> {
        let access = Context::access_of(&request);
        let may_see = access.allows_everything();
        let next = self
            .next
            .clone()
            .ok_or_else(|| Status::internal("no next"))?;
        let mut reply = Client::new(next).say(request.into_inner()).await?;
        if !may_see {
            reply.get_mut().text.clear();
        }
        Ok(reply)
    }

    type CountStream = Pin<Box<dyn Stream<Item = Result<CountReply, Status>> + Send>>;

    async fn count(
        &self,
        request: Request<CountRequest>,
    ) -> Result<Response<Self::CountStream>, Status> {
        let request = request.into_inner();
        let numbers = stream::iter((0..request.count).map(|number| Ok(CountReply { number })));
        let behaviour = request.behaviour();
        let end = stream::once(behave(behaviour)).filter_map(async |end| end.err().map(Err));
        Ok(Response::new(Box::pin(numbers.chain(end))))
    }
}

async fn behave(behaviour: Behaviour) -> Result<(), Status> {
    match behaviour {
        Behaviour::Unspecified => Ok(()),
        Behaviour::Panic => panic!("told to"),
        Behaviour::Hang => pending().await,
        Behaviour::Refuse => Err(Fault::new(Reason::VersionExists, "v2 is taken")
            .with("version", "v2")
            .field("version", "is taken")
            .into()),
        Behaviour::Break => Err(Fault::internal(&std::io::Error::other("disk on fire")).into()),
        Behaviour::Bare => Err(Status::internal("password is hunter2")),
        Behaviour::Decline => Err(Fault::new(Reason::Unavailable, "away").into()),
    }
}

pub(crate) fn runtime() -> Runtime {
    Runtime::new("echo", "1.2.3", System::shared())
}

pub(crate) async fn server(runtime: &Runtime, echo: Echo, limits: Limits) -> Server {
    Server::builder(runtime)
        .descriptors(DESCRIPTORS)
        .service(EchoServiceServer::new(echo))
        .limits(limits)
        .build()
        .await
        .unwrap()
}

pub(crate) fn methods() -> Arc<Methods> {
    Arc::new(Methods::from_descriptors(DESCRIPTORS).unwrap())
}

pub(crate) fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) fn target(address: SocketAddr) -> Target {
    format!("http://{address}").parse().unwrap()
}

pub(crate) fn connect(address: SocketAddr, runtime: &Runtime) -> Channel {
    let (target, options) = (target(address), Options::default());
    Channel::connect(&target, methods(), options, &runtime.lifecycle)
}

/// A way from a client to a server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    InProcess,
    Network,
}

/// A server with a client, over one of the ways.
pub(crate) struct Fixture {
    pub(crate) runtime: Runtime,
    pub(crate) client: Client,
    pub(crate) channel: Channel,
    pub(crate) hung: Arc<Notify>,
}

impl Fixture {
    pub(crate) async fn new(way: Way) -> Self {
        Self::with(way, Limits::default()).await
    }

    /// The server relays to a second one, the same way.
    pub(crate) async fn with(way: Way, limits: Limits) -> Self {
        let last = Echo::named("last");
        let next = Self::reach(way, &runtime(), last, limits).await;
        let mut first = Echo::named("first");
        first.next = Some(next);
        let (runtime, hung) = (runtime(), first.hung.clone());
        let channel = Self::reach(way, &runtime, first, limits).await;
        Self {
            client: Client::new(channel.clone()),
            channel,
            runtime,
            hung,
        }
    }

    async fn reach(way: Way, runtime: &Runtime, echo: Echo, limits: Limits) -> Channel {
        let server = server(runtime, echo, limits).await;
        match way {
            Way::InProcess => server.channel(),
            Way::Network => connect(server.listen(any_port()).unwrap(), runtime),
        }
    }
}

pub(crate) fn say(behaviour: Behaviour) -> SayRequest {
    SayRequest {
        text: "hello".to_owned(),
        behaviour: behaviour.into(),
        place: None,
    }
}

/// One test, once for each way.
macro_rules! both_ways {
    ($($(#[$attribute:meta])* async fn $name:ident($way:ident: Way) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn run($way: Way) $body

            $(#[$attribute])*
            #[tokio::test]
            async fn in_process() {
                run(Way::InProcess).await;
            }

            $(#[$attribute])*
            #[tokio::test]
            async fn over_a_network() {
                run(Way::Network).await;
            }
        }
    )+};
}
pub(crate) use both_ways;
