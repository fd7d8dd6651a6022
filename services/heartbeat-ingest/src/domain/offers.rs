//! Instances that are to be asked to fetch their version again.

use hashbrown::HashMap;
use jiff::Timestamp;

use super::FleetId;

/// Offers that are kept.
const MAX_OFFERS: usize = 100_000;

/// What an instance is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Its fleet.
    pub fleet: FleetId,
    /// Its id.
    pub instance: Box<str>,
    /// The version that it should run.
    pub version: Box<str>,
    /// Until when that is worth saying.
    pub until: Timestamp,
}

/// Offers by instance. Each is given once.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    fleets: HashMap<FleetId, HashMap<Box<str>, Until>>,
    count: usize,
}

#[derive(Debug)]
struct Until {
    version: Box<str>,
    until: Timestamp,
}

impl Offers {
    /// Keeps an offer, if there is room for it. A newer one takes an older one's place.
    pub(crate) fn keep(&mut self, offer: Offer) -> bool {
        let Offer {
            fleet,
            instance,
            version,
            until,
        } = offer;
        let instances = self.fleets.entry(fleet).or_default();
        if !instances.contains_key(&instance) {
            if self.count >= MAX_OFFERS {
                return false;
            }
            self.count += 1;
        }
        instances.insert(instance, Until { version, until });
        true
    }

    /// Gives an instance that runs this version its offer. One that runs what is offered needs none.
    pub(crate) fn give(
        &mut self,
        fleet: FleetId,
        instance: &str,
        runs: &str,
        now: Timestamp,
    ) -> bool {
        let instances = self.fleets.get_mut(&fleet);
        let Some(offer) = instances.and_then(|instances| instances.remove(instance)) else {
            return false;
        };
        self.count -= 1;
        now < offer.until && *offer.version != *runs
    }

    /// Forgets what is not worth saying any more.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        for instances in self.fleets.values_mut() {
            instances.retain(|_, offer| now < offer.until);
        }
        self.fleets.retain(|_, instances| !instances.is_empty());
        self.count = self.fleets.values().map(HashMap::len).sum();
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn offer(instance: &str, until: i64) -> Offer {
        Offer {
            fleet: 1,
            instance: instance.into(),
            version: "v2".into(),
            until: at(until),
        }
    }

    #[test]
    fn an_offer_is_given_once_and_only_while_it_is_worth_it() {
        let mut offers = Offers::default();
        for (instance, until) in [("a", 10), ("b", 10), ("c", 10), ("c", 99), ("d", 10)] {
            assert!(offers.keep(offer(instance, until)));
        }
        assert_eq!(offers.len(), 4);
        let mut give = |instance, runs, now| offers.give(1, instance, runs, at(now));
        assert!(give("a", "v1", 9) && !give("a", "v1", 9));
        assert!(!give("b", "v2", 9), "it has it");
        assert!(!give("e", "v1", 9));
        assert!(!offers.give(2, "d", "v1", at(9)));
        offers.expire(at(10));
        assert_eq!(offers.len(), 1);
        assert!(!offers.give(1, "d", "v1", at(9)));
        assert!(offers.give(1, "c", "v1", at(11)));
        assert_eq!(offers.len(), 0);
    }
}
