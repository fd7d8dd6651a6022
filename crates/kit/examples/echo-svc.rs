//! A whole service: its `main` and nothing else.

use std::{pin::Pin, process::ExitCode};

use futures::{Stream, stream};
use tonic::{Request, Response, Status};
use vortex_kit::{
    grpc::Server,
    http::Address,
    process,
    settings::{About, Listens},
};
use vortex_kit_echo::{
    CountReply, CountRequest, DESCRIPTORS, SayReply, SayRequest,
    echo_service_server::{EchoService, EchoServiceServer},
};

const ABOUT: About = About {
    name: "echo-svc",
    version: env!("CARGO_PKG_VERSION"),
    summary: "Answers with what it was asked",
    admin: Some("127.0.0.1:18099"),
    log: "info",
    aliases: &[],
};

#[derive(Debug, clap::Args)]
struct Settings {
    /// Address to serve gRPC on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9099")]
    grpc: Address,
}

impl Listens for Settings {
    fn addresses(&self) -> Vec<&Address> {
        vec![&self.grpc]
    }
}

fn main() -> ExitCode {
    process::main(&ABOUT, |settings: Settings, runtime| async move {
        let server = Server::builder(&runtime).descriptors(DESCRIPTORS);
        let server = server.service(EchoServiceServer::new(Echo)).build().await?;
        server.listen(&settings.grpc)?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })
}

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

    async fn count(
        &self,
        request: Request<CountRequest>,
    ) -> Result<Response<Self::CountStream>, Status> {
        let numbers = (0..request.into_inner().count).map(|number| Ok(CountReply { number }));
        Ok(Response::new(Box::pin(stream::iter(numbers))))
    }
}
