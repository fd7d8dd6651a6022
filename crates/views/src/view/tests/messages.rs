//! Views as they are sent.

use vortex_proto::config::v1 as pb;

use crate::{
    Fleet, View,
    view::{Arms, InvalidView},
};

fn fleet() -> Fleet {
    Fleet::new("orders", &["prod"], "").unwrap()
}

fn state(splits: usize, variants: usize) -> pb::ViewState {
    let split = |index: usize| pb::ViewSplit {
        id: format!("r{index}"),
        change: "v2".to_owned(),
        share: 2_500,
        seed: index as u64,
        unit: pb::SplitUnit::Instance.into(),
        include: vec!["in".to_owned()],
        ..pb::ViewSplit::default()
    };
    let variant = |index: usize| pb::ViewVariant {
        version: format!("v{index}+0123"),
        environment_version: "c0ffee".to_owned(),
        sources: vec![
            source("overrides/orders-prod", "o7"),
            source("orders-prod.yml", "v1"),
            source("orders.yml", "v0"),
        ],
        ..pb::ViewVariant::default()
    };
    pb::ViewState {
        number: 1,
        token: "0123456789abcdef0123456789abcdef:42".to_owned(),
        splits: (0..splits).map(split).collect(),
        variants: (0..variants).map(variant).collect(),
        history: vec![served(7, "v9"), gone(8, "canary")],
        ..pb::ViewState::default()
    }
}

fn source(path: &str, version: &str) -> pb::ContributingSource {
    pb::ContributingSource {
        path: path.to_owned(),
        version: version.to_owned(),
    }
}

fn served(since: u64, name: &str) -> pb::ServedVersion {
    pb::ServedVersion {
        names: vec![name.to_owned()],
        since,
        ..pb::ServedVersion::default()
    }
}

fn gone(since: u64, name: &str) -> pb::ServedVersion {
    pb::ServedVersion {
        arms: 1 << 31,
        ..served(since, name)
    }
}

#[test]
fn a_view_is_known_by_all_names_that_an_instance_may_report() {
    let view = View::read(state(1, 2), &fleet(), None).unwrap();
    assert_eq!(view.position, 42);
    for name in ["v0+0123", "c0ffee", "v1"] {
        assert!(view.variants[0].is(name), "{name}");
    }
    // a document that others write over
    assert!(!view.variants[0].is("v0"));
    assert_eq!(view.expected("in").unwrap().arms(), Arms::from_bits(1));
    assert_eq!(view.steps_back(Arms::STABLE, "v9"), Some(0));
    assert_eq!(view.steps_back(Arms::STABLE, "canary"), None);
    assert_eq!(view.served("canary").count(), 1);
}

#[test]
fn later_states_add_to_the_history_while_the_splits_are_the_same() {
    let first = View::read(state(0, 1), &fleet(), None).unwrap();
    let mut later = state(0, 1);
    later.history = vec![served(9, "v10")];
    let joined = View::read(later.clone(), &fleet(), Some(&first)).unwrap();
    assert_eq!(joined.history.entries().len(), 3);
    assert_eq!(joined.steps_back(Arms::STABLE, "v9"), Some(1));
    // with another split the history is sent anew
    later.splits = state(1, 0).splits;
    later.variants = state(0, 2).variants;
    let anew = View::read(later, &fleet(), Some(&first)).unwrap();
    assert_eq!(anew.history.entries().len(), 1);
}

#[test]
fn what_cannot_be_understood_is_refused() {
    let refused = |state| View::read(state, &fleet(), None).unwrap_err();
    assert_eq!(
        refused(state(2, 2)),
        InvalidView::Variants {
            variants: 2,
            splits: 2
        }
    );
    let mut given = state(1, 2);
    given.splits[0].unit = 0;
    assert_eq!(refused(given), InvalidView::Unit);
    let mut given = state(1, 2);
    given.splits[0].share = 10_001;
    assert!(matches!(refused(given), InvalidView::Share(_)));
    let mut given = state(0, 1);
    given.token.clear();
    assert!(matches!(refused(given), InvalidView::Token(_)));
    let mut given = state(5, 0);
    given.resolved_only = true;
    assert!(View::read(given, &fleet(), None).unwrap().resolved_only);
}
