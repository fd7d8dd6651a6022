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
    matches!(
        golden.kind,
        Kind::Refused | Kind::ImportGroupCipher | Kind::SearchPathsAndOverrides
    )
}

fn all_goldens_hold(name: &str, expected_count: usize) {
    let data = data();
    let text = fs::read_to_string(data.join(format!("spring-goldens/{name}.jsonl")));
    let goldens = load(&text.expect("goldens")).expect("goldens");
    let repository = match name {
        "petclinic" => Repository::mirror(&data.join("petclinic-config.bundle")),
        _ => Repository::mirror(&data.join("corners.bundle")),
    };
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
    all_goldens_hold("petclinic", 215);
}

#[test]
fn all_goldens_of_the_corners_hold() {
    all_goldens_hold("corners", 451);
}
