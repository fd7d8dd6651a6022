//! Measures a call: as a bare function, in process through the layer, and over a loopback socket.
#![allow(clippy::unwrap_used, missing_docs)] // a benchmark fails by panicking; criterion's macros write no docs

use std::{net::SocketAddr, pin::Pin, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use futures::{Stream, stream};
use http::HeaderMap;
use tonic::{Request, Response, Status};
use vortex_access::{ApiKey, Grant, Role, StoredKey};
use vortex_kit::{
    access::HeldKeys,
    channel::{Channel, Options},
    clock::System,
    context::{Context, Peer},
    grpc::{Methods, Server},
    process::Runtime,
    settings::{AccessSettings, CallerLimits},
};
use vortex_kit_echo::{
    CountReply, CountRequest, DESCRIPTORS, Place, SayReply, SayRequest,
    echo_service_client::EchoServiceClient,
    echo_service_server::{EchoService, EchoServiceServer},
};

/// As long as a small document.
const TEXT: usize = 2_500;

struct Echo;

#[tonic::async_trait]
impl EchoService for Echo {
    async fn say(&self, request: Request<SayRequest>) -> Result<Response<SayReply>, Status> {
        let text = request.into_inner().text;
        Ok(Response::new(SayReply {
            text,
            ..SayReply::default()
        }))
    }

    async fn write(&self, request: Request<SayRequest>) -> Result<Response<SayReply>, Status> {
        self.say(request).await
    }

    async fn relay(&self, request: Request<SayRequest>) -> Result<Response<SayReply>, Status> {
        self.say(request).await
    }

    type CountStream = Pin<Box<dyn Stream<Item = Result<CountReply, Status>> + Send>>;

    async fn count(&self, _: Request<CountRequest>) -> Result<Response<Self::CountStream>, Status> {
        Ok(Response::new(Box::pin(stream::empty())))
    }
}

async fn channels() -> (Channel, Channel) {
    let runtime = Runtime::new("echo", "0", System::shared());
    let builder = Server::builder(&runtime).descriptors(DESCRIPTORS);
    let server = builder
        .service(EchoServiceServer::new(Echo))
        .build()
        .await
        .unwrap();
    let address = server
        .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
        .unwrap();
    let target = format!("http://{address}").parse().unwrap();
    let methods = Arc::new(Methods::from_descriptors(DESCRIPTORS).unwrap());
    let options = Options::default();
    let network = Channel::connect(&target, methods, options, &runtime.lifecycle);
    (server.channel(), network)
}

/// A way to a server that asks for keys, and the context of a call for who has one.
async fn guarded() -> (Channel, Context) {
    let access = AccessSettings {
        require_keys: true,
        limits: CallerLimits {
            caller_reads: u32::MAX,
            ..CallerLimits::default()
        },
        ..AccessSettings::default()
    };
    let runtime = Runtime::guarded("echo", "0", System::shared(), access);
    let key = ApiKey::from_random([1; 10], [1; 32]);
    let grant = Grant::parse(Role::Reader, ["orders/**"]).unwrap();
    let (name, now) = ("reader".parse().unwrap(), runtime.clock.now());
    let stored = StoredKey::issue(&key, name, vec![grant], now, None).unwrap();
    let keys = Arc::<HeldKeys>::default();
    keys.replace([stored], runtime.clock.monotonic());
    runtime.gate.know(keys);
    let builder = Server::builder(&runtime).descriptors(DESCRIPTORS);
    let server = builder.service(EchoServiceServer::new(Echo));
    let server = server.build().await.unwrap();
    let headers = [("x-api-key".parse().unwrap(), key.expose().parse().unwrap())];
    let headers: HeaderMap = headers.into_iter().collect();
    let caller = runtime.gate.admit(&headers, Peer::InProcess, "").unwrap();
    let context = Context::from_headers(&headers, Peer::InProcess);
    (server.channel(), context.with_caller(caller))
}

fn request() -> SayRequest {
    SayRequest {
        text: "x".repeat(TEXT),
        behaviour: 0,
        place: Some(Place {
            label: String::new(),
            app: "orders".to_owned(),
            profiles: vec!["prod".to_owned()],
        }),
    }
}

fn calls(c: &mut Criterion) {
    // as a service logs: spans are made, the lines of calls that went well are not
    vortex_kit::telemetry::init_logs(vortex_kit::telemetry::LogFormat::Json, "info").unwrap();
    let executor = tokio::runtime::Runtime::new().unwrap();
    let (in_process, network) = executor.block_on(channels());
    let mut group = c.benchmark_group("unary");
    group.bench_function("bare function", |b| {
        b.to_async(Executor(&executor))
            .iter(|| async { Echo.say(Request::new(request())).await.unwrap() });
    });
    for (name, channel) in [("in process", in_process), ("loopback socket", network)] {
        let client = EchoServiceClient::new(channel);
        group.bench_function(name, |b| {
            b.to_async(Executor(&executor)).iter(|| {
                let mut client = client.clone();
                async move { client.say(request()).await.unwrap() }
            });
        });
    }
    let (channel, context) = executor.block_on(guarded());
    let client = EchoServiceClient::new(channel);
    group.bench_function("in process, with a key", |b| {
        b.to_async(Executor(&executor)).iter(|| {
            let mut client = client.clone();
            let call = async move { client.say(request()).await.unwrap() };
            context.clone().scope(call)
        });
    });
}

/// criterion's own has a feature of its own.
struct Executor<'a>(&'a tokio::runtime::Runtime);

impl criterion::async_executor::AsyncExecutor for Executor<'_> {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}

criterion_group!(benches, calls);
criterion_main!(benches);
