//! Slows down who fails to authenticate again and again.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    time::Duration,
};

/// Addresses that are remembered. When there are more that fail, the one that is forgiven next is
/// forgotten.
pub const MAX_ADDRESSES: usize = 10_000;
/// The longest that an address waits, however often it failed.
pub const MAX_DELAY: Duration = Duration::from_secs(5);
/// What one failure costs: ten a second.
const COST: Duration = Duration::from_millis(100);
/// What is forgiven at once: ten failures.
const TOLERATED: Duration = Duration::from_secs(1);

/// Counts failures by address: ten a second pass, each one beyond costs a tenth of a second, up to
/// [`MAX_DELAY`]. A network of IPv6 (/64) counts as one address, since who has one address of it
/// has all.
///
/// Time is any that does not go back, as a duration since some fixed moment.
#[derive(Debug, Default)]
pub struct Throttle {
    /// By address, when its failures are all forgiven.
    forgiven: HashMap<IpAddr, Duration>,
    /// The same, by time.
    order: BTreeSet<(Duration, IpAddr)>,
}

impl Throttle {
    /// How long a call from an address has to wait before its credential is looked at.
    pub fn delay(&self, from: IpAddr, now: Duration) -> Duration {
        let forgiven = self.forgiven.get(&network(from)).copied();
        forgiven.unwrap_or_default().saturating_sub(now + TOLERATED)
    }

    /// Notes a failure.
    pub fn failed(&mut self, from: IpAddr, now: Duration) {
        self.forget(now);
        let from = network(from);
        let before = self.forgiven.get(&from).copied();
        let after = before.unwrap_or_default().max(now) + COST;
        let after = after.min(now + TOLERATED + MAX_DELAY);
        if let Some(before) = before {
            self.order.remove(&(before, from));
        } else if self.order.len() >= MAX_ADDRESSES {
            self.pop();
        }
        self.forgiven.insert(from, after);
        self.order.insert((after, from));
    }

    /// Addresses that are remembered now.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn forget(&mut self, now: Duration) {
        while self
            .order
            .first()
            .is_some_and(|(forgiven, _)| *forgiven <= now)
        {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some((_, address)) = self.order.pop_first() {
            self.forgiven.remove(&address);
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
