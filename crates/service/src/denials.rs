//! Tells config-svc what this process refused, for the audit; and how refused calls travel.

use std::time::Duration;

use tonic::Code;
use vortex_backoff::{Backoff, Jitter};
use vortex_kit::{
    access::{Denial, Refused},
    channel::Channel,
    context::Context,
    error::Fault,
    process::Runtime,
};
use vortex_proto::{
    access::v1::{self as pb, audit_service_client::AuditServiceClient},
    time::timestamp,
};

use crate::{Limited as _, parse};

/// How long refusals are gathered before they are told.
const GATHER: Duration = Duration::from_secs(1);
/// How long one report may take.
const REPORT: Duration = Duration::from_secs(5);
/// Bytes of any text of a refusal.
const TEXT: usize = 1_024;
/// The pauses between attempts, while config-svc is away.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_secs(1),
    Duration::from_secs(30),
    Jitter::Quarter,
);

/// Tells the config-svc behind `config` what this process refuses, for as long as the process runs.
/// Where all services are one process, config-svc knows by itself.
pub fn report(config: &Channel, runtime: &Runtime) {
    let client = AuditServiceClient::limited(config.clone());
    let gate = runtime.gate.clone();
    runtime.lifecycle.spawn("denials", async move {
        let mut backoff = BACKOFF;
        loop {
            tokio::time::sleep(GATHER).await;
            let denials = gate.denials().take().await;
            let request = pb::ReportDenialsRequest {
                denials: denials.iter().cloned().map(message).collect(),
            };
            let context = Context::root().within(REPORT);
            let told = context.scope(client.clone().report_denials(request)).await;
            match told {
                Ok(_) => backoff.reset(),
                Err(status) if status.code() == Code::InvalidArgument => {
                    // it would be refused again, and keep all that follow from being told
                    let fault = Fault::from_status(&status);
                    tracing::warn!(error = %fault, "config-svc does not take refused calls: they are dropped");
                }
                Err(status) => {
                    let fault = Fault::from_status(&status);
                    tracing::debug!(error = %fault, "refused calls are not told yet");
                    gate.denials().give_back(denials);
                    tokio::time::sleep(backoff.pause(fastrand::f64())).await;
                }
            }
        }
    });
}

/// The message of a refused call.
pub fn message(denial: Denial) -> pb::Denial {
    let refused = denial.refused;
    pb::Denial {
        reason: refused.reason,
        principal: refused.principal,
        key_id: denial.key_id,
        address: refused.address.map_or(String::new(), |ip| ip.to_string()),
        call: refused.call,
        role: refused.role,
        scope: refused.scope,
        count: denial.count,
        first_at: Some(timestamp(denial.first)),
        last_at: Some(timestamp(denial.last)),
    }
}

/// The refused call of a message that another service sent.
///
/// # Errors
/// A field is not valid; it is named as one of `of`.
pub fn read(of: &str, message: pb::Denial) -> Result<Denial, Fault> {
    let field = |name: &str| format!("{of}.{name}");
    let text = |name: &str, given: String| parse::text(field(name), given, TEXT);
    let time = |name: &str, given: Option<prost_types::Timestamp>| {
        let given = given.ok_or_else(|| Fault::invalid(field(name), "a time is needed"))?;
        parse::timestamp(field(name), given)
    };
    let address = match message.address.as_str() {
        "" => None,
        given => {
            let address = given.parse();
            Some(address.map_err(|_| Fault::invalid(field("address"), "it is no IP address"))?)
        }
    };
    Ok(Denial {
        refused: Refused {
            reason: text("reason", message.reason)?,
            principal: text("principal", message.principal)?,
            address,
            call: text("call", message.call)?,
            role: text("role", message.role)?,
            scope: text("scope", message.scope)?,
        },
        key_id: text("key_id", message.key_id)?,
        count: message.count,
        first: time("first_at", message.first_at)?,
        last: time("last_at", message.last_at)?,
    })
}
