//! Refuses what this cluster does not own, and decides who owns what.

mod touched;

use std::sync::Arc;

use super::super::{
    Body, ClusterId, Command, Epoch, Fence, Label, MAX_OWNED, Outcome, Owner, Ownership, Path,
    Place, Refused, SetOwnership, State,
};
use super::{Author, Decided, Own};
use touched::Touched;

pub(super) use touched::path_of;

/// Owners that a refusal names at most.
const NAMED: usize = 10;

/// Checks that this cluster owns all that a command is about. Each owner decides by what it knows
/// itself: what another cluster has decided since may not be here yet.
pub(super) fn check(state: &State, own: &Own, command: &Command) -> Result<(), Refused> {
    if state.ownership.is_empty() {
        return Ok(());
    }
    let mut owners = Owners::default();
    touched::each(state, command, &mut |touched| match touched {
        Touched::Document(label, path) => {
            if let Some(owner) = state.owner_of(label, path) {
                owners.note(own, owner, path.to_string());
            }
        }
        Touched::Label(label) => {
            if let Some(owner) = state.feeder_of(label) {
                owners.note(own, owner, label.to_string());
            }
        }
    });
    owners.check(own)
}

/// Who owns what a command is about, each with the first thing of its that was found.
#[derive(Default)]
struct Owners(Vec<(ClusterId, String)>);

impl Owners {
    fn note(&mut self, own: &Own, owner: Owner<'_>, what: String) {
        let cluster = match owner.is(&own.cluster) {
            true => &own.cluster,
            false => owner.cluster,
        };
        if self.0.len() < NAMED && !self.0.iter().any(|(known, _)| known == cluster) {
            self.0.push((cluster.clone(), what));
        }
    }

    fn check(mut self, own: &Own) -> Result<(), Refused> {
        match self.0.as_slice() {
            [] => Ok(()),
            [(owner, _)] if *owner == own.cluster => Ok(()),
            [_] => {
                let (owner, what) = self.0.remove(0);
                Err(Refused::NotOwner { owner, what })
            }
            _ => Err(Refused::SpansOwners(self.0)),
        }
    }
}

/// Decides who owns the documents of a pattern. It is one record in the order of all, so that what was
/// decided before it counts, and nothing behind it.
pub(super) fn decide(
    state: &State,
    own: &Own,
    author: Author<'_>,
    set: SetOwnership,
) -> Result<Decided, Refused> {
    let place = Place::of(&set.pattern).map_err(Refused::NotANamespace)?;
    let owner = match set.owner.is_local() {
        true => own.cluster.clone(),
        false => set.owner,
    };
    let over = state.ownership.over(&place);
    let (now, epoch) = match over {
        Some(over) => (&over.epoch.cluster, over.epoch.counter),
        None => (&own.cluster, 0),
    };
    if let Some(expected) = set.expect_epoch.filter(|expected| *expected != epoch) {
        return Err(Refused::EpochMoved { expected, epoch });
    }
    let is_own = *now == own.cluster || now.is_local();
    if !is_own && !set.force {
        return Err(Refused::NotOwner {
            owner: now.clone(),
            what: set.pattern.to_string(),
        });
    }
    let known = state.ownership.get(&place);
    if known.is_some_and(|known| known.epoch.cluster == owner) {
        return Ok(Decided::Unchanged(Outcome::of_ownership(state.head)));
    }
    if known.is_none() && state.ownership.len() >= MAX_OWNED {
        return Err(Refused::TooManyOwned);
    }
    // the first one says who owns the rest, too, in the first epoch
    let before = match state.ownership.is_empty() && !place.is_rest() {
        true => 1,
        false => state.ownership.last_epoch(),
    };
    let owned = Ownership {
        pattern: set.pattern,
        place,
        epoch: Epoch {
            counter: before + 1,
            cluster: owner,
        },
        fence: is_own.then(|| Fence {
            cluster: own.cluster.clone(),
            store: own.store,
            sequence: state.own_sequence,
        }),
        by: author.principal.to_owned(),
        since: author.time.wall,
        forced: !is_own,
    };
    let outcome = Outcome::of_ownership(state.head.next());
    Ok(Decided::Append(
        Body::OwnershipSet(Arc::new(owned)),
        outcome,
    ))
}

impl State {
    /// The counter of the epoch that a record of this is of: the highest of what it is about.
    pub(crate) fn epoch_of(&self, body: &Body) -> u64 {
        if let Body::OwnershipSet(owned) = body {
            return owned.epoch.counter;
        }
        let mut epoch = 1;
        if !self.ownership.is_empty() {
            touched::each_of_record(self, body, &mut |label: &Label, path: &Path| {
                let owner = self.owner_of(label, path);
                epoch = epoch.max(owner.map_or(1, |owner| owner.epoch));
            });
        }
        epoch
    }
}
