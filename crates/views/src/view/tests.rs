//! What a view says of its instances.

mod arms;
mod history;
mod messages;

use std::sync::Arc;

use vortex_bucket::{Forced, Seed, Share};

use super::{Split, Unit, Variant, View};

fn split(id: &str, percentage: f64, unit: Unit) -> Split {
    Split {
        id: id.into(),
        change: "v2".into(),
        generation: 1,
        share: Share::from_percentage(percentage).unwrap(),
        seed: Seed::of(id),
        unit,
        forced: Forced::default(),
        moved_at: None,
    }
}

fn forcing(mut split: Split, include: &[&str], exclude: &[&str]) -> Split {
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    split.forced = Forced::new(keys(include), keys(exclude)).unwrap();
    split
}

fn variant(version: &str) -> Variant {
    Variant {
        version: version.into(),
        digest: format!("digest of {version}").into(),
        environment_version: format!("commit of {version}").into(),
        ..Variant::default()
    }
}

/// A view of these splits, whose variants are `v0`, `v1` and so on.
fn view(splits: Vec<Split>) -> View {
    let variants = (0..1_usize << splits.len()).map(|bits| variant(&format!("v{bits}")));
    View {
        variants: variants.collect(),
        splits,
        ..View::default()
    }
}

fn names(names: &[&str]) -> Vec<Arc<str>> {
    names.iter().map(|name| (*name).into()).collect()
}
