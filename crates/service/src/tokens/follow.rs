//! The task that keeps a provider's keys at hand.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use vortex_kit::{access::Tokens, clock::Clock, process::Runtime};
use vortex_oidc::{Event, Next};

use super::{
    fetcher::Fetcher,
    held::HeldTokens,
    last_good::LastGood,
    provider::{Described, Provider, Source, read_keys},
    reports::Reports,
};

/// How long a start waits for the first keys.
const FIRST: Duration = Duration::from_secs(2);
/// How often a file of keys is looked at.
const REREAD: Duration = Duration::from_secs(2);

impl Provider {
    /// Tokens of this provider, by the keys that a task of `runtime` follows from now on. Answers
    /// after the first try to have them, or soon.
    pub(super) async fn follow(&self, folder: Option<&Path>, runtime: &Runtime) -> Arc<dyn Tokens> {
        let described = self.described().clone();
        let held = HeldTokens::new(described.verifier.clone(), runtime.clock.clone());
        let (tried, mut first) = watch::channel(false);
        let follower = Follower {
            held: Arc::new(held),
            clock: runtime.clock.clone(),
            reports: Reports::new(&described.issuer, runtime),
            last_good: last_good(&described, folder),
            tried,
        };
        let tokens = follower.held.clone();
        let following = async move { follower.run(&described.source).await };
        runtime.lifecycle.spawn("tokens", following);
        // a provider that is away, or a task that has ended, is in health; the start goes on
        let _ = timeout(FIRST, first.wait_for(|tried| *tried)).await;
        tokens
    }
}

/// A file of keys is on disk already.
fn last_good(described: &Described, folder: Option<&Path>) -> Option<LastGood> {
    match (&described.source, folder) {
        (Source::Url(fetcher), Some(folder)) => Some(LastGood::of(fetcher.url(), folder)),
        _ => None,
    }
}

/// Follows the keys of one provider.
struct Follower {
    held: Arc<HeldTokens>,
    clock: Arc<dyn Clock>,
    reports: Reports,
    last_good: Option<LastGood>,
    /// Whether keys were asked for once.
    tried: watch::Sender<bool>,
}

impl Follower {
    /// Begins with the keys that an earlier process has kept, if any.
    fn begin(&self) -> Next {
        let kept = self.last_good.as_ref();
        match kept.and_then(|kept| kept.read(self.clock.now())) {
            Some((jwks, age)) => self.held.step(Event::Kept(jwks.as_bytes(), age)),
            None => self.held.step(Event::Tick),
        }
    }

    async fn run(mut self, source: &Source) {
        match source {
            Source::Url(fetcher) => self.follow_url(fetcher).await,
            Source::File(file) => self.follow_file(file).await,
        }
    }

    async fn follow_url(&mut self, fetcher: &Fetcher) {
        let mut next = self.begin();
        loop {
            if next.fetch {
                let fetched = fetcher.fetch().await;
                next = self.take(fetched).await;
            }
            let pause = next.tick.saturating_sub(self.clock.monotonic());
            next = tokio::select! {
                () = sleep(pause) => self.held.step(Event::Tick),
                () = self.held.unknown_key() => self.held.step(Event::UnknownKey),
            };
        }
    }

    /// Reads it again and again: what mounts files, as Kubernetes does, tells nobody.
    async fn follow_file(&mut self, file: &Path) {
        loop {
            let path = file.to_owned();
            let read = tokio::task::spawn_blocking(move || read_keys(&path)).await;
            let _ = self
                .take(read.map_err(std::io::Error::other).flatten())
                .await;
            sleep(REREAD).await;
        }
    }

    async fn take(&mut self, got: Result<Vec<u8>, impl ToString>) -> Next {
        let next = match &got {
            Ok(bytes) => self.held.step(Event::Fetched(bytes)),
            Err(_) => self.held.step(Event::Failed),
        };
        let now = self.clock.now();
        match (got, &next.rejected) {
            (Ok(bytes), None) => {
                self.reports.good(now);
                if let Some(last_good) = &mut self.last_good {
                    last_good.keep(&bytes, now).await;
                }
            }
            (Ok(_), Some(why)) => self.reports.failed(&why.to_string(), self.held.has_keys()),
            (Err(why), _) => self.reports.failed(&why.to_string(), self.held.has_keys()),
        }
        self.tried.send_replace(true);
        next
    }
}
