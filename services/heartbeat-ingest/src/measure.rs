//! Taking reports without a server, for the benchmark.

use std::sync::Arc;

use vortex_kit::{clock::Clock, context::Context, error::Fault, telemetry::Metrics};
use vortex_proto::heartbeat::v1 as pb;

use crate::{Settings, grpc, intake::Intake, meters::Meters};

/// Takes batches of reports, and closes windows.
pub struct Taker {
    intake: Intake,
    context: Context,
}

impl Taker {
    /// One that knows no configuration.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        let meters = Meters::new(&Metrics::new("heartbeat-ingest", "0"));
        Self {
            intake: Intake::new(settings, None, clock, meters),
            context: Context::root(),
        }
    }

    /// Takes a batch as the RPC does.
    ///
    /// # Errors
    /// As the RPC fails.
    pub fn take(&self, request: &pb::ReportBatchRequest) -> Result<pb::ReportBatchResponse, Fault> {
        grpc::batch::report(&self.intake, &self.context, request)
    }

    /// Closes the window, and answers how many instances it has.
    pub fn close(&self) -> usize {
        self.intake.close().instances()
    }
}
