//! Makes what config-svc says of a view into what a fleet should run.

use vortex_views::{Fleet, Split, Unit, Variant, View};

use crate::domain::{self, FleetName, Plan};

/// What a fleet should run by its view.
pub(crate) fn plan(view: &View) -> Plan {
    let served = view.history.entries().iter().map(|served| domain::Served {
        names: served.names.clone(),
        arms: served.arms.and_then(|arms| u8::try_from(arms.bits()).ok()),
    });
    Plan {
        position: view.position,
        splits: view.splits.iter().map(split).collect(),
        variants: view.variants().map(|(_, served)| variant(served)).collect(),
        served: served.collect(),
    }
}

fn split(split: &Split) -> domain::Split {
    domain::Split {
        id: split.id.clone(),
        change: split.change.clone(),
        generation: split.generation,
        seed: split.seed,
        share: split.share,
        forced: split.forced.clone(),
        by_subject: split.unit == Unit::Subject,
    }
}

fn variant(variant: &Variant) -> Option<domain::Variant> {
    let is_served = variant.fault.is_none();
    is_served.then(|| domain::Variant {
        version: variant.version.clone(),
        names: variant
            .names()
            .skip(1)
            .filter(|name| !name.is_empty())
            .cloned()
            .collect(),
    })
}

/// The name of a fleet.
pub(crate) fn name(fleet: &Fleet) -> FleetName {
    FleetName::new(fleet.app(), fleet.profiles(), fleet.label())
}
