//! Every golden that this crate alone can answer, on clones of the test
//! repositories.

#![allow(clippy::expect_used)] // what cannot be set up fails the test

use std::fs;
use std::path::{Path, PathBuf};

use vortex_goldens::{Golden, Kind, check, load};

mod repository;
mod router;

use repository::Repository;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data")
}

/// What only the HTTP layer decides, or what is not built yet.
fn is_for_others(golden: &Golden) -> bool {
    matches!(golden.kind, Kind::Refused | Kind::SearchPathsAndOverrides)
}

fn all_goldens_hold(bundle: &str, goldens: &str, expected_count: usize) {
    let data = data();
    let text = fs::read_to_string(data.join(goldens)).expect("goldens");
    let goldens = load(&text).expect("goldens");
    let repository = Repository::mirror(&data.join(bundle));
    let ours: Vec<_> = goldens
        .iter()
        .filter(|golden| !is_for_others(golden))
        .collect();
    let differences: Vec<String> = ours
        .iter()
        .filter_map(|golden| check(golden, &router::answer(&repository, golden)).err())
        .map(|difference| difference.to_string())
        .collect();
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        ours.len(),
        differences.join("\n")
    );
    assert_eq!(ours.len(), expected_count);
}

#[test]
fn all_goldens_of_petclinic_hold() {
    let goldens = "spring-goldens/petclinic.jsonl";
    all_goldens_hold("petclinic-config.bundle", goldens, 215);
}

#[test]
fn all_goldens_of_the_corners_hold() {
    let goldens = "spring-goldens/corners.jsonl";
    all_goldens_hold("corners.bundle", goldens, 492);
}

#[test]
fn all_goldens_of_more_corners_hold() {
    let goldens = "more-corners/answers.jsonl";
    all_goldens_hold("more-corners/repository.bundle", goldens, 1350);
}
