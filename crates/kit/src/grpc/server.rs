//! Builds a service's gRPC side: its servers, health, reflection and the layers around them.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use http::{Request, Response};
use tonic::{body::Body, server::NamedService};
use tower::Service;

use super::{
    Calls, InvalidDescriptors, Limits, Methods,
    health::Reported,
    router::{Handling, Router, service_of},
};
use crate::{
    channel::Channel,
    http::{Address, BindError, Listener},
    process::Runtime,
};

/// A server could not be put together from what it was given.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The descriptors are none.
    #[error(transparent)]
    Descriptors(#[from] InvalidDescriptors),
    /// A method does not say what it needs of its caller.
    #[error("{0} has no option that says what it needs of its caller")]
    NoAccess(String),
    /// A method whose requests come as a stream can't be judged by the first of them.
    #[error("{0} takes a stream, and can't be judged by the fields of one request")]
    Stream(String),
}

/// A service's gRPC side, complete; it serves in process at once, and over TCP once it listens.
#[derive(Clone, Debug)]
pub struct Server {
    calls: Calls,
    limits: Limits,
    runtime: Runtime,
}

impl Server {
    /// Begins a server for a service of `runtime`.
    pub fn builder(runtime: &Runtime) -> Builder {
        Builder {
            runtime: runtime.clone(),
            router: Router::default(),
            descriptors: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// A channel that calls the services without a network, with the same layer around them.
    pub fn channel(&self) -> Channel {
        Channel::in_process(self.calls.clone())
    }

    /// The services in their layer.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Serves a bound port until the process drains.
    pub fn serve(&self, listener: Listener) {
        listener.serve(self.calls.clone(), self.limits.http, &self.runtime);
    }

    /// Binds an address and serves it; answers with the address bound.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn listen(&self, address: impl Into<Address>) -> Result<SocketAddr, BindError> {
        let listener = Listener::bind(address)?;
        let address = listener.address();
        self.serve(listener);
        Ok(address)
    }
}

/// Collects what a [`Server`] serves.
pub struct Builder {
    runtime: Runtime,
    router: Router,
    descriptors: Vec<&'static [u8]>,
    limits: Limits,
}

impl Builder {
    /// Adds an encoded `FileDescriptorSet`, for reflection, metrics and the methods' shapes. Every
    /// service added must be described in one.
    #[must_use]
    pub fn descriptors(mut self, set: &'static [u8]) -> Self {
        self.descriptors.push(set);
        self
    }

    /// Adds a generated server.
    #[must_use]
    pub fn service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future = Handling>,
        S: NamedService + Clone + Send + Sync + 'static,
    {
        self.router.add(service);
        self
    }

    /// Sets other limits than the default ones.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds health and reflection, and puts the layer around everything. Health says NOT_SERVING
    /// until the runtime's health says ready.
    ///
    /// # Errors
    /// When the descriptors are invalid.
    pub async fn build(mut self) -> Result<Server, BuildError> {
        let Runtime {
            health,
            metrics,
            lifecycle,
            ..
        } = &self.runtime;
        let (reporter, health_server) = tonic_health::server::health_reporter();
        let services = self.router.names().collect();
        let reported = Reported { reporter, services };
        reported.tell(health.state()).await;
        reported.follow(health, lifecycle);
        self.router.add(health_server);
        self.descriptors.push(tonic_health::pb::FILE_DESCRIPTOR_SET);
        // so that tools can show the details of errors
        self.descriptors.push(tonic_types::pb::FILE_DESCRIPTOR_SET);
        add_reflection(&mut self.router, &self.descriptors);
        self.descriptors
            .push(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET);
        self.descriptors
            .push(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET);
        let methods = methods(&self.descriptors)?;
        let drain = lifecycle.drain().clone();
        check_rules(&self.router, &methods)?;
        let gate = self.runtime.gate.clone();
        let spans = self.runtime.spans.clone();
        let calls = Calls::new(
            self.router,
            &methods,
            self.limits,
            metrics,
            spans,
            drain,
            gate,
        );
        Ok(Server {
            calls,
            limits: self.limits,
            runtime: self.runtime,
        })
    }
}

/// Adds reflection v1 and v1alpha, which older tools speak, over the services that are here.
fn add_reflection(router: &mut Router, descriptors: &[&'static [u8]]) {
    let reflected = Arc::new(Reflected {
        names: router.names().collect(),
        descriptors: descriptors.to_vec(),
    });
    let older = reflected.clone();
    router.add_late(move || {
        reflected
            .builder("grpc.reflection.v1.ServerReflection")
            .build_v1()
    });
    router.add_late(move || {
        older
            .builder("grpc.reflection.v1alpha.ServerReflection")
            .build_v1alpha()
    });
}

/// The services that reflection describes.
struct Reflected {
    names: Vec<&'static str>,
    descriptors: Vec<&'static [u8]>,
}

impl Reflected {
    fn builder(&self, own: &'static str) -> tonic_reflection::server::Builder<'static> {
        let builder = tonic_reflection::server::Builder::configure().with_service_name(own);
        let builder = self.descriptors.iter().fold(builder, |builder, set| {
            builder.register_encoded_file_descriptor_set(set)
        });
        let named = self.names.iter().copied();
        named.fold(builder, |builder, name| builder.with_service_name(name))
    }
}

/// Every method that is served says what it needs of its caller, but health and reflection, which
/// are not ours.
fn check_rules(router: &Router, methods: &Methods) -> Result<(), BuildError> {
    let served: Vec<&str> = router.names().collect();
    for (path, method, rule) in methods.iter() {
        let is_ours = service_of(path)
            .is_some_and(|service| served.contains(&service) && !service.starts_with("grpc."));
        match rule {
            None if is_ours => return Err(BuildError::NoAccess(path.to_owned())),
            Some(rule) if rule.reads_request() && method.client_streaming => {
                return Err(BuildError::Stream(path.to_owned()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn methods(descriptors: &[&[u8]]) -> Result<Methods, InvalidDescriptors> {
    let mut methods = Methods::default();
    for set in descriptors {
        methods.extend(Methods::from_descriptors(set)?);
    }
    Ok(methods)
}
