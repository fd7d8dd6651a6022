//! `grpc.health.v1` as a mirror of [`Health`].

use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{
    health::{Health, State},
    shutdown::Lifecycle,
};

/// The services whose health is reported, the empty name standing for the server as a whole.
pub(super) struct Reported {
    pub(super) reporter: HealthReporter,
    pub(super) services: Vec<&'static str>,
}

impl Reported {
    /// Says what `health` says now; tonic-health by itself would say SERVING from the start.
    pub(super) async fn tell(&self, state: State) {
        let status = match state {
            State::Ready => ServingStatus::Serving,
            State::Starting | State::Draining => ServingStatus::NotServing,
        };
        for service in self.services.iter().copied().chain([""]) {
            self.reporter.set_service_status(service, status).await;
        }
    }

    /// Tells each change from now on.
    pub(super) fn follow(self, health: &Health, lifecycle: &Lifecycle) {
        let mut states = health.watch();
        lifecycle.spawn("grpc health", async move {
            loop {
                let state = *states.borrow_and_update();
                self.tell(state).await;
                if states.changed().await.is_err() {
                    return;
                }
            }
        });
    }
}
