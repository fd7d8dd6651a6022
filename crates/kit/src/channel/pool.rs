//! The addresses of one service: which are connected, and why the others are not.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use arc_swap::ArcSwap;
use hyper::client::conn::http2::SendRequest;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;

/// A connection that takes requests.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) address: SocketAddr,
    pub(super) sender: SendRequest<Body>,
}

pub(super) struct Pool {
    live: ArcSwap<Vec<Live>>,
    turn: AtomicUsize,
    known: Mutex<Known>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Known {
    addresses: BTreeMap<SocketAddr, Address>,
    /// Why the last look found nothing; `None` before the first.
    unresolved: Option<String>,
}

struct Address {
    leave: CancellationToken,
    failure: Option<String>,
}

impl Pool {
    pub(super) fn new() -> Self {
        Self {
            live: ArcSwap::default(),
            turn: AtomicUsize::new(0),
            known: Mutex::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// The next connection by turns; another than `avoid` if there is one.
    pub(super) fn pick(&self, avoid: Option<SocketAddr>) -> Option<Live> {
        let live = self.live.load();
        let start = self.turn.fetch_add(1, Ordering::Relaxed);
        let by_turns =
            || (0..live.len()).map(|step| &live[(start.wrapping_add(step)) % live.len()]);
        let usable = |live: &&Live| !live.sender.is_closed();
        let other = |live: &&Live| Some(live.address) != avoid;
        by_turns()
            .filter(usable)
            .find(other)
            .or_else(|| by_turns().find(usable))
            .cloned()
    }

    /// Follows changes of what is known.
    pub(super) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Why there is no connection, once there is no first try to wait for.
    pub(super) fn hopeless(&self) -> Option<String> {
        let known = self.known();
        if known.addresses.is_empty() {
            return known.unresolved.clone();
        }
        let failures = known.addresses.iter().map(|(address, state)| {
            let failure = state.failure.as_ref()?;
            Some(format!("{address}: {failure}"))
        });
        let failures: Option<Vec<_>> = failures.collect();
        failures.map(|failures| failures.join("; "))
    }

    /// Takes over what a look found, and answers with the addresses that are new, each with the
    /// token that says when it is gone.
    pub(super) fn resolved(&self, found: Vec<SocketAddr>) -> Vec<(SocketAddr, CancellationToken)> {
        let mut known = self.known();
        known.unresolved = Some("the name has no address".to_owned());
        known.addresses.retain(|address, state| {
            let stays = found.contains(address);
            if !stays {
                state.leave.cancel();
            }
            stays
        });
        let mut new = Vec::new();
        for address in found {
            known.addresses.entry(address).or_insert_with(|| {
                let leave = CancellationToken::new();
                new.push((address, leave.clone()));
                Address {
                    leave,
                    failure: None,
                }
            });
        }
        drop(known);
        self.changed.send_replace(());
        new
    }

    /// Notes a look that failed; what was found before stays.
    pub(super) fn unresolved(&self, why: String) {
        self.known().unresolved = Some(why);
        self.changed.send_replace(());
    }

    pub(super) fn connected(&self, live: Live) {
        if let Some(state) = self.known().addresses.get_mut(&live.address) {
            state.failure = None;
        }
        self.live.rcu(|all| {
            let mut all = Vec::clone(all);
            all.retain(|other| other.address != live.address);
            all.push(live.clone());
            all
        });
        self.changed.send_replace(());
    }

    pub(super) fn lost(&self, address: SocketAddr, why: String) {
        if let Some(state) = self.known().addresses.get_mut(&address) {
            state.failure = Some(why);
        }
        self.live.rcu(|all| {
            let others = all.iter().filter(|live| live.address != address);
            others.cloned().collect::<Vec<_>>()
        });
        self.changed.send_replace(());
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

pub(super) type Shared = Arc<Pool>;
