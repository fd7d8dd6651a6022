//! Instances that run the library for applications.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use serde::Deserialize;
use vortex_sdk::Client;
use vortex_tests::Mesh;

/// Clients that are built and read at the same time.
const AT_ONCE: usize = 16;

/// The configuration of the tests' application.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Settings {
    pub(crate) size: u32,
}

/// One instance.
pub(crate) struct Instance {
    pub(crate) client: Client,
    _settings: Option<vortex_sdk::Following<Settings>>,
}

/// Starts instances of `orders` in `prod` named from `names`, which report at the gateways by
/// turns. Those of which `follows` is not true keep what they read first.
pub(crate) async fn start(
    mesh: &Mesh,
    names: impl IntoIterator<Item = String>,
    follows: impl Fn(&str) -> bool,
) -> Vec<Instance> {
    let urls: Vec<Arc<str>> = mesh.gateways().into_iter().map(url).collect();
    let starts = names.into_iter().zip(urls.iter().cycle());
    let starts = starts.map(|(name, url)| {
        let (url, follows) = (url.clone(), follows(&name));
        async move { begin(&url, &name, follows).await }
    });
    let mut started: Vec<_> = stream::iter(starts).buffered(AT_ONCE).collect().await;
    started.shrink_to_fit();
    started
}

fn url(gateway: SocketAddr) -> Arc<str> {
    format!("http://{gateway}").into()
}

async fn begin(url: &str, name: &str, follows: bool) -> Instance {
    let client = Client::builder(url, "orders")
        .profile("prod")
        .instance_id(name)
        .interval(Duration::from_secs(1))
        .build()
        .unwrap();
    client.fetch::<Settings>().await.unwrap();
    client.start_heartbeats().unwrap();
    let settings = follows.then(|| client.on_change::<Settings>(|_| Ok(())).unwrap());
    Instance {
        client,
        _settings: settings,
    }
}

/// Names of that many instances.
pub(crate) fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("pod-{number:04}"))
}
