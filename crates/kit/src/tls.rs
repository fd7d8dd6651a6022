//! Certificates of files: looked at again and again, and told of.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::MissedTickBehavior;
use vortex_tls::{Certificate, Current, Look, Source};

use crate::{
    clock::Clock,
    health::Health,
    shutdown::Lifecycle,
    telemetry::{Metrics, Sample},
};

/// Between two looks at the files.
const EVERY: Duration = Duration::from_secs(10);
/// A certificate with less time left is warned of.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Looks at the files for as long as the process runs; what they hold now is for new connections.
/// `whose` is `server` or `client`. While they can't be used, or the certificate is about to expire,
/// `health` says so.
pub fn follow<S: Source>(
    current: &Arc<Current<S>>,
    whose: &'static str,
    clock: &Arc<dyn Clock>,
    health: &Health,
    lifecycle: &Lifecycle,
) {
    let mut looks = Looks::new(current, whose, clock, health);
    lifecycle.spawn("certificates", async move {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            looks.look().await;
        }
    });
}

/// Looks at files, one after another, and tells what they found.
#[derive(Debug)]
pub struct Looks<S: Source> {
    current: Arc<Current<S>>,
    whose: &'static str,
    clock: Arc<dyn Clock>,
    health: Health,
    /// What is wrong with the files, for as long as it is.
    fault: Option<String>,
}

impl<S: Source> Looks<S> {
    /// None yet.
    pub fn new(
        current: &Arc<Current<S>>,
        whose: &'static str,
        clock: &Arc<dyn Clock>,
        health: &Health,
    ) -> Self {
        Self {
            current: current.clone(),
            whose,
            clock: clock.clone(),
            health: health.clone(),
            fault: None,
        }
    }

    /// Looks once.
    pub async fn look(&mut self) {
        let now = self.clock.now();
        let current = self.current.clone();
        let look = tokio::task::spawn_blocking(move || current.look(now)).await;
        match look {
            Ok(Look::Renewed) => tell(self.whose, self.current.certificate()),
            Ok(Look::Faulty(error)) => self.fault = Some(cannot_reload(&error)),
            Ok(Look::Nothing) | Err(_) => {}
        }
        if !self.current.is_faulty() {
            self.fault = None;
        }
        let name = format!("certificate of the {}", self.whose);
        let end = || about_to_end(&self.current.certificate()?, now);
        match self.fault.clone().or_else(end) {
            Some(why) => self.health.degrade(name, why),
            None => self.health.recover(&name),
        }
    }
}

fn tell(whose: &'static str, certificate: Option<Certificate>) {
    let until = certificate.map(|certificate| certificate.not_after.to_string());
    tracing::info!(whose, until, "certificates were reloaded");
}

fn cannot_reload(error: &vortex_tls::Error) -> String {
    format!("certificates can't be reloaded, those before are kept: {error}")
}

/// What is wrong with a certificate that has little time left.
fn about_to_end(certificate: &Certificate, now: Timestamp) -> Option<String> {
    let end = certificate.not_after;
    let left = end.duration_since(now);
    match () {
        () if left.is_negative() => Some(format!("it has expired, at {end}")),
        () if left < SOON => Some(format!("it expires soon, at {end}")),
        () => None,
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
