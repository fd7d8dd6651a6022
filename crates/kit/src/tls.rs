//! Certificates of files: looked at again and again, and told of.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::MissedTickBehavior;
use vortex_tls::{Certificate, Current, Look, Source};

use crate::{
    clock::Clock,
    shutdown::Lifecycle,
    telemetry::{Metrics, Sample},
};

/// Between two looks at the files.
const EVERY: Duration = Duration::from_secs(10);
/// A certificate with less time left is warned of.
const SOON: Duration = Duration::from_secs(7 * 24 * 3600);

/// Looks at the files for as long as the process runs; what they hold now is for new connections.
/// `whose` is `server` or `client`.
pub fn follow<S: Source>(
    current: &Arc<Current<S>>,
    whose: &'static str,
    clock: &Arc<dyn Clock>,
    lifecycle: &Lifecycle,
) {
    let (current, clock) = (current.clone(), clock.clone());
    lifecycle.spawn("certificates", async move {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut warned = None;
        loop {
            ticks.tick().await;
            let now = clock.now();
            let looked = current.clone();
            let look = tokio::task::spawn_blocking(move || looked.look(now)).await;
            if let Ok(look) = look {
                tell(&look, whose, current.certificate());
            }
            warn_of_the_end(&current.certificate(), whose, now, &mut warned);
        }
    });
}

fn tell(look: &Look, whose: &'static str, certificate: Option<Certificate>) {
    match look {
        Look::Nothing => {}
        Look::Renewed => {
            let until = certificate.map(|certificate| certificate.not_after.to_string());
            tracing::info!(whose, until, "certificates were reloaded");
        }
        Look::Faulty(error) => {
            tracing::warn!(whose, %error, "certificates can't be reloaded; those before are kept");
        }
    }
}

/// Once for each certificate.
fn warn_of_the_end(
    certificate: &Option<Certificate>,
    whose: &'static str,
    now: Timestamp,
    warned: &mut Option<Timestamp>,
) {
    let Some(end) = certificate
        .as_ref()
        .map(|certificate| certificate.not_after)
    else {
        return;
    };
    let left = end.duration_since(now);
    if left < SOON.try_into().unwrap_or(jiff::SignedDuration::MAX) && *warned != Some(end) {
        *warned = Some(end);
        match left.is_negative() {
            true => tracing::warn!(whose, %end, "the certificate in use has expired"),
            false => tracing::warn!(whose, %end, "the certificate in use expires soon"),
        }
    }
}

/// Shows when the certificate in force expires.
pub fn measure<S: Source>(current: &Arc<Current<S>>, whose: &'static str, metrics: &Metrics) {
    let current = current.clone();
    let help = "When the certificate in use expires";
    let ask = move || {
        let certificate = current.certificate();
        let sample = certificate.map(|certificate| Sample {
            labels: vec![("use", whose.to_owned())],
            value: certificate.not_after.as_second() as f64,
        });
        sample.into_iter().collect()
    };
    metrics.live("tls_certificate_expiry_timestamp_seconds", help, ask);
}
