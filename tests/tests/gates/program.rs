//! A program with the library for applications, which serves metrics.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, routing::get};
use serde::Deserialize;
use vortex_sdk::{Client, Following};
use vortex_tests::Mesh;

/// How often requests come.
const PACE: Duration = Duration::from_millis(20);

/// Its configuration.
#[derive(Clone, Debug, Deserialize)]
struct Settings {
    /// Of so many requests one fails; none by 0.
    failing: u64,
}

/// A program that runs until the test ends.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    _following: Arc<Following<Settings>>,
}

struct Served {
    client: Client,
    good: AtomicU64,
    bad: AtomicU64,
}

impl Program {
    /// Starts an instance of `orders` in `prod`, which serves requests all the time.
    pub(crate) async fn start(mesh: &Mesh, name: &str) -> Self {
        let client = Client::builder(format!("http://{}", mesh.http), "orders")
            .profile("prod")
            .instance_id(name)
            .interval(Duration::from_secs(1))
            .build()
            .unwrap();
        client.fetch::<Settings>().await.unwrap();
        let following = Arc::new(client.on_change::<Settings>(|_| Ok(())).unwrap());
        let served = Arc::new(Served {
            client,
            good: AtomicU64::new(0),
            bad: AtomicU64::new(0),
        });
        tokio::spawn(serve(served.clone(), following.clone()));
        let routes = Router::new()
            .route("/metrics", get(metrics))
            .with_state(served);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            address,
            _following: following,
        }
    }
}

async fn serve(served: Arc<Served>, following: Arc<Following<Settings>>) {
    for request in 1_u64.. {
        let failing = following.newest().map_or(0, |config| config.failing);
        let is_bad = failing > 0 && request.is_multiple_of(failing);
        let counter = if is_bad { &served.bad } else { &served.good };
        counter.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(PACE).await;
    }
}

/// What the library exports, and a counter of the program itself.
async fn metrics(State(served): State<Arc<Served>>) -> String {
    let info = served.client.prometheus_text();
    let (good, bad) = (&served.good, &served.bad);
    let (good, bad) = (good.load(Ordering::Relaxed), bad.load(Ordering::Relaxed));
    format!(
        "{info}# TYPE app_requests_total counter\n\
         app_requests_total{{code=\"200\"}} {good}\napp_requests_total{{code=\"500\"}} {bad}\n"
    )
}
