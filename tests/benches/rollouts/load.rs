//! Figures of all rollouts, once a second each.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};
use tonic::transport::Channel;
use vortex_proto::rollout::v1::{
    ArmReport, ReportMetricsRequest, arm_report::Of, rollout_service_client::RolloutServiceClient,
};

use crate::{population::channel, workers::share};

/// Connections, as few gateways have them.
const CONNECTIONS: usize = 8;
/// Reports under way at once, at most.
const AT_ONCE: usize = 128;
/// Latencies of an arm in a report.
const LATENCIES: usize = 10;

/// Reports of so many rollouts.
pub(crate) struct Load {
    clients: Vec<RolloutServiceClient<Channel>>,
    ids: Arc<Vec<String>>,
}

/// What became of reports.
#[derive(Default)]
pub(crate) struct Reported {
    /// How long each took that was answered.
    answered: Vec<Duration>,
    refused: usize,
    wall: Duration,
    /// How far behind its time the last one was sent.
    behind: Duration,
}

impl Load {
    pub(crate) async fn new(address: SocketAddr, ids: Vec<String>) -> Self {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            clients.push(RolloutServiceClient::new(channel(address).await));
        }
        Self {
            clients,
            ids: Arc::new(ids),
        }
    }

    /// Reports of each rollout once a second for so many seconds: at its time, or as soon as
    /// another answer makes room.
    pub(crate) async fn run(&self, seconds: usize) -> Reported {
        let began = Instant::now();
        let parts = share(self.ids.len() * seconds, AT_ONCE, |number, tickets| {
            let mut client = self.clients[number % CONNECTIONS].clone();
            let ids = self.ids.clone();
            async move {
                let mut part = Reported::default();
                while let Some(ticket) = tickets.next() {
                    let second = ticket as f64 / ids.len() as f64;
                    let due = began + Duration::from_secs_f64(second);
                    sleep_until(due).await;
                    let request = request(&ids[ticket % ids.len()]);
                    let sent = Instant::now();
                    match client.report_metrics(request).await {
                        Ok(_) => part.answered.push(sent.elapsed()),
                        Err(_) => part.refused += 1,
                    }
                    part.behind = sent - due;
                }
                part
            }
        })
        .await;
        Reported::whole(parts, began.elapsed())
    }
}

/// Figures of a canary that is no worse than stable, so that nothing rolls back.
fn request(id: &str) -> ReportMetricsRequest {
    let canary = arm("canary", 100, u64::from(fastrand::u8(..) < 50));
    let stable = arm("stable", 900, fastrand::u64(0..=6));
    ReportMetricsRequest {
        id: id.to_owned(),
        reports: vec![canary, stable],
        // as long as the ids that callers make: a UUID
        request_id: format!("{:032x}", fastrand::u128(..)),
    }
}

fn arm(name: &str, requests: u64, errors: u64) -> ArmReport {
    ArmReport {
        of: Some(Of::Arm(name.to_owned())),
        requests,
        errors,
        latencies_ms: (0..LATENCIES)
            .map(|_| 5.0 + 45.0 * fastrand::f64())
            .collect(),
        ..ArmReport::default()
    }
}

impl Reported {
    fn whole(parts: Vec<Self>, wall: Duration) -> Self {
        let whole = Self {
            wall,
            ..Self::default()
        };
        let mut whole = parts.into_iter().fold(whole, |mut whole, part| {
            whole.answered.extend(part.answered);
            whole.refused += part.refused;
            whole.behind = whole.behind.max(part.behind);
            whole
        });
        whole.answered.sort_unstable();
        whole
    }

    pub(crate) fn calls(&self) -> usize {
        self.answered.len() + self.refused
    }

    /// By nearest rank.
    fn quantile(&self, q: f64) -> f64 {
        let rank = (self.answered.len() as f64 * q).ceil() as usize;
        let found = self.answered.get(rank.saturating_sub(1));
        found.map_or(f64::NAN, |found| found.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} reports of both arms in {:.1} s, {:.0}/s; {} refused; the last {:.0} ms behind \
             its time; p50 {:.2} ms, p99 {:.2} ms, longest {:.0} ms",
            self.calls(),
            self.wall.as_secs_f64(),
            self.calls() as f64 / self.wall.as_secs_f64(),
            self.refused,
            self.behind.as_secs_f64() * 1e3,
            self.quantile(0.5),
            self.quantile(0.99),
            self.quantile(1.0),
        )
    }
}
