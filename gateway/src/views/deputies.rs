//! Judges reads that the gateway answers in config-svc's place, as config-svc does.

use vortex_kit::{
    access::Gate,
    context::Context,
    error::Fault,
    grpc::{Deputy, Methods},
};
use vortex_proto::config::v1::{GetConfigRequest, GetEnvironmentRequest, WatchConfigRequest};

/// Judges by the rules of the calls that are answered here.
#[derive(Debug)]
pub(super) struct Deputies {
    config: Deputy,
    environment: Deputy,
    watch: Deputy,
}

impl Deputies {
    // invariant: the descriptors are our own, and a test of this module makes these
    #[allow(clippy::expect_used)]
    pub(super) fn new(gate: &Gate) -> Self {
        let methods = Methods::from_descriptors(vortex_proto::DESCRIPTORS)
            .expect("the contract's own descriptors are valid");
        let of = |name: &str| {
            let path = format!("/vortex.config.v1.ConfigService/{name}");
            Deputy::new(&methods, &path, gate).expect("these are judged by their requests")
        };
        Self {
            config: of("GetConfig"),
            environment: of("GetEnvironment"),
            watch: of("WatchConfig"),
        }
    }

    pub(super) fn config(
        &self,
        context: &Context,
        request: &GetConfigRequest,
    ) -> Result<(), Fault> {
        self.config.admit(context, request)
    }

    pub(super) fn environment(
        &self,
        context: &Context,
        request: &GetEnvironmentRequest,
    ) -> Result<(), Fault> {
        self.environment.admit(context, request)
    }

    /// A watch is counted where it has its place.
    pub(super) fn watch(
        &self,
        context: &Context,
        request: &WatchConfigRequest,
    ) -> Result<(), Fault> {
        self.watch.judge(context, request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_that_are_answered_here_are_judged_by_their_requests() {
        let deputies = Deputies::new(&Gate::open());
        let context = Context::root();
        let request = GetConfigRequest::default();
        assert!(deputies.config(&context, &request).is_ok());
    }
}
